"""A COCO dataset in a zip, as exports of this program and of others are: read, never unpacked.

Only the COCO file is written out, to a folder of the system's that goes again; each picture is read
when its turn comes. So nothing is written by a name from outside, and no bomb fills the disk.
"""

from __future__ import annotations

import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from labeler.dataset.coco_places import JSON_NAME, first_names
from labeler.dataset.files import reason, spellings
from labeler.dataset.picture import MAX_BYTES
from labeler.errors import UserError

try:
    from lzma import LZMAError
except ImportError:  # a Python that was built without it, whose zipfile refuses such members
    LZMAError = RuntimeError  # type: ignore[misc, assignment]

MOST_JSON_BYTES = 8 << 30
"""COCO's own largest file has half a gigabyte."""
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
        try:
            return self._archive.read(found)
        except (OSError, *_BROKEN) as error:
            raise UserError(f"it cannot be unpacked: {error}") from error

    def find(self, name: str) -> zipfile.ZipInfo | None:
        """The member of a file_name. Raises UserError for a name that is none."""
        for spelling in spellings(name):
            try:
                return self._archive.getinfo(self._folder + spelling)
            except KeyError:
                continue
        return None


@contextmanager
def opened_zip(path: Path) -> Iterator[tuple[Path, ZipPictures]]:
    """(the COCO file, its pictures), as import_coco takes them, while the block lasts.

    Raises UserError where the zip cannot be read, is locked, or holds not exactly one COCO file.
    """
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, *_BROKEN) as error:
        why = reason(error) if isinstance(error, OSError) else "it is no zip, or damaged"
        raise UserError(f"{path} cannot be read: {why}.") from error
    with archive, tempfile.TemporaryDirectory(prefix="vector-labeler-") as folder:
        member = _coco_member(archive, path)
        coco = Path(folder) / JSON_NAME
        _write_out(archive, member, coco, path)
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


def _write_out(archive: zipfile.ZipFile, member: zipfile.ZipInfo, coco: Path, path: Path) -> None:
    if member.file_size > MOST_JSON_BYTES:
        raise UserError(f"{path} cannot be read: {member.filename} in it is too large.")
    try:
        with archive.open(member) as source, coco.open("wb") as target:
            shutil.copyfileobj(source, target)
    except (OSError, *_BROKEN) as error:
        why = reason(error) if isinstance(error, OSError) else str(error)
        raise UserError(f"{member.filename} of {path} cannot be unpacked: {why}.") from error


def _pictures(
    archive: zipfile.ZipFile, beside: PurePosixPath, coco: Path, path: Path
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
