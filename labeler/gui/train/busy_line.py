"""One line that something is under way: what, a moving bar, and Cancel."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget


class BusyLine(QWidget):
    """Hidden while there is nothing to say. cancel: the button."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.text = QLabel(self)
        self._bar = QProgressBar(self)
        self._bar.setRange(0, 0)
        self._bar.setTextVisible(False)
        self.cancel = QPushButton(self.tr("Cancel"), self)
        self.cancel.setToolTip(self.tr("Ends it; nothing is changed"))
        self.cancel.setAccessibleName(self.tr("Cancel"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(14)
        row.addWidget(self.text)
        row.addWidget(self._bar, 1)
        row.addWidget(self.cancel)
        self.hide()

    def say(self, sentence: str) -> None:
        """An empty sentence hides it."""
        self.text.setText(sentence)
        self._bar.setAccessibleName(sentence)
        self.setVisible(bool(sentence))
