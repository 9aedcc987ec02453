"""What keys do on the canvas by themselves: arrows, Tab, and those held down beside the mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent

from labeler.gui.label.pencil import ARROWS

if TYPE_CHECKING:
    from labeler.gui.label.canvas import Canvas

_TABS = {Qt.Key.Key_Tab: 1, Qt.Key.Key_Backtab: -1}
_MODIFIERS = {
    Qt.Key.Key_Shift: Qt.KeyboardModifier.ShiftModifier,
    Qt.Key.Key_Control: Qt.KeyboardModifier.ControlModifier,
}


class KeyHand:
    """Works a canvas. held: Shift and Ctrl, as last seen. pans: H is down."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self.held = Qt.KeyboardModifier.NoModifier
        self.pans = False

    def claims(self, event: QKeyEvent) -> bool:
        """Whether a key is the canvas's although it is somebody's shortcut."""
        return event.type() is QEvent.Type.ShortcutOverride and self._canvas.pencil.wants(event)

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
            return self._nudge(event)
        return True

    def release(self, event: QKeyEvent) -> bool:
        """False where the key means nothing here."""
        self._hold(event)
        if event.key() != Qt.Key.Key_H or event.isAutoRepeat():
            return False
        self.pans = False
        return True

    def let_go(self) -> None:
        """The focus went elsewhere, and so do the releases."""
        self.pans = False
        self.held = Qt.KeyboardModifier.NoModifier

    def _nudge(self, event: QKeyEvent) -> bool:
        direction = ARROWS.get(Qt.Key(event.key()))
        if direction is None or not self._canvas.selection:
            return False
        step = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        grows = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        self._canvas.nudge_requested.emit(direction[0] * step, direction[1] * step, grows)
        return True

    def _hold(self, event: QKeyEvent) -> None:
        own = _MODIFIERS.get(Qt.Key(event.key()))
        if own is not None:
            down = event.type() is QEvent.Type.KeyPress
            self.held = event.modifiers() | own if down else event.modifiers() & ~own
