"""A zip from outside: what unpacks to more than a dataset can need is refused, nothing is left."""

from __future__ import annotations

import json
import struct
import tempfile
import zipfile
from pathlib import Path

import pytest

from labeler.dataset.check import check
from labeler.dataset.coco_import import ImportReport, import_coco
from labeler.dataset.coco_zip import ANY_JSON_BYTES, JSON_BYTES_A_PICTURE, opened_zip
from labeler.dataset.picture import MAX_BYTES
from labeler.dataset.store import Dataset
from labeler.errors import UserError

COCO = {
    "images": [{"id": n, "file_name": f"{n}.jpg"} for n in range(2)],
    "annotations": [{"id": 1, "image_id": 0, "category_id": 1, "bbox": [1, 2, 30, 20]}],
    "categories": [{"id": 1, "name": "mug"}],
}


def zipped(path: Path, members: dict[str, bytes], *, packing: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", packing, compresslevel=1) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def lying(path: Path, member: str, size: int) -> Path:
    """The zip as it is, but for what its directory says of that member's unpacked size."""
    content = bytearray(path.read_bytes())
    entry = content.rindex(b"PK\x01\x02", 0, content.rindex(member.encode()))
    content[entry + 24 : entry + 28] = struct.pack("<I", size)
    path.write_bytes(content)
    return path


def take(dataset: Dataset, path: Path) -> ImportReport:
    with opened_zip(path) as (coco, pictures):
        return import_coco(dataset, coco, pictures)


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def pictures(coco_folder: Path) -> dict[str, bytes]:
    return {f"images/{n}.jpg": (coco_folder / f"{n}.jpg").read_bytes() for n in range(2)}


def test_a_zip_is_read_where_it_lies(
    dataset: Dataset, pictures: dict[str, bytes], tmp_path: Path, temporary: Path
) -> None:
    path = zipped(tmp_path / "a.zip", {"a.json": json.dumps(COCO).encode(), **pictures})
    with opened_zip(path) as (coco, found):
        assert list(temporary.iterdir()) == []
        report = import_coco(dataset, coco, found)
    assert (report.images_added, report.annotations_added) == (2, 1)


@pytest.mark.parametrize(
    ("filling", "more"),
    [
        (b" ", 1),  # packed a thousand times smaller
        (bytes(range(256)), 3 * JSON_BYTES_A_PICTURE),  # more than these pictures can need
    ],
    ids=["ratio", "need"],
)
def test_a_bomb_of_json_is_refused_before_anything_is_unpacked(
    dataset: Dataset,
    pictures: dict[str, bytes],
    tmp_path: Path,
    temporary: Path,
    filling: bytes,
    more: int,
) -> None:
    text = json.dumps(COCO).encode()
    bomb = filling * ((ANY_JSON_BYTES + more) // len(filling) + 1) + text
    packing = zipfile.ZIP_DEFLATED if len(filling) == 1 else zipfile.ZIP_STORED
    path = zipped(tmp_path / "a.zip", {"a.json": bomb, **pictures}, packing=packing)
    with pytest.raises(UserError, match=r"a\.json in it unpacks to 16 megabytes, .* 2 pictures"):
        take(dataset, path)
    assert dataset.images() == []
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("said", [10, 100])
def test_a_json_file_that_is_larger_than_its_zip_says_is_no_bomb(
    dataset: Dataset, pictures: dict[str, bytes], tmp_path: Path, said: int
) -> None:
    text = json.dumps(COCO).encode() + b" " * 4_000_000
    path = lying(zipped(tmp_path / "a.zip", {"a.json": text, **pictures}), "a.json", said)
    with pytest.raises(UserError):
        take(dataset, path)
    assert dataset.images() == []
    assert list(dataset.incoming_folder.iterdir()) == []


def test_a_picture_that_says_it_is_too_large_is_left_out_unread(
    dataset: Dataset, pictures: dict[str, bytes], tmp_path: Path
) -> None:
    members = {"a.json": json.dumps(COCO).encode(), **pictures}
    path = lying(zipped(tmp_path / "a.zip", members), "images/1.jpg", MAX_BYTES + 1)
    report = take(dataset, path)
    assert report.images_added == 1
    assert dict(report.skipped) == {"1.jpg": "it is larger than 512 MB, too large for a picture"}


@pytest.mark.parametrize(
    ("begin", "why"), [(b"\xff\xd8\xff", "packed far too tightly"), (b"text", "packed far too")]
)
def test_a_bomb_of_a_picture_is_left_out(
    dataset: Dataset, pictures: dict[str, bytes], tmp_path: Path, begin: bytes, why: str
) -> None:
    pictures["images/1.jpg"] = begin + bytes(17 << 20)
    path = zipped(tmp_path / "a.zip", {"a.json": json.dumps(COCO).encode(), **pictures})
    report = take(dataset, path)
    assert report.images_added == 1
    assert why in dict(report.skipped)["1.jpg"]
    assert check(dataset) == []


def test_a_large_file_that_is_no_picture_is_left_out_after_its_first_bytes(
    dataset: Dataset, pictures: dict[str, bytes], tmp_path: Path
) -> None:
    pictures["images/1.jpg"] = bytes(range(256)) * (17 << 12)
    members = {"a.json": json.dumps(COCO).encode(), **pictures}
    path = zipped(tmp_path / "a.zip", members, packing=zipfile.ZIP_STORED)
    assert dict(take(dataset, path).skipped)["1.jpg"] == "it is not a picture that can be read"


@pytest.mark.parametrize(
    ("score", "taken"),
    [(0, True), (1, True), (0.5, True), (1.0000001, False), (5, False), (87.5, False), (-1, False)],
)
def test_only_a_score_from_0_to_1_makes_a_suggestion(
    dataset: Dataset, coco_folder: Path, score: float, taken: bool
) -> None:
    coco = json.loads(json.dumps(COCO))
    coco["annotations"][0]["score"] = score
    (coco_folder / "a.json").write_text(json.dumps(coco))
    report = import_coco(dataset, coco_folder / "a.json", coco_folder)
    assert report.annotations_added == 0  # nobody drew it, whatever its score
    assert report.suggestions_added == int(taken)
    assert [why for _, why in report.skipped] == (
        [] if taken else [f"its score is {score:g}, not a number from 0 to 1"]
    )


def test_a_header_that_names_something_else_is_told_without_its_bytes(
    dataset: Dataset, pictures: dict[str, bytes], tmp_path: Path
) -> None:
    """Damage in a name's length makes all that follows part of the name."""
    path = zipped(tmp_path / "a.zip", {"a.json": json.dumps(COCO).encode(), **pictures})
    content = bytearray(path.read_bytes())
    content[26:28] = struct.pack("<H", 5_000)  # the length of the first file's name
    path.write_bytes(content)
    with pytest.raises(
        UserError, match=r"^a\.json of .*a\.zip cannot be unpacked: [ -~]{5,120}\.$"
    ):
        take(dataset, path)


def test_a_name_without_an_end_is_cut_where_it_is_told(dataset: Dataset, tmp_path: Path) -> None:
    endless = {**COCO, "images": [{"id": 1, "file_name": "y" * 9_000}]}
    path = zipped(tmp_path / "a.zip", {"a.json": json.dumps(endless).encode()})
    with pytest.raises(UserError) as refused:
        take(dataset, path)
    told = f"{refused.value} {refused.value.details}"
    assert "yyy…: " in told
    assert len(told) < 1_500
