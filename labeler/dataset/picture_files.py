"""Where a dataset's picture files stand: on their way in, in place, or put aside by an undo.

incoming/: bytes whose row is not committed yet. images/: the file of each row. removed/: files
whose import was taken back; no file of a picture is ever deleted once its row was committed.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from contextlib import suppress
from pathlib import Path

from labeler.dataset.files import (
    PART,
    file_of_ours,
    reason,
    replace_durably,
    sync_folder,
    write_durably,
)
from labeler.errors import UserError
from trainer.names import BadName, is_plain_file, open_plain, plain_name

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
        for name in names:
            target = _in(self.images, name)
            waiting = (self.incoming, self.removed)
            source = next((each for each in waiting if is_plain_file(each / name)), None)
            if source is not None and not target.exists():
                self._move(source / name, target)
                sources.add(source)
        self._sync(self.images, *sources)

    def lacking(self, names: Iterable[str]) -> list[str]:
        """Those of which there is no file anywhere."""
        places = (self.images, self.incoming, self.removed)
        return [name for name in names if not any(_in(each, name).is_file() for each in places)]

    def announce(self, names: Collection[str]) -> None:
        """Makes durable that these are about to go. Raises UserError, with nothing changed."""
        try:
            self.removed.mkdir(exist_ok=True)
        except OSError as error:
            raise UserError(f"Cannot make {self.removed}: {reason(error)}.") from error
        for name in names:
            _in(self.images, name)
        going = sorted({*names, *self.announced()})
        part = self.removed / f"{_GOING}{PART}"
        write_durably(part, json.dumps(going).encode())
        replace_durably(part, self.removed / _GOING)

    def announced(self) -> list[str]:
        """The names of announce() that put_aside() has not finished with."""
        try:
            with open_plain(self.removed / _GOING, "rb") as stream:
                read = json.loads(stream.read())
        except (OSError, ValueError, RecursionError):
            return []
        return [name for name in read if _is_plain(name)] if isinstance(read, list) else []

    def put_aside(self, names: Iterable[str]) -> None:
        """Moves files whose rows are gone from images/ to removed/, durably; none is left to go
        then. Raises UserError.
        """
        for name in names:
            if is_plain_file(_in(self.images, name)):
                self._move(self.images / name, self.removed / name)
        if self.removed.is_dir():
            self._sync(self.removed, self.images)
            with suppress(OSError):
                (self.removed / _GOING).unlink(missing_ok=True)

    def aside(self) -> list[str]:
        """The names of the files in removed/."""
        if not self.removed.is_dir():
            return []
        names = (path.name for path in self.removed.iterdir() if is_plain_file(path))
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


def _in(folder: Path, name: str) -> Path:
    return file_of_ours(folder, name, "A picture of an import")


def _is_plain(name: object) -> bool:
    try:
        plain_name(name)
    except BadName:
        return False
    return True
