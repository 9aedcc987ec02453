"""From what the detector found to what is shown of it: score, classes, steady numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from labeler.gui.picture_view import Mark
from labeler.gui.preview.detecting import LOWEST_SCORE, Sight, scaled
from labeler.track.steady import Steady, Thing

if TYPE_CHECKING:
    from trainer.predict import Detection

_ANY_COLOR = "#e69f00"


@dataclass(frozen=True, slots=True)
class Named:
    """A detection with its steady number; 0: none yet."""

    detection: Detection
    number: int


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """One picture with what is shown on it, best first. marks are painted in their order.

    switched_off: the names of classes that were found on it and are not shown.
    """

    sight: Sight
    things: tuple[Named, ...]
    marks: tuple[Mark, ...]
    switched_off: frozenset[str] = frozenset()

    @property
    def stored(self) -> tuple[Named, ...]:
        """The things in pixels of the frame's own picture."""
        factor = self.sight.picture.factor
        return tuple(
            Named(replace(each.detection, bbox=scaled(each.detection.bbox, factor)), each.number)
            for each in self.things
        )

    @property
    def counts(self) -> dict[int, int]:
        """Category id -> how many."""
        return dict(Counter(each.detection.category_id for each in self.things))


class Showing:
    """What the person chose to see. colors: category id -> "#rrggbb"; hidden: names of classes."""

    def __init__(self) -> None:
        self.lowest = 0.5
        self.numbered = True
        self.smooth = False
        self.colors: Mapping[int, str] = {}
        self.hidden: frozenset[str] = frozenset()
        self._steady = Steady(self.lowest)
        self._last: int | None = None
        self._sight: Sight | None = None
        self._things: tuple[tuple[Named, Named], ...] = ()
        # Each as it was found, and evened out.

    def restart(self) -> None:
        """Another camera or another model: the numbers begin again."""
        self._steady.forget()
        self._last = self._sight = None
        self._things = ()

    def show(self, sight: Sight) -> Shown:
        """The same sight again gives the same numbers, under what was chosen meanwhile."""
        if sight is not self._sight:
            self._follow(sight)
        chosen = [pair[self.smooth] for pair in self._things]
        sure = [each for each in chosen if each.detection.score >= self.lowest]
        things = tuple(each for each in sure if each.detection.name not in self.hidden)
        marks = tuple(self._mark(each) for each in reversed(things))  # the best on top
        names = {each.detection.name for each in sure}
        return Shown(sight, things, marks, self.hidden & names)

    def color(self, category_id: int) -> str:
        return self.colors.get(category_id, _ANY_COLOR)

    def _follow(self, sight: Sight) -> None:
        number = sight.picture.frame.number
        steps = 1 if self._last is None else number - self._last
        self._last, self._sight = number, sight
        self._steady.sure = max(self.lowest, LOWEST_SCORE)
        found = [Thing(each.category_id, each.bbox, each.score) for each in sight.detections]
        followed = self._steady.follow(found, steps)
        self._things = tuple(
            (Named(detection, each.number), Named(_smoothed(detection, each.smooth), each.number))
            for detection, each in zip(sight.detections, followed, strict=True)
        )

    def _mark(self, thing: Named) -> Mark:
        found = thing.detection
        number = f" #{thing.number}" if self.numbered and thing.number else ""
        text = f"{found.name}{number} {found.score:.2f}"
        return Mark(found.bbox, text, self.color(found.category_id))


def _smoothed(detection: Detection, smooth: Thing) -> Detection:
    return replace(detection, bbox=smooth.box, score=smooth.score)
