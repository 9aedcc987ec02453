"""COCO files and zips of a stranger, through the importer."""

from __future__ import annotations

import copy
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from labeler.dataset.store import Dataset
from tests.dataset.conftest import make_picture
from tests.dataset.test_coco_hostile import GOOD, mutate
from tests.dataset.test_coco_zip_limits import lying
from tests.reliability.attacks.verdict import (
    FaultFound,
    Ground,
    contents,
    labelled,
    require,
    require_same,
    require_whole,
    shell,
)

NUMBERS: list[Any] = [
    *(-1, 0, 1, 2**31, 2**53, 2**63, 2**64, -(2**70), 10**400),
    *(1e308, -1e308, 5e-324, 0.1, 1e16, float("nan"), float("inf"), float("-inf")),
]
TEXTS: list[Any] = [
    *("", " ", "mug", "0.jpg", "3.jpg", "x" * 300, "y" * 70_000, "\0", "\ud800", "\udfff\ud800"),
    *("\x1b]0;owned\x07", "\x1b[2J", "a\nb", "\u202egpj.0", "\u2028", "1e999", "NaN", "true"),
    *("../treasure.txt", "../../treasure.txt", "/etc/passwd", "C:\\x.jpg", "\\\\server\\x.jpg"),
    *("link.jpg", "folder", "text.jpg", "broken.jpg", ".", "..", "a/../../treasure.txt", "NUL"),
    *("file:///etc/passwd", "https://example.org/x.jpg", "images/0.jpg", "~/x.jpg", "%2e%2e/x"),
]
OTHERS: list[Any] = [None, True, False, [], {}, [[]], {"a": {}}, [1, 2, 3, 4], [{}] * 40]
JUNK = [*NUMBERS, *TEXTS, *OTHERS]
KEYS = ("score", "verified", "pose", "readings", "captured_at", "session_id", "original_name")
PIECES = (b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\", b"\\ud800", b"\xff", b"\0", b"1" * 5000)


def good(chance: Random) -> dict[str, Any]:
    coco = copy.deepcopy(GOOD)
    coco["info"] = {"description": "a set", "year": 2026}
    coco["licenses"] = [{"id": 1, "name": "free"}]
    for entry in coco["annotations"]:
        entry["area"] = 600
        if chance.random() < 0.3:
            entry["segmentation"] = [[1, 2, 31, 2, 31, 22, 1, 22]]
        if chance.random() < 0.2:
            entry[chance.choice(KEYS)] = chance.choice(JUNK)
    for entry in coco["images"]:
        if chance.random() < 0.2:
            entry[chance.choice(KEYS)] = chance.choice(JUNK)
    if chance.random() < 0.2:
        coco["sessions"] = [{"id": 1, "name": "s", "started_at": chance.choice(NUMBERS)}]
    return coco


def hostile_text(chance: Random) -> bytes:
    """Changed in its values, in its bytes, or in both."""
    coco: Any = good(chance)
    for _ in range(chance.randrange(0, 7)):
        coco = mutate(coco, chance, JUNK)
    data = bytearray(_spelled(coco, chance).encode("utf-8", "surrogatepass"))
    if chance.random() < 0.1:
        data = bytearray(_spelled(coco, chance).encode(chance.choice(("utf-16", "utf-8-sig"))))
    if chance.random() < 0.25 and data:
        for _ in range(chance.randrange(1, 5)):
            at = chance.randrange(len(data))
            chance.choice(_BYTES)(data, at, chance)
            if not data:
                break
    if chance.random() < 0.05:
        data = bytearray(b" " * chance.randrange(2**20 - 40, 2**20 + 40)) + data
    return bytes(data)


def _spelled(coco: Any, chance: Random) -> str:
    try:
        return (
            json.dumps(coco, indent=chance.choice((None, 1)), ensure_ascii=chance.random() < 0.5)
            .encode("utf-8", "replace")
            .decode()
        )
    except ValueError:  # a number of more digits than Python writes
        return "{}"


def _put(data: bytearray, at: int, chance: Random) -> None:
    data[at:at] = chance.choice(PIECES)


def _cut(data: bytearray, at: int, chance: Random) -> None:
    del data[at:]


def _lose(data: bytearray, at: int, chance: Random) -> None:
    del data[at : at + chance.randrange(1, 30)]


def _flip(data: bytearray, at: int, chance: Random) -> None:
    data[at] = chance.randrange(256)


def _double(data: bytearray, at: int, chance: Random) -> None:
    data += data[at:]


def _deepen(data: bytearray, at: int, chance: Random) -> None:
    data[at:at] = chance.choice((b"[", b'{"a":')) * chance.choice((100, 10_000, 200_000))


_BYTES: tuple[Callable[[bytearray, int, Random], None], ...] = (
    *(_put, _cut, _lose, _flip, _double, _deepen),
)


def _foreign(folder: Path) -> None:
    """Pictures as another tool keeps them, and what is none, with a link that leads out."""
    for seed in range(4):
        (folder / f"{seed}.jpg").write_bytes(make_picture(seed))
    (folder / "broken.jpg").write_bytes(make_picture(3)[:-300])
    (folder / "text.jpg").write_text("no picture")
    (folder / "folder").mkdir()
    (folder / "link.jpg").symlink_to("../../treasure.txt")
    (folder / "loop.jpg").symlink_to("loop.jpg")


def coco_files(chance: Random, ground: Ground) -> bool:
    """The verb import, into a dataset that is there or a new one."""
    foreign = ground.once("foreign", _foreign)
    if chance.random() < 0.35:
        path = _zip(chance, ground, foreign)
    else:
        folder = ground.copy(foreign, "foreign")
        path = folder / "labels.json"
        path.write_bytes(hostile_text(chance))
    return _taken_in(chance, ground, path)


def _taken_in(chance: Random, ground: Ground, path: Path) -> bool:
    is_new = chance.random() < 0.3
    target = ground.place / "dataset"
    if not is_new:
        ground.copy(ground.once("dataset", labelled), "dataset")
    before = {} if is_new else contents(target)
    around = sorted(ground.place.rglob("*"))
    more = [word for word in ("--json", "--empty-means-nothing-there") if chance.random() < 0.3]
    said = shell("import", target, path, *more, names=(path.name, ".json"))
    if not said.is_taken:
        require(not is_new or not target.exists(), "refused, and a new dataset is there")
        if not is_new:
            require_same(before, contents(target), "refused, and the dataset is changed")
        left = sorted(ground.place.rglob("*"))
        require(not is_new or left == around, "refused, and something new lies beside it")
        return False
    require_whole(target)
    with Dataset.open(target, read_only=True) as dataset:
        for image in dataset.images():
            require(dataset.path_of(image).parent == dataset.images_folder, "a name leads out")
        for box in dataset.all_annotations():
            require(0 < box.bbox.width <= 64 and 0 < box.bbox.height <= 64, "a box lies outside")
    return True


def _zip(chance: Random, ground: Ground, foreign: Path) -> Path:
    path = ground.place / "given.zip"
    text = hostile_text(chance) if chance.random() < 0.6 else json.dumps(GOOD).encode()
    members: list[tuple[str, bytes]] = [
        (chance.choice(("annotations.json", "a/b.json", "x.JSON", "../a.json", "/a.json")), text)
        if chance.random() < 0.3
        else ("annotations.json", text)
    ]
    inner = chance.choice(("images/", "images/", "", "a/", "../images/", "/images/", "images\\"))
    members += [(f"{inner}{n}.jpg", (foreign / f"{n}.jpg").read_bytes()) for n in range(3)]
    for _ in range(chance.randrange(0, 3)):
        _MEMBERS[chance.randrange(len(_MEMBERS))](members, chance)
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members:
            entry = zipfile.ZipInfo("x")
            entry.filename = name
            entry.compress_type = chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
            if chance.random() < 0.03:
                entry.external_attr = 0o120777 << 16  # a link
            if chance.random() < 0.02:
                entry.compress_type = chance.choice((zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))
            _write(archive, entry, data)
    _damaged(path, chance)
    return path


def _write(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, data: bytes) -> None:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # names that stand twice
        try:
            archive.writestr(entry, data)
        except (UnicodeEncodeError, ValueError) as error:
            raise FaultFound("the attack itself is wrong", repr(error)) from error


def _damaged(path: Path, chance: Random) -> None:
    kind = chance.random()
    if kind < 0.25:
        data = bytearray(path.read_bytes())
        for _ in range(chance.choice((1, 3, 40))):
            data[chance.randrange(len(data))] = chance.randrange(256)
        path.write_bytes(data)
    elif kind < 0.35:
        data = bytearray(path.read_bytes())
        path.write_bytes(data[: chance.randrange(len(data))])
    elif kind < 0.45:
        with zipfile.ZipFile(path) as archive:
            name = chance.choice(archive.namelist())
        size = chance.choice((0, 1, 100, 2**20, 2**30, 2**32 - 2))
        lying(path, name, size)
    elif kind < 0.5:  # the directory's words: flags (encrypted), method, offsets
        data = bytearray(path.read_bytes())
        at = data.rindex(b"PK\x01\x02") + chance.choice((8, 9, 10, 24, 28, 30, 32, 42, 44))
        data[at] ^= 1 << chance.randrange(8)
        path.write_bytes(data)
    elif kind < 0.52:
        path.write_bytes(chance.randbytes(5000) + path.read_bytes())


def _bomb(members: list[tuple[str, bytes]], chance: Random) -> None:
    if chance.random() < 0.9:
        return  # each takes a while to pack
    name, data = members[0]
    members[0] = name, chance.choice((b" ", b"\n", b"[")) * (17 << 20) + data


def _picture_bomb(members: list[tuple[str, bytes]], chance: Random) -> None:
    if chance.random() < 0.2:
        members[1] = members[1][0], members[1][1][:20] + bytes(17 << 20)


def _twice(members: list[tuple[str, bytes]], chance: Random) -> None:
    members.append((chance.choice(members)[0], chance.choice(members)[1]))


def _named(members: list[tuple[str, bytes]], chance: Random) -> None:
    name = chance.choice([text for text in TEXTS if isinstance(text, str)])
    name = name.encode("utf-8", "replace").decode()[:60_000]
    place = chance.randrange(len(members))
    members[place] = name or "?", members[place][1]


def _nested(members: list[tuple[str, bytes]], chance: Random) -> None:
    members.append(("inner.zip", b"PK\x05\x06" + bytes(18)))


def _many(members: list[tuple[str, bytes]], chance: Random) -> None:
    members.extend((f"f/{n}.txt", b"") for n in range(chance.choice((10, 3000))))


def _two_files(members: list[tuple[str, bytes]], chance: Random) -> None:
    members.append(("other.json", chance.choice(members)[1]))


_MEMBERS: tuple[Callable[[list[tuple[str, bytes]], Random], None], ...] = (
    *(_bomb, _picture_bomb, _twice, _named, _nested, _many, _two_files),
)
