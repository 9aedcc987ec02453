"""A switch in the panel at the right, with a line about what it does."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from labeler.gui import theme
from labeler.gui.key_hint import hint_tooltip
from labeler.gui.side_panel import keep_keys


class SwitchLine(QWidget):
    """On or off, and a faint line beside it. action, tip: as hint_tooltip has them."""

    def __init__(self, name: str, action: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.button = QPushButton(name, self)
        self.button.setAccessibleName(name)
        self.button.setCheckable(True)
        hint_tooltip(self.button, action, tip)
        keep_keys(self.button, Qt.Key.Key_Space)
        self.line = QLabel(self)
        self.line.setWordWrap(True)
        theme.set_role(self.line, "faint")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.button)
        row.addWidget(self.line, 1)

    def set_editable(self, editable: bool) -> None:
        self.button.setEnabled(editable)

    def show_state(self, is_on: bool, words: str) -> None:
        """Nothing is laid out anew where the words are the same."""
        self.button.setChecked(is_on)
        if words != self.line.text():
            self.line.setText(words)
            self.button.setAccessibleDescription(words)
