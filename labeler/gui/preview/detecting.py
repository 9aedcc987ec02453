"""A thread that looks at the newest picture with one model or two, and never falls behind."""

from __future__ import annotations

import logging
import os
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Signal, SignalInstance

from labeler.errors import UserError
from labeler.gui.decode import LONGEST, LivePicture, as_rgb
from labeler.runs.detector import EVERYDAY, VECTOR
from labeler.track.steady import Box

if TYPE_CHECKING:
    from labeler.runs.detector import LiveDetector
    from trainer.predict import Detection

LOWEST_SCORE = 0.05
"""Detections below it are never shown, whatever the person chooses."""
_LOOK_S = 0.5
"""Seconds between two looks at the model's file."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """What the model found on this very picture, best first, and how long it took.

    beside: what the second model found on it; None without one.
    """

    picture: LivePicture
    detections: tuple[Detection, ...]
    milliseconds: float
    beside: tuple[Detection, ...] | None = None


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model that is in use now. names: category id -> name; threshold as its metadata says.

    is_beside: it is the second one.
    """

    path: Path
    names: dict[int, str]
    threshold: float
    is_beside: bool = False

    @property
    def name(self) -> str:
        """With its folder's: the file of each run is called the same."""
        names = {EVERYDAY: "COCO", VECTOR: "Vector"}
        return names.get(self.path) or f"{self.path.parent.name}/{self.path.name}"


@dataclass(slots=True)
class _Slot:
    """What the thread should do next; a newer wish takes the place of an older one."""

    model: Path | None = None
    beside: Path | None = None
    picture: LivePicture | None = None
    longest: int = LONGEST
    is_other: tuple[bool, bool] = (False, False)
    """Which of the two were changed since the thread looked, maybe there and back again."""
    ended: bool = False


class Detecting(QObject):
    """loaded carries a LoadedModel, also when the file was replaced.

    failed carries a sentence, and whether it is about the second model.
    """

    saw = Signal(object)
    loaded = Signal(object)
    failed = Signal(str, bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._slot = _Slot()
        self._news = threading.Condition()
        self._thread: threading.Thread | None = None

    def use(self, model: Path | None, beside: Path | None = None) -> None:
        """The models for the pictures from now on; a file is read again when it changes."""
        with self._news:
            slot = self._slot
            was_other = slot.is_other
            slot.is_other = (
                was_other[0] or model != slot.model,
                was_other[1] or beside != slot.beside,
            )
            slot.model, slot.beside, slot.picture = model, beside, None
            self._news.notify()
        if model is not None and self._thread is None:
            self._thread = threading.Thread(target=self._labour, daemon=True, name="detecting")
            self._thread.start()

    def look(self, picture: LivePicture, longest: int = LONGEST) -> None:
        """The newest picture; one that still waits is passed over.

        longest: pixels of the longest side that the models get to see, at most.
        """
        with self._news:
            self._slot.picture, self._slot.longest = picture, longest
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
        file, beside = _ModelFile(), _ModelFile(is_beside=True)

        def has_work() -> bool:
            slot = self._slot
            return slot.ended or slot.picture is not None or any(slot.is_other)

        while True:
            with self._news:
                self._news.wait_for(has_work)
                slot = self._slot
                if slot.ended:
                    break
                paths, picture, longest = (slot.model, slot.beside), slot.picture, slot.longest
                is_other, slot.is_other, slot.picture = slot.is_other, (False, False), None
            for each, path, is_new in zip((file, beside), paths, is_other, strict=True):
                if is_new:
                    each.forget()  # whoever waits for it must hear of it, also of the same one
                self._refresh(each, path)
            if picture is not None and file.predictor is not None:
                self._look(file, beside, picture, longest)
        for each in (file, beside):
            each.finish()

    def _refresh(self, file: _ModelFile, path: Path | None) -> None:
        try:
            if path is None:
                file.forget()
            elif file.refresh(path):
                self._tell(self.loaded, file.described())
        except UserError as error:
            self._tell(self.failed, str(error), file.is_beside)
        except Exception as error:  # the thread must live on, for the next picture or model
            self._give_up(file, error)

    def _look(
        self, file: _ModelFile, beside: _ModelFile, picture: LivePicture, longest: int
    ) -> None:
        assert file.predictor is not None
        started = time.perf_counter()
        try:
            pixels, factor = _pixels(picture, longest)
            found = _found(file.predictor, pixels, factor)
        except UserError as error:  # a model that fails at this picture fails at the next
            file.predictor = None
            self._tell(self.failed, str(error), file.is_beside)
            return
        except Exception as error:  # as above
            self._give_up(file, error)
            return
        other: tuple[Detection, ...] | None = None
        try:
            if beside.predictor is not None:
                other = _found(beside.predictor, pixels, factor)
        except UserError as error:
            beside.predictor = None
            self._tell(self.failed, str(error), beside.is_beside)
        except Exception as error:  # the first one looks on alone
            self._give_up(beside, error)
        milliseconds = 1000 * (time.perf_counter() - started)
        self._tell(self.saw, Sight(picture, found, milliseconds, other))

    def _give_up(self, file: _ModelFile, error: Exception) -> None:
        _log.exception("looking with %s failed", file.path)
        file.predictor = None
        words = self.tr("{0} cannot be used: {1}").format(file.path, error)
        self._tell(self.failed, words, file.is_beside)

    def _tell(self, signal: SignalInstance, *values: Any) -> None:
        if not self._slot.ended:
            signal.emit(*values)


class _ModelFile:
    """The predictor of a file, made anew whenever the file is another one."""

    def __init__(self, *, is_beside: bool = False) -> None:
        self.path: Path | None = None
        self.is_beside = is_beside
        self.predictor: LiveDetector | None = None
        self._stamp: tuple[int, int] | None = None
        self._looked = 0.0
        self._loader = ThreadPoolExecutor(1, "loading a model")
        self._coming: Future[LiveDetector] | None = None

    def forget(self) -> None:
        self.path = self.predictor = self._stamp = self._coming = None

    def finish(self) -> None:
        """Waits for what is being loaded: the process must not end in the middle of that."""
        self._loader.shutdown()

    def refresh(self, path: Path) -> bool:
        """True where a predictor was made. Raises UserError, once for each state of the file.

        Where the file in use is replaced, as a training does with a better one, the new one is
        loaded beside and takes its place when it is ready: until then the old one goes on.
        """
        if path == self.path and self._coming is not None:
            return self._take_what_comes()
        now = time.monotonic()
        if path == self.path and now - self._looked < _LOOK_S:
            return False
        stamp, self._looked = _stamp(path), now
        if path == self.path and (stamp is None or stamp == self._stamp):
            return False  # also while a file that was there is being replaced
        if path != self.path:
            self.predictor = self._coming = None
        self.path, self._stamp = path, stamp
        if self.predictor is not None:
            self._coming = self._loader.submit(_loaded, path)
            return False
        self.predictor = _loaded(path)
        return True

    def _take_what_comes(self) -> bool:
        assert self._coming is not None
        if not self._coming.done():
            return False
        coming, self._coming = self._coming, None
        self.predictor = coming.result()
        return True

    def described(self) -> LoadedModel:
        assert self.path is not None
        assert self.predictor is not None
        names, threshold = dict(self.predictor.names), self.predictor.threshold
        return LoadedModel(self.path, names, threshold, self.is_beside)


def _loaded(path: Path) -> LiveDetector:
    """Raises UserError."""
    from labeler.runs.detector import open_detector

    return open_detector(path, threads=max(1, (os.cpu_count() or 2) // 2))


def _pixels(picture: LivePicture, longest: int) -> tuple[Any, float]:
    """Height x width x 3, RGB, and by which factor it was reduced."""
    image, factor = picture.image, 1.0
    side = max(image.width(), image.height())
    if side > longest:
        factor = side / longest
        image = image.scaled(
            longest,
            longest,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.FastTransformation,
        )
    return as_rgb(image), factor


def _found(predictor: LiveDetector, pixels: Any, factor: float) -> tuple[Detection, ...]:
    """In pixels of the picture before it was reduced by this factor."""
    found = predictor.predict(pixels, min_score=LOWEST_SCORE)
    if factor == 1.0:
        return tuple(found)
    return tuple(replace(each, bbox=scaled(each.bbox, factor)) for each in found)


def scaled(box: Box, factor: float) -> Box:
    """All four sides."""
    x, y, width, height = box
    return factor * x, factor * y, factor * width, factor * height


def _stamp(path: Path) -> tuple[int, int] | None:
    """Tells one state of a file from another; None where there is no file."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size
