"""What runs through the two panes: a film with its transport, or a live camera."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from labeler.cameras.base import CameraState, CameraStatus
from labeler.cameras.catalogue import CameraChoice
from labeler.gui.compare.panes import Panes
from labeler.gui.compare.transport import Transport
from labeler.gui.compare.watching import OpenedFilm, TwinSight, Watching
from labeler.gui.decode import LivePicture
from labeler.gui.live import LiveCamera


class Screening(QObject):
    """loaded carries a LoadedTwins; failed a sentence; source_changed comes with every film."""

    loaded = Signal(object)
    failed = Signal(str)
    source_changed = Signal()

    def __init__(
        self, live: LiveCamera, panes: Panes, transport: Transport, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.clip = ""
        """The word of the film on show, as open_clip takes it; empty: a live camera."""
        self.watching = Watching(self)
        self._live = live
        self._panes = panes
        self._transport = transport
        self._film: OpenedFilm | None = None
        self._number = 0
        self._is_running = True
        self._steps = 0
        self._is_step_awaited = False
        self._turn = 0
        self._is_on_stage = False
        self._connect()

    @property
    def is_live(self) -> bool:
        return not self.clip

    @property
    def is_running(self) -> bool:
        """Whether it plays, or follows the live camera."""
        return self._is_running if self.is_live else self.watching.is_playing

    def begin(self, a: Path, b: Path) -> None:
        """Shows what these two models see, from now on."""
        self._is_on_stage = True
        self._panes.show_sight(None)
        self._turn = self.watching.use(a, b)
        if self.is_live:
            self._live.watch(self, watching=True)
            self._steps, self._is_step_awaited = 1, True  # a frozen one shows a picture as well
            self._again()
        else:
            self.watching.go_to(self._number)

    def leave(self) -> None:
        """Nobody looks any more."""
        self._is_on_stage = False
        self.watching.pause()
        self._live.watch(self, watching=False)
        self._show_playing()

    def show_clip(self, word: str) -> None:
        self._live.watch(self, watching=False)
        self.clip, self._film = word, None
        self._panes.show_sight(None)
        self._transport.set_live(live=False)
        self._transport.show_film(0, 1.0)
        self.watching.open(word)
        self._show_playing()
        self.source_changed.emit()

    def show_camera(self, choice: CameraChoice) -> None:
        self.watching.pause()
        self.clip, self._film, self._is_running = "", None, True
        self._panes.show_sight(None)
        self._transport.set_live(live=True)
        self._transport.show_live()
        if self._live.choice is None or self._live.choice.id != choice.id:
            self._live.choose(choice)
        self._live.watch(self, watching=self._is_on_stage)
        self._again()
        self._show_playing()
        self.source_changed.emit()

    def toggle(self) -> None:
        """Plays or pauses; at the end it begins anew. A live camera is frozen or followed."""
        if self.is_live:
            self._is_running = not self._is_running
            self._again()
        elif self.watching.is_playing:
            self.watching.pause()
        elif self._film is not None:
            if self._film.count and self._number >= self._film.count - 1:
                self.watching.go_to(0)
            self._play(self._film)
        self._show_playing()

    def step(self, frames: int) -> None:
        """A frame back (-1) or on (1), and stands there; live: the newest picture."""
        if self.is_live:
            self._is_running, self._steps, self._is_step_awaited = False, 1, True
            self._again()
        elif self._film is not None:
            self.watching.pause()
            last = self._film.count - 1 if self._film.count else self._number + 1
            self._number = min(max(0, self._number + frames), max(0, last))
            self.watching.go_to(self._number)
        self._show_playing()

    def finish(self) -> None:
        self.leave()
        self.watching.finish()

    def _play(self, film: OpenedFilm) -> None:
        self.watching.play(film.per_second, self._transport.factor)

    def _again(self) -> None:
        if self._live.picture is not None:
            self._take_picture(self._live.picture)

    def _take_picture(self, picture: LivePicture) -> None:
        if not (self.is_live and self._is_on_stage) or not (self._is_running or self._steps):
            return
        self._steps = 0
        self.watching.look(picture)

    def _take_status(self, status: CameraStatus) -> None:
        if self.is_live:
            is_well = status.state is CameraState.LIVE or not status.message
            self._transport.show_live("" if is_well else status.message)

    def _take_film(self, film: OpenedFilm) -> None:
        self._film, self._number = film, 0
        self._transport.show_film(film.count, film.per_second)

    def _take_sight(self, sight: TwinSight) -> None:
        self.watching.shown()
        if (sight.number is None) != self.is_live or sight.turn != self._turn:
            return  # of the source or of the order before
        if not self._is_on_stage:
            return
        if self.is_live and not (self._is_running or self._is_step_awaited):
            return  # it was under way when the picture was frozen
        self._is_step_awaited = False
        self._panes.show_sight(sight)
        if sight.number is not None:
            self._number = sight.number
            self._transport.show_number(sight.number)

    def _seek(self, number: int) -> None:
        self._number = number
        self._transport.show_searching()
        self.watching.go_to(number)

    def _change_pace(self, _factor: float) -> None:
        if self.watching.is_playing and self._film is not None:
            self._play(self._film)

    def _fail(self, sentence: str) -> None:
        self._panes.stop_waiting()
        self._show_playing()
        self.failed.emit(sentence)

    def _show_playing(self) -> None:
        self._transport.show_playing(self.is_running)

    def _connect(self) -> None:
        watching, transport = self.watching, self._transport
        watching.saw.connect(self._take_sight)
        watching.opened.connect(self._take_film)
        watching.loaded.connect(self.loaded)
        watching.failed.connect(self._fail)
        watching.came_to_end.connect(self._show_playing)
        self._live.picture_arrived.connect(self._take_picture)
        self._live.status_changed.connect(self._take_status)
        transport.play_requested.connect(self.toggle)
        transport.step_requested.connect(self.step)
        transport.sought.connect(self._seek)
        transport.speed_changed.connect(self._change_pace)
