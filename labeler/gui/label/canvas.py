"""The picture with its boxes: turns mouse and keys into wishes, and never changes a row."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
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
from labeler.gui.label.aiming import Aim, aim
from labeler.gui.label.canvas_painter import UPPER_EDGE, paint_canvas
from labeler.gui.label.cursor import cursor_of
from labeler.gui.label.drag import Drag
from labeler.gui.label.faint_boxes import FaintBoxes
from labeler.gui.label.geometry import Size
from labeler.gui.label.keyboard import KeyHand
from labeler.gui.label.mouse import MouseHand
from labeler.gui.label.painting import ShownBox
from labeler.gui.label.pencil import Pencil
from labeler.gui.label.picture import Picture
from labeler.gui.label.still_layer import StillLayer
from labeler.gui.label.tone import Tone
from labeler.gui.label.viewport import Viewport, centred, fitted

_WHEEL_STEP = 1.25
_BY_KEYS = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)


class Canvas(QWidget):
    """Wishes come on mouse release: draw_requested(BBox), reshape_requested(a BBox for each id).
    selection_changed carries the ids; zoomed the scale; said tells what to do next; held whether
    the hand is at work: a mouse button is down, a box is half drawn, or an arrow moves one.
    menu_requested carries a place on the screen; what the menu is about is selected before."""

    draw_requested = Signal(object)
    reshape_requested = Signal(object)
    selection_changed = Signal(tuple)
    zoomed = Signal(float)
    held = Signal(bool)
    said = Signal(str)
    menu_requested = Signal(QPoint)

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
        self.shows_focus = False
        self.still = StillLayer(UPPER_EDGE)
        self.magnifies = False
        self.tone = Tone()
        self.editable = True
        self._size = Size(1, 1)
        self._fits = True
        self.is_held = False
        self._is_pressed = False
        self.draws_next = False
        self.pencil = Pencil(self)
        self.keys = KeyHand(self)
        self.faint = FaintBoxes(self)
        self._mouse = MouseHand(self)
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
        if not known.issuperset(self._mouse.held()):
            self._mouse.let_go()  # deleted or taken back in the middle of a drag
        self.select(tuple(each for each in self.selection if each in known))
        self.faint.follow()
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

    def select_all(self) -> None:
        """All boxes; suggestions only where there is nothing else."""
        drawn = tuple(box.id for box in self.boxes if not box.dashed)
        self.select(drawn or tuple(box.id for box in self.boxes))

    def select_next(self, by: int = 1) -> None:
        """The next box under the pointer, or the one before; with fewer than two, of all."""
        here = self.aim_at(self.pointer).ids if self.pointer is not None else ()
        ids = here if len(here) > 1 else tuple(box.id for box in self.boxes)
        current = self.selection[0] if self.selection else None
        following = geometry.after(ids, current) if by > 0 else geometry.before(ids, current)
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

    def pan(self, dx: float, dy: float) -> None:
        """By pixels of the screen."""
        self._fits = False
        self._look(self.viewport.panned(dx, dy))

    # Modes

    def begin_drawing(self) -> None:
        """The next drag draws, also where it starts on a box; so do keys alone."""
        if not self.editable:
            self.said.emit(self.tr("This dataset is read-only."))
        if not self.editable or self.picture is None:
            return
        self._mouse.let_go()
        self.select(())  # arrows and numbers now mean the box to come
        self.draws_next = True
        self.setFocus()
        self.pencil.begin()
        self._update_cursor()

    def tell_drawn(self, bbox: BBox | None) -> None:
        """Wishes for a box; without one the drag went past the image."""
        if bbox is None:
            self.said.emit(self.tr("Nothing drawn: that was outside the picture."))
        else:
            self.draw_requested.emit(bbox)

    def end_drawing(self) -> None:
        self._mouse.let_go()
        self.pencil.lay_down()
        self.draws_next = False
        self._update_cursor()
        self.update()

    @property
    def is_at_rest(self) -> bool:
        """Neither mouse nor pencil is drawing or dragging."""
        return self.drag is None and not self.draws_next

    def cancel(self) -> None:
        """Gives up what the mouse or the pencil is doing, or the selection."""
        if self.is_at_rest:
            self.select(())
        elif self.draws_next:
            self.said.emit(self.tr("Nothing drawn."))
        self.end_drawing()

    def settle(self) -> None:
        """The person goes elsewhere: what keys did to boxes is kept, anything else given up."""
        self.keys.nudging.finish()
        self.cancel()

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
        if not self.pencil.is_by_keys:
            self.pointer = None
        self.faint.follow()
        self.update()

    def enterEvent(self, event: QEnterEvent) -> None:
        if not self.pencil.is_by_keys:
            self.pointer = event.position()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.shows_focus = False
        self._is_pressed = True
        self.feel_hand()
        self._mouse.press(event)
        self._update_cursor()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._mouse.move(event)
        self.pointer = event.position()
        self.faint.follow()
        self.keys.held = event.modifiers()
        self._update_cursor()
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._mouse.release(event)
        self._is_pressed = event.buttons() != Qt.MouseButton.NoButton
        self.feel_hand()
        self._update_cursor()
        self.update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """About the box under the pointer, or the picture; by a key about what is selected."""
        event.accept()
        if self.picture is None or self._mouse.is_down or not self.is_at_rest:
            return
        self._is_pressed = False  # the menu gets the release
        self.feel_hand()
        place = event.globalPos()
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            place = self.mapToGlobal(self._menu_place())
        else:
            ids = self.aim_at(QPointF(event.pos())).ids
            if not any(each in self.selection for each in ids):
                self.select(ids[:1])
        self.menu_requested.emit(place)

    def wheelEvent(self, event: QWheelEvent) -> None:
        turns = event.angleDelta().y() / 120
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(_WHEEL_STEP**turns, event.position())
        elif not (self._may_turn(event) and self.faint.wheel(event)):
            delta = (
                event.pixelDelta() if not event.pixelDelta().isNull() else event.angleDelta() / 2
            )
            self.pan(delta.x(), delta.y())
        event.accept()

    def _may_turn(self, event: QWheelEvent) -> bool:
        """Whether the wheel does not move the picture: with Shift, or while all of it is seen."""
        return self._fits or bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent):
            if self.keys.claims(event):
                event.accept()
                return True
            if self.keys.tab(event):
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.keys.press(event):
            super().keyPressEvent(event)
        self._update_cursor()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if not self.keys.release(event):
            super().keyReleaseEvent(event)
        self._update_cursor()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.shows_focus = event.reason() in _BY_KEYS
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.keys.let_go()
        self.shows_focus = False
        self.update()
        self._update_cursor()
        super().focusOutEvent(event)

    def feel_hand(self) -> None:
        """Tells where it begins or ends to work."""
        held = self._is_pressed or self.pencil.is_at_work or self.keys.nudging.is_open
        if held != self.is_held:
            self.is_held = held
            self.held.emit(held)

    # Looking things up

    def _look(self, viewport: Viewport) -> None:
        image = (self._size.width, self._size.height)
        self.viewport = viewport.kept_in_view(image, self._screen())
        self.pencil.stay()
        self.zoomed.emit(self.zoom_shown())
        self.update()

    def _screen(self) -> tuple[float, float]:
        return float(self.width()), float(self.height())

    def _menu_place(self) -> QPoint:
        """Below the first selected box, or in the middle."""
        box = next((each for each in self.boxes if each.id in self.selection), None)
        if box is None:
            return self.rect().center()
        x, y = self.viewport.to_screen(box.bbox.x, box.bbox.bottom)
        return QPoint(max(0, min(round(x), self.width())), max(0, min(round(y), self.height())))

    def screen_size(self) -> QSizeF:
        return QSizeF(self.size())

    def zoom_shown(self) -> float:
        """Pixels of the screen for one of the image."""
        return self.viewport.scale * self.devicePixelRatioF()

    def image_size(self) -> Size:
        return self._size

    def aim_at(self, at: QPointF) -> Aim:
        """What is under a point of the canvas."""
        place = self.viewport.to_image(at.x(), at.y())
        return aim(self.boxes, self.selection, place, self.viewport.scale)

    def _update_cursor(self) -> None:
        self.setCursor(cursor_of(self))
