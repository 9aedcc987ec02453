"""The few pictures that show how a run learns: which ones, and what is kept of them."""

from __future__ import annotations

import json
from pathlib import Path

from labeler.runs.prepare import Wish, prepare_run_from_coco
from labeler.runs.showcase import Look, choose_pictures, load_looks, save_looks
from tests.runs.run_makers import write_coco_files
from trainer.predict import Detection


def _run(folder: Path, classes: list[int]) -> Path:
    train = write_coco_files(folder / "train", ["a.jpg", "b.jpg", "c.jpg"], [1, 2, 3])
    names = [f"{number:03}.jpg" for number in range(len(classes))]
    val = write_coco_files(folder / "val", names, classes)
    prepare_run_from_coco(
        train,
        train.parent / "images",
        val,
        folder / "run",
        Wish(),
        val_images=val.parent / "images",
    )
    return folder / "run"


def test_every_class_is_shown_and_each_picture_once(tmp_path: Path) -> None:
    run = _run(tmp_path, [1] * 50 + [2] * 2 + [3])
    shown = choose_pictures(run, 6)
    numbers = [picture.image_id for picture in shown]
    assert len(set(numbers)) == 6
    assert {51, 52} & set(numbers)
    assert 53 in numbers
    assert all(picture.rgb.shape == (64, 96, 3) for picture in shown)


def test_a_broken_picture_leaves_its_place_to_another(tmp_path: Path) -> None:
    run = _run(tmp_path, [1, 2, 3, 1])
    (tmp_path / "val" / "images" / "002.jpg").write_bytes(b"broken")
    assert sorted(picture.image_id for picture in choose_pictures(run, 4)) == [1, 2, 4]


def test_the_first_look_and_the_last_are_kept_with_the_run(tmp_path: Path) -> None:
    mug = Detection(1, "mug", 0.75, (1.0, 2.0, 3.0, 4.0))
    looks = [Look(float(seconds), {7: (mug,) * seconds, 8: ()}) for seconds in (1, 2, 3)]
    save_looks(tmp_path, looks)
    assert load_looks(tmp_path) == [looks[0], looks[2]]


def test_broken_looks_are_none(tmp_path: Path) -> None:
    assert load_looks(tmp_path) == []
    for content in ["", "[1]", '[{"seconds": 1}]', json.dumps([{"seconds": 1, "found": []}])]:
        (tmp_path / "looks.json").write_text(content, encoding="utf-8")
        assert load_looks(tmp_path) == []
