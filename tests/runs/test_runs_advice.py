"""What is thin is said before the run, with what to do; a plentiful dataset hears nothing."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from labeler.runs.advice import Box, Side, share_of, unsureness, warnings_about
from labeler.runs.prepare import Wish, prepare_run_from_coco
from tests.runs.run_makers import write_coco_files

NAMES = {1: "mug", 2: "robot"}
NOTHING = Side.of(0, ())


def side(images: int, *, mugs: int, robots: int = 0, share: float = 0.3) -> Side:
    return Side.of(images, [Box(1, share)] * mugs + [Box(2, share)] * robots)


def test_where_there_is_plenty_nothing_is_said() -> None:
    train, val = side(300, mugs=200, robots=200), side(60, mugs=40, robots=40)
    assert warnings_about(NAMES, train, val, side(50, mugs=30, robots=30)) == []


@pytest.mark.parametrize(
    ("train", "val", "sentence"),
    [
        (side(300, mugs=200), side(60, mugs=9), "no box shows it: robot."),
        (
            side(300, mugs=200),
            side(60, mugs=9, robots=2),
            "only images to check with show it: robot. Label it in more images.",
        ),
        (
            side(300, mugs=200, robots=50),
            side(60, mugs=9),
            "no image to check with shows it: robot. Its score stays unknown until",
        ),
        (side(300, mugs=200, robots=3), side(60, mugs=9, robots=9), "to learn from: robot. About"),
        (
            side(300, mugs=200, robots=50, share=0.01),
            side(60, mugs=9, robots=9),
            "250 boxes of mug, robot, with sides under 1.4 % of the picture's. Take photos from "
            "nearer",
        ),
        (side(12, mugs=9, robots=9), side(60, mugs=9, robots=9), "Only 12 images to learn from"),
        (
            side(300, mugs=200, robots=50),
            side(9, mugs=9, robots=9),
            "Only 9 images to check with: AP is accurate to about ±0.17, so smaller differences "
            "between runs mean nothing. With 25 it is accurate to about ±0.10.",
        ),
    ],
)
def test_each_thin_place_is_one_sentence_with_what_to_do(
    train: Side, val: Side, sentence: str
) -> None:
    (told,) = warnings_about(NAMES, train, val, NOTHING)
    assert sentence in told


def test_a_small_test_part_is_told() -> None:
    train, val = side(300, mugs=200, robots=50), side(60, mugs=9, robots=9)
    (told,) = warnings_about(NAMES, train, val, side(9, mugs=9))
    assert "Only 9 images for the final score: it will be accurate to about ±0.17." in told


def test_a_few_tiny_boxes_among_many_are_no_matter() -> None:
    train = Side.of(300, [Box(1, 0.3)] * 200 + [Box(2, 0.3)] * 50 + [Box(1, 0.001)] * 9)
    assert warnings_about(NAMES, train, side(60, mugs=9, robots=9), NOTHING) == []


def test_four_times_the_images_halve_the_unsureness() -> None:
    assert unsureness(100) == pytest.approx(unsureness(25) / 2)


@pytest.mark.parametrize(
    ("area", "size"), [(math.nan, (64, 32)), (1e308, (1, 1)), (-5, (64, 32)), (10, (0, 0))]
)
def test_a_size_that_makes_no_sense_is_not_tiny(area: float, size: tuple[int, int]) -> None:
    assert share_of(area, *size) == 1.0


@pytest.mark.parametrize(
    "bbox",
    [None, "x", [1, 2], [1, 2, "3", 4], [1, 2, True, 4], [1, 2, 1e308, 1e308], [0, 0, -1, 3]],
)
def test_hostile_boxes_disturb_no_advice(tmp_path: Path, bbox: Any) -> None:
    source = write_coco_files(tmp_path / "coco", [f"{n}.jpg" for n in range(12)], [1] * 12)
    content = json.loads(source.read_text(encoding="utf-8"))
    content["annotations"][0]["bbox"] = bbox
    content["images"][1]["width"] = "wide"
    source.write_text(json.dumps(content), encoding="utf-8")
    prepared = prepare_run_from_coco(
        source, source.parent / "images", None, tmp_path / "run", Wish()
    )
    assert not any("Too small" in sentence for sentence in prepared.warnings)
