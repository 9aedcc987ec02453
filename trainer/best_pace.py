"""A run without a known end: it learns until validation stops improving, then comes to rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from trainer.pace import Pace, first_evaluation
from trainer.stopwatch import Stopwatch

HORIZON = 300.0
"""Seconds that the recipe's shares are meant of, where the budget says no length."""
PATIENCE = 0.35
"""Without a better AP for this share of the time so far, it has stopped improving."""
FIRST = 0.5
"""Share of HORIZON, or of a shorter cap, in which nothing is waited for: the backbone has only
just begun to learn, and what the head alone can do is reached before."""
FEWEST_EPOCHS = 3.0
"""Of patience: what comes once in an epoch has been seen a few times."""
FEWEST_LOOKS = 4
"""Of patience: where looks are dear for the machine, two of them say nothing. On a busy one a run
ended at 26 epochs and AP .63 that comes to .67 after 70."""

CRUISE = 0.5
"""How far down the cosine the rate stays while AP rises. At the full rate a backbone that has just
begun to learn loses what the head has found: AP fell from .62 to .50 on 120 photos."""
REST = 0.3
"""Share of the time so far for the rate to fall to nearly nothing, which gains the last points."""
SHORTEST_REST, LATEST_REST = 20.0, 0.75
"""Seconds; and the share of the cap at which it begins in any case."""
LOOKS_IN_REST = 4
LOOK_EVERY, LOOK_SHARE = 8.0, 0.06
"""Seconds, and share of the time so far, between two looks."""
DEAREST_LOOK = 0.12
"""Share of the time that looks may take."""


class BestPace(Pace):
    """Down to half of the rate as in a run of HORIZON, there while AP rises, then down to the end.

    A cosine needs to know its end; this needs not, and what is judged meanwhile, the running mean
    of the weights, is nearly as good as what the falling rate comes to. cap: seconds at most.
    """

    by_clock = True

    def __init__(self, watch: Stopwatch, cap: float, epochs_done: Callable[[], float]) -> None:
        self._watch = watch
        self._cap = cap
        self._epochs_done = epochs_done
        self._ap = -1.0
        self._risen_at = self._risen_epoch = 0.0
        self._looks_since = 0
        self._looked_at = 0.0
        self._look_cost = 0.0
        self._rests: tuple[float, float] | None = None
        self._has_model = False

    def first_evaluation(self) -> float | None:
        return None if self._has_model else first_evaluation(self._watch.seconds, self._cap)

    def evaluated_first(self, seconds: float, full: float) -> None:
        looked_at = self._looked_at
        self.looked(full)
        self._looked_at = looked_at  # the first score of all pictures comes when it always came

    def progress(self) -> float:
        now = self._watch.seconds
        end = self._cap if self._rests is None else self._rests[1]
        if now >= end - self._look_cost:
            return 1.0
        return min(now / self._cap, 1.0)

    def fall(self, progress: float, warmup: float) -> float:
        now = self._watch.seconds
        begin, end = self._rests or (now, now)
        cruise = min(CRUISE, begin / min(HORIZON, self._cap))
        rested = (now - begin) / max(1e-3, end - self._look_cost - begin)
        return cruise + (1 - cruise) * rested

    def is_look_due(self, progress: float, steps: int) -> bool:
        now = self._watch.seconds
        each = max(LOOK_EVERY, LOOK_SHARE * now, self._look_cost / DEAREST_LOOK)
        if self._rests is not None:
            each = max(self._look_cost, (self._rests[1] - self._rests[0]) / LOOKS_IN_REST)
        elif now >= LATEST_REST * self._cap:
            self._rests = (now, self._cap)
        return steps > 0 and now - self._looked_at >= each

    def seconds_total(self, progress: float) -> float:
        return self._cap if self._rests is None else self._rests[1]

    def looked(self, seconds: float) -> None:
        self._has_model = True
        self._looked_at = self._watch.seconds
        self._look_cost = min(1.15 * seconds, 0.3 * self._cap)

    def judged(self, ap: float) -> None:
        """Begins to rest where it has not risen for long enough."""
        now, epoch = self._watch.seconds, self._epochs_done()
        if ap > self._ap:
            self._ap, self._risen_at, self._risen_epoch = ap, now, epoch
            self._looks_since = 0
        else:
            self._looks_since += 1
        since = max(self._risen_at, FIRST * min(HORIZON, self._cap))
        waited = epoch - self._risen_epoch >= FEWEST_EPOCHS and self._looks_since >= FEWEST_LOOKS
        if self._rests is None and waited and now - since >= PATIENCE * now:
            length = max(SHORTEST_REST, REST * now, 3 * self._look_cost)
            self._rests = (now, min(now + length, self._cap))

    def memory(self) -> dict[str, Any]:
        return {
            "ap": self._ap,
            "risen_at": self._risen_at,
            "risen_epoch": self._risen_epoch,
            "looks_since": self._looks_since,
            "looked_at": self._looked_at,
            "look_cost": self._look_cost,
            "rests": self._rests,
            "has_model": self._has_model,
        }

    def recall(self, memory: Mapping[str, Any]) -> None:
        self._ap = float(memory["ap"])
        self._risen_at = float(memory["risen_at"])
        self._risen_epoch = float(memory["risen_epoch"])
        self._looks_since = int(memory.get("looks_since", 0))
        self._looked_at = float(memory["looked_at"])
        self._look_cost = float(memory["look_cost"])
        self._has_model = bool(memory.get("has_model", True))
        rests = memory["rests"]
        self._rests = None if rests is None else (float(rests[0]), float(rests[1]))
