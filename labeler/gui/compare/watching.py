"""A thread that looks at one frame at a time with both detectors, and never falls behind."""

from __future__ import annotations

import logging
import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, SignalInstance
from PySide6.QtGui import QImage

from labeler.errors import UserError
from labeler.gui.compare.playing import Playing
from labeler.gui.decode import LivePicture, as_rgb

if TYPE_CHECKING:
    from labeler.runs.film import Film
    from trainer.predict import Detection, Predictor

LOWEST_SCORE = 0.05
"""Detections below it are never shown, whatever the person chooses."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class TwinSight:
    """What A and B found on this very picture, best first.

    number: the frame's, from 0 on; None: of a live camera. turn: of the use() that chose A and B.
    """

    image: QImage
    found: tuple[tuple[Detection, ...], tuple[Detection, ...]]
    number: int | None
    turn: int


@dataclass(frozen=True, slots=True)
class LoadedTwins:
    """names: category id -> name, the same for both; thresholds: each one's own."""

    names: dict[int, str]
    thresholds: tuple[float, float]


@dataclass(frozen=True, slots=True)
class OpenedFilm:
    """count: frames; 0: unknown."""

    name: str
    per_second: float
    count: int


@dataclass(slots=True)
class _Wish:
    """What the thread should do next; a newer wish takes the place of an older one."""

    models: tuple[Path, Path] | None = None
    turn: int = 0
    film: str = ""
    number: int | None = None
    picture: LivePicture | None = None
    waits_for_window: bool = False
    ended: bool = False


class Watching(QObject):
    """saw carries a TwinSight, loaded a LoadedTwins, opened an OpenedFilm, failed a sentence.

    After each saw the window calls shown(): until then no further one comes. came_to_end: the
    film stands at its last frame.
    """

    saw = Signal(object)
    loaded = Signal(object)
    opened = Signal(object)
    failed = Signal(str)
    came_to_end = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wish = _Wish()
        self._playing = Playing()
        self._news = threading.Condition()
        self._thread: threading.Thread | None = None
        self._twins: list[Predictor] = []
        self._turn = 0
        self._film: Film | None = None

    @property
    def is_playing(self) -> bool:
        return self._playing.is_on

    def use(self, a: Path, b: Path) -> int:
        """The detectors of the two panes; their files are read now. Gives the turn of its sights.

        A sight of the turn before may still come: it shows others as A and B.
        """
        turn = self._wish.turn + 1
        self._tell_thread(models=(a, b), turn=turn)
        if self._thread is None:
            self._thread = threading.Thread(target=self._labour, daemon=True, name="watching")
            self._thread.start()
        return turn

    def open(self, word: str) -> None:
        """A clip, as labeler.runs.clip.open_clip takes it; its first frame comes."""
        with self._news:
            self._playing.stop()
        self._tell_thread(film=word, number=0, picture=None)

    def look(self, picture: LivePicture) -> None:
        """The newest picture of a live camera; one that still waits is passed over."""
        self._tell_thread(picture=picture, number=None)

    def go_to(self, number: int) -> None:
        """Shows that frame of the film, and stands there unless it plays."""
        with self._news:
            self._playing.move(max(0, number))
        self._tell_thread(number=max(0, number))

    def play(self, per_second: float, speed: float) -> None:
        """From the frame on show; a late frame is passed over, so that the pace holds."""
        with self._news:
            self._playing.start(per_second * speed)
            self._news.notify()

    def pause(self) -> None:
        with self._news:
            self._playing.stop()

    def shown(self) -> None:
        """The window has taken the last sight."""
        self._tell_thread(waits_for_window=False)

    def finish(self, timeout: float = 1.0) -> None:
        """Ends the thread; a look that takes longer is left behind."""
        thread, self._thread = self._thread, None
        self._tell_thread(ended=True)
        if thread is not None:
            thread.join(timeout)

    def _tell_thread(self, **wishes: Any) -> None:
        with self._news:
            for name, value in wishes.items():
                setattr(self._wish, name, value)
            self._news.notify()

    def _labour(self) -> None:
        while True:
            with self._news:
                while not self._wish.ended and not self._has_work():
                    self._news.wait(self._pause_s())
                if self._wish.ended:
                    return
                wish, due = self._take_wish()
            try:
                self._work(wish, due)
            except (UserError, ValueError) as error:
                self._fail(str(error))
            except Exception as error:  # the thread must live on, for the next film or pair
                _log.exception("watching failed")
                self._fail(self.tr("This cannot be watched: {0}").format(error))

    def _fail(self, sentence: str) -> None:
        with self._news:
            self._playing.stop()
        self._tell(self.failed, sentence)

    def _has_work(self) -> bool:
        wish = self._wish
        if wish.models is not None or wish.film:
            return True
        if wish.waits_for_window or not self._twins:
            return False
        return wish.number is not None or wish.picture is not None or self._playing.is_due()

    def _pause_s(self) -> float | None:
        if self._wish.waits_for_window or not self._twins:
            return None
        return self._playing.pause_s()

    def _take_wish(self) -> tuple[_Wish, int | None]:
        """The work to do now, which is taken from the wishes; and the frame that is due."""
        wish = self._wish
        taken = _Wish(wish.models, wish.turn, wish.film)
        wish.models, wish.film = None, ""
        if wish.waits_for_window or taken.models is not None or taken.film:
            return taken, None
        taken.number, taken.picture = wish.number, wish.picture
        wish.number = wish.picture = None
        due = taken.number
        if due is None and taken.picture is None:
            due = self._playing.due()
        return taken, due

    def _work(self, wish: _Wish, due: int | None) -> None:
        if wish.models is not None:
            self._load(*wish.models)
            self._turn = wish.turn
        if wish.film:
            self._open(wish.film)
        if wish.picture is not None:
            self._look(as_rgb(wish.picture.image), wish.picture.image, None)
        elif due is not None and self._film is not None:
            self._show_frame(self._film, due)

    def _load(self, a: Path, b: Path) -> None:
        from labeler.runs.detector import ModelDetector

        self._twins = []
        threads = max(1, (os.cpu_count() or 2) // 2)
        twins: list[Predictor] = [ModelDetector(path, threads=threads) for path in (a, b)]
        self._tell(
            self.loaded,
            LoadedTwins(
                {**twins[1].names, **twins[0].names}, (twins[0].threshold, twins[1].threshold)
            ),
        )
        self._twins = twins

    def _open(self, word: str) -> None:
        from labeler.runs.film import open_film

        self._film = None
        self._film = film = open_film(word)
        self._tell(self.opened, OpenedFilm(film.name, film.per_second, film.count))

    def _show_frame(self, film: Film, number: int) -> None:
        frame = film.frame(number, self._is_interrupted)
        while frame is None and 0 < film.count <= number and not self._is_interrupted():
            number = film.count - 1
            with self._news:
                self._playing.stop()
            self._tell(self.came_to_end)
            frame = film.frame(number, self._is_interrupted)
        if frame is not None:
            height, width = frame.shape[:2]
            image = QImage(frame.data, width, height, 3 * width, QImage.Format.Format_RGB888)
            self._look(frame, image.copy(), number)

    def _look(self, pixels: Any, image: QImage, number: int | None) -> None:
        try:
            a, b = (tuple(twin.predict(pixels, min_score=LOWEST_SCORE)) for twin in self._twins)
        except UserError:  # a model that fails at this picture fails at the next
            self._twins = []
            raise
        with self._news:
            self._wish.waits_for_window = True
            if number is not None:
                self._playing.came(number)
        self._tell(self.saw, TwinSight(image, (a, b), number, self._turn))

    def _is_interrupted(self) -> bool:
        """Whether a newer wish makes the search for a frame idle."""
        wish = self._wish
        return wish.ended or bool(wish.film) or wish.number is not None

    def _tell(self, signal: SignalInstance, *values: Any) -> None:
        if not self._wish.ended:
            signal.emit(*values)
