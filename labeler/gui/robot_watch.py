"""How the configured robots are, looked at again and again while their list is on show."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, QTimer, Signal

from labeler.cameras.base import CameraState
from labeler.cameras.catalogue import CameraChoice
from labeler.cameras.presence import Sighting, look_at_all
from labeler.gui.background import Job, run_in_background
from labeler.gui.live import LiveCamera

_EVERY_MS = 10_000
_IN_USE = (CameraState.CONNECTING, CameraState.LIVE, CameraState.LOST)


class RobotWatch(QObject):
    """seen_changed carries Sightings by the id of their choice; choices_changed comes when the
    list of cameras is another one than before."""

    seen_changed = Signal(object)
    choices_changed = Signal()

    def __init__(self, live: LiveCamera, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._live = live
        self._job: Job | None = None
        self._choices: list[CameraChoice] = []
        self.seen: dict[str, Sighting] = {}
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        self._choices = self._live.choices()
        self._timer.start()
        self.look()

    def stop(self) -> None:
        self._timer.stop()
        if self._job is not None:
            self._job.cancel()

    def look(self) -> None:
        """Now, unless a look is under way; what comes of it is told within three seconds."""
        choices = self._live.choices()
        if choices != self._choices:
            self._choices = choices
            self.choices_changed.emit()
        robots = {
            choice.id.partition(":")[2]: choice.id
            for choice in choices
            if choice.kind == "robot" and not self._is_in_use(choice)
        }
        if not robots or (self._job is not None and not self._job.is_over):
            return
        self._job = run_in_background(
            lambda report, should_stop: look_at_all(list(robots), report, should_stop),
            on_done=self._take,
            on_error=self._fail,
            on_progress=self._take,
        )

    def _is_in_use(self, choice: CameraChoice) -> bool:
        """Our own connection tells more; a look would take our picture for another program's."""
        chosen = self._live.choice
        return chosen is not None and chosen.id == choice.id and self._live.status.state in _IN_USE

    def _take(self, seen: Mapping[str, Sighting]) -> None:
        new = {f"robot:{serial}": sighting for serial, sighting in seen.items()}
        if any(self.seen.get(word) != sighting for word, sighting in new.items()):
            self.seen |= new
            self.seen_changed.emit(self.seen)

    def _fail(self, error: Exception) -> None:
        raise error  # a fault of this program: nobody's robot
