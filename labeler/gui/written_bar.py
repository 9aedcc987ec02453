"""Where a file went that the person asked for: its place, and two buttons that lead to it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QGuiApplication, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QWidget,
)

from labeler.gui import theme
from labeler.gui.elided_label import ElidedLabel
from labeler.gui.icons import icon
from labeler.gui.open_outside import show_in_folder

_GAP = 10
_LEAST_PLACE = 240
"""So much of the path is shown beside the sentence, in device-independent pixels."""


class WrittenBar(QFrame):
    """Hidden until show_written(); the newest file replaces the one before. It stays until it is
    closed. said: what came of a button, for the status line.
    """

    said = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.path = Path()
        theme.set_role(self, "bar")
        self.sentence = QLabel(self)
        self.sentence.setTextFormat(Qt.TextFormat.PlainText)
        self.place = ElidedLabel(self, mode=Qt.TextElideMode.ElideMiddle)
        theme.set_role(self.place, "faint")
        self.folder_button = QPushButton(self.tr("Show in folder"), self)
        self.folder_button.setToolTip(self.tr("Open the folder it is in"))
        self.folder_button.clicked.connect(self._show_folder)
        self.copy_button = QPushButton(self.tr("Copy path"), self)
        self.copy_button.setToolTip(self.tr("Copy its full path to the clipboard"))
        self.copy_button.clicked.connect(self._copy)
        for button in (self.folder_button, self.copy_button):
            button.setAutoDefault(False)  # in a dialog Enter in a field would press it
        self.close_button = QToolButton(self)
        self.close_button.setAccessibleName(self.tr("Close this message"))
        self.close_button.setToolTip(self.tr("Close this message"))
        self.close_button.clicked.connect(self.hide)
        theme.set_role(self.close_button, "flat")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 12, 4)
        row.setSpacing(_GAP)
        self._words = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._words.setSpacing(_GAP)
        self._words.addWidget(self.sentence)
        self._words.addWidget(self.place, 1)
        row.addLayout(self._words, 1)
        row.addWidget(self.folder_button)
        row.addWidget(self.copy_button)
        row.addWidget(self.close_button)
        self.hide()

    def show_written(self, path: Path, sentence: str) -> None:
        """sentence: what it is, without its place. path: a file or a folder."""
        self.path = path
        self.sentence.setText(sentence)
        self.place.setText(str(path))
        self._arrange()
        self.setAccessibleName(f"{sentence} {path}")
        self.close_button.setIcon(icon("close"))
        self.show()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """The place below the sentence where there is no room for both beside each other."""
        room = self.folder_button.x() - self.sentence.x() - _GAP
        needed = self.sentence.sizeHint().width() + _GAP + _LEAST_PLACE
        sides = QBoxLayout.Direction
        self._words.setDirection(sides.TopToBottom if room < needed else sides.LeftToRight)
        self._words.setSpacing(0 if room < needed else _GAP)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange and self.isVisible():
            self.close_button.setIcon(icon("close"))
        super().changeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
            return
        super().keyPressEvent(event)

    def _show_folder(self) -> None:
        show_in_folder(self.path, self.said.emit, self)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(str(self.path))
        self.said.emit(self.tr("Copied: {0}").format(self.path))
