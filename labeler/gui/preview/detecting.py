"""A thread that looks at the newest picture with a model, and never falls behind."""

from __future__ import annotations

import logging
import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, SignalInstance

from labeler.gui.decode import LivePicture, as_rgb

if TYPE_CHECKING:
    from trainer.predict import Detection, Predictor

LOWEST_SCORE = 0.05
"""Detections below it are never shown, whatever the person chooses."""
_LOOK_S = 0.5
"""Seconds between two looks at the model's file."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """What the model found on this very picture, best first, and how long it took."""

    picture: LivePicture
    detections: tuple[Detection, ...]
    milliseconds: float


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model that is in use now. names: category id -> name; threshold as its metadata says."""

    path: Path
    names: dict[int, str]
    threshold: float


@dataclass(slots=True)
class _Slot:
    """What the thread should do next; a newer wish takes the place of an older one."""

    model: Path | None = None
    picture: LivePicture | None = None
    ended: bool = False


class Detecting(QObject):
    """loaded carries a LoadedModel, also when the file was replaced; failed a sentence."""

    saw = Signal(object)
    loaded = Signal(object)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._slot = _Slot()
        self._news = threading.Condition()
        self._thread: threading.Thread | None = None

    def use(self, model: Path | None) -> None:
        """The model for the pictures from now on; its file is read again when it changes."""
        with self._news:
            self._slot.model, self._slot.picture = model, None
            self._news.notify()
        if model is not None and self._thread is None:
            self._thread = threading.Thread(target=self._labour, daemon=True, name="detecting")
            self._thread.start()

    def look(self, picture: LivePicture) -> None:
        """The newest picture; one that still waits is passed over."""
        with self._news:
            self._slot.picture = picture
            self._news.notify()

    def finish(self, timeout: float = 1.0) -> None:
        """Ends the thread; a look that takes longer is left behind."""
        thread, self._thread = self._thread, None
        with self._news:
            self._slot.ended = True
            self._news.notify()
        if thread is not None:
            thread.join(timeout)

    def _labour(self) -> None:
        file = _ModelFile()

        def has_work() -> bool:
            slot = self._slot
            return slot.ended or slot.picture is not None or slot.model != file.path

        while True:
            with self._news:
                self._news.wait_for(has_work)
                slot = self._slot
                if slot.ended:
                    return
                path, picture = slot.model, slot.picture
                slot.picture = None
            if path is None:
                file.forget()
            else:
                self._work(file, path, picture)

    def _work(self, file: _ModelFile, path: Path, picture: LivePicture | None) -> None:
        try:
            if file.refresh(path):
                self._tell(self.loaded, file.described())
            if picture is not None and file.predictor is not None:
                self._tell(self.saw, _look(file.predictor, picture))
        except ValueError as error:
            self._tell(self.failed, str(error))
        except Exception as error:  # the thread must live on, for the next picture or model
            _log.exception("looking with %s failed", path)
            file.predictor = None
            self._tell(self.failed, self.tr("{0} cannot be used: {1}").format(path, error))

    def _tell(self, signal: SignalInstance, value: Any) -> None:
        if not self._slot.ended:
            signal.emit(value)


class _ModelFile:
    """The predictor of a file, made anew whenever the file is another one."""

    def __init__(self) -> None:
        self.path: Path | None = None
        self.predictor: Predictor | None = None
        self._stamp: tuple[int, int] | None = None
        self._looked = 0.0

    def forget(self) -> None:
        self.path = self.predictor = self._stamp = None

    def refresh(self, path: Path) -> bool:
        """True where a predictor was made. Raises ValueError, once for each state of the file."""
        now = time.monotonic()
        if path == self.path and now - self._looked < _LOOK_S:
            return False
        stamp, self._looked = _stamp(path), now
        if path == self.path and (stamp is None or stamp == self._stamp):
            return False  # also while a file that was there is being replaced
        if path != self.path:
            self.predictor = None
        self.path, self._stamp = path, stamp
        from trainer.predict import Predictor

        self.predictor = Predictor(path, threads=max(1, (os.cpu_count() or 2) // 2))
        return True

    def described(self) -> LoadedModel:
        assert self.path is not None
        assert self.predictor is not None
        return LoadedModel(self.path, dict(self.predictor.names), self.predictor.threshold)


def _look(predictor: Predictor, picture: LivePicture) -> Sight:
    started = time.perf_counter()
    found = predictor.predict(as_rgb(picture.image), min_score=LOWEST_SCORE)
    return Sight(picture, tuple(found), 1000 * (time.perf_counter() - started))


def _stamp(path: Path) -> tuple[int, int] | None:
    """Tells one state of a file from another; None where there is no file."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size
