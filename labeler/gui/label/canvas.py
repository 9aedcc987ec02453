"""The picture with its boxes: turns mouse and keys into wishes, and never changes a row."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QEnterEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from labeler.dataset.model import BBox
from labeler.gui.label import geometry
from labeler.gui.label.canvas_painter import paint_canvas
from labeler.gui.label.drag import Doing, Drag
from labeler.gui.label.geometry import Handle, Size
from labeler.gui.label.painting import HANDLE_SIDE, ShownBox
from labeler.gui.label.picture import Picture
from labeler.gui.label.still_layer import StillLayer
from labeler.gui.label.tone import Tone
from labeler.gui.label.viewport import Viewport, centred, fitted

_START_OF_DRAG = 3.0
"""Screen pixels that a hand may tremble before a click becomes a drag."""
_WHEEL_STEP = 1.25
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_CURSORS = {
    (0.0, 0.0): Qt.CursorShape.SizeFDiagCursor,
    (1.0, 1.0): Qt.CursorShape.SizeFDiagCursor,
    (1.0, 0.0): Qt.CursorShape.SizeBDiagCursor,
    (0.0, 1.0): Qt.CursorShape.SizeBDiagCursor,
    (0.5, 0.0): Qt.CursorShape.SizeVerCursor,
    (0.5, 1.0): Qt.CursorShape.SizeVerCursor,
    (0.0, 0.5): Qt.CursorShape.SizeHorCursor,
    (1.0, 0.5): Qt.CursorShape.SizeHorCursor,
}


class Canvas(QWidget):
    """Wishes come on mouse release: draw_requested(BBox), reshape_requested(id, BBox),
    nudge_requested(dx, dy, grows). selection_changed carries the ids; zoomed the scale."""

    draw_requested = Signal(object)
    reshape_requested = Signal(int, object)
    nudge_requested = Signal(int, int, bool)
    selection_changed = Signal(tuple)
    zoomed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture: Picture | None = None
        self.boxes: tuple[ShownBox, ...] = ()
        self.selection: tuple[int, ...] = ()
        self.viewport = Viewport()
        self.drag: Drag | None = None
        self.pending: BBox | None = None
        self.pointer: QPointF | None = None
        self.message = ""
        self.next_name = ""
        self.next_color = "#ffffff"
        self.shows_names = True
        self.shows_crosshair = True
        self.still = StillLayer()
        self.magnifies = False
        self.tone = Tone()
        self.editable = True
        self._size = Size(1, 1)
        self._fits = True
        self._draws_next = False
        self._pans = False
        self._pressed: tuple[QPointF, Drag | None] | None = None
        self._cycles: tuple[int, ...] = ()
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(self.tr("Picture with boxes"))

    # What it shows

    def show_picture(self, picture: Picture | None, size: Size, message: str = "") -> None:
        """size is the image's own, so that boxes stand right while the picture still loads."""
        is_other = size != self._size
        self.picture, self._size, self.message = picture, size, message
        if is_other or self._fits:
            self.fit()
        self.update()

    def set_boxes(self, boxes: Sequence[ShownBox]) -> None:
        self.boxes = tuple(boxes)
        known = {box.id for box in boxes}
        held = self._held()
        if held is not None and held not in known:
            self._let_go()  # deleted or taken back in the middle of a drag
        self.select(tuple(each for each in self.selection if each in known))
        self.update()

    def set_next(self, name: str, color: str) -> None:
        """The class that the next box gets."""
        self.next_name, self.next_color = name, color
        self.update()

    def set_pending(self, bbox: BBox | None) -> None:
        """A box that waits for its class to be named."""
        self.pending = bbox
        self.update()

    def select(self, ids: tuple[int, ...]) -> None:
        if ids != self.selection:
            self.selection = ids
            self.selection_changed.emit(ids)
            self.update()

    def select_next(self) -> None:
        """The next box under the pointer; where there are fewer than two, the next of all."""
        here = self._ids_at(self.pointer) if self.pointer is not None else []
        ids = here if len(here) > 1 else [box.id for box in self.boxes]
        current = self.selection[0] if self.selection else None
        following = geometry.after(ids, current)
        self.select(() if following is None else (following,))

    # Zoom

    def fit(self) -> None:
        self._fits = True
        self._look(fitted((self._size.width, self._size.height), self._screen()))

    def show_actual_size(self) -> None:
        self._fits = False
        ratio = 1 / self.devicePixelRatioF()
        self._look(centred((self._size.width, self._size.height), self._screen(), ratio))

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Around a point of the screen; without one, around the pointer or the middle."""
        place = at or self.pointer or QPointF(self.width() / 2, self.height() / 2)
        self._fits = False
        self._look(self.viewport.zoomed(factor, place.x(), place.y()))

    # Modes

    def begin_drawing(self) -> None:
        """The next drag draws, also where it starts on a box."""
        self._draws_next = self.editable
        self._update_cursor()

    def cancel(self) -> None:
        """Gives up what the mouse is doing, or the selection."""
        if self.drag is None and not self._draws_next:
            self.select(())
        self._let_go()
        self._draws_next = False
        self._update_cursor()
        self.update()

    def toggle_names(self) -> None:
        self.shows_names = not self.shows_names
        self.update()

    def toggle_crosshair(self) -> None:
        self.shows_crosshair = not self.shows_crosshair
        self.update()

    def toggle_magnifier(self) -> None:
        self.magnifies = not self.magnifies
        self.update()

    def set_tone(self, tone: Tone) -> None:
        """Brightness and contrast of what is shown, until the window closes."""
        self.tone = tone
        self.zoomed.emit(self.zoom_shown())  # the line that tells the zoom tells the tone as well
        self.update()

    # Events

    def sizeHint(self) -> QSize:
        return QSize(640, 480)

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_canvas(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self._fits:
            self.fit()

    def leaveEvent(self, event: QEvent) -> None:
        self.pointer = None
        self.update()

    def enterEvent(self, event: QEnterEvent) -> None:
        self.pointer = event.position()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.drag is not None or self._pressed is not None:
            return  # a second button in mid-drag means nothing
        at = event.position()
        if self._begins_pan(event):
            self.drag = Drag(Doing.PAN, (at.x(), at.y()))
        elif event.button() is Qt.MouseButton.LeftButton and self.picture is not None:
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._pressed = (at, self._press(at, add=shift))
        self._update_cursor()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if self.drag is not None and self.drag.doing is Doing.PAN:
            self._pan(at)
        elif self._pressed is not None:
            self._drag_to(at)
        self.pointer = at
        self._update_cursor()
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.drag is not None and self.drag.doing is Doing.PAN:
            self.drag = None
        elif event.button() is Qt.MouseButton.LeftButton and self._pressed is not None:
            self._release()
        self._update_cursor()
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        turns = event.angleDelta().y() / 120
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(_WHEEL_STEP**turns, event.position())
        else:
            delta = (
                event.pixelDelta() if not event.pixelDelta().isNull() else event.angleDelta() / 2
            )
            self._fits = False
            self._look(self.viewport.panned(delta.x(), delta.y()))
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Tab belongs to the boxes while there are any; without boxes it moves the focus."""
        is_tab = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Tab
        if is_tab and event.type() is QEvent.Type.KeyPress and self.boxes:
            self.select_next()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        direction = _ARROWS.get(Qt.Key(event.key()))
        if event.key() == Qt.Key.Key_H and not event.isAutoRepeat():
            self._pans = True
            self._update_cursor()
        elif direction is not None and self.selection:
            step = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
            grows = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
            self.nudge_requested.emit(direction[0] * step, direction[1] * step, grows)
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_H and not event.isAutoRepeat():
            self._pans = False
            self._update_cursor()
        else:
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._pans = False  # the release of H goes elsewhere
        self._update_cursor()
        super().focusOutEvent(event)

    # How a press becomes a drag

    def _begins_pan(self, event: QMouseEvent) -> bool:
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        left = event.button() is Qt.MouseButton.LeftButton
        return event.button() is Qt.MouseButton.MiddleButton or (
            left and (self._pans or bool(control))
        )

    def _press(self, at: QPointF, *, add: bool) -> Drag | None:
        """Selects what is under the pointer; returns the drag that may follow."""
        start = self.viewport.to_image(at.x(), at.y())
        self._cycles = ()
        if self._draws_next:
            return Drag(Doing.DRAW, start)
        grip = self._grip_at(at)
        if grip is not None:
            box, handle = grip
            return self._if_editable(Drag(Doing.RESIZE, start, box.id, box.bbox, handle))
        ids = self._ids_at(at)
        if not ids:
            self.select(())
            return self._if_editable(Drag(Doing.DRAW, start))
        return self._press_on_boxes(ids, start, add=add)

    def _press_on_boxes(
        self, ids: list[int], start: tuple[float, float], *, add: bool
    ) -> Drag | None:
        if add:
            rest = tuple(each for each in self.selection if each != ids[0])
            self.select(rest if ids[0] in self.selection else (*rest, ids[0]))
            return None
        held = next((each for each in ids if each in self.selection), None)
        if held is None:
            held = ids[0]
            self.select((held,))
        elif len(ids) > 1:
            self._cycles = tuple(ids)  # if no drag follows, the click goes on to the next one
        box = self._box(held)
        return self._if_editable(Drag(Doing.MOVE, start, box.id, box.bbox))

    def _if_editable(self, drag: Drag) -> Drag | None:
        return drag if self.editable else None

    def _drag_to(self, at: QPointF) -> None:
        pressed, drag = self._pressed or (at, None)
        if drag is None:
            return
        if self.drag is None and (at - pressed).manhattanLength() < _START_OF_DRAG:
            return
        self.drag = drag.to(*self.viewport.to_image(at.x(), at.y()), self._size)

    def _held(self) -> int | None:
        """The id of the box that the mouse holds, moved already or not."""
        drag = self.drag or (self._pressed[1] if self._pressed else None)
        return None if drag is None else drag.annotation_id

    def _let_go(self) -> None:
        self.drag, self._pressed = None, None

    def _release(self) -> None:
        drag, self.drag, self._pressed = self.drag, None, None
        if drag is None:
            if self._cycles:
                current = self.selection[0] if self.selection else None
                following = geometry.after(self._cycles, current)
                self.select(() if following is None else (following,))
            return
        self._draws_next = False
        if drag.doing is Doing.DRAW and drag.bbox is not None:
            self.draw_requested.emit(drag.bbox)
        elif drag.annotation_id is not None and drag.bbox not in (None, drag.before):
            self.reshape_requested.emit(drag.annotation_id, drag.bbox)

    def _pan(self, at: QPointF) -> None:
        if self.drag is None:
            return
        dx, dy = at.x() - self.drag.start[0], at.y() - self.drag.start[1]
        self.drag = Drag(Doing.PAN, (at.x(), at.y()))
        self._fits = False
        self._look(self.viewport.panned(dx, dy))

    # Looking things up

    def _look(self, viewport: Viewport) -> None:
        image = (self._size.width, self._size.height)
        self.viewport = viewport.kept_in_view(image, self._screen())
        self.zoomed.emit(self.zoom_shown())
        self.update()

    def _screen(self) -> tuple[float, float]:
        return float(self.width()), float(self.height())

    def screen_size(self) -> QSizeF:
        return QSizeF(self.size())

    def zoom_shown(self) -> float:
        """Pixels of the screen for one of the image."""
        return self.viewport.scale * self.devicePixelRatioF()

    def image_size(self) -> Size:
        return self._size

    def _box(self, annotation_id: int) -> ShownBox:
        return next(box for box in self.boxes if box.id == annotation_id)

    def _ids_at(self, at: QPointF) -> list[int]:
        x, y = self.viewport.to_image(at.x(), at.y())
        reach = 3 / self.viewport.scale
        return geometry.under(((box.id, box.bbox) for box in self.boxes), x, y, reach)

    def _grip_at(self, at: QPointF) -> tuple[ShownBox, Handle] | None:
        if len(self.selection) != 1:
            return None
        box = self._box(self.selection[0])
        x, y = self.viewport.to_image(at.x(), at.y())
        handle = geometry.handle_at(box.bbox, x, y, HANDLE_SIDE / self.viewport.scale)
        return None if handle is None else (box, handle)

    def _update_cursor(self) -> None:
        self.setCursor(self._cursor_shape())

    def _cursor_shape(self) -> Qt.CursorShape:
        if self._pans or (self.drag is not None and self.drag.doing is Doing.PAN):
            return Qt.CursorShape.OpenHandCursor
        if self.picture is None or self.pointer is None:
            return Qt.CursorShape.ArrowCursor
        if self.drag is not None:
            return self.cursor().shape()  # what the press made it
        if self._draws_next or not self.editable:
            return Qt.CursorShape.CrossCursor if self.editable else Qt.CursorShape.ArrowCursor
        grip = self._grip_at(self.pointer)
        if grip is not None:
            return _CURSORS[grip[1].value]
        return (
            Qt.CursorShape.SizeAllCursor
            if self._ids_at(self.pointer)
            else Qt.CursorShape.CrossCursor
        )
