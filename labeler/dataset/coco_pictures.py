"""Where an import takes the pictures from that a COCO file names."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from labeler.dataset import picture
from labeler.dataset.files import inside, reason
from labeler.errors import UserError


class Pictures(Protocol):
    """place: in words, for sentences."""

    place: str

    def read(self, name: str) -> bytes:
        """The bytes of the picture of a file_name. Raises UserError, which ends a sentence."""
        ...


class FolderPictures:
    """Those in a folder. Raises UserError where there is none, or it may not be looked at."""

    def __init__(self, folder: Path) -> None:
        try:
            is_there = folder.is_dir()
        except OSError as error:
            raise UserError(f"Cannot take pictures from {folder}: {reason(error)}.") from error
        if not is_there:
            raise UserError(f"There is no folder {folder} to take pictures from.")
        self.place = str(folder)
        self._folder = folder

    def read(self, name: str) -> bytes:
        return picture.read(inside(self._folder, name))
