"""The pictures of a folder, shown in turn as if a camera took them."""

from __future__ import annotations

import re
import threading
from pathlib import Path

from labeler.cameras.base import CameraState
from labeler.cameras.worker import WorkerCamera
from labeler.dataset import picture
from labeler.errors import UserError

SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".webp")


class FolderCamera(WorkerCamera):
    """Frames are the files' bytes untouched, by name, over and over.

    Files that are no pictures are left out and counted in the status.
    """

    SECONDS_EACH = 1.0

    def __init__(self, folder: Path, seconds_each: float | None = None) -> None:
        super().__init__(folder.name or str(folder))
        self.folder = folder
        self.seconds_each = self.SECONDS_EACH if seconds_each is None else seconds_each

    def _run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            bad: list[str] = []
            shown = sum(self._show_file(path, bad, stop) for path in pictures_in(self.folder))
            if shown == 0 and not stop.is_set():
                raise UserError(_nothing(self.folder, bad))

    def _show_file(self, path: Path, bad: list[str], stop: threading.Event) -> int:
        """1 when the file was shown, 0 when it was passed over."""
        if stop.is_set():
            return 0
        data = _read_picture(path)
        if data is None:
            bad.append(path.name)
            self._report(stop, self.status().state, _left_out(bad))
            return 0
        self._show(stop, data)
        self._report(stop, CameraState.LIVE, _left_out(bad))
        stop.wait(self.seconds_each)
        return 1


def pictures_in(folder: Path) -> list[Path]:
    """The picture files of a folder, as people sort them: 2 before 10. Raises UserError."""
    try:
        files = [path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES]
    except OSError as error:
        raise UserError(f"The folder {folder} cannot be read: {error.strerror}.") from error
    return sorted((path for path in files if not path.name.startswith(".")), key=_natural)


def _natural(path: Path) -> list[tuple[int, str]]:
    parts = re.split(r"(\d+)", path.name.lower())
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]


def _read_picture(path: Path) -> bytes | None:
    """The bytes, or None where they are no whole picture."""
    try:
        data = picture.read(path)
        picture.inspect(data, path.name)
    except UserError:
        return None
    return data


def _left_out(bad: list[str]) -> str:
    if not bad:
        return ""
    more = f" and {len(bad) - 1} more" if len(bad) > 1 else ""
    return f"Left out, because it is not a picture: {bad[0]}{more}."


def _nothing(folder: Path, bad: list[str]) -> str:
    if bad:
        return f"No picture in {folder} can be read ({bad[0]} and others are damaged)."
    return f"There are no pictures in {folder}. Known kinds: {', '.join(SUFFIXES)}."
