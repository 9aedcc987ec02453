"""A small field at a box that has no class yet: type, Enter; Esc gives the box up."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from labeler.dataset.model import BBox

_WIDTH = 190


class NameField(QLineEdit):
    """named carries the box and the name; given_up comes where none was typed."""

    named = Signal(object, str)
    given_up = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._bbox: BBox | None = None
        self._room = parent
        self.setPlaceholderText(self.tr("What is it? Enter"))
        self.setAccessibleName(self.tr("Name of the new box's class"))
        self.setFixedWidth(_WIDTH)
        self.hide()
        self.returnPressed.connect(self._name)

    def ask(self, bbox: BBox, at: QPoint) -> None:
        """Shows itself at a point of its parent, moved in where that is too near the edge."""
        self._bbox = bbox
        self.clear()
        self.adjustSize()
        room = self._room.size()
        x = min(max(4, at.x()), room.width() - self.width() - 4)
        y = min(max(4, at.y()), room.height() - self.height() - 4)
        self.move(x, y)
        self.show()
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.give_up()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() is not Qt.FocusReason.ActiveWindowFocusReason:
            self.give_up()

    def give_up(self) -> None:
        if self._bbox is not None:
            self._bbox = None
            self.hide()
            self.given_up.emit()

    def _name(self) -> None:
        bbox, name = self._bbox, self.text().strip()
        if bbox is not None and name:
            self._bbox = None
            self.hide()
            self.named.emit(bbox, name)
