"""Mistakes are cut out of their pictures with room around them, whatever the boxes are."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest
from PIL import Image as Pillow

from labeler.runs.analysis import Box, Case
from labeler.runs.mistake_pictures import Crop, crops
from trainer.run_files import MARKS, RunPictures


def _case(found: Box | None, truth: Box | None, name: str = "a.png") -> Case:
    return Case(1, name, found, 1 if found else None, 0.9 if found else None, truth, 1)


def _crops(folder: Path, *cases: Case, side: int = 100) -> list[Crop]:
    """folder: of the run, which has its pictures beside its lists."""
    return list(crops(RunPictures(folder, "val", "."), cases, side, lambda: False))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Pillow.new("RGB", (400, 200), "white").save(tmp_path / "a.png")
    return tmp_path


@pytest.mark.parametrize(
    ("found", "truth"),
    [
        ((100.0, 50.0, 40.0, 40.0), None),
        (None, (390.0, 190.0, 10.0, 10.0)),
        ((0.0, 0.0, 2.0, 2.0), (300.0, 100.0, 100.0, 100.0)),
        ((0.0, 0.0, 400.0, 200.0), (0.0, 0.0, 400.0, 200.0)),
    ],
)
def test_all_of_both_boxes_is_in_the_cutting(
    folder: Path, found: Box | None, truth: Box | None
) -> None:
    (crop,) = _crops(folder, _case(found, truth))
    assert crop.rgb is not None
    height, width, _ = crop.rgb.shape
    assert max(width, height) <= 100
    for box in (crop.found, crop.truth):
        if box is not None:
            x, y, w, h = box
            assert x >= -1e-6
            assert y >= -1e-6
            assert x + w <= width + 1
            assert y + h <= height + 1


def test_a_picture_that_cannot_be_read_is_named_and_the_others_come(folder: Path) -> None:
    box = (10.0, 10.0, 20.0, 20.0)
    gone, there = _crops(folder, _case(box, None, "gone.png"), _case(box, None))
    assert gone.rgb is None
    assert "gone.png is missing" in gone.fault
    assert there.rgb is not None


def test_cutting_ends_when_somebody_says_stop(folder: Path) -> None:
    cases = [_case((10.0, 10.0, 20.0, 20.0), None)] * 3
    assert list(crops(RunPictures(folder, "val", "."), cases, 100, lambda: True)) == []


@pytest.mark.parametrize(
    ("mark", "home", "shown"),
    [
        ("", "", False),
        ("0" * 12, "", False),
        ("its own", "", True),
        ("", "dataset", True),
    ],
    ids=["names a picture of this computer", "and lies about it", "kept its mark", "in a dataset"],
)
def test_a_run_from_elsewhere_shows_none_of_this_computers_pictures(
    tmp_path: Path, mark: str, home: str, shown: bool
) -> None:
    private = tmp_path / "pictures" / "me.png"
    run = tmp_path / "runs" / "downloaded"
    for folder in (private.parent, run):
        folder.mkdir(parents=True)
    Pillow.new("RGB", (400, 200), "white").save(private)
    if mark:
        told = sha256(private.read_bytes()).hexdigest()[:12] if mark == "its own" else mark
        (run / MARKS).write_text(json.dumps({"val": {private.name: told}}), encoding="utf-8")
    if home:
        (tmp_path / "dataset.sqlite").write_bytes(b"")
    pictures = RunPictures(run, "val", str(private.parent))
    case = _case((10.0, 10.0, 20.0, 20.0), None, private.name)
    (crop,) = crops(pictures, [case], 100, lambda: False)
    assert (crop.rgb is not None) is shown
    assert shown or crop.fault.startswith("me.png is not shown: it lies outside the folder of this")
