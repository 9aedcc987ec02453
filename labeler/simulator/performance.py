"""What a robot shows while it speaks or plays an animation: eyes, head, lift and a little turn."""

from __future__ import annotations

import math

from labeler.simulator.body import Body
from labeler.simulator.minds import Eyes


class Performance:
    """Goes on until a second of the world. moves: the body takes part, not only the eyes."""

    def __init__(self, body: Body, *, since: float, until: float, moves: bool) -> None:
        self._body, self._since, self.until, self._moves = body, since, until, moves
        self._head, self._lift = body.pose.head, body.pose.lift

    def step(self, now: float, eyes: Eyes) -> bool:
        """One tick. False: it is over, and head and lift go back to where they were."""
        if now >= self.until:
            if self._moves:
                self._body.hold_head(self._head)
                self._body.hold_lift(self._lift)
                self._body.drive(0.0, 0.0)
            return False
        along = now - self._since
        eyes.open = 0.5 + 0.5 * abs(math.sin(9.0 * along))
        if self._moves:
            self._body.hold_head(self._head + 0.3 * math.sin(6.0 * along))
            self._body.hold_lift(self._lift + 2.0 * (1 - math.cos(5.0 * along)))
            self._body.turn(0.9 * math.cos(7.0 * along))
        return True
