"""The recording under way: what is seen goes to its recorder, and the window hears how it goes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QFont, QGuiApplication

from labeler.errors import UserError
from labeler.gui.counts import counted
from labeler.gui.decode import as_rgb
from labeler.gui.document import Document
from labeler.gui.open_outside import open_outside
from labeler.gui.preview.looking import Looking, Pane
from labeler.gui.preview.video_picture import video_picture
from labeler.recording.found_coco import Finds
from labeler.recording.recorder import Moment, Recorded, Recorder, new_folder

FOLDER = "recordings"
"""Inside the dataset's own."""
_LOOK_MS = 250
_PATIENCE_S = 5.0
_USUAL_RATE, _HIGHEST_RATE = 15, 30
"""Pictures a second."""


@dataclass(frozen=True, slots=True)
class Going:
    """How far it is."""

    seconds: float
    size_bytes: int

    @property
    def clock(self) -> str:
        """As in "0:12"."""
        whole = int(self.seconds)
        if whole >= 3600:
            return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"
        return f"{whole // 60}:{whole % 60:02}"

    def words(self) -> str:
        """As in "0:12   3.4 MB"."""
        return f"{self.clock}   {self.size_bytes / 1e6:.1f} MB"


class Recording(QObject):
    """changed carries a Going while it records and None once it has ended."""

    changed = Signal(object)
    _over = Signal(object)

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.last: Path | None = None
        """The folder of the newest recording of this sitting."""
        self._document = document
        self._recorder: Recorder | None = None
        self._font = QFont(QGuiApplication.font())
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self._tell)
        self._over.connect(self._end)
        document.dataset_opened.connect(self.stop)

    @property
    def is_on(self) -> bool:
        return self._recorder is not None

    def obstacle_to_folder(self) -> str:
        """Why there is no folder of recordings to open, or nothing."""
        return "" if self._folder.is_dir() else self.tr("Nothing has been recorded here yet.")

    def open_folder(self) -> None:
        """Shows the recordings of this dataset in the system's own window for files."""
        if obstacle := self.obstacle_to_folder():
            self._document.say(obstacle)
        else:
            open_outside(self._folder, lambda words: self._document.report(UserError(words)), self)

    @property
    def _folder(self) -> Path:
        return self._document.dataset.folder / FOLDER

    def toggle(self, looking: Looking, keep_every: int) -> None:
        """Begins, or ends the one under way. keep_every: as in start()."""
        if self._recorder is not None:
            self.stop()
        elif looking.last is None:
            self._document.say(self.tr("Not recorded: there is no picture with detections yet."))
        else:
            rate = round(looking.pace.per_second()) or _USUAL_RATE
            self.start(per_second=float(min(_HIGHEST_RATE, rate)), keep_every=keep_every)

    def start(self, *, per_second: float, keep_every: int) -> None:
        """keep_every: of so many pictures one is kept as COCO; 0: none."""
        folder = new_folder(self._folder)
        try:
            self._recorder = Recorder(
                folder, self._over.emit, per_second=per_second, keep_every=keep_every
            )
        except UserError as error:
            self._document.report(error)
            return
        self._timer.start()
        self._tell()

    def stop(self) -> None:
        if self._recorder is not None:
            self._recorder.stop()

    def add(self, first: Pane, second: Pane | None) -> None:
        """The newest picture, as it is shown: by one detector, or by two side by side."""
        if self._recorder is None:
            return
        picture = first.shown.sight.picture
        image, font = picture.image, self._font
        panes = [(pane.model.name, pane.shown.marks) for pane in (first, second) if pane]
        self._recorder.add(
            Moment(
                data=picture.frame.data,
                received=picture.frame.received,
                captured_at=picture.frame.captured_at,
                first=_finds(first),
                second=None if second is None else _finds(second),
                draw=lambda: as_rgb(video_picture(image, panes, font)),
            )
        )

    def finish(self) -> None:
        """Ends it and waits for the disk; for a window that closes."""
        recorder = self._recorder
        if recorder is not None:
            recorder.stop()
            recorder.wait(_PATIENCE_S)

    def _tell(self) -> None:
        if self._recorder is not None:
            self.changed.emit(Going(self._recorder.seconds, self._recorder.size_bytes))

    def _end(self, recorded: Recorded) -> None:
        self._recorder = None
        self._timer.stop()
        self.changed.emit(None)
        if recorded.failure:
            self._document.report(UserError(recorded.failure))
            return
        if not recorded.frames:
            self._document.say(self.tr("Nothing was recorded: no frame came meanwhile."))
            return
        self.last = recorded.folder
        words = self.tr("Recorded {0} with {1}.").format(
            Going(recorded.seconds, recorded.size_bytes).words().replace("   ", ", "),
            counted(recorded.pictures, "picture"),
        )
        if recorded.left_out:
            words += self.tr(" Left out, because the disk was too slow: {0}.").format(
                counted(recorded.left_out, "moment")
            )
        self._document.tell_written(recorded.folder, words)


def _finds(pane: Pane) -> Finds:
    found = [(each.detection, each.number) for each in pane.shown.stored]
    return Finds(pane.model.name, pane.model.names, found)
