"""What keys do on the canvas by themselves: arrows, Tab, and those held down beside the mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent

from labeler.gui.label.nudging import Nudging
from labeler.gui.label.pencil import ARROWS

if TYPE_CHECKING:
    from labeler.gui.label.canvas import Canvas

_TABS = {Qt.Key.Key_Tab: 1, Qt.Key.Key_Backtab: -1}
_MODIFIERS = {
    Qt.Key.Key_Shift: Qt.KeyboardModifier.ShiftModifier,
    Qt.Key.Key_Control: Qt.KeyboardModifier.ControlModifier,
}
_LEAVE_A_NUDGE = {*ARROWS, *_MODIFIERS, Qt.Key.Key_Alt, Qt.Key.Key_Escape}


class KeyHand:
    """Works a canvas. held: Shift and Ctrl, as last seen. pans: H is down."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self.held = Qt.KeyboardModifier.NoModifier
        self.pans = False
        self.nudging = Nudging(canvas)

    def claims(self, event: QKeyEvent) -> bool:
        """Whether a key is the canvas's although it is somebody's shortcut."""
        if event.type() is not QEvent.Type.ShortcutOverride:
            return False
        if event.key() not in _LEAVE_A_NUDGE:
            self.nudging.finish()  # before what the key is a shortcut for
        return self._canvas.pencil.wants(event)

    def tab(self, event: QKeyEvent) -> bool:
        """Tab belongs to the boxes while there are any; without boxes it moves the focus."""
        by = _TABS.get(Qt.Key(event.key()), 0)
        if not by or event.type() is not QEvent.Type.KeyPress or not self._canvas.boxes:
            return False
        self._canvas.select_next(by)
        return True

    def press(self, event: QKeyEvent) -> bool:
        """False where the key means nothing here."""
        self._hold(event)
        if event.key() == Qt.Key.Key_H and not event.isAutoRepeat():
            self.pans = True
        elif self._canvas.pencil.wants(event):
            self._canvas.pencil.take(event)
        else:
            return self.nudging.step(event)
        return True

    def release(self, event: QKeyEvent) -> bool:
        """False where the key means nothing here."""
        self._hold(event)
        if event.key() in ARROWS and not event.isAutoRepeat():
            self.nudging.finish()
        if event.key() != Qt.Key.Key_H or event.isAutoRepeat():
            return False
        self.pans = False
        return True

    def let_go(self) -> None:
        """The focus went elsewhere, and so do the releases."""
        self.nudging.finish()
        self.pans = False
        self.held = Qt.KeyboardModifier.NoModifier

    def _hold(self, event: QKeyEvent) -> None:
        own = _MODIFIERS.get(Qt.Key(event.key()))
        if own is not None:
            down = event.type() is QEvent.Type.KeyPress
            self.held = event.modifiers() | own if down else event.modifiers() & ~own
