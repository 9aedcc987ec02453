"""The replayed person counts what a hand would do, no more and no less."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np

from labeler.dataset.model import BBox
from labeler.simulator.arrays import Pixels
from labeler.track import Carried, Carrier
from tests.track.footage import panned, single_photos, video_shots
from tests.track.person import Kinds, Nobody, Seen, efforts, replay
from tests.track.sequences import Shot
from tests.track.staged import GROUND, pattern, staged

BLANK = np.zeros((20, 20, 3), np.uint8)
BOX, NEAR, OFF = BBox(0, 0, 10, 10), BBox(1, 0, 10, 10), BBox(4, 0, 10, 10)
AWRY = BBox(0, 0, 14, 10)


class Script:
    """Offers what it is told, picture by picture, whatever the person does."""

    def __init__(self, *offers: list[Carried]) -> None:
        self.offers = list(offers)

    def __call__(self, picture: Pixels, boxes: Mapping[int, BBox]) -> Script:
        return self

    def step(self, picture: Pixels) -> list[Carried]:
        return self.offers.pop(0)


def test_without_a_tracker_every_box_is_drawn() -> None:
    effort = replay([Shot(BLANK, {"a": BOX, "b": OFF})] * 3, Nobody)
    assert (effort.boxes, effort.drawn, effort.actions) == (6, 6, 6)


def test_a_box_that_is_nearly_right_is_taken_and_one_that_is_off_is_corrected() -> None:
    script = Script([Carried(0, NEAR, 1.0)], [Carried(0, OFF, 1.0)])
    effort = replay([Shot(BLANK, {"a": BOX})] * 3, script)
    assert (effort.drawn, effort.corrected, effort.rejected) == (1, 1, 0)
    assert effort.wrong == 1


def test_a_box_of_what_is_gone_is_rejected() -> None:
    effort = replay([Shot(BLANK, {"a": BOX}), Shot(BLANK, {})], Script([Carried(0, BOX, 1.0)]))
    assert (effort.drawn, effort.rejected, effort.wrong) == (1, 1, 1)


def test_an_object_that_is_not_offered_again_counts_as_lost() -> None:
    effort = replay([Shot(BLANK, {"a": BOX})] * 2, Script([]))
    assert (effort.drawn, effort.lost) == (2, 1)


def test_what_it_took_is_known_after_each_image_and_each_photo_stands_for_itself(
    tmp_path: Path,
) -> None:
    for number in (1, 2, 3):
        cv2.imwrite(str(tmp_path / f"{number}.png"), BLANK)
    coco = {
        "images": [{"id": number, "file_name": f"{number}.png"} for number in (1, 2, 3)],
        "annotations": [
            {"image_id": number, "category_id": 7, "bbox": [0, 0, 10, 10]} for number in (1, 3, 3)
        ],
    }
    truth = tmp_path / "truth.json"
    truth.write_text(json.dumps(coco), encoding="utf-8")
    shots = list(single_photos(tmp_path, truth))
    assert [len(shot.boxes) for shot in shots] == [1, 0, 2]
    assert len({name for shot in shots for name in shot.boxes}) == 3
    assert {shot.kind(name) for shot in shots for name in shot.boxes} == {"7"}
    steps = list(efforts(shots, Nobody))
    assert [(each.images, each.actions) for each in steps] == [(1, 1), (2, 1), (3, 3)]
    assert steps[-1].keys == replay(shots, Nobody).keys
    assert len(list(single_photos(tmp_path, truth, 2))) == 2


class Seer:
    """A detector that offers what it is told, and keeps what the person made of it."""

    def __init__(self, *offers: list[Seen]) -> None:
        self._offers = offers
        self.taken: list[Kinds] = []

    def offers(self, image: int) -> list[Seen]:
        return self._offers[image]

    def take(self, image: int, boxes: Kinds) -> None:
        self.taken.append(boxes)


def test_what_a_detector_finds_is_taken_mended_or_rejected_by_its_kind() -> None:
    seer = Seer([Seen("a", NEAR)], [Seen("a", OFF)], [Seen("b", BOX)])
    effort = replay([Shot(BLANK, {"a": BOX})] * 3, Nobody, seer)
    assert (effort.drawn, effort.corrected, effort.rejected) == (1, 1, 1)
    assert effort.offers == 3
    assert seer.taken == [[("a", NEAR)], [("a", BOX)], [("a", BOX)]]


def test_a_detector_adds_only_what_the_tracker_does_not_offer() -> None:
    shots = [Shot(BLANK, {"a": BOX}), Shot(BLANK, {"a": BOX, "b": OFF})]
    seer = Seer([], [Seen("a", NEAR), Seen("b", OFF)])
    effort = replay(shots, Script([Carried(0, BOX, 1.0)]), seer)
    assert (effort.drawn, effort.actions) == (1, 1)


def test_a_detector_that_is_to_be_trusted_mends_a_doubtful_carried_box_and_no_other() -> None:
    shots = [Shot(BLANK, {"a": BOX})] * 2
    for chance, score, corrected in ((0.9, 0.7, 0), (0.9, 0.99, 1), (0.3, 0.7, 1)):
        seer = Seer([], [Seen("a", NEAR, chance=chance)])
        effort = replay(shots, Script([Carried(0, AWRY, score)]), seer)
        assert (effort.drawn, effort.corrected) == (1, corrected)


def test_a_video_with_its_truth_is_replayed(tmp_path: Path) -> None:
    places = [BBox(60.0 + 8 * n, 80, 60, 50) for n in range(6)]
    writer = cv2.VideoWriter(
        str(tmp_path / "clip.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 10, (320, 240)
    )
    for place in places:
        writer.write(cv2.cvtColor(staged(place, ground=GROUND), cv2.COLOR_RGB2BGR))
    writer.release()
    images = [{"id": n, "file_name": f"{n:03}.jpg"} for n in range(6)]
    entries = [
        {"image_id": n, "category_id": 1, "bbox": place.as_list()} for n, place in enumerate(places)
    ]
    truth = tmp_path / "truth.json"
    truth.write_text(json.dumps({"images": images, "annotations": entries}), encoding="utf-8")
    effort = replay(video_shots(tmp_path / "clip.avi", truth), Carrier)
    assert (effort.images, effort.boxes, effort.actions) == (6, 6, 1)


def test_a_pan_over_a_photo_needs_little_by_hand() -> None:
    photo = pattern(8, 900, 600, grain=6.0)
    boxes = [BBox(300, 200, 160, 120), BBox(520, 260, 90, 140)]
    shots = list(panned(photo, boxes, seed=1, images=10))
    effort = replay(shots, Carrier)
    assert effort.boxes > 10
    assert effort.actions <= 0.4 * effort.boxes
