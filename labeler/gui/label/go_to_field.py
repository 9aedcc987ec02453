"""The field that asks which image to go to: its number in the list, or a part of its name."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QVBoxLayout, QWidget

from labeler.gui import theme

_WIDTH = 230


class GoToField(QFrame):
    """typed carries what was entered; show_fault says why that leads nowhere."""

    typed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        theme.set_role(self, "card")
        self.field = QLineEdit(self)
        self.hint = QLabel(self)
        self.hint.setWordWrap(True)
        theme.set_role(self.hint, "faint")
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 8)
        column.addWidget(self.field)
        column.addWidget(self.hint)
        self.setFixedWidth(_WIDTH)
        self.field.returnPressed.connect(lambda: self.typed.emit(self.field.text().strip()))

    def ask(self, count: int, corner: QPoint) -> None:
        """count: how many images are in the list. corner: its top left on the screen."""
        words = self.tr("Go to image 1 - {n}").format(n=count)
        self.field.setPlaceholderText(words)
        self.field.setAccessibleName(words)
        self.hint.setText(self.tr("A number or part of a name. Enter goes there, Esc closes."))
        self.move(corner)
        self.show()
        self.field.setFocus()
        self.field.selectAll()

    def show_fault(self, sentence: str) -> None:
        self.hint.setText(sentence)
        self.field.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        elif event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
