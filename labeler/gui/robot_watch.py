"""How robots and network cameras are, looked at again and again while their list is on show."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from labeler.cameras.base import CameraState
from labeler.cameras.catalogue import CameraChoice
from labeler.cameras.network import read_address
from labeler.cameras.network_look import look_at_network
from labeler.cameras.presence import Presence, Sighting, look_at_all
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
        self._jobs: dict[str, Job] = {}
        self._choices: list[CameraChoice] = []
        self.seen: dict[str, Sighting] = {}
        self.used_here: Callable[[], str] = lambda: ""
        """The id of a choice that this program uses beside the one on show, or nothing."""
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self.look)

    @property
    def is_looking(self) -> bool:
        return any(not job.is_over for job in self._jobs.values())

    def start(self) -> None:
        self._choices = self._live.choices()
        self._timer.start()
        self.look()

    def stop(self) -> None:
        self._timer.stop()
        for job in self._jobs.values():
            job.cancel()

    def look(self) -> None:
        """Now, unless a look is under way; what comes of it is told within three seconds."""
        choices = self._live.choices()
        if choices != self._choices:
            self._choices = choices
            self.choices_changed.emit()
        self._look_at("robot", look_at_all)
        self._look_at(
            "network",
            lambda urls, *more: look_at_network([read_address(url) for url in urls], *more),
        )

    def _look_at(self, kind: str, look: Callable[..., Mapping[str, Sighting]]) -> None:
        words = [
            choice.id.partition(":")[2]
            for choice in self._choices
            if choice.kind == kind and choice.id != f"{kind}:" and not self._is_in_use(choice)
        ]
        before = self._jobs.get(kind)
        if not words or (before is not None and not before.is_over):
            return
        take = partial(self._take, kind)

        def work(report: Any, should_stop: Any) -> Mapping[str, Sighting]:
            return look(words, report, should_stop)

        self._jobs[kind] = run_in_background(
            work, on_done=take, on_error=self._fail, on_progress=take, owner=self
        )

    def is_there(self, choice_id: str) -> bool:
        """Whether it answered when it was looked at, or was not looked at yet."""
        sighting = self.seen.get(choice_id)
        return sighting is None or sighting.presence in (Presence.READY, Presence.TAKEN)

    def _is_in_use(self, choice: CameraChoice) -> bool:
        """Our own connection tells more; a look would take our picture for another program's."""
        if choice.id == self.used_here():
            return True
        chosen = self._live.choice
        return chosen is not None and chosen.id == choice.id and self._live.status.state in _IN_USE

    def _take(self, kind: str, seen: Mapping[str, Sighting]) -> None:
        new = {f"{kind}:{word}": sighting for word, sighting in seen.items()}
        if any(self.seen.get(word) != sighting for word, sighting in new.items()):
            self.seen |= new
            self.seen_changed.emit(self.seen)

    def _fail(self, error: Exception) -> None:
        raise error  # a fault of this program: nobody's robot
