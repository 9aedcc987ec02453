"""A zip with a COCO file and its pictures, read where it lies: nothing of it is unpacked to a disk.

A member counts only as far as a dataset can need it, and nothing is written by a name from outside.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from labeler.dataset.coco_places import JSON_NAME, first_names
from labeler.dataset.files import reason, spellings
from labeler.dataset.json_stream import JsonSource
from labeler.dataset.picture import MAX_BYTES, SUFFIXES, begins_as_picture
from labeler.dataset.words import counted
from labeler.errors import UserError

try:
    from lzma import LZMAError
except ImportError:  # a Python that was built without it, whose zipfile refuses such members
    LZMAError = RuntimeError  # type: ignore[misc, assignment]

ANY_JSON_BYTES = 16 << 20
"""So large a COCO file may be whatever goes with it."""
JSON_BYTES_A_PICTURE = 128 << 10
"""So much more for each picture in the zip. COCO's own files have 4 KB a picture."""
MOST_JSON_BYTES = 2 << 30
"""COCO's own largest file has half a gigabyte."""
TIGHTEST = 200
"""A COCO file is packed 5 to 40 times smaller than it is, a picture hardly. From this ratio on a
large member is there to fill a disk or a memory.
"""
LARGE = 16 << 20
"""From so many bytes on the ratio counts."""
_HEAD = 16
_LONGEST_REASON = 120
_BROKEN = (zipfile.BadZipFile, zlib.error, LZMAError, EOFError, RuntimeError, ValueError)
"""What zipfile raises for damaged, locked or unknown members."""


class ZipPictures:
    """Those in a folder of the zip, which ends in a slash or is nothing."""

    def __init__(self, archive: zipfile.ZipFile, folder: str, place: str) -> None:
        self.place = place
        self._archive = archive
        self._folder = folder

    def read(self, name: str) -> bytes:
        found = self.find(name)
        if found is None:
            raise UserError("the file is missing")
        if found.file_size > MAX_BYTES:
            raise UserError(f"it is larger than {MAX_BYTES >> 20} MB, too large for a picture")
        if _is_bomb(found):
            raise UserError("it is packed far too tightly to be a picture")
        try:
            with self._archive.open(found) as stream:
                head = stream.read(_HEAD)
                if found.file_size > LARGE and not begins_as_picture(head):
                    raise UserError("it is not a picture that can be read")
                return head + stream.read()
        except (OSError, *_BROKEN) as error:
            raise UserError(f"it cannot be unpacked: {_why(error)}") from error

    def find(self, name: str) -> zipfile.ZipInfo | None:
        """The member of a file_name. Raises UserError for a name that is none."""
        for spelling in spellings(name):
            try:
                return self._archive.getinfo(self._folder + spelling)
            except KeyError:
                continue
        return None


@dataclass(frozen=True, slots=True)
class ZippedJson:
    """The COCO file in a zip, unpacked while it is read."""

    archive: zipfile.ZipFile
    member: zipfile.ZipInfo
    zip_name: str

    @property
    def name(self) -> str:
        return PurePosixPath(self.member.filename).name

    @property
    def size(self) -> int:
        return self.member.file_size

    def open(self) -> BinaryIO:
        with self._telling():
            return io.BufferedReader(_Unpacked(self), 1 << 16)

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Says of a fault in which zip it is."""
        try:
            yield
        except (OSError, *_BROKEN) as error:
            told = f"{self.member.filename} of {self.zip_name} cannot be unpacked: {_why(error)}."
            raise UserError(told) from error


def _why(error: Exception) -> str:
    """What zipfile says of names that differ holds them whole, whatever bytes they are."""
    told = reason(error) if isinstance(error, OSError) else str(error).rstrip(".")
    return told if told and len(told) <= _LONGEST_REASON else "its entry is damaged"


class _Unpacked(io.RawIOBase):
    """The bytes of a member; its end where the zip says that it ends, whatever comes then."""

    def __init__(self, source: ZippedJson) -> None:
        self._source = source
        self._stream = source.archive.open(source.member)
        self._at = 0

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any, /) -> int:
        room = memoryview(buffer)
        with self._source._telling():
            data = self._stream.read(len(room))
        room[: len(data)] = data
        self._at += len(data)
        return len(data)

    def close(self) -> None:
        self._stream.close()
        super().close()


@contextmanager
def opened_zip(path: Path) -> Iterator[tuple[ZippedJson, ZipPictures]]:
    """(the COCO file, its pictures), as import_coco takes them, while the block lasts.

    Raises UserError where the zip cannot be read, is locked, holds not exactly one COCO file, or
    one that is larger than what goes with it can need.
    """
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, *_BROKEN) as error:
        why = reason(error) if isinstance(error, OSError) else "it is no zip, or damaged"
        raise UserError(f"{path} cannot be read: {why}.") from error
    with archive:
        member = _coco_member(archive, path)
        _refuse_too_large(archive, member, path)
        coco = ZippedJson(archive, member, str(path))
        yield coco, _pictures(archive, PurePosixPath(member.filename).parent, coco, path)


def _coco_member(archive: zipfile.ZipFile, path: Path) -> zipfile.ZipInfo:
    found = [
        each
        for each in archive.infolist()
        if each.filename.lower().endswith(".json") and not _is_hidden(each.filename)
    ]
    ours = [each for each in found if each.filename == JSON_NAME]
    if len(ours or found) != 1:
        told = f"holds {len(found)} JSON files" if found else "holds no JSON file"
        raise UserError(
            f"{path} {told}, so its COCO file cannot be told. Unpack it, then import that file."
        )
    return (ours or found)[0]


def _is_hidden(name: str) -> bool:
    """As what a Mac adds."""
    return any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(name).parts)


def _refuse_too_large(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> None:
    """Raises UserError for a COCO file that no dataset with these pictures can need."""
    pictures = sum(name.lower().endswith(SUFFIXES) for name in archive.namelist())
    most = min(MOST_JSON_BYTES, ANY_JSON_BYTES + JSON_BYTES_A_PICTURE * pictures)
    if member.file_size > most or _is_bomb(member):
        size = counted(member.file_size >> 20, "megabyte")
        raise UserError(
            f"{path} is not taken: {member.filename} in it unpacks to {size}, which is more than "
            f"{counted(pictures, 'picture')} can need. If that is right, unpack the zip, then "
            "import that file."
        )


def _is_bomb(member: zipfile.ZipInfo) -> bool:
    """Whether a large member is packed tighter than anything worth unpacking."""
    return member.file_size > max(LARGE, TIGHTEST * member.compress_size)


def _pictures(
    archive: zipfile.ZipFile, beside: PurePosixPath, coco: JsonSource, path: Path
) -> ZipPictures:
    """From the folder in the zip that holds the first ones: images/, else the COCO file's own."""
    names = first_names(coco)
    folders = (beside / "images", beside, beside.parent / "images")
    sources = [
        ZipPictures(archive, "" if folder == PurePosixPath() else f"{folder}/", str(path))
        for folder in folders
    ]
    return next((each for each in sources if _has_some(each, names)), sources[0])


def _has_some(source: ZipPictures, names: list[str]) -> bool:
    try:
        return any(source.find(name) for name in names)
    except UserError:
        return False
