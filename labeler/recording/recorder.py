"""Records a live preview on a thread of its own: never in the way of the picture, never in silence.

A video with the boxes drawn in, and every so many pictures as COCO beside it.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from labeler.dataset.files import reason
from labeler.errors import UserError
from labeler.recording.found_coco import Finds, FoundCoco
from labeler.recording.video import VideoFile, free_bytes

LEAST_FREE = 200_000_000
"""Bytes that are left on the disk: the dataset and the person need room, too."""
_LOOK_S = 1.0
"""Seconds between two looks at the disk."""
_SAVE_S = 2.0
"""So much of the list of pictures a crash may cost, in seconds."""
_MOST_WAITING = 30
_MAKE_ROOM = "Make room, then record."
_KEPT = "What was recorded so far is kept; make room and record again."

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """One picture with what was found on it.

    draw gives its pixels with the boxes, RGB uint8 (height, width, 3), on the recorder's thread.
    received: monotonic seconds. second: where a second detector looked, too.
    """

    data: bytes
    received: float
    captured_at: float
    first: Finds
    draw: Callable[[], Any]
    second: Finds | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """What there is in the folder, which is taken away again where no picture came.

    seconds: how long the video plays; failure: why it ended by itself, or nothing.
    """

    folder: Path
    seconds: float
    frames: int
    pictures: int
    size_bytes: int
    left_out: int = 0
    failure: str = ""


def new_folder(parent: Path, now: datetime | None = None) -> Path:
    """A name like 2026-11-24_17-04-12 that is not taken yet. The folder is not made."""
    name = f"{now or datetime.now():%Y-%m-%d_%H-%M-%S}"
    candidate, number = parent / name, 2
    while candidate.exists():
        candidate, number = parent / f"{name}_{number}", number + 1
    return candidate


class Recorder:
    """From its making to stop(). on_end is called once, on its thread, with what was recorded.

    keep_every: of so many pictures one is kept for COCO; 0: none. Raises UserError where the
    folder cannot be made or the disk is full.
    """

    def __init__(
        self,
        folder: Path,
        on_end: Callable[[Recorded], None],
        *,
        per_second: float = 15.0,
        keep_every: int = 15,
        free: Callable[[Path], int] = free_bytes,
    ) -> None:
        try:
            folder.mkdir(parents=True)
        except OSError as error:
            raise UserError(f"Cannot make the folder {folder}: {reason(error)}.") from error
        self._folder = folder
        self._free = free
        try:
            self._require_room(_MAKE_ROOM)
        except UserError:
            folder.rmdir()
            raise
        self._on_end = on_end
        self._keep_every = keep_every
        self._video = VideoFile(folder, per_second)
        self._coco = FoundCoco(folder)
        self._moments: queue.Queue[Moment | None] = queue.Queue()
        self._seen = self._left_out = 0
        self._looked = self._saved = time.monotonic()
        self._ended = False
        self._thread = threading.Thread(target=self._labour, daemon=True, name="recorder")
        self._thread.start()

    @property
    def seconds(self) -> float:
        """How long the video plays so far."""
        return self._video.seconds

    @property
    def size_bytes(self) -> int:
        """On the disk so far."""
        return self._video.size_bytes + self._coco.size_bytes

    def add(self, moment: Moment) -> None:
        """Returns at once. Where the disk cannot follow, it is left out and counted."""
        if self._ended:
            return
        if self._moments.qsize() >= _MOST_WAITING:
            self._left_out += 1
        else:
            self._moments.put(moment)

    def stop(self) -> None:
        """Writes what waits, then ends; on_end tells."""
        if not self._ended:
            self._ended = True
            self._moments.put(None)

    def wait(self, timeout: float = 5.0) -> bool:
        """After stop(): until all is on the disk. False where that takes longer."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _labour(self) -> None:
        failure = ""
        try:
            while (moment := self._moments.get()) is not None:
                self._write(moment)
        except UserError as error:
            failure = str(error)
        except Exception as error:  # the thread's end must be told, whatever it was
            _log.exception("recording failed")
            failure = f"The recording in {self._folder} ended by a fault: {error}"
        self._ended = True
        failure = self._close(failure)
        if not self._video.frames:
            with suppress(OSError):  # something may be in it all the same
                self._folder.rmdir()
        self._on_end(
            Recorded(
                self._folder,
                self._video.seconds,
                self._video.frames,
                self._coco.pictures,
                self.size_bytes,
                self._left_out,
                failure,
            )
        )

    def _write(self, moment: Moment) -> None:
        now = time.monotonic()
        if now - self._looked >= _LOOK_S:
            self._looked = now
            self._require_room(_KEPT)
        self._video.add(moment.draw(), moment.received)
        if self._keep_every and self._seen % self._keep_every == 0:
            self._coco.add(moment.data, moment.captured_at, moment.first, moment.second)
            if now - self._saved >= _SAVE_S or self._coco.pictures == 1:
                self._saved = now
                self._coco.save()
        self._seen += 1

    def _close(self, failure: str) -> str:
        """Ends both files, the second whatever became of the first. Gives the first failure."""
        for end in (self._video.end, self._coco.save):
            try:
                end()
            except UserError as error:
                failure = failure or str(error)
            except Exception as error:  # as above
                _log.exception("a recording was not ended")
                failure = failure or f"The recording in {self._folder} ended by a fault: {error}"
        return failure

    def _require_room(self, hint: str) -> None:
        if self._free(self._folder) < LEAST_FREE:
            raise UserError(
                f"The disk of {self._folder} is full but for {LEAST_FREE // 1_000_000} MB. {hint}"
            )
