"""The carrier follows what it can, says when it cannot, and never invents a box."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from labeler.dataset.model import MIN_SIDE, BBox
from labeler.errors import UserError
from labeler.track import Carried, Carrier, Loss, load_upright
from tests.track.sequences import turning
from tests.track.staged import GROUND, pattern, shifted, staged

START = BBox(100, 80, 60, 50)


def one(found: list[Carried]) -> BBox:
    assert len(found) == 1
    assert 0.0 <= found[0].score <= 1.0
    return found[0].bbox


def test_a_box_follows_its_object() -> None:
    carrier = Carrier(staged(START), {7: START})
    for place in (BBox(106, 83, 60, 50), BBox(120, 90, 60, 50), BBox(150, 88, 60, 50)):
        found = carrier.step(staged(place))
        assert found[0].key == 7
        assert one(found).iou(place) > 0.9


def test_a_box_grows_with_its_object() -> None:
    carrier = Carrier(staged(START), {1: START})
    for place in (BBox(98, 78, 66, 56), BBox(94, 75, 74, 62), BBox(90, 72, 82, 70)):
        found = one(carrier.step(staged(place)))
        assert found.iou(place) > 0.9


def test_a_jump_across_the_picture_is_found() -> None:
    carrier = Carrier(staged(START), {1: START})
    far = BBox(215, 160, 60, 50)
    assert one(carrier.step(staged(far))).iou(far) > 0.9


def test_boxes_stand_still_in_the_world_while_the_camera_turns() -> None:
    picture = staged(START)
    carrier = Carrier(picture, {1: START})
    for turned in (20.0, 45.0, 75.0):
        found = one(carrier.step(shifted(picture, turned, 4.0)))
        assert found.iou(BBox(START.x + turned, START.y + 4, 60, 50)) > 0.9


def test_several_boxes_keep_their_keys_and_their_order() -> None:
    boxes = {9: BBox(20, 20, 40, 40), 3: BBox(100, 80, 60, 50), 5: BBox(220, 150, 50, 60)}
    picture = pattern(5, 320, 240)
    found = Carrier(picture, boxes).step(shifted(picture, 6.0, -5.0))
    assert [carried.key for carried in found] == [9, 3, 5]
    for carried in found:
        old = boxes[carried.key]
        assert carried.bbox.iou(BBox(old.x + 6, old.y - 5, old.width, old.height)) > 0.9


def test_backwards_is_as_good_as_forwards() -> None:
    places = [BBox(100 + 9 * n, 80 + 3 * n, 60 + 2 * n, 50 + n) for n in range(5)]
    carrier = Carrier(staged(places[-1]), {1: places[-1]})
    for place in reversed(places[:-1]):
        assert one(carrier.step(staged(place))).iou(place) > 0.9


def test_what_is_covered_is_lost_for_good() -> None:
    carrier = Carrier(staged(START), {1: START})
    assert carrier.step(GROUND) == []
    assert carrier.lost
    assert carrier.step(staged(START)) == []


def test_one_lost_box_does_not_take_the_others_along() -> None:
    other = BBox(220, 150, 50, 60)
    second = pattern(9, 100, 100)
    both = staged(START, ground=staged(other, thing=second))
    carrier = Carrier(both, {1: START, 2: other})
    found = carrier.step(staged(other, thing=second))
    assert [carried.key for carried in found] == [2]
    assert not carrier.lost


def test_another_scene_has_none_of_the_boxes() -> None:
    carrier = Carrier(staged(START), {1: START, 2: BBox(10, 10, 50, 40)})
    assert carrier.step(pattern(33, 320, 240)) == []
    assert carrier.lost


def test_what_leaves_the_picture_is_cut_off_and_then_lost() -> None:
    places = [BBox(230 + 14 * n, 80, 60, 50) for n in range(8)]
    carrier = Carrier(staged(places[0]), {1: places[0]})
    for place in places[1:4]:
        found = one(carrier.step(staged(place)))
        assert found.right <= 320
        cut = place.clipped(320, 240)
        assert cut is not None
        assert found.iou(cut) > 0.85
    for place in places[4:]:
        carrier.step(staged(place))
    assert carrier.lost


@pytest.mark.parametrize("edge", [BBox(-25, 80, 60, 50), BBox(0, 0, 30, 30)])
def test_a_box_at_the_edge_stays_in_the_picture(edge: BBox) -> None:
    carried = one(Carrier(staged(edge), {1: edge}).step(staged(edge)))
    assert carried.clipped(320, 240) == carried
    expected = edge.clipped(320, 240)
    assert expected is not None
    assert carried.iou(expected) > 0.8


@pytest.mark.parametrize("corner", [BBox(280, 205, 60, 50), BBox(-15, -12, 60, 50)])
def test_of_a_corner_the_part_in_the_picture_is_found(corner: BBox) -> None:
    shown = corner.clipped(320, 240)
    assert shown is not None
    carried = one(Carrier(staged(corner), {1: corner}).step(staged(corner)))
    assert carried.clipped(320, 240) == carried
    assert carried.iou(shown) > 0.9


def test_of_a_corner_alone_no_box_is_made_up() -> None:
    """A seventh of it is in the picture: too little to follow on."""
    corner = BBox(300, 220, 60, 50)
    carrier = Carrier(staged(corner), {1: corner})
    assert carrier.step(staged(corner)) == []
    assert set(carrier.losses) == {1}


@pytest.mark.parametrize("way", ["the thing moves out", "the camera turns", "over a corner"])
def test_what_goes_out_of_the_picture_is_lost_as_left_before_only_a_sliver_is_shown(
    way: str,
) -> None:
    """Less than a third of it is no training box of it, and the person is told where it went."""
    start = BBox(200, 130, 100, 80)
    world = pattern(5, 640, 480)
    down = 6 if way == "over a corner" else 0

    def shot(number: int) -> np.ndarray:
        if way == "the thing moves out":
            return staged(BBox(start.x + 6 * number, start.y, start.width, start.height))
        left, top = 200 - 6 * number, 200 - down * number
        return np.ascontiguousarray(world[top : top + 240, left : left + 320])

    carrier = Carrier(shot(0), {1: start})
    for number in range(1, 30):
        if found := carrier.step(shot(number)):
            shown = one(found)
            whole = BBox(start.x + 6 * number, start.y + down * number, start.width, start.height)
            cut = whole.clipped(320, 240)
            assert cut is not None
            assert shown.iou(cut) > 0.7
            assert shown.area > 0.28 * start.area
    assert carrier.losses == {1: Loss.LEFT}


def test_the_smallest_boxes_do_no_harm() -> None:
    boxes = {n: BBox(30.0 * n, 20.0 * n, MIN_SIDE, MIN_SIDE) for n in range(8)}
    carrier = Carrier(GROUND, boxes)
    found = carrier.step(shifted(GROUND, 1.0, 0.0))
    keys = [carried.key for carried in found]
    assert len(found) >= 2
    assert sorted({*keys, *carrier.losses}) == list(boxes)
    for carried in found:
        assert min(carried.bbox.width, carried.bbox.height) >= MIN_SIDE
        place = boxes[carried.key]
        assert abs(carried.bbox.x - place.x) < 4
        assert abs(carried.bbox.y - place.y) < 4


@pytest.mark.parametrize("size", [(120.0, 100.0), (30.0, 25.0)])
def test_a_box_that_doubles_or_halves_at_once_is_lost_rather_than_guessed(
    size: tuple[float, float],
) -> None:
    """In the same scene nothing does so between two pictures: it would be another thing."""
    width, height = size
    other = BBox(130 - width / 2, 105 - height / 2, width, height)
    carrier = Carrier(staged(START), {1: START})
    assert carrier.step(staged(other)) == []
    assert carrier.losses == {1: Loss.UNLIKE}


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_picture_of_nothing_gives_no_box(level: int) -> None:
    blank = np.full((240, 320, 3), level, np.uint8)
    assert Carrier(blank, {1: START}).step(blank) == []
    assert Carrier(staged(START), {1: START}).step(blank) == []
    assert Carrier(blank, {1: START}).step(staged(START)) == []


def test_a_grey_picture_is_followed_like_any_other() -> None:
    def grey(place: BBox) -> np.ndarray:
        light = staged(place).mean(axis=2).astype(np.uint8)
        return np.repeat(light[..., None], 3, axis=2)

    moved = BBox(112, 86, 60, 50)
    assert one(Carrier(grey(START), {1: START}).step(grey(moved))).iou(moved) > 0.9


def test_a_darker_picture_is_still_the_same() -> None:
    moved = BBox(108, 84, 60, 50)
    dark = (staged(moved) * 0.6).astype(np.uint8)
    assert one(Carrier(staged(START), {1: START}).step(dark)).iou(moved) > 0.9


def test_a_picture_of_another_size_loses_all() -> None:
    carrier = Carrier(staged(START), {1: START})
    assert carrier.step(np.zeros((240, 300, 3), np.uint8)) == []
    assert carrier.lost


def test_large_pictures_are_followed_in_their_own_pixels() -> None:
    large = pattern(4, 400, 300).repeat(5, axis=0).repeat(5, axis=1)
    box = BBox(800, 600, 400, 300)
    found = one(Carrier(large, {1: box}).step(shifted(large, 60.0, 30.0)))
    assert found.iou(BBox(860, 630, 400, 300)) > 0.95


def test_tiny_and_odd_pictures_do_not_stop_it() -> None:
    for shape in ((1, 1, 3), (2, 300, 3), (7, 5, 3), (400, 3, 3)):
        picture = np.full(shape, 90, np.uint8)
        Carrier(picture, {1: BBox(0, 0, 2, 2)}).step(picture)


def test_no_boxes_are_lost_from_the_start() -> None:
    carrier = Carrier(GROUND, {})
    assert carrier.lost
    assert carrier.step(GROUND) == []


def test_objects_before_the_turning_robot_are_followed() -> None:
    shots = list(turning(3, images=9))
    good = known = 0
    for old, new in pairwise(shots):
        keys = dict(enumerate(old.boxes))
        boxes = {key: old.boxes[name] for key, name in keys.items()}
        for carried in Carrier(old.picture, boxes).step(new.picture):
            truth = new.boxes.get(keys[carried.key])
            good += truth is not None and carried.bbox.iou(truth) >= 0.8
        known += len(old.boxes.keys() & new.boxes.keys())
    assert known > 8
    assert good >= 0.75 * known


def test_a_picture_file_comes_upright(tmp_path: Path) -> None:
    picture = Image.new("RGB", (60, 40), "red")
    exif = picture.getexif()
    exif[0x0112] = 6
    picture.save(tmp_path / "turned.jpg", exif=exif)
    assert load_upright(tmp_path / "turned.jpg").shape == (60, 40, 3)
    assert load_upright(tmp_path / "turned.jpg", longest=30).shape == (30, 20, 3)
    with pytest.raises(UserError):
        load_upright(tmp_path / "missing.jpg")
