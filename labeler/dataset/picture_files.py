"""Where a dataset's picture files stand: on their way in, in place, or put aside by an undo.

incoming/: bytes whose row is not committed yet. images/: the file of each row. removed/: files
whose import was taken back; no file of a picture is ever deleted once its row was committed.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from contextlib import suppress
from pathlib import Path, PurePosixPath, PureWindowsPath

from labeler.dataset.files import PART, reason, replace_durably, sync_folder, write_durably
from labeler.errors import UserError

_GOING = "going.json"
"""The names that are about to go to removed/: written before their rows go, deleted after."""


class PictureFiles:
    """The three folders. Every step can be done again after a kill, and then changes nothing."""

    def __init__(self, folder: Path) -> None:
        self.images = folder / "images"
        self.incoming = folder / "incoming"
        self.removed = folder / "removed"

    def place(self, names: Iterable[str]) -> None:
        """Moves the files of committed rows to images/, durably. Raises UserError."""
        sources: set[Path] = set()
        for name in map(plain, names):
            source = next(
                (each for each in (self.incoming, self.removed) if (each / name).is_file()), None
            )
            if source is not None and not (self.images / name).exists():
                self._move(source / name, self.images / name)
                sources.add(source)
        self._sync(self.images, *sources)

    def lacking(self, names: Iterable[str]) -> list[str]:
        """Those of which there is no file anywhere."""
        places = (self.images, self.incoming, self.removed)
        return [
            name
            for name in map(plain, names)
            if not any((each / name).is_file() for each in places)
        ]

    def announce(self, names: Collection[str]) -> None:
        """Makes durable that these are about to go. Raises UserError, with nothing changed."""
        try:
            self.removed.mkdir(exist_ok=True)
        except OSError as error:
            raise UserError(f"Cannot make {self.removed}: {reason(error)}.") from error
        going = sorted({*map(plain, names), *self.announced()})
        part = self.removed / f"{_GOING}{PART}"
        write_durably(part, json.dumps(going).encode())
        replace_durably(part, self.removed / _GOING)

    def announced(self) -> list[str]:
        """The names of announce() that put_aside() has not finished with."""
        try:
            read = json.loads((self.removed / _GOING).read_bytes())
        except (OSError, ValueError, RecursionError):
            return []
        names = [each for each in read if isinstance(each, str)] if isinstance(read, list) else []
        return [name for name in names if _is_plain(name)]

    def put_aside(self, names: Iterable[str]) -> None:
        """Moves files whose rows are gone from images/ to removed/, durably; none is left to go
        then. Raises UserError.
        """
        for name in map(plain, names):
            if (self.images / name).is_file():
                self._move(self.images / name, self.removed / name)
        if self.removed.is_dir():
            self._sync(self.removed, self.images)
            with suppress(OSError):
                (self.removed / _GOING).unlink(missing_ok=True)

    def aside(self) -> list[str]:
        """The names of the files in removed/."""
        if not self.removed.is_dir():
            return []
        names = (path.name for path in self.removed.iterdir())
        return sorted(name for name in names if name != _GOING and not name.endswith(PART))

    def _move(self, source: Path, target: Path) -> None:
        try:
            source.replace(target)
        except OSError as error:
            raise UserError(f"Cannot move {source} to {target}: {reason(error)}.") from error

    def _sync(self, *folders: Path) -> None:
        for folder in folders:
            try:
                sync_folder(folder)
            except OSError as error:
                raise UserError(f"Cannot write {folder}: {reason(error)}.") from error


def plain(name: str) -> str:
    """The name of a picture file, which leads nowhere else. Raises UserError."""
    if not _is_plain(name):
        raise UserError(f"{name!r} is no name of a picture file, so it is not touched.")
    return name


def _is_plain(name: str) -> bool:
    parts = PurePosixPath(name).parts, PureWindowsPath(name).parts
    return parts == ((name,), (name,)) and not name.startswith(".") and "\0" not in name
