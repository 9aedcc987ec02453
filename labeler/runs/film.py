"""Any frame of a clip by its number, so that it can be played, stepped and searched."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from labeler.cameras.pixels import open_capture
from labeler.dataset.progress import ShouldStop, never_stop
from labeler.runs.clip import SIMULATED, Clip, open_clip

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

KEPT_BYTES = 224 << 20
"""Frames seen lately stay in memory, for stepping back: all of the simulated drive, which is slow
to draw."""
_FAR = 60
"""So many frames ahead a video is searched rather than read on."""
_LONGEST = 1280
"""Pixels; as clips have it."""


class Film:
    """Not for several threads at once. name and per_second as in Clip.

    count: how many frames there are; 0: unknown, until the end was seen.
    """

    def __init__(self, clip: Clip, read_from: Callable[[int], Iterator[Pixels]] | None) -> None:
        """read_from: the frames from that number on, where the clip can be searched."""
        self.name = clip.name
        self.per_second = clip.per_second
        self.count = clip.count
        self._clip = clip
        self._read_from = read_from
        self._frames: Iterator[Pixels] = iter(())
        self._next = -1
        self._kept: OrderedDict[int, Pixels] = OrderedDict()
        self._kept_bytes = 0

    def frame(self, number: int, should_stop: ShouldStop = never_stop) -> Pixels | None:
        """RGB uint8 (height, width, 3); None: past the end, or should_stop said so on the way.

        Raises UserError where nothing can be read.
        """
        if number in self._kept:
            self._kept.move_to_end(number)
            return self._kept[number]
        self._approach(number)
        while not should_stop():
            frame = next(self._frames, None)
            if frame is None:
                self._end()
                return None
            self._keep(self._next, frame)
            self._next += 1
            if self._next > number:
                return frame
        return None

    def _end(self) -> None:
        """The frames are at an end; one that was searched beyond it tells that alone."""
        self.count = min(self.count or self._next, self._next)
        self._next = -1

    def _approach(self, number: int) -> None:
        """Puts the reader at the frame, or as near before it as it goes."""
        is_ahead = 0 <= self._next <= number
        if is_ahead and (self._read_from is None or number - self._next < _FAR):
            return
        if self._read_from is None or number == 0:
            self._frames, self._next = self._clip.read(), 0
        else:
            self._frames, self._next = self._read_from(number), number

    def _keep(self, number: int, frame: Pixels) -> None:
        if number in self._kept:
            return
        self._kept[number] = frame
        self._kept_bytes += frame.nbytes
        while self._kept_bytes > KEPT_BYTES and len(self._kept) > 1:
            _, oldest = self._kept.popitem(last=False)
            self._kept_bytes -= oldest.nbytes


def open_film(word: str) -> Film:
    """What open_clip takes. Raises UserError."""
    clip = open_clip(word)
    path = Path(word)
    is_video = path.is_file() and not word.startswith(f"{SIMULATED}:")
    return Film(clip, (lambda first: _video_from(path, first)) if is_video else None)


def _video_from(path: Path, first: int) -> Iterator[Pixels]:
    import cv2

    capture = open_capture(path)
    if capture is None:
        return
    try:
        capture.set(cv2.CAP_PROP_POS_FRAMES, first)
        while capture.grab():
            good, pixels = capture.retrieve()
            if good:
                yield _fitted(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB))
    finally:
        capture.release()


def _fitted(frame: object) -> Pixels:
    """Not larger than clips are."""
    import cv2
    import numpy as np

    pixels = np.asarray(frame, np.uint8)
    height, width = pixels.shape[:2]
    part = _LONGEST / max(width, height)
    if part >= 1:
        return pixels
    size = (max(1, round(part * width)), max(1, round(part * height)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
