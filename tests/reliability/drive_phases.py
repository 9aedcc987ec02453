"""Where the time of a sweep or of a posing partner goes, for the trials that measure it."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any
from unittest.mock import patch

from labeler.cameras import driving_moves, posing, sweep
from labeler.cameras.driving import Driver
from labeler.cameras.driving_orders import Action

_WAITS = (
    (driving_moves, "stand_still", "standing"),
    (posing, "stand_still", "standing"),
    (posing, "told_from_now", "picture"),
    (posing, "frame_after", "picture"),
    (sweep, "stand_still", "standing"),
    (sweep, "frame_after", "picture"),
)
_MOTIONS = {"TurnInPlace": "turning", "DriveStraight": "driving"}


@contextmanager
def phases(*drivers: Driver) -> Iterator[dict[str, float]]:
    """Seconds by what these robots did: turning, driving, head and lift alone, standing until they
    are known to stand, and waiting for the picture. What is left is the rest."""
    spent: defaultdict[str, float] = defaultdict(float)
    began = time.monotonic()
    with ExitStack() as stack:
        for module, name, phase in _WAITS:
            work = getattr(module, name)
            timed = partial(_timed, spent, lambda *_, phase=phase: phase, work)
            stack.enter_context(patch.object(module, name, timed))
        for driver in drivers:
            timed = partial(_timed, spent, _phase_of, driver.act)
            stack.enter_context(patch.object(driver, "act", timed))
        yield spent
    spent["the rest"] = time.monotonic() - began - sum(spent.values())


def _timed(
    spent: dict[str, float],
    phase_of: Callable[..., str],
    work: Callable[..., Any],
    *values: Any,
    **named: Any,
) -> Any:
    began = time.monotonic()
    try:
        return work(*values, **named)
    finally:
        spent[phase_of(*values)] += time.monotonic() - began


def _phase_of(actions: Sequence[Action], *_: Any) -> str:
    names = (_MOTIONS.get(action.method) for action in actions)
    return next(filter(None, names), "head and lift alone")
