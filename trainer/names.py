"""The gate for names and files from elsewhere: inside their folder, plain files, never links.

A folder from a stranger (a dataset, a run) says in its rows and JSON files what its pictures are
called, and its files may be links or pipes. Nothing of that may be read, written or deleted outside
the folder, so every name that was stored and every file of a fixed name in such a folder comes
through here. labeler/ uses the same functions.
"""

from __future__ import annotations

import errno
import os
import stat
import unicodedata
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO, Any, Literal, overload

LONGEST_NAME = 255
"""Bytes of a name in UTF-8, which every usual file system can hold."""
_NO_LETTERS = ("Cc", "Cs")
"""Control characters and half ones; a joined emoji or a Mac's narrow space is a good name."""
_RESERVED = frozenset(
    f"{device}{number}"
    for device, numbers in (
        *((name, ("",)) for name in ("con", "prn", "aux", "nul", "conin$", "conout$")),
        *((name, tuple("123456789¹²³")) for name in ("com", "lpt")),
    )
    for number in numbers
)
"""Devices on Windows, also with an ending: https://learn.microsoft.com/windows/win32/fileio."""
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)
_LINK = "it is a link, which may lead out of its folder"
_NOT_PLAIN = "it is not a plain file"


class BadName(ValueError):  # noqa: N818 - what is wrong with a name, not with the program
    """A stored name that leads elsewhere. Its text ends a sentence that names the row or file."""


def plain_name(name: object) -> str:
    """The name of a file directly in its folder, as it is. Raises BadName.

    No separator of either kind, drive, "..", control character, device of Windows, nor more than
    255 bytes. Asks no disk.
    """
    if not isinstance(name, str):
        raise BadName("its file name is not a text")
    if "/" in name or "\\" in name or ":" in name:
        raise BadName("its file name leads out of the folder")
    if name.partition(".")[0].rstrip(" ").lower() in _RESERVED:
        raise BadName(f"its file name {name!r} is that of a device on Windows")
    return _one_name(name)


def relative_name(name: object) -> str:
    """A name that may lead into subfolders, with forward slashes. Raises BadName; as plain_name."""
    if not isinstance(name, str):
        raise BadName("its file name is not a text")
    tidy = name.replace("\\", "/")
    if "://" in tidy or PureWindowsPath(tidy).drive or tidy.startswith("/"):
        raise BadName("its file_name is not relative to the images folder")
    parts = PurePosixPath(tidy).parts
    if not parts or ".." in parts:
        raise BadName("its file_name is not a name inside the images folder")
    return "/".join(map(_one_name, parts))


def _one_name(name: str) -> str:
    if not name or name in {".", ".."}:
        raise BadName("its file_name is not a name inside the images folder")
    if any(unicodedata.category(letter) in _NO_LETTERS for letter in name):
        raise BadName("its file_name is not a name inside the images folder")
    if len(name.encode()) > LONGEST_NAME:
        raise BadName(f"its file name is longer than {LONGEST_NAME} bytes")
    return name


def plain_file(folder: Path, name: object) -> Path:
    """Where the file of a stored plain name is, or would be. Raises BadName.

    What is there must be a file itself: no link (to wherever), folder, pipe or device. The folder
    is trusted, so a folder that a person chose may be a link.
    """
    path = folder / plain_name(name)
    fault = _fault_of(path)
    if fault:
        raise BadName(fault)
    return path


def file_under(folder: Path, name: object) -> Path:
    """As plain_file, for names that may lead into subfolders (foreign COCO files). Raises BadName.

    Links are followed as long as they stay in the folder.
    """
    told = relative_name(name)
    path = folder
    for part in told.split("/"):
        path = path / part
        if _is_link(path):
            return _resolved(folder, folder / told)
    if _fault_of(path):
        raise BadName(_NOT_PLAIN)
    return path


def _resolved(folder: Path, path: Path) -> Path:
    try:
        inside = path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # a circle of links
        inside = False
    if not inside:
        raise BadName("the file is a link that leads out of the images folder")
    if path.exists() and not path.is_file():
        raise BadName(_NOT_PLAIN)
    return path


def is_there(path: Path) -> bool:
    """Whether anything has that name: a file, or a link, folder, pipe or device in a file's place.

    True as well where nobody can tell, as without access. What is there is read next, and where it
    is no plain file the reader says so: `is_file()` would pass it over without a word.
    """
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return False
    except OSError as error:
        return error.errno != errno.ENAMETOOLONG
    return True


def is_plain_file(path: Path) -> bool:
    """Whether a file of its own is there: no link, folder, pipe or device."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except (OSError, ValueError):
        return False


def _is_link(path: Path) -> bool:
    try:
        return path.is_symlink()
    except (OSError, ValueError):
        return False


def _fault_of(path: Path) -> str:
    """Empty for a plain file, and where nothing can be found out: reading it then says why."""
    try:
        mode = path.lstat().st_mode
    except (OSError, ValueError):
        return ""
    if stat.S_ISREG(mode):
        return ""
    return _LINK if stat.S_ISLNK(mode) else _NOT_PLAIN


@overload
def open_plain(path: Path, mode: Literal["rb", "wb", "ab", "ab+", "rb+", "xb"]) -> IO[bytes]: ...
@overload
def open_plain(path: Path, mode: Literal["r", "w", "a"], *, errors: str = ...) -> IO[str]: ...
def open_plain(path: Path, mode: str = "rb", *, errors: str = "strict") -> IO[Any]:
    """As Path.open() with UTF-8, for a file in a folder that may be a stranger's. Raises OSError.

    Never through a link, so that nothing outside is read or overwritten, and never of a pipe or a
    device, which could keep the reader for ever.
    """
    more = {} if "b" in mode else {"encoding": "utf-8", "errors": errors}
    return open(path, mode, opener=_without_links, **more)  # type: ignore[call-overload,no-any-return]


def read_plain(path: Path, at_most: int | None = None) -> bytes:
    """The bytes of such a file. Raises OSError, also where it has more than at_most bytes."""
    with open_plain(path, "rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        if at_most is not None and size > at_most:
            raise OSError(errno.EFBIG, f"it has more than {at_most >> 20} MB", str(path))
        return stream.read()


def read_plain_text(path: Path, at_most: int | None = None, *, errors: str = "strict") -> str:
    """As read_plain, decoded as UTF-8 with or without a byte order mark. Raises ValueError too."""
    return read_plain(path, at_most).decode("utf-8-sig", errors)


def _without_links(path: str, flags: int) -> int:
    fault = _fault_of(Path(path))
    if fault:
        raise OSError(errno.ELOOP if fault == _LINK else errno.EINVAL, fault, path)
    handle = os.open(path, flags | _NO_FOLLOW | _NO_WAIT, 0o666)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, _NOT_PLAIN, path)
    return handle
