"""Pictures are kept byte for byte, once each, with their true upright size."""

from __future__ import annotations

import hashlib
import io
import os
import struct
import time
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image as Pillow

from labeler.dataset import picture as pictures
from labeler.dataset.check import check
from labeler.dataset.images import add_files, add_picture, write_incoming
from labeler.dataset.intake import look, new_image
from labeler.dataset.model import Image, Pose, Session
from labeler.dataset.store import Dataset
from labeler.dataset.thumbnails import thumbnail
from labeler.errors import UserError

MakePicture = Callable[..., bytes]


def bomb(side: int) -> bytes:
    """A PNG that promises side x side pixels and holds none."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def test_the_stored_file_is_what_came(
    dataset: Dataset, session: Session, picture: MakePicture
) -> None:
    data = picture(1) + b"whatever the robot adds"
    pose = Pose(1.0, 2.0, 0.5)
    added = add_picture(
        dataset,
        data,
        original_name="frame 1.jpg",
        session_id=session.id,
        captured_at=1234.5,
        head_angle_rad=0.1,
        pose=pose,
    )
    sha256 = hashlib.sha256(data).hexdigest()
    assert added.is_new
    assert added.image == dataset.image(added.image.id)
    assert added.image == Image(
        id=1,
        file_name=f"000001-{sha256[:12]}.jpg",
        original_name="frame 1.jpg",
        width=64,
        height=48,
        sha256=sha256,
        session_id=session.id,
        captured_at=1234.5,
        head_angle_rad=0.1,
        pose=pose,
    )
    assert dataset.path_of(added.image).read_bytes() == data
    assert check(dataset) == []


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF"])
def test_every_format_is_taken(
    dataset: Dataset, session: Session, picture: MakePicture, format: str
) -> None:
    data = picture(1, format=format)
    image = add_picture(dataset, data, original_name="a", session_id=session.id).image
    assert (image.width, image.height) == (64, 48)
    assert dataset.path_of(image).suffix in pictures.SUFFIXES
    assert check(dataset) == []


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format", ["JPEG", "TIFF", "PNG", "WEBP"])
def test_the_size_is_that_of_the_upright_picture(
    dataset: Dataset, session: Session, picture: MakePicture, format: str, orientation: int
) -> None:
    data = picture(1, format=format, orientation=orientation)
    image = add_picture(dataset, data, original_name="a", session_id=session.id).image
    assert (image.width, image.height) == ((64, 48) if orientation < 5 else (48, 64))
    assert check(dataset) == []
    with Pillow.open(thumbnail(dataset, image)) as small:
        assert small.size == (image.width, image.height)


def test_a_picture_is_turned_as_exif_says() -> None:
    stored = Pillow.new("L", (4, 2))
    stored.putdata(range(8))
    for orientation in range(1, 9):
        exif = Pillow.Exif()
        exif[0x0112] = orientation
        stream = io.BytesIO()
        stored.save(stream, "PNG", exif=exif)
        expected = {1: 0, 2: 3, 3: 7, 4: 4, 5: 0, 6: 4, 7: 7, 8: 3}[orientation]
        upright = pictures.upright(stream.getvalue(), "a")
        assert upright.getpixel((0, 0)) == (expected,) * 3


@pytest.mark.parametrize("longest", [None, 16])
@pytest.mark.parametrize(
    ("mode", "grey"), [("I;16", 100 * 257), ("I", 100 * 257), ("F", 100 / 255)]
)
def test_greys_of_more_than_8_bit_are_seen_as_they_look(
    mode: str, grey: float, longest: int | None
) -> None:
    stream = io.BytesIO()
    Pillow.new(mode, (32, 24), grey).save(stream, "TIFF")
    seen = pictures.upright(stream.getvalue(), "a", longest)
    assert seen.getpixel((3, 3)) == pytest.approx((100, 100, 100), abs=1)


def test_the_same_content_is_added_once(
    dataset: Dataset, session: Session, picture: MakePicture
) -> None:
    first = add_picture(dataset, picture(1), original_name="a", session_id=session.id)
    second = add_picture(dataset, picture(1), original_name="b", session_id=session.id)
    assert (second.image, second.is_new) == (first.image, False)
    assert dataset.counts().total == 1


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda data: b"", "empty"),
        (lambda data: b"\0" * 1000, "not a picture"),
        (lambda data: b"<html>not found</html>", "not a picture"),
        (lambda data: data[:-100], "damaged"),
        (lambda data: data[: len(data) // 2], "damaged"),
        (lambda data: data[:20], "(damaged|not a picture)"),
        (lambda data: bomb(12_500), "150 million pixels"),
        (lambda data: bomb(60_000), "150 million pixels"),
        (lambda data: bomb(100), "damaged"),
        (lambda data: b"%!PS-Adobe-3.0 EPSF-3.0\n", "not a picture"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@pytest.mark.parametrize("format", ["JPEG", "PNG"])
def test_bad_bytes_are_refused_by_name_and_leave_nothing(
    dataset: Dataset,
    session: Session,
    picture: MakePicture,
    spoil: Callable[[bytes], bytes],
    fault: str,
    format: str,
) -> None:
    data = spoil(picture(1, format=format))
    with pytest.raises(UserError, match=f"holiday.jpg .*{fault}"):
        add_picture(dataset, data, original_name="holiday.jpg", session_id=session.id)
    assert dataset.counts().total == 0
    assert check(dataset) == []


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF"])
def test_mangled_pictures_are_taken_or_refused_never_a_crash(
    picture: MakePicture, format: str
) -> None:
    data = picture(1, format=format)
    for place in range(0, len(data), max(1, len(data) // 60)):
        mangled = bytearray(data)
        mangled[place] ^= 0xFF
        for spoilt in (bytes(mangled), bytes(mangled[:place])):
            try:
                found = pictures.inspect(spoilt, "a")
            except UserError:
                continue
            assert found.width > 0


def test_names_never_become_paths(dataset: Dataset, session: Session, picture: MakePicture) -> None:
    for seed, name in enumerate(["../../etc/passwd", "/abs.jpg", "C:\\x.jpg", "n\0ul", "\udcff"]):
        image = add_picture(dataset, picture(seed), original_name=name, session_id=session.id).image
        assert dataset.path_of(image).parent == dataset.images_folder
        assert dataset.path_of(image).is_file()
    assert dataset.images()[0].original_name == "../../etc/passwd"


def test_numbers_that_no_file_can_hold_count_as_unknown(
    dataset: Dataset, session: Session, picture: MakePicture
) -> None:
    image = add_picture(
        dataset,
        picture(),
        original_name="a",
        session_id=session.id,
        captured_at=float("nan"),
        head_angle_rad=float("inf"),
        pose=Pose(1.0, float("nan"), 0.0),
    ).image
    assert (image.head_angle_rad, image.pose) == (None, None)
    assert image.captured_at > 1_000_000_000
    assert dataset.image(image.id) == image


def test_open_clears_a_picture_without_a_row(
    dataset: Dataset, session: Session, picture: MakePicture
) -> None:
    data = picture()
    image = replace(new_image(dataset, look(data, "a"), original_name="a"), session_id=1)
    write_incoming(dataset, image, data)
    dataset.close()
    with Dataset.open(dataset.folder, read_only=True) as left:
        assert [found.what for found in check(left)] == [f"incoming/{image.file_name}"]
    with Dataset.open(dataset.folder) as again:
        assert check(again) == []
        assert not again.incoming_path(image.file_name).exists()


def test_open_puts_a_picture_with_a_row_in_its_place(
    dataset: Dataset, session: Session, picture: MakePicture
) -> None:
    data = picture()
    image = replace(new_image(dataset, look(data, "a"), original_name="a"), session_id=1)
    write_incoming(dataset, image, data)
    dataset.add_image(image)
    dataset.close()
    with Dataset.open(dataset.folder, read_only=True) as left:
        (finding,) = check(left)
    assert finding.message.startswith("It waits in incoming/")
    with Dataset.open(dataset.folder) as again:
        assert check(again) == []
        assert again.path_of(image).read_bytes() == data


def test_files_and_folders_are_added_and_bad_ones_named(
    dataset: Dataset, session: Session, picture: MakePicture, tmp_path: Path
) -> None:
    folder = tmp_path / "photos"
    (folder / "inner").mkdir(parents=True)
    (folder / "b.jpg").write_bytes(picture(1))
    (folder / "inner" / "a.PNG").write_bytes(picture(2, format="PNG"))
    (folder / "inner" / "again.jpg").write_bytes(picture(1))
    (folder / "broken.jpg").write_bytes(picture(3)[:-200])
    (folder / "notes.txt").write_text("not a picture, and nobody asked")
    (folder / ".hidden.jpg").write_bytes(picture(4))
    os.utime(folder / "b.jpg", (5000, 5000))
    seen: list[tuple[int, int]] = []
    report = add_files(
        dataset,
        [folder, tmp_path / "gone.jpg"],
        session.id,
        on_progress=lambda done, total: seen.append((done, total)),
    )
    assert [image.original_name for image in report.added] == ["b.jpg", "a.PNG"]
    assert report.added[0].captured_at == 5000
    assert report.duplicates == (folder / "inner" / "again.jpg",)
    assert [path.name for path, _ in report.rejected] == ["broken.jpg", "gone.jpg"]
    assert "damaged" in report.rejected[0][1]
    assert "missing" in report.rejected[1][1]
    assert seen == [(n, 5) for n in range(6)]


def test_the_camera_s_own_time_wins_over_the_file_s(
    dataset: Dataset, session: Session, tmp_path: Path
) -> None:
    exif = Pillow.Exif()
    exif.get_ifd(0x8769)[0x9003] = "2021:05:06 07:08:09"
    Pillow.new("RGB", (20, 20)).save(tmp_path / "a.jpg", exif=exif)
    image = add_files(dataset, [tmp_path / "a.jpg"], session.id).added[0]
    assert abs(image.captured_at - 1_620_284_889) < 86_400  # whatever the zone


def test_the_time_that_is_told_of_a_photo_wins_over_what_stands_in_it(
    dataset: Dataset, session: Session
) -> None:
    """A camera whose clock was never set writes some year into its photos."""
    exif = Pillow.Exif()
    exif.get_ifd(0x8769)[0x9003] = "1999:01:01 00:00:00"
    stream = io.BytesIO()
    Pillow.new("RGB", (20, 20)).save(stream, "JPEG", exif=exif)
    taken = 1_700_000_123.5
    added = add_picture(
        dataset,
        stream.getvalue(),
        original_name="a.jpg",
        session_id=session.id,
        captured_at=taken,
    )
    assert dataset.image(added.image.id).captured_at == taken


def test_stopping_keeps_what_was_added(
    dataset: Dataset, session: Session, coco_folder: Path
) -> None:
    looks = iter([False, False, False, True])
    report = add_files(dataset, [coco_folder], session.id, should_stop=lambda: next(looks, True))
    assert len(report.added) == dataset.counts().total == 3


def test_a_thumbnail_is_small_upright_and_made_once(
    dataset: Dataset, add_image: Callable[..., Image]
) -> None:
    image = add_image(width=1280, height=720, orientation=6)
    path = thumbnail(dataset, image)
    with Pillow.open(path) as small:
        assert small.size == (180, 320)
    made = path.stat().st_mtime_ns
    assert thumbnail(dataset, image) == path
    assert path.stat().st_mtime_ns == made
    assert check(dataset) == []


def test_a_thumbnail_of_a_missing_picture_is_told(
    dataset: Dataset, add_image: Callable[..., Image]
) -> None:
    image = add_image()
    dataset.path_of(image).unlink()
    with pytest.raises(UserError, match="missing"):
        thumbnail(dataset, image)


def test_a_thumbnail_that_finds_no_room_is_not_kept_half(
    dataset: Dataset, add_image: Callable[..., Image]
) -> None:
    resource = pytest.importorskip("resource")
    image = add_image(width=640, height=360)
    whole = thumbnail(dataset, image)
    size = whole.stat().st_size
    whole.unlink()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size - 1, before[1]))
    try:
        with pytest.raises(UserError, match="Cannot write thumbnails"):
            thumbnail(dataset, image)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not whole.exists()


def test_read_only_thumbnails_go_to_the_cache(
    dataset: Dataset, add_image: Callable[..., Image], isolated_home: Path, picture: MakePicture
) -> None:
    image = add_image()
    dataset.close()
    with Dataset.open(dataset.folder, read_only=True) as reader:
        path = thumbnail(reader, image)
        assert path.is_relative_to(isolated_home)
        assert path.is_file()
        with pytest.raises(UserError, match="read-only"):
            add_picture(reader, picture(5), original_name="x", session_id=1)


def test_a_jpeg_of_parts_without_end_is_refused_before_it_is_decoded() -> None:
    stream = io.BytesIO()
    Pillow.new("L", (4000, 4000), 90).save(stream, "JPEG", progressive=True)
    data = stream.getvalue()
    assert pictures.inspect(data, "a.jpg").width == 4000
    at = data.rindex(b"\xff\xda")
    began = time.monotonic()
    with pytest.raises(UserError, match=r"a\.jpg is a JPEG of \d+ parts"):
        pictures.inspect(data[:at] + data[at:-2] * 1500 + data[-2:], "a.jpg")
    assert time.monotonic() - began < 5
