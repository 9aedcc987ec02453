"""The switch of proposals, with a line about them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from labeler.gui import theme
from labeler.gui.key_hint import hint_tooltip
from labeler.gui.label.proposing import Proposing
from labeler.gui.side_panel import keep_keys


class ProposalSwitch(QWidget):
    """On, off, and how many there are."""

    def __init__(self, proposing: Proposing, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._proposing = proposing
        self.button = QPushButton(self.tr("Propose boxes"), self)
        self.button.setAccessibleName(self.tr("Propose boxes"))
        self.button.setCheckable(True)
        hint_tooltip(
            self.button,
            "label.proposals",
            self.tr("Show faint boxes around what may be a thing, before anything is learned"),
        )
        keep_keys(self.button, Qt.Key.Key_Space)
        self.line = QLabel(self)
        self.line.setWordWrap(True)
        theme.set_role(self.line, "faint")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.button)
        row.addWidget(self.line, 1)
        self.button.clicked.connect(proposing.set_on)
        proposing.changed.connect(self._show)
        self._show()

    def set_editable(self, editable: bool) -> None:
        self.button.setEnabled(editable)

    def _show(self) -> None:
        self.button.setChecked(self._proposing.is_on)
        words = self._proposing.words
        if words != self.line.text():
            self.line.setText(words)
            self.button.setAccessibleDescription(words)
