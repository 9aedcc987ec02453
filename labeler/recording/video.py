"""A video that is written while it happens, and can be played up to where a crash cut it off."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labeler.dataset.files import reason, replace_durably, sync_file
from labeler.errors import UserError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NAME = "video.avi"
UNFINISHED = "video.part.avi"
"""Its name until it is whole. Motion JPEG: each picture stands for itself, so that what a kill
leaves behind plays; MP4 and WebM files need their end."""
_CODEC = "MJPG"
_LONGEST_STILL_S = 10.0
"""So long a picture stands where none comes, as while the camera is lost."""


class VideoFile:
    """Of constant rate: a picture that came late stands longer, one that came early is left out.

    A break is shortened to a few seconds: an hour of it would be a gigabyte of one picture.
    """

    def __init__(self, folder: Path, per_second: float) -> None:
        self.frames = 0
        self._path = folder / NAME
        self._part = folder / UNFINISHED
        self._per_second = per_second
        self._writer: Any = None
        self._size = (0, 0)
        self._began = self._last = 0.0

    @property
    def size_bytes(self) -> int:
        """On the disk so far."""
        for path in (self._part, self._path):  # it is renamed while somebody asks
            with suppress(OSError):
                return path.stat().st_size
        return 0

    @property
    def seconds(self) -> float:
        """How long it plays so far."""
        return self.frames / self._per_second

    def add(self, rgb: NDArray[np.uint8], at: float) -> None:
        """A picture (height, width, 3) that was seen `at` (monotonic seconds). Raises UserError.

        One of another size is fitted into the size of the first.
        """
        import cv2

        if self._writer is None:
            self._begin(rgb, at)
        self._began += max(0.0, at - self._last - _LONGEST_STILL_S)
        self._last = at
        due = round((at - self._began) * self._per_second) + 1
        if due <= self.frames:
            return
        bgr = cv2.cvtColor(_fitted(rgb, self._size), cv2.COLOR_RGB2BGR)
        for _ in range(due - self.frames):
            self._writer.write(bgr)
        self.frames = due

    def end(self) -> Path | None:
        """Gives the whole video its name; None where no picture came. Raises UserError."""
        if self._writer is None:
            return None
        self._writer.release()
        if not _plays(self._part):
            raise UserError(f"The video {self._part} came out broken. Is the disk full?")
        try:
            sync_file(self._part)
        except OSError as error:
            raise UserError(f"Cannot write {self._path}: {reason(error)}.") from error
        replace_durably(self._part, self._path)
        return self._path

    def _begin(self, rgb: NDArray[np.uint8], at: float) -> None:
        import cv2

        height, width = rgb.shape[:2]
        self._size = (max(2, width - width % 2), max(2, height - height % 2))
        self._began = self._last = at
        code = cv2.VideoWriter.fourcc(*_CODEC)
        writer = cv2.VideoWriter(str(self._part), code, self._per_second, self._size)
        if not writer.isOpened():
            raise UserError(
                f"No video can be written in {self._part.parent}. May this account write there?"
            )
        self._writer = writer


def free_bytes(folder: Path) -> int:
    """Room on its disk. Raises UserError."""
    try:
        return shutil.disk_usage(folder).free
    except OSError as error:
        raise UserError(f"{folder} cannot be reached: {reason(error)}.") from error


def _fitted(rgb: NDArray[np.uint8], size: tuple[int, int]) -> Any:
    """As large as fits, on black."""
    import cv2
    import numpy as np

    width, height = size
    if rgb.shape[:2] == (height, width):
        return rgb
    scale = min(width / rgb.shape[1], height / rgb.shape[0])
    inner = (max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale)))
    ground = np.zeros((height, width, 3), np.uint8)
    left, top = (width - inner[0]) // 2, (height - inner[1]) // 2
    small = cv2.resize(rgb, inner, interpolation=cv2.INTER_AREA)
    ground[top : top + inner[1], left : left + inner[0]] = small[:height, :width]
    return ground


def _plays(path: Path) -> bool:
    from labeler.cameras.pixels import open_capture

    capture = open_capture(path)
    if capture is None:
        return False
    good = bool(capture.grab())
    capture.release()
    return good
