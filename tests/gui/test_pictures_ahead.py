"""Pictures for the canvas: decoded ahead, reduced first, within bounds, upright."""

from __future__ import annotations

import io
import json
import struct
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Pillow
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from labeler.dataset import picture as pictures
from labeler.dataset.coco import export_coco
from labeler.dataset.images import add_picture
from labeler.dataset.store import Dataset
from labeler.dataset.thumbnails import thumbnail
from labeler.errors import UserError
from labeler.gui.background import finish_jobs
from labeler.gui.label import picture_cache
from labeler.gui.label.picture import (
    Picture,
    decode,
    decode_if_quick,
    decode_smaller_than,
    from_thumbnail,
    glimpse,
)
from labeler.gui.label.picture_cache import PictureCache

LARGE = (2000, 1500)


def written(path: Path, size: tuple[int, int], color: int = 90, orientation: int = 1) -> Path:
    """A picture whose upper left quarter, as it is stored, is white."""
    image = Pillow.new("RGB", size, (color, 40, 40))
    image.paste((255, 255, 255), (0, 0, size[0] // 2, size[1] // 2))
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    more: dict[str, Any] = {} if orientation == 1 else {"exif": exif}
    image.save(path, **more)
    return path


@pytest.fixture
def large(tmp_path: Path) -> list[Path]:
    return [written(tmp_path / f"{n}.jpg", LARGE, 10 * n) for n in range(8)]


@pytest.fixture
def cache(qtbot: QtBot) -> PictureCache:
    return PictureCache()


def settled(qtbot: QtBot, cache: PictureCache) -> None:
    qtbot.waitUntil(lambda: cache.is_at_rest)


def test_a_robots_photo_is_there_at_once(cache: PictureCache, tmp_path: Path) -> None:
    shown = cache.get(written(tmp_path / "a.jpg", (640, 360)))
    assert shown is not None
    assert shown.is_whole
    finish_jobs()


def test_a_large_picture_comes_as_a_glimpse_then_whole(
    qtbot: QtBot, cache: PictureCache, large: list[Path]
) -> None:
    seen = []
    cache.ready.connect(lambda path: seen.append(cache.get(path)))
    assert cache.get(large[0]) is None
    settled(qtbot, cache)
    whole = seen[-1]
    assert whole.is_whole
    assert whole.levels[0].size() == QSize(*LARGE)
    for earlier in seen[:-1]:
        assert not earlier.is_whole
        assert (earlier.width, earlier.height) == LARGE


def test_what_may_come_next_is_decoded_before_it_is_wanted(
    qtbot: QtBot, cache: PictureCache, large: list[Path]
) -> None:
    cache.get(large[0])
    cache.look_ahead(large[1:4])
    settled(qtbot, cache)
    for path in large[1:4]:
        shown = cache.get(path)
        assert shown is not None
        assert shown.is_whole


def test_two_are_decoded_at_once_and_old_wishes_are_dropped(
    qtbot: QtBot, cache: PictureCache, large: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    started = vars(picture_cache)["run_in_background"]

    def counted(fn, **rest):  # type: ignore[no-untyped-def]
        assert sum(path is not None for path in cache._running.values()) <= 2
        return started(fn, **rest)

    monkeypatch.setattr(picture_cache, "run_in_background", counted)
    for place, path in enumerate(large):  # as fast as a held key, and faster
        cache.get(path)
        cache.look_ahead(large[place + 1 : place + 4])
    settled(qtbot, cache)
    last = cache.get(large[-1])
    assert last is not None
    assert last.is_whole
    assert not {large[2], large[3], large[4]} & set(cache._pictures)


def test_memory_stays_within_its_bound(
    qtbot: QtBot, cache: PictureCache, large: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = decode(large[0]).bytes
    monkeypatch.setattr(picture_cache, "MOST_BYTES", 3 * one)
    monkeypatch.setattr(picture_cache, "MOST_BYTES_AHEAD", one)
    for path in large:
        cache.get(path)
        settled(qtbot, cache)
        beside = [each.bytes for key, each in cache._pictures.items() if key != path]
        assert sum(beside) <= 3 * one
    assert len(cache._pictures) == 4


def test_of_pictures_too_large_to_wait_only_a_glimpse_waits(
    qtbot: QtBot, cache: PictureCache, large: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picture_cache, "MOST_BYTES_AHEAD", 8_000_000)
    cache.get(large[0])
    cache.look_ahead([large[1]])
    settled(qtbot, cache)
    first, second = cache.get(large[0]), cache.get(large[1])
    assert first is not None
    assert second is not None
    assert (first.is_whole, second.is_whole) == (True, False)
    settled(qtbot, cache)
    first, second = cache.get(large[0]), None
    assert first is not None
    assert not first.is_whole  # it was reduced when the second one took its place
    settled(qtbot, cache)
    first = cache.get(large[0])
    assert first is not None
    assert first.is_whole


def test_after_clearing_nothing_is_decoded_and_nothing_told(
    qtbot: QtBot, cache: PictureCache, large: list[Path]
) -> None:
    told: list[Path] = []
    cache.ready.connect(told.append)
    cache.failed.connect(told.append)
    cache.get(large[0])
    cache.look_ahead(large[1:4])
    cache.clear()
    settled(qtbot, cache)
    assert told == []


def test_a_broken_picture_is_told_once_for_each_time_it_is_wanted(
    qtbot: QtBot, cache: PictureCache, tmp_path: Path, large: list[Path]
) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no picture at all")
    told: list[tuple[Path, str]] = []
    cache.failed.connect(lambda path, sentence: told.append((path, sentence)))
    for _ in range(2):
        told.clear()
        assert cache.get(broken) is None
        settled(qtbot, cache)
        assert [path for path, _ in told] == [broken]
        assert "not a picture" in told[0][1]
    broken.write_bytes(large[0].read_bytes())
    cache.get(broken)
    settled(qtbot, cache)
    assert cache.get(broken) is not None


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif"])
def test_all_ways_to_the_screen_turn_a_picture_alike(
    tmp_path: Path, suffix: str, orientation: int
) -> None:
    path = written(tmp_path / f"turned.{suffix}", (64, 48), orientation=orientation)
    expected = (64, 48) if orientation < 5 else (48, 64)
    with Dataset.create(tmp_path / "turned") as dataset:
        session = dataset.add_session("s", "test")
        image = add_picture(
            dataset, path.read_bytes(), original_name=path.name, session_id=session.id
        ).image
        stand_in = from_thumbnail(thumbnail(dataset, image), image.width, image.height)
        export_coco(dataset, tmp_path / "out", include_unlabelled=True)
    told = json.loads((tmp_path / "out" / "annotations.json").read_text())["images"][0]
    by_pillow = pictures.upright(path.read_bytes(), path.name)
    ways = [each for each in (decode(path), decode_if_quick(path), stand_in) if each is not None]
    sizes = {(each.width, each.height) for each in ways}
    assert sizes | {by_pillow.size} == {expected}
    assert {(image.width, image.height), (told["width"], told["height"])} == {expected}
    corners = {white_corner(each.levels[0]) for each in ways}
    assert corners | {white_corner(as_qimage(by_pillow))} == {EXPECTED[orientation]}
    assert len(ways) >= 2


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_glimpse_is_turned_as_the_picture_is(tmp_path: Path, orientation: int) -> None:
    path = written(tmp_path / "turned.jpg", LARGE, orientation=orientation)
    seen, picture = glimpse(path), decode(path)
    assert seen is not None
    assert (seen.width, seen.height) == (picture.width, picture.height)
    levels = (*seen.levels, *picture.levels)
    assert {white_corner(level) for level in levels} == {EXPECTED[orientation]}


EXPECTED = {
    1: "top left",
    2: "top right",
    3: "bottom right",
    4: "bottom left",
    5: "top left",
    6: "top right",
    7: "bottom right",
    8: "bottom left",
}
"""Where EXIF's orientation puts the upper left quarter of what is stored."""


def test_a_jpeg_that_xmp_alone_turns_lies_on_the_canvas_as_its_row_says(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    wide = Pillow.open(written(tmp_path / "b.jpg", (2000, 500)))
    for turn, corner in ((b"6", "top right"), (b"1", "top left")):
        wide.save(path, xmp=b'<rdf:Description tiff:Orientation="' + turn + b'"/>')
        row = pictures.inspect(path.read_bytes(), "a")
        seen = decode(path)
        assert (seen.width, seen.height) == (row.width, row.height)
        assert white_corner(seen.levels[-1]) == corner
        assert (decode_if_quick(path) is None) == (glimpse(path) is None) == (turn == b"6")


def test_a_picture_that_qt_turns_otherwise_is_decoded_again_with_care(
    qtbot: QtBot, cache: PictureCache, tmp_path: Path
) -> None:
    path = tmp_path / "a.jpg"
    wide = Pillow.new("RGB", (64, 48))
    orientation = struct.pack("<HHIII", 0x0112, 4, 1, 6, 0)  # a long number, which Qt passes over
    wide.save(path, exif=b"Exif\0\0II*\0\x08\0\0\0\x01\0" + orientation)
    seen = cache.get(path)
    assert seen is not None
    assert (seen.width, seen.height) == (64, 48)
    assert cache.try_carefully(path)
    with qtbot.waitSignal(cache.ready):
        pass
    seen = cache.get(path)
    assert seen is not None
    assert (seen.width, seen.height) == (48, 64)
    assert not cache.try_carefully(path)


def white_corner(image: QImage) -> str:
    across, down = image.width() // 4, image.height() // 4
    places = {
        "top left": (across, down),
        "top right": (3 * across, down),
        "bottom left": (across, 3 * down),
        "bottom right": (3 * across, 3 * down),
    }
    return " and ".join(
        name for name, place in places.items() if image.pixelColor(*place).green() > 200
    )


def as_qimage(picture: Pillow.Image) -> QImage:
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    return QImage.fromData(stream.getvalue())


def test_a_glimpse_has_a_pixel_for_each_one_of_a_window(tmp_path: Path) -> None:
    seen = glimpse(written(tmp_path / "a.jpg", (4000, 3000)))
    assert seen is not None
    assert seen.levels[0].width() == 1000
    assert glimpse(written(tmp_path / "b.jpg", (1600, 1200))) is None
    assert glimpse(written(tmp_path / "c.png", (4000, 3000))) is None


def test_only_small_pictures_are_decoded_at_once(tmp_path: Path) -> None:
    assert decode_if_quick(written(tmp_path / "a.png", (640, 360))) is not None
    assert decode_if_quick(written(tmp_path / "b.png", LARGE)) is None
    assert decode_smaller_than(tmp_path / "b.png", 1_000_000) is None
    assert decode_smaller_than(tmp_path / "b.png", 20_000_000) is not None
    with pytest.raises(UserError, match="missing"):
        decode_if_quick(tmp_path / "c.png")


def test_levels_go_down_to_the_size_of_a_small_window(tmp_path: Path) -> None:
    picture = decode(written(tmp_path / "a.png", (4000, 3000)))
    assert [level.width() for level in picture.levels] == [4000, 2000, 1000]
    assert picture.level_for(0.2).width() == 1000
    assert picture.level_for(0.3).width() == 2000
    assert picture.level_for(1.0).width() == 4000
    assert picture.level_for(8.0).width() == 4000


def test_a_sliver_of_a_picture_has_levels_too(tmp_path: Path) -> None:
    picture = decode(written(tmp_path / "a.png", (5000, 2)))
    assert all(level.height() >= 1 for level in picture.levels)
    assert picture.level_for(0.1).width() < 2000


def test_a_picture_of_100_megapixels_is_taken_and_shown(tmp_path: Path) -> None:
    stream = io.BytesIO()
    image = Pillow.new("L", (12_000, 9_000), 90)
    image.save(stream, "PNG", compress_level=1)
    data = stream.getvalue()
    assert pictures.inspect(data, "a.png").width == 12_000
    path = tmp_path / "a.png"
    path.write_bytes(data)
    assert decode_smaller_than(path, picture_cache.MOST_BYTES_AHEAD) is None
    shown = decode(path)
    assert (shown.width, shown.height) == (12_000, 9_000)
    assert shown.levels[0].pixelColor(11_999, 8_999) == QColor(90, 90, 90)
    assert isinstance(shown.reduced(), Picture)
    assert shown.reduced().bytes < 10_000_000
    assert shown.reduced().width == 12_000
