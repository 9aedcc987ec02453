"""The button that records, red while it does, and what is kept beside the video."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QComboBox, QPushButton, QWidget

from labeler.gui.key_hint import hint_tooltip
from labeler.gui.preview import remembered
from labeler.gui.preview.recording import Going
from labeler.gui.side_panel import keep_keys
from labeler.gui.theme import set_role

_EVERY = (0, 1, 5, 15, 75)


class RecordControls(QObject):
    """button, every and opener are for a panel to lay out.

    toggle_requested: the person wants it to begin or to end; open_requested: to see what there is.
    """

    toggle_requested = Signal()
    open_requested = Signal()

    def __init__(self, panel: QWidget) -> None:
        super().__init__(panel)
        self.button = QPushButton(self.tr("Record"), panel)
        words = self.tr("Record a video with the boxes, and pictures with detections")
        hint_tooltip(self.button, "preview.record", words)
        self.button.setAccessibleName(self.tr("Record"))
        self.button.clicked.connect(self.toggle_requested)
        keep_keys(self.button, Qt.Key.Key_Space)
        self.every = self._make_every(panel)
        self.opener = self._make_opener(panel)

    @property
    def keep_every(self) -> int:
        return int(self.every.currentData())

    def show_going(self, going: Going | None) -> None:
        """None: nothing is recorded."""
        is_on = going is not None
        if (self.button.property("role") == "recording") is not is_on:
            set_role(self.button, "recording" if is_on else "")
        self.every.setEnabled(not is_on)
        if going is None:
            self.button.setText(self.tr("Record"))
            self.button.setAccessibleName(self.tr("Record"))
        else:
            self.button.setText(self.tr("Stop   {0}").format(going.clock))
            self.button.setAccessibleName(self.tr("Stop recording"))

    def _make_opener(self, panel: QWidget) -> QPushButton:
        button = QPushButton(self.tr("Open recordings"), panel)
        button.setAccessibleName(self.tr("Open the folder of recordings"))
        hint_tooltip(button, "preview.recordings", self.tr("The folder with all recordings"))
        button.clicked.connect(self.open_requested)
        keep_keys(button, Qt.Key.Key_Space)
        return button

    def _make_every(self, panel: QWidget) -> QComboBox:
        box = QComboBox(panel)
        texts = {
            0: self.tr("Video only"),
            1: self.tr("Video, every frame"),
        }
        for number in _EVERY:
            words = texts.get(number) or self.tr("Video, 1 of every {0} frames").format(number)
            box.addItem(words, number)
        box.setAccessibleName(self.tr("What is recorded"))
        box.setToolTip(
            self.tr(
                "The video, and the frames as pictures with what the detector found, in COCO format"
            )
        )
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(12)
        box.setCurrentIndex(max(0, box.findData(remembered.recall().keep_every)))
        box.activated.connect(lambda _row: remembered.keep(keep_every=self.keep_every))
        keep_keys(box, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Space)
        return box
