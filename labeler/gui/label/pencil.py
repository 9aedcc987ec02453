"""Drawing without a drag: a cross that the arrow keys move, and corners set by Enter or a click."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent

from labeler.gui.label.drag import Doing, Drag

if TYPE_CHECKING:
    from labeler.gui.label.canvas import Canvas

ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_EDGE = 24
"""Where the cross comes nearer than this to the edge of the canvas, the view goes with it."""
_DOUBLES_AFTER = 8
"""Repeats of a key that is held down until its steps double."""
_MOST_DOUBLINGS = 4


class Pencil:
    """Works a canvas while canvas.draws_next. The cross is where canvas.pointer is.

    corner: the first corner in image pixels, once it is set.
    """

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self.corner: tuple[float, float] | None = None
        self._place: tuple[float, float] | None = None
        self._repeats = 0

    @property
    def is_by_keys(self) -> bool:
        """Whether the cross stands where keys have put it, and not where the mouse is."""
        return self._place is not None

    @property
    def is_at_work(self) -> bool:
        """Whether a box is half drawn: keys move the cross, or its first corner is set."""
        return self.is_by_keys or self.corner is not None

    def begin(self) -> None:
        self.lay_down()
        if self._canvas.pointer is None:
            self._put_cross(self._middle_of_view())
        self._canvas.said.emit(
            self._canvas.tr(
                "Draw: drag, or click two corners, or move the cross by arrows "
                "(Shift 10, Ctrl 50) and press Enter. Esc gives up."
            )
        )

    def lay_down(self) -> None:
        """Forgets a corner, and gives the cross back to the mouse."""
        if self._place is not None and not self._canvas.underMouse():
            self._canvas.pointer = None
        self.corner = self._place = None
        self._repeats = 0
        self._canvas.feel_hand()

    def wants(self, event: QKeyEvent) -> bool:
        """Whether a key is the pencil's, before anybody else's."""
        is_key = event.key() in ARROWS or event.key() in _ENTER
        return self._canvas.draws_next and self._canvas.picture is not None and is_key

    def take(self, event: QKeyEvent) -> None:
        """A key that it wants."""
        direction = ARROWS.get(Qt.Key(event.key()))
        if direction is not None:
            step = self._step(event)
            self._walk(direction[0] * step, direction[1] * step)
        elif not event.isAutoRepeat():
            self.put()

    def follow(self, at: QPointF) -> None:
        """The mouse moved: the cross is there again."""
        self._place = None
        self._canvas.feel_hand()
        if self.corner is not None:
            self._stretch(*self._canvas.viewport.to_image(at.x(), at.y()))

    def stay(self) -> None:
        """The view moved under the cross."""
        if self._place is not None:
            self._canvas.pointer = QPointF(*self._canvas.viewport.to_screen(*self._place))

    def put(self, at: QPointF | None = None) -> None:
        """Sets a corner where the cross is, or at a point of the canvas; the second one draws."""
        canvas = self._canvas
        x, y = self._here() if at is None else canvas.viewport.to_image(at.x(), at.y())
        if self.corner is None:
            self.corner = x, y
            canvas.feel_hand()
            canvas.said.emit(canvas.tr("First corner set. Now set the opposite one. Esc cancels."))
            self._stretch(x, y)
            return
        drag = Drag(Doing.DRAW, self.corner).to(x, y, canvas.image_size())
        canvas.end_drawing()
        canvas.tell_drawn(drag.bbox)

    def _walk(self, dx: float, dy: float) -> None:
        x, y = self._here()
        self._put_cross((round(x) + dx, round(y) + dy))
        self._scroll_to_cross()
        if self.corner is not None and self._place is not None:
            self._stretch(*self._place)

    def _step(self, event: QKeyEvent) -> float:
        """In image pixels: at least one of them and one of the screen; longer while held down."""
        self._repeats = self._repeats + 1 if event.isAutoRepeat() else 0
        held = event.modifiers()
        length = 1
        if held & Qt.KeyboardModifier.ControlModifier:
            length = 50
        elif held & Qt.KeyboardModifier.ShiftModifier:
            length = 10
        one = max(1, round(1 / self._canvas.viewport.scale))
        return length * one * (1 << min(self._repeats // _DOUBLES_AFTER, _MOST_DOUBLINGS))

    def _here(self) -> tuple[float, float]:
        if self._place is not None:
            return self._place
        pointer = self._canvas.pointer
        if pointer is None:
            return self._middle_of_view()
        return self._canvas.viewport.to_image(pointer.x(), pointer.y())

    def _middle_of_view(self) -> tuple[float, float]:
        screen = self._canvas.screen_size()
        return self._canvas.viewport.to_image(screen.width() / 2, screen.height() / 2)

    def _put_cross(self, place: tuple[float, float]) -> None:
        size = self._canvas.image_size()
        self._place = (min(max(place[0], 0), size.width), min(max(place[1], 0), size.height))
        self.stay()
        self._canvas.feel_hand()
        self._canvas.update()

    def _scroll_to_cross(self) -> None:
        at, screen = self._canvas.pointer, self._canvas.screen_size()
        if at is not None:
            dx = _shift_into(at.x(), screen.width())
            dy = _shift_into(at.y(), screen.height())
            if dx or dy:
                self._canvas.pan(dx, dy)

    def _stretch(self, x: float, y: float) -> None:
        if self.corner is not None:
            drag = Drag(Doing.DRAW, self.corner)
            self._canvas.drag = drag.to(x, y, self._canvas.image_size())
            self._canvas.update()


def _shift_into(at: float, length: float) -> float:
    """How far the view has to move so that a point is on it."""
    edge = min(_EDGE, length / 4)
    if at < edge:
        return edge - at
    return min(0.0, length - edge - at)
