"""What the buttons of the mouse do on the canvas: a press becomes a drag, a click, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent

from labeler.gui.label import geometry
from labeler.gui.label.drag import Doing, Drag

if TYPE_CHECKING:
    from labeler.gui.label.canvas import Canvas

_START_OF_DRAG = 3.0
"""Screen pixels that a hand may tremble before a click becomes a drag."""


class MouseHand:
    """Works a canvas. What is dragged stands in canvas.drag, for all to see."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._pressed_at: QPointF | None = None
        self._may_follow: Drag | None = None
        self._clicks: tuple[int, ...] = ()
        self._adds = False

    def press(self, event: QMouseEvent) -> None:
        if self._pressed_at is not None or self._pans():
            return  # a second button in mid-drag means nothing
        at, canvas = event.position(), self._canvas
        canvas.keys.nudging.finish()
        left = event.button() is Qt.MouseButton.LeftButton
        if self._begins_pan(event):
            canvas.drag = Drag(Doing.PAN, (at.x(), at.y()))
        elif left and canvas.pencil.corner is not None:
            canvas.pencil.put(at)
        elif left and canvas.picture is not None:
            self._clicks, self._pressed_at = (), at
            self._adds = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._may_follow = self._drag_from(at)

    def move(self, event: QMouseEvent) -> None:
        at, canvas = event.position(), self._canvas
        if self._pans():
            self._pan(at)
        elif self._pressed_at is not None:
            self._drag_to(at)
        else:
            canvas.pencil.follow(at)

    def release(self, event: QMouseEvent) -> None:
        if self._pans():
            self._canvas.drag = None
        elif event.button() is Qt.MouseButton.LeftButton and self._pressed_at is not None:
            at, drag = self._pressed_at, self._canvas.drag
            self.let_go()
            if drag is None:
                self._click(at)
            else:
                self._finish(drag)

    @property
    def is_down(self) -> bool:
        """The left button is, moved already or not."""
        return self._pressed_at is not None

    def held(self) -> tuple[int, ...]:
        """The ids of the boxes that the mouse holds, moved already or not."""
        drag = self._canvas.drag or self._may_follow
        return () if drag is None else tuple(drag.before)

    def let_go(self) -> None:
        self._canvas.drag = self._may_follow = self._pressed_at = None

    def _pans(self) -> bool:
        drag = self._canvas.drag
        return drag is not None and drag.doing is Doing.PAN

    def _begins_pan(self, event: QMouseEvent) -> bool:
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        left = event.button() is Qt.MouseButton.LeftButton
        return event.button() is Qt.MouseButton.MiddleButton or (
            left and (self._canvas.keys.pans or bool(control))
        )

    def _drag_from(self, at: QPointF) -> Drag | None:
        """Selects what is under the pointer; returns the drag that may follow."""
        canvas = self._canvas
        start = canvas.viewport.to_image(at.x(), at.y())
        if canvas.draws_next:
            return Drag(Doing.DRAW, start)
        seen = canvas.aim_at(at)
        if self._adds:
            self._clicks = seen.ids[:1]
            return Drag(Doing.SELECT, start)
        if seen.grip is not None:
            box, handle = seen.grip
            return self._if_editable(Drag(Doing.RESIZE, start, {box.id: box.bbox}, handle))
        if not seen.ids:
            canvas.select(())
            return self._if_editable(Drag(Doing.DRAW, start))
        return self._if_editable(self._move_of(seen.ids, start))

    def _move_of(self, ids: tuple[int, ...], start: tuple[float, float]) -> Drag:
        canvas = self._canvas
        held = next((each for each in ids if each in canvas.selection), None)
        if held is None:
            held = ids[0]
            canvas.select((held,))
        elif len(canvas.selection) > 1:
            self._clicks = (held,)  # if no drag follows, the click means this one alone
        elif len(ids) > 1:
            self._clicks = ids  # and here the next one below
        boxes = {box.id: box.bbox for box in canvas.boxes if box.id in canvas.selection}
        return Drag(Doing.MOVE, start, {held: boxes.pop(held), **boxes})

    def _if_editable(self, drag: Drag) -> Drag | None:
        return drag if self._canvas.editable else None

    def _drag_to(self, at: QPointF) -> None:
        pressed, drag, canvas = self._pressed_at or at, self._may_follow, self._canvas
        if drag is None:
            return
        if canvas.drag is None and (at - pressed).manhattanLength() < _START_OF_DRAG:
            return
        canvas.drag = drag.to(*canvas.viewport.to_image(at.x(), at.y()), canvas.image_size())

    def _pan(self, at: QPointF) -> None:
        drag = self._canvas.drag
        if drag is not None:
            self._canvas.pan(at.x() - drag.start[0], at.y() - drag.start[1])
            self._canvas.drag = Drag(Doing.PAN, (at.x(), at.y()))

    def _click(self, at: QPointF) -> None:
        """A press and a release without a drag between them."""
        canvas = self._canvas
        if canvas.draws_next:
            canvas.pencil.put(at)
        elif self._adds:
            clicked = set(self._clicks)
            rest = tuple(each for each in canvas.selection if each not in clicked)
            canvas.select(rest if len(rest) < len(canvas.selection) else rest + self._clicks)
        elif self._clicks:
            current = canvas.selection[0] if canvas.selection else None
            following = geometry.after(self._clicks, current)
            canvas.select(() if following is None else (following,))
        elif canvas.faint.aimed is not None:
            canvas.draw_requested.emit(canvas.faint.aimed)

    def _finish(self, drag: Drag) -> None:
        canvas = self._canvas
        if drag.doing is Doing.SELECT and drag.bbox is not None:
            touched = geometry.touched(((box.id, box.bbox) for box in canvas.boxes), drag.bbox)
            canvas.select(tuple(dict.fromkeys((*canvas.selection, *touched))))
            return
        canvas.draws_next = False
        if drag.doing is Doing.DRAW:
            canvas.tell_drawn(drag.bbox)
        elif drag.changes:
            canvas.reshape_requested.emit(drag.changes)
