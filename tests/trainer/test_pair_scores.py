"""Two sides scored on the same drawn pictures: how far apart they are, and how sure that is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.gui.tiny_model import LABELS, NAMES, write_tiny_model
from trainer.config import RunConfig, save_config
from trainer.faults import TrainerError
from trainer.pair_scores import score_pair
from trainer.twin_sides import SIDES

SIZE = (64, 36)
FOUND_WELL, FOUND_BADLY = [0, 4, 40, 26], [30, 4, 30, 26]
"""The tiny model sees a vector in the first and nothing in the second."""


def _pair(folder: Path, boxes: list[list[int]], scores: dict[str, tuple[float, ...]]) -> Path:
    """A picture for each box; both sides look with tiny models of these scores."""
    from PIL import Image

    pair, images = folder / "pair", folder / "images"
    images.mkdir()
    coco: dict[str, Any] = {
        "images": [],
        "annotations": [],
        "categories": [{"id": number, "name": name} for number, name in NAMES],
    }
    for number, box in enumerate(boxes, start=1):
        name = f"{number}.png"
        Image.new("RGB", SIZE, (0, 0, 0)).save(images / name)
        coco["images"].append({"id": number, "file_name": name, "width": 64, "height": 36})
        entry = {"id": number, "image_id": number, "category_id": 1, "bbox": box, "iscrowd": 0}
        coco["annotations"].append(entry)
    for side in SIDES:
        run = pair / side
        run.mkdir(parents=True)
        (run / "val.json").write_text(json.dumps(coco), encoding="utf-8")
        save_config(run, RunConfig(str(images), str(images), start=side, recipe="twin"))
        labels = (1, 1, 1) if scores[side] == BLIND else LABELS
        write_tiny_model(run / "model.onnx", scores=scores[side], labels=labels)
    return pair


GOOD, BLIND = (0.9, 0.01, 0.01), (0.1, 0.9, 0.8)
"""Scores of the three boxes of a tiny model; the blind one takes every vector for a mug."""


def test_equal_detectors_do_not_differ_however_the_pictures_are_drawn(tmp_path: Path) -> None:
    boxes = [FOUND_WELL, FOUND_BADLY] * 5
    told = score_pair(_pair(tmp_path, boxes, dict.fromkeys(SIDES, GOOD)))
    assert told is not None
    assert 0 < told["pretrained"]["ap50"]["low"] < told["pretrained"]["ap50"]["high"]
    assert told["pretrained"] == told["scratch"]
    assert told["difference"]["ap"] == {"value": 0.0, "low": 0.0, "high": 0.0}
    assert told["pretrained_ahead"] == 0.0


def test_who_is_better_is_ahead_with_an_interval_and_it_is_kept(tmp_path: Path) -> None:
    pair = _pair(tmp_path, [FOUND_WELL] * 6 + [FOUND_BADLY] * 2, {SIDES[0]: GOOD, SIDES[1]: BLIND})
    told = score_pair(pair)
    assert told is not None
    difference = told["difference"]["ap50"]
    sides = [told[side]["ap50"]["value"] for side in SIDES]
    assert difference["value"] == pytest.approx(sides[0] - sides[1])
    assert 0 < difference["low"] <= difference["value"] <= difference["high"]
    assert told["pretrained_ahead"] == 1.0
    assert (told["images"], told["boxes"]) == (8, 8)
    assert json.loads((pair / "scores.json").read_text(encoding="utf-8")) == told


def test_too_few_pictures_have_no_interval_and_unreadable_ones_do_not_count(tmp_path: Path) -> None:
    pair = _pair(tmp_path, [FOUND_WELL] * 4, {SIDES[0]: GOOD, SIDES[1]: BLIND})
    (tmp_path / "images" / "2.png").write_bytes(b"no picture")
    told = score_pair(pair)
    assert told is not None
    assert told["images"] == 3
    assert told["difference"]["ap"]["low"] is None
    assert told["pretrained_ahead"] is None
    assert score_pair(pair, should_stop=lambda: True) is None


def test_what_cannot_be_scored_is_a_sentence(tmp_path: Path) -> None:
    pair = _pair(tmp_path, [FOUND_WELL] * 4, dict.fromkeys(SIDES, GOOD))
    (pair / "scratch" / "model.onnx").unlink()
    with pytest.raises(TrainerError, match="no such model"):
        score_pair(pair)
    for picture in (tmp_path / "images").iterdir():
        picture.unlink()
    with pytest.raises(TrainerError, match="can be read"):
        score_pair(pair)
    assert not (pair / "scores.json").exists()
