"""What the Label workspace says while it has no image to show, with the buttons that go on."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from labeler.cameras.base import CameraState
from labeler.dataset.filters import ImageFilter
from labeler.dataset.model import ImageState
from labeler.dataset.queries import Counts
from labeler.gui import theme
from labeler.gui.counts import counted
from labeler.gui.key_hint import hint_tooltip

_MARGIN = 3
_TEXT_WIDTH = 460


class EmptyPage(QWidget):
    """Offers what makes sense now. camera_requested carries a camera's id, or nothing where one is
    to be chosen or is chosen already."""

    camera_requested = Signal(str)
    pictures_requested = Signal()
    all_requested = Signal()
    training_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = QLabel(self)
        self.text = QLabel(self)
        self.text.setWordWrap(True)
        theme.set_role(self.title, "title")
        theme.set_role(self.text, "faint")
        for label in (self.title, self.text):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.photo = QPushButton(self.tr("Go to Capture and take the first photo"), self)
        hint_tooltip(self.photo, "everywhere.capture", self.tr("The camera is ready there"))
        theme.set_role(self.photo, "primary")
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
        self.train = QPushButton(self.tr("Go to Train"), self)
        hint_tooltip(
            self.train, "everywhere.train", self.tr("Train a detector on what is labelled")
        )
        self._camera = ("", CameraState.CLOSED)
        self._shown: tuple[Counts, ImageFilter, bool] | None = None
        self._buttons = (
            self.photo,
            self.simulated,
            self.capture,
            self.pictures,
            self.all,
            self.train,
        )
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
        self.photo.clicked.connect(lambda: self.camera_requested.emit(""))
        self.pictures.clicked.connect(self.pictures_requested)
        self.train.clicked.connect(self.training_requested)
        self.all.clicked.connect(self.all_requested)

    def show_for(self, counts: Counts, wanted: ImageFilter, *, read_only: bool) -> None:
        """counts: of the dataset; wanted: the filter that no image passes."""
        self._shown = (counts, wanted, read_only)
        self._show()

    def show_camera(self, name: str, state: CameraState) -> None:
        """Which camera is chosen, if any, and how it is."""
        if (name, state) != self._camera:
            self._camera = (name, state)
            self._show()

    def _show(self) -> None:
        if self._shown is None:
            return
        counts, wanted, read_only = self._shown
        if counts.total:
            title, text, offered = self._of_filter(counts, wanted)
        elif read_only:
            title = self.tr("No images yet")
            text = self.tr("This dataset is open read-only, so none can be added here.")
            offered = []
        else:
            title = self.tr("No images yet")
            text, offered = self._of_camera()
        self.title.setText(title)
        self.text.setText(text)
        for button in self._buttons:
            button.setVisible(button in offered)
        self._fit()

    def _of_filter(self, counts: Counts, wanted: ImageFilter) -> tuple[str, str, list[QPushButton]]:
        only_to_do = wanted == ImageFilter(state=ImageState.UNLABELLED)
        if only_to_do and not counts.unlabelled:
            text = self.tr("{labelled} labelled, {empty} confirmed empty.").format(
                labelled=counted(counts.labelled, "image"), empty=counts.empty
            )
            return self.tr("Everything is labelled"), text, [self.all, self.train]
        text = self.tr("No image matches the filter on the left.")
        return self.tr("Nothing to show"), text, [self.all]

    def _of_camera(self) -> tuple[str, list[QPushButton]]:
        name, state = self._camera
        if state is CameraState.LIVE:
            text = self.tr("{camera} is connected. You can also drop pictures or a COCO file here.")
            return text.format(camera=name), [self.photo, self.pictures]
        if state in (CameraState.CONNECTING, CameraState.LOST):
            text = self.tr(
                "{camera} is connecting. You can also drop pictures or a COCO file here."
            )
            return text.format(camera=name), [self.capture, self.pictures]
        text = self.tr(
            "Take photos with a robot, real or simulated, or drop pictures or a COCO file onto "
            "this window."
        )
        return text, [self.simulated, self.capture, self.pictures]

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
