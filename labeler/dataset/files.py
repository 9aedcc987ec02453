"""Files that are either complete on the disk or not there: write, fsync, rename."""

from __future__ import annotations

import hashlib
import os
import shutil
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from labeler.errors import UserError
from trainer.names import BadName, open_plain, plain_file, relative_name

PART = ".part"
"""The suffix of a file that is still being written. Whoever finds one later may delete it."""

_CHUNK = 1 << 20
_MOST_SHOWN = 120


def write_durably(path: Path, data: bytes) -> None:
    """Writes and flushes to the disk, without any rename, and never through a link.

    Raises UserError (full disk and such).
    """
    try:
        with open_plain(path, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
    except BaseException as error:
        with suppress(OSError):  # on a disk that became read-only, this fails as well
            path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise UserError(f"Cannot write {path}: {reason(error)}.") from error
        raise


def replace_durably(source: Path, target: Path) -> None:
    """Renames and makes the new name durable. Raises UserError."""
    try:
        source.replace(target)
        sync_folder(target.parent)
    except OSError as error:
        raise UserError(f"Cannot move {source} to {target}: {reason(error)}.") from error


@contextmanager
def new_folder(folder: Path, noun: str) -> Iterator[Path]:
    """A folder beside it to make something in, which gets its name when all is in it and is taken
    away where that fails. What a kill left of an earlier one goes first. A folder that is there and
    empty is filled as it is. noun: what is made, as "run". Raises UserError.
    """
    is_there = os.path.lexists(folder)
    making = folder if is_there else folder.with_name(f".{folder.name}{PART}")
    try:
        if is_there and any(folder.iterdir()):
            raise UserError(f"{folder} is not empty. Choose a new folder for the {noun}.")
        if not is_there:
            if os.path.lexists(making):
                shutil.rmtree(making)
            making.mkdir(parents=True)
    except OSError as error:
        raise UserError(f"Cannot make a {noun} in {folder}: {reason(error)}.") from error
    try:
        yield making
        if not is_there:
            replace_durably(making, folder)
    except BaseException as error:
        shutil.rmtree(making, ignore_errors=True)
        if isinstance(error, OSError):
            raise UserError(f"Cannot write the {noun} {folder}: {reason(error)}.") from error
        raise


def sync_file(path: Path) -> None:
    """Makes what was written to a file durable. Raises OSError."""
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def sync_folder(folder: Path) -> None:
    """Makes the names in a folder durable. Windows does so by itself and cannot be asked to."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sha256_of(path: Path) -> str:
    """The hash of a file's bytes, read in pieces. Raises OSError."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while piece := stream.read(_CHUNK):
            digest.update(piece)
    return digest.hexdigest()


def inside(folder: Path, name: str) -> Path:
    """The existing path that a file from outside names inside a folder. Raises UserError.

    Absolute names, "..", addresses and links that lead out of the folder are refused. An accented
    letter may be one sign in the name and two on the disk, as Macs write it, or the other way.
    """
    for spelling in spellings(name):
        with suppress(OSError, ValueError, RuntimeError):
            found = (folder / spelling).resolve(strict=True)
            if not found.is_relative_to(folder.resolve(strict=True)):
                raise UserError("the file is a link that leads out of the images folder")
            return found
    raise UserError("the file is missing")


def spellings(name: str) -> list[str]:
    """The ways to write a file_name from outside, with slashes. Raises UserError as inside()."""
    try:
        tidy = relative_name(name)
    except BadName as error:
        raise UserError(str(error)) from error
    normal = (unicodedata.normalize(form, tidy) for form in ("NFC", "NFD"))
    return list(dict.fromkeys((tidy, *normal)))


def file_of_ours(folder: Path, name: object, what: str) -> Path:
    """Where a stored name leads in a folder of the dataset or run. Raises UserError naming `what`.

    Every path that is made of a row or of a stored file comes from here; see trainer/names.py.
    """
    try:
        return plain_file(folder, name)
    except BadName as error:
        raise UserError(f"{what} is not used, for {error} ({shown(name)}).") from error


def shown(name: object) -> str:
    """A stored name as it may stand in a sentence: short, without control characters."""
    told = repr(name)
    return told if len(told) <= _MOST_SHOWN else f"{told[:_MOST_SHOWN]}…"


def is_file(path: Path) -> bool:
    """As Path.is_file(), and False where nobody can tell: no access, a name too long, a drive that
    fails. Whoever reads it then says why.
    """
    try:
        return path.is_file()
    except OSError:
        return False


def reason(error: OSError) -> str:
    """The operating system's words without the error number and the path."""
    return (error.strerror or str(error)).rstrip(".").lower()
