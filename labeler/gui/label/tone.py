"""Brightness and contrast of what is shown. The stored picture never changes. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

STEPS = 8
"""Steps each way from the picture as it is."""
_STEP = 1.25


@dataclass(frozen=True, slots=True)
class Tone:
    """brightness and contrast in steps, -STEPS to STEPS; 0 and 0 show the picture as it is.

    Brightness bends the curve between black and white (gamma), so that a dark picture shows what
    it hides and nothing bright is cut off; contrast turns the curve around the middle grey.
    """

    brightness: int = 0
    contrast: int = 0

    @property
    def is_neutral(self) -> bool:
        return self == Tone()

    def changed(self, *, brightness: int = 0, contrast: int = 0) -> Tone:
        """So many steps more, as far as there are steps."""
        return replace(
            self,
            brightness=_kept(self.brightness + brightness),
            contrast=_kept(self.contrast + contrast),
        )

    def table(self) -> bytes:
        """What each of the 256 values of red, green or blue is shown as."""
        return _table(self)


def _kept(steps: int) -> int:
    return min(max(steps, -STEPS), STEPS)


@lru_cache(maxsize=32)
def _table(tone: Tone) -> bytes:
    gamma, slope = _STEP**-tone.brightness, _STEP**tone.contrast
    curve = (((value / 255) ** gamma - 0.5) * slope + 0.5 for value in range(256))
    return bytes(round(255 * min(max(value, 0.0), 1.0)) for value in curve)
