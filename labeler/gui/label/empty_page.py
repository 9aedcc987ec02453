"""What the Label workspace says while there is nothing to label, with the button to go on."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from labeler.gui import theme
from labeler.gui.key_hint import hint_tooltip

_MARGIN = 3
_TEXT_WIDTH = 460


class EmptyPage(QWidget):
    """camera_requested carries a camera's id, or nothing where one is to be chosen."""

    camera_requested = Signal(str)
    pictures_requested = Signal()
    all_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = QLabel(self)
        self.text = QLabel(self)
        self.text.setWordWrap(True)
        theme.set_role(self.title, "title")
        theme.set_role(self.text, "faint")
        for label in (self.title, self.text):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.simulated = QPushButton(self.tr("Use the simulated robot"), self)
        self.simulated.setToolTip(self.tr("Take photos in a small drawn world"))
        theme.set_role(self.simulated, "primary")
        self.capture = QPushButton(self.tr("Connect a robot or camera…"), self)
        hint_tooltip(self.capture, "everywhere.capture", self.tr("Choose a camera in Capture"))
        self.pictures = QPushButton(self.tr("Import pictures…"), self)
        words = self.tr("Choose pictures on this computer")
        hint_tooltip(self.pictures, "everywhere.import_pictures", words)
        self.all = QPushButton(self.tr("Show all images"), self)
        hint_tooltip(self.all, "label.show_all", self.tr("Clear the filter"))
        theme.set_role(self.all, "primary")
        self._buttons = (self.simulated, self.capture, self.pictures, self.all)
        self._row = row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        for button in self._buttons:
            row.addWidget(button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        column.setSpacing(14)
        column.addStretch(2)
        column.addWidget(self.title)
        column.addLayout(_centred(self.text))
        column.addLayout(row)
        column.addStretch(3)
        self.simulated.clicked.connect(lambda: self.camera_requested.emit("simulated"))
        self.capture.clicked.connect(lambda: self.camera_requested.emit(""))
        self.pictures.clicked.connect(self.pictures_requested)
        self.all.clicked.connect(self.all_requested)

    def show_for(self, *, dataset_is_empty: bool) -> None:
        if dataset_is_empty:
            self.title.setText(self.tr("No images yet"))
            self.text.setText(
                self.tr(
                    "Photograph through a robot, real or simulated, or drop pictures or a COCO "
                    "file onto this window."
                )
            )
        else:
            self.title.setText(self.tr("Nothing left here"))
            self.text.setText(self.tr("No image is as the filter at the left asks for."))
        for button in (self.simulated, self.capture, self.pictures):
            button.setVisible(dataset_is_empty)
        self.all.setVisible(not dataset_is_empty)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """In a small window the text wraps earlier and the buttons stand below each other."""
        room = self.width() - 2 * _MARGIN
        self.text.setFixedWidth(max(1, min(_TEXT_WIDTH, room)))
        shown = [button.sizeHint().width() for button in self._buttons if not button.isHidden()]
        fits = sum(shown) + self._row.spacing() * (len(shown) + 1) <= room
        self._row.setDirection(
            QBoxLayout.Direction.LeftToRight if fits else QBoxLayout.Direction.TopToBottom
        )


def _centred(label: QLabel) -> QHBoxLayout:
    """A row with the label in its middle. Aligned alone, it would get the height of one line."""
    row = QHBoxLayout()
    row.addStretch(1)
    row.addWidget(label)
    row.addStretch(1)
    return row
