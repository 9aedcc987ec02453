"""Domain-randomised pictures: repeatable, with true boxes, each factor to be left out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from labeler.cli import main
from labeler.dataset.images import write_incoming
from labeler.dataset.intake import look, new_image
from labeler.dataset.progress import Stopped
from labeler.dataset.store import Dataset
from labeler.errors import UserError
from labeler.simulator.arrays import Pixels, floats, pixels
from labeler.synthetic.coco_set import background_photos, write_pictures
from labeler.synthetic.factors import FACTORS
from labeler.synthetic.randomized import NAMES, RandomizedPicture, RandomizedPictures
from labeler.synthetic.viewpoint import random_viewpoint

PICTURES = range(6)


@pytest.fixture(scope="module")
def drawn() -> list[RandomizedPicture]:
    pictures = RandomizedPictures(5)
    return [pictures.draw(number) for number in PICTURES]


def test_the_same_seed_gives_the_same_pictures_in_whatever_order(
    drawn: list[RandomizedPicture],
) -> None:
    again, others = RandomizedPictures(5), RandomizedPictures(6)
    assert [again.draw(number) for number in (5, 2)] == [drawn[5], drawn[2]]
    assert others.draw(2).jpeg != drawn[2].jpeg


def test_boxes_lie_in_the_picture_and_have_a_name(drawn: list[RandomizedPicture]) -> None:
    boxes = 0
    for picture in drawn:
        image = _read(picture.jpeg)
        assert image.shape == (picture.truth.height, picture.truth.width, 3)
        for box in picture.truth.boxes:
            boxes += 1
            assert box.name in NAMES
            assert 0 <= box.x < box.x + box.width <= picture.truth.width
            assert 0 <= box.y < box.y + box.height <= picture.truth.height
    assert boxes >= 3


@pytest.mark.parametrize("factor", ["materials", "light", "surroundings", "camera"])
def test_a_factor_left_out_changes_the_looks_and_nothing_of_where_things_are(
    factor: str, drawn: list[RandomizedPicture]
) -> None:
    less = RandomizedPictures(5, [factor])
    pictures = {number: less.draw(number) for number in (3, 4)}
    assert all(each.truth == drawn[number].truth for number, each in pictures.items())
    assert any(each.jpeg != drawn[number].jpeg for number, each in pictures.items())


@pytest.mark.parametrize("factor", ["distractors", "viewpoint", "poses"])
def test_without_a_factor_of_geometry_pictures_are_as_the_robot_takes_them(factor: str) -> None:
    less = RandomizedPictures(5, [factor])
    pictures = [less.draw(number) for number in range(5)]
    sizes = {(each.truth.width, each.truth.height) for each in pictures}
    assert (sizes == {(640, 360)}) == (factor == "viewpoint")


def test_an_unknown_factor_is_refused() -> None:
    with pytest.raises(ValueError, match="weather"):
        RandomizedPictures(0, ["weather"])
    assert len(FACTORS) == 7


def test_a_turned_picture_and_its_boxes_turn_alike() -> None:
    sight = replace(random_viewpoint(np.random.default_rng(1)), roll=9.0, zoom=1.2)
    image = np.zeros((sight.view.height, sight.view.width, 3), np.uint8)
    cv2.circle(image, (300, 120), 4, (255, 255, 255), -1)
    x, y = sight.turned_places(floats([300.5]), floats([120.5]))
    rows, columns = np.nonzero(sight.turned(image)[..., 0] > 128)
    assert columns.mean() + 0.5 == pytest.approx(float(x[0]), abs=0.5)
    assert rows.mean() + 0.5 == pytest.approx(float(y[0]), abs=0.5)


def test_own_photos_stand_behind_the_robot_in_most_pictures(tmp_path: Path) -> None:
    _write_photo(tmp_path / "table.png", (255, 0, 255))
    pictures = RandomizedPictures(
        1, ["camera", "light", "distractors"], background_photos(tmp_path)
    )
    magenta = 0
    for number in range(10):
        image = _read(pictures.draw(number).jpeg)
        blue, green, red = (image[..., part].astype(int) for part in range(3))
        magenta += ((np.minimum(blue, red) - green) > 60).mean() > 0.3
    assert 3 <= magenta <= 9


def test_of_a_dataset_only_images_that_are_confirmed_empty_are_backgrounds(tmp_path: Path) -> None:
    with Dataset.create(tmp_path / "own") as dataset:
        session = dataset.add_session("first", "Vector-T1", 1.0)
        for name, is_empty in (("empty.png", True), ("unlabelled.png", False)):
            data = _write_photo(tmp_path / name, (40, 80 + 40 * is_empty, 90))
            image = new_image(
                dataset, look(data, name), original_name=name, captured_at=1.0, verified=is_empty
            )
            image = replace(image, session_id=session.id)
            write_incoming(dataset, image, data)
            dataset.add_image(image)
            dataset.settle(image.file_name)
    (found,) = background_photos(tmp_path / "own")
    assert _read(found.read_bytes())[0, 0].tolist() == [40, 120, 90]


def test_where_there_are_no_photos_to_stand_on_a_sentence_says_so(tmp_path: Path) -> None:
    with Dataset.create(tmp_path / "own"):
        pass
    (tmp_path / "bare").mkdir()
    for folder, words in (("own", "confirmed empty"), ("bare", "no picture"), ("gone", "folder")):
        with pytest.raises(UserError, match=words):
            background_photos(tmp_path / folder)


def test_the_verb_writes_a_set_that_import_takes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "made"
    assert main(["synthesize", str(out), "--pictures", "5", "--seed", "5", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    lists = json.loads((out / "annotations.json").read_text())
    assert told["images"] == len(lists["images"]) == len([*(out / "images").iterdir()]) == 5
    assert told["annotations"] == len(lists["annotations"])
    assert [each["name"] for each in lists["categories"]] == [*NAMES]
    words = [str(tmp_path / "own"), str(out / "annotations.json"), "--images", str(out / "images")]
    assert main(["import", *words]) == 0
    with Dataset.open(tmp_path / "own", read_only=True) as dataset:
        assert dataset.counts().total == 5
    assert main(["synthesize", str(out), "--pictures", "1"]) == 1
    assert "is not empty. Choose a new folder for the set." in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_set_whose_making_was_killed_is_made_by_the_next_attempt(tmp_path: Path) -> None:
    out = tmp_path / "made"
    words = [sys.executable, "-m", "labeler", "synthesize", str(out), "--pictures"]
    with subprocess.Popen([*words, "5000"], stderr=subprocess.DEVNULL) as killed:
        deadline = time.monotonic() + 60
        while not [*tmp_path.glob(".made.part/images/*.jpg")]:
            assert killed.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        killed.kill()
    assert not out.exists()
    assert main(["synthesize", str(out), "--pictures", "2"]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["made"]
    assert len([*(out / "images").iterdir()]) == 2


def test_a_set_that_is_stopped_leaves_nothing(tmp_path: Path) -> None:
    done: list[int] = []
    with pytest.raises(Stopped):
        write_pictures(
            RandomizedPictures(5),
            9,
            tmp_path / "made",
            lambda count, _: done.append(count),
            lambda: len(done) == 2,
        )
    assert [*tmp_path.iterdir()] == []


def _read(data: bytes) -> Pixels:
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return pixels(image)


def _write_photo(path: Path, color: tuple[int, int, int]) -> bytes:
    assert cv2.imwrite(str(path), np.full((480, 640, 3), color, np.uint8))
    return path.read_bytes()
