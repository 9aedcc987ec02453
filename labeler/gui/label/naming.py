"""A small field on the picture: which class? Type, or Down to a class; Enter; Esc gives it up."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from labeler.dataset.model import BBox, Category
from labeler.gui.label.class_matches import ClassMatches

_WIDTH = 220
_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}


class NameField(QLineEdit):
    """named carries the box that waits for its class, None where the selected ones do, and the
    name; given_up comes where none was typed."""

    named = Signal(object, str)
    given_up = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._asks = False
        self._bbox: BBox | None = None
        self._room = parent
        self.matches = ClassMatches(self, parent)
        self.setPlaceholderText(self.tr("What is it? Enter"))
        self.setAccessibleName(self.tr("Name of the box's class"))
        self.setFixedWidth(_WIDTH)
        self.hide()
        self.returnPressed.connect(lambda: self._name(self.matches.marked() or self.text()))
        self.textChanged.connect(lambda text: self.matches.refresh() if self._asks else None)
        self.matches.chosen.connect(self._name)

    def ask(self, bbox: BBox | None, at: QPoint, categories: Sequence[Category] = ()) -> None:
        """Shows itself at a point of its parent, moved in where that is too near the edge."""
        self._asks = False
        self._bbox = bbox
        self.clear()
        self._asks = True
        room = self._room.size()
        self.setFixedWidth(min(_WIDTH, room.width() - 8))
        self.adjustSize()
        x = min(max(4, at.x()), room.width() - self.width() - 4)
        y = min(max(4, at.y()), room.height() - self.height() - 4)
        self.move(x, y)
        self.show()
        self.raise_()
        self.matches.offer(categories)
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _STEPS.get(Qt.Key(event.key()))
        if event.key() == Qt.Key.Key_Escape:
            self.give_up()
        elif step is not None:
            self.matches.step(step)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() is not Qt.FocusReason.ActiveWindowFocusReason:
            self.give_up()

    def give_up(self) -> None:
        if self._asks:
            self._close()
            self.given_up.emit()

    def _name(self, name: str) -> None:
        bbox, name = self._bbox, name.strip()
        if self._asks and name:
            self._close()
            self.named.emit(bbox, name)

    def _close(self) -> None:
        self._asks, self._bbox = False, None
        self.matches.hide()
        if self.hasFocus():
            self._room.setFocus()  # or Qt would give the keys to whatever comes next for Tab
        self.hide()
