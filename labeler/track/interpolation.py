"""The box between two key frames."""

from __future__ import annotations

from labeler.dataset.model import BBox


def interpolated(start: BBox, end: BBox, fraction: float) -> BBox:
    """The box so far on the straight way from start (fraction 0) to end (1), side by side.

    Raises ValueError for a fraction that is not from 0 to 1.
    """
    if not 0.0 <= fraction <= 1.0:
        raise ValueError(f"a fraction goes from 0 to 1, got {fraction}")
    if fraction in (0.0, 1.0):  # to the last bit
        return end if fraction else start
    sides = zip(start.as_list(), end.as_list(), strict=True)
    return BBox(*(one + (other - one) * fraction for one, other in sides))
