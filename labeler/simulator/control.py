"""Who may move the robot: one client at a time, the more urgent or the later one."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class Claim:
    """One client's stream of control. news holds True for "granted" and False for "lost"."""

    peer: str
    priority: int | None = None
    news: asyncio.Queue[bool] = field(default_factory=asyncio.Queue)


class Control:
    """Grants control to one claim. A lower priority number is more urgent, as in the SDK."""

    def __init__(self) -> None:
        self.holder: Claim | None = None

    def request(self, claim: Claim, priority: int) -> None:
        """Grants it unless somebody more urgent holds it; then the claim is answered "lost"."""
        claim.priority = priority
        other = self.holder
        if other is not None and other is not claim and (other.priority or 0) < priority:
            claim.news.put_nowait(False)
            return
        if other is not None and other is not claim:
            other.news.put_nowait(False)
        self.holder = claim
        claim.news.put_nowait(True)

    def release(self, claim: Claim) -> None:
        """Gives it back (or never had it): answered "lost" either way, as the robot does."""
        if self.holder is claim:
            self.holder = None
        claim.priority = None
        claim.news.put_nowait(False)

    def allows(self, peer: str) -> bool:
        return self.holder is not None and self.holder.peer == peer
