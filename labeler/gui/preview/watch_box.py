"""What is watched: the cameras that Capture has as well, in short."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QWidget

from labeler.cameras.catalogue import CameraChoice
from labeler.gui.live import LiveCamera
from labeler.gui.live_files import ask_for_file, needs_file


class WatchBox(QComboBox):
    """Opens the camera that the person chooses, and follows when it is changed elsewhere."""

    def __init__(self, live: LiveCamera, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._live = live
        self._choices: list[CameraChoice] = []
        self.setAccessibleName(self.tr("Watch"))
        self.setToolTip(self.tr("The camera, video or folder that the detector looks at"))
        self.setPlaceholderText(self.tr("Choose a camera"))
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(12)
        self.activated.connect(self._choose)
        live.camera_changed.connect(self.refresh)

    def refresh(self) -> None:
        """Reads the list of cameras again."""
        self._choices = self._live.choices()
        self.clear()
        self.addItems([choice.name for choice in self._choices])
        ids = [choice.id for choice in self._choices]
        chosen = self._live.choice
        self.setCurrentIndex(-1 if chosen is None else ids.index(chosen.id))

    def _choose(self, row: int) -> None:
        choice = self._choices[row]
        self.refresh()  # the mark stays where it was until the choice is taken
        if needs_file(choice):
            ask_for_file(self, choice, self._live.choose)
        else:
            self._live.choose(choice)
