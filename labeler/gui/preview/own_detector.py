"""Says over the picture, while a model that came with the program is used, what it knows and how to
come to a detector of one's own."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from labeler.gui import theme
from labeler.gui.key_hint import hint_tooltip
from labeler.gui.side_panel import keep_keys
from labeler.runs.detector import EVERYDAY, VECTOR


class OwnDetector(QFrame):
    """Shown until it is sent away, which holds until the window closes."""

    train_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_wanted = True
        theme.set_role(self, "bar")
        self._said = {
            EVERYDAY: self.tr(
                "No detector of your own yet: 80 everyday things are recognised. "
                "Ten labelled pictures are enough to begin with."
            ),
            VECTOR: self.tr(
                "Ready-made: Vector and his cube, learned from simulated pictures; not measured on "
                "real ones. Ten labelled pictures of your own make it better."
            ),
        }
        self.text = QLabel(self._said[EVERYDAY], self)
        self.text.setWordWrap(True)
        self.train_button = self._button(self.tr("Go to Train"))
        theme.set_role(self.train_button, "primary")
        hint_tooltip(self.train_button, "everywhere.train", self.tr("Train a detector of your own"))
        self.close_button = self._button(self.tr("Hide"))
        self.close_button.setToolTip(self.tr("Hide this until the next start"))
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 12, 4)
        row.setSpacing(10)
        row.addWidget(self.text, 1)
        row.addWidget(self.train_button)
        row.addWidget(self.close_button)
        self.train_button.clicked.connect(self.train_requested)
        self.close_button.clicked.connect(self._send_away)
        self.hide()

    def show_for(self, model: Path | None) -> None:
        """model: the one in use."""
        said = self._said.get(model) if model is not None else None
        if said:
            self.text.setText(said)
        self.setVisible(bool(said) and self._is_wanted)

    def _send_away(self) -> None:
        self._is_wanted = False
        self.hide()

    def _button(self, text: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setAccessibleName(text)
        keep_keys(button, Qt.Key.Key_Space)
        return button
