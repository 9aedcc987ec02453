"""Two panes on the very same picture, called A and B until it is revealed what they are."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from labeler.gui.compare.watching import LOWEST_SCORE, LoadedTwins, TwinSight
from labeler.gui.picture_view import Mark, PictureView
from labeler.gui.theme import set_role

LETTERS = ("A", "B")
_ANY_COLOR = "#e69f00"


class Panes(QWidget):
    """Shows a TwinSight, from a score on. colors: category id -> "#rrggbb".

    filled: after some waiting there is a picture; or there was one, and there is none now. drawn:
    how many boxes both show on it together, and the highest score of all that was found on it.
    """

    filled = Signal(bool)
    drawn = Signal(int, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heads = [QLabel(letter, self) for letter in LETTERS]
        self.views = [_PaneView(self) for _ in LETTERS]
        self.lowest: float | None = None
        """0 to 1; None: each detector's own."""
        self._sight: TwinSight | None = None
        self._loaded: LoadedTwins | None = None
        self._colors: Mapping[int, str] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        for letter, head, view in zip(LETTERS, self.heads, self.views, strict=True):
            set_role(head, "title")
            view.setAccessibleName(self.tr("What {0} sees").format(letter))
            column = QVBoxLayout()
            column.setSpacing(4)
            column.addWidget(head)
            column.addWidget(view, 1)
            row.addLayout(column, 1)

    @property
    def sight(self) -> TwinSight | None:
        return self._sight

    def show_names(self, names: tuple[str, str] | None) -> None:
        """None: they are A and B, and nothing else is told."""
        for place, letter in enumerate(LETTERS):
            told = letter if names is None else f"{letter}: {names[place]}"
            self.heads[place].setText(told)

    def use(self, loaded: LoadedTwins | None, colors: Mapping[int, str]) -> None:
        self._loaded, self._colors = loaded, colors
        self._draw()

    def show_sight(self, sight: TwinSight | None) -> None:
        """None: one is on its way."""
        was_filled, self._sight = self._sight is not None, sight
        self._say("" if sight is not None else self.tr("Loading…"))
        self._draw()
        if was_filled != (sight is not None):
            self.filled.emit(not was_filled)

    def stop_waiting(self) -> None:
        """None will come."""
        self._say("")

    def _say(self, words: str) -> None:
        for view in self.views:
            view.show_numbers(words)

    def set_lowest(self, lowest: float | None) -> None:
        """The score from which on both show what they found; None: each its own threshold."""
        self.lowest = lowest
        self._draw()

    def _draw(self) -> None:
        sight = self._sight
        if sight is None:
            for view in self.views:
                view.show_picture(QImage())
            return
        boxes = 0
        for place, view in enumerate(self.views):
            lowest = self._lowest_of(place)
            marks = [
                Mark(
                    each.bbox,
                    f"{each.name} {each.score:.2f}",
                    self._colors.get(each.category_id, _ANY_COLOR),
                )
                for each in reversed(sight.found[place])  # the best on top
                if each.score >= lowest
            ]
            view.show_picture(sight.image, marks)
            view.setAccessibleDescription(", ".join(mark.text for mark in reversed(marks)))
            boxes += len(marks)
        scores = (each.score for found in sight.found for each in found)
        self.drawn.emit(boxes, max(scores, default=0.0))

    def _lowest_of(self, place: int) -> float:
        if self.lowest is not None:
            return self.lowest
        return self._loaded.thresholds[place] if self._loaded is not None else LOWEST_SCORE


class _PaneView(PictureView):
    """Content with little room, so that the vote stays on a small screen."""

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()
