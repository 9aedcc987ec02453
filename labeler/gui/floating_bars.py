"""Bars that stand over an edge of a widget: they come and go, and nothing below them moves."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, QRect
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from labeler.gui import theme

_GAP = 10
"""From the edges of what lies below, in device-independent pixels."""
_WIDEST = 720
_GROUND = (QEvent.Type.Resize, QEvent.Type.Move)
_BARS = (QEvent.Type.ShowToParent, QEvent.Type.HideToParent)


def _nothing() -> int:
    return 0


class FloatingBars(QFrame):
    """A card over the lower edge of ground, or the upper one, as high as the bars that are shown.

    Hidden while none is. ground lies in parent as well and keeps its size whatever is shown.
    """

    def __init__(self, parent: QWidget, ground: QWidget, *, at_top: bool = False) -> None:
        super().__init__(parent)
        self._room_of = parent
        self._ground = ground
        self._at_top = at_top
        self._signs: Callable[[], int] = _nothing
        self._bars: list[QWidget] = []
        theme.set_role(self, "card")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(2, 2, 2, 2)
        self._column.setSpacing(0)
        ground.installEventFilter(self)
        self.hide()

    def add(self, bar: QWidget) -> None:
        """Below those that are there. It is shown and hidden by itself."""
        self._bars.append(bar)
        self._column.addWidget(bar)
        bar.installEventFilter(self)
        self.place()

    def stand_over(self, ground: QWidget, signs: Callable[[], int] = _nothing) -> None:
        """Over another part of its parent from now on.

        signs: how much of the ground at its upper edge is to stay free, in pixels.
        """
        self._ground.removeEventFilter(self)
        self._ground, self._signs = ground, signs
        ground.installEventFilter(self)
        self.place()

    def place(self) -> None:
        """Over its edge, in the middle, as wide as its words want and the ground allows."""
        shown = [bar for bar in self._bars if not bar.isHidden()]
        self.setVisible(bool(shown))
        if not shown:
            return
        self._column.activate()
        corner = self._ground.mapTo(self._room_of, QPoint(0, 0))
        room = QRect(corner, self._ground.size()).adjusted(_GAP, _GAP, -_GAP, -_GAP)
        width = max(1, min(room.width(), max(self.sizeHint().width(), _WIDEST)))
        height = self._column.totalSizeHint().height()
        if self._column.hasHeightForWidth():
            height = self._column.totalHeightForWidth(width)
        x = room.center().x() - width // 2
        y = room.bottom() + 1 - height
        if self._at_top:  # where the ground is too low for both, the signs give way
            y = max(room.top(), min(room.top() + self._signs(), y))
        self.setGeometry(x, y, width, height)
        self.raise_()

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.LayoutRequest:
            self.place()
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kinds = _GROUND if watched is self._ground else _BARS
        if event.type() in kinds:
            self.place()
        return super().eventFilter(watched, event)
