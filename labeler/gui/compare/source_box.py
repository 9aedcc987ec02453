"""What both detectors look at: a video, a folder, a simulated drive, or a live camera."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QWidget

from labeler.cameras.catalogue import CameraChoice
from labeler.gui.live import LiveCamera
from labeler.gui.live_files import ask_for_file, needs_file
from labeler.gui.side_panel import keep_keys
from labeler.runs.clip import SIMULATED

_KEYS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Space)
_MOST_OPENED = 5


class SourceBox(QComboBox):
    """clip_chosen carries a word for open_clip; camera_chosen a CameraChoice."""

    clip_chosen = Signal(str)
    camera_chosen = Signal(object)

    def __init__(self, live: LiveCamera, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._live = live
        self._clips: list[str] = [SIMULATED]
        self._current = ""
        self.setAccessibleName(self.tr("Watch"))
        self.setToolTip(self.tr("The video or camera that both detectors watch"))
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(10)
        keep_keys(self, *_KEYS)
        self.activated.connect(self._choose)
        self.refresh()

    def refresh(self) -> None:
        """Reads the list of cameras again."""
        self.clear()
        for clip in self._clips:
            self.addItem(self._title(clip), clip)
        for choice in self._live.choices():
            if needs_file(choice) and choice.kind != "network":
                self.addItem(choice.name, choice)
        self.insertSeparator(self.count())
        for choice in self._live.choices():
            if choice.kind in ("robot", "simulated", "webcam", "network") and not needs_file(
                choice
            ):
                self.addItem(self.tr("Live: {0}").format(choice.name), choice)
        self._mark()

    def show_clip(self, word: str) -> None:
        """Marks it, and keeps it in the list."""
        self._current = _key(word)
        if word not in self._clips:
            opened = [clip for clip in self._clips if clip != SIMULATED]
            self._clips = [*[word, *opened][:_MOST_OPENED], SIMULATED]
            self.refresh()
        self._mark()

    def show_camera(self, choice: CameraChoice) -> None:
        self._current = _key(choice)
        self._mark()

    def _choose(self, row: int) -> None:
        wanted = self.itemData(row)
        self._mark()  # it stays where it was until the choice is taken
        if isinstance(wanted, str):
            self.clip_chosen.emit(wanted)
        elif needs_file(wanted):
            ask_for_file(self, wanted, lambda found: self.clip_chosen.emit(found.detail))
        else:
            self.camera_chosen.emit(wanted)

    def _mark(self) -> None:
        keys = [_key(self.itemData(row)) for row in range(self.count())]
        self.setCurrentIndex(keys.index(self._current) if self._current in keys else -1)

    def _title(self, clip: str) -> str:
        if clip == SIMULATED:
            return self.tr("Simulated drive, always the same")
        return Path(clip).name


def _key(wanted: str | CameraChoice | None) -> str:
    """A camera and a clip may have the same word: the simulated robot, live and as a drive."""
    return f"live {wanted.id}" if isinstance(wanted, CameraChoice) else f"clip {wanted}"
