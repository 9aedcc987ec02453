"""How long work tells how far it is, and how it is asked to stop."""

from __future__ import annotations

from collections.abc import Callable

from labeler.errors import UserError

OnProgress = Callable[[int, int], None]
"""Called with (done, total)."""
ShouldStop = Callable[[], bool]


class Stopped(UserError):  # noqa: N818 - not an error of anybody, the person wished it
    """The person asked to stop, and nothing was changed."""


def ignore_progress(done: int, total: int) -> None:
    """For callers who do not want to know."""


def never_stop() -> bool:
    """For callers who wait to the end."""
    return False
