"""What Preview shows while there is nothing to look with."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from labeler.gui.key_hint import hint_tooltip
from labeler.gui.side_panel import keep_keys
from labeler.gui.theme import set_role


class NoModel(QWidget):
    """A large sentence, a small one, and the two ways on."""

    train_requested = Signal()
    open_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        set_role(self, "ground")
        title = QLabel(self.tr("No detector yet"), self)
        set_role(title, "title")
        hint = QLabel(
            self.tr(
                "About 20 labelled pictures are enough: press Train.\nA minute later you can "
                "watch your detector here, on your camera."
            ),
            self,
        )
        set_role(hint, "faint")
        self.train_button = self._button(self.tr("Go to Train"), primary=True)
        self.open_button = self._button(self.tr("Open model.onnx…"))
        hint_tooltip(self.train_button, "everywhere.train", self.tr("Train a detector of your own"))
        hint_tooltip(self.open_button, "preview.open_model", self.tr("Use a model from a file"))
        self.train_button.clicked.connect(self.train_requested)
        self.open_button.clicked.connect(self.open_requested)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.train_button)
        row.addWidget(self.open_button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setSpacing(8)
        column.addStretch(1)
        for label in (title, hint):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(label)
        column.addSpacing(8)
        column.addLayout(row)
        column.addStretch(1)
        self.setAccessibleName(f"{title.text()}. {hint.text()}")

    def _button(self, text: str, *, primary: bool = False) -> QPushButton:
        button = QPushButton(text, self)
        if primary:
            set_role(button, "primary")
        button.setToolTip(text)
        button.setAccessibleName(text)
        keep_keys(button, Qt.Key.Key_Space)
        return button
