"""What two runs differ in, and whether their scores can be compared at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from labeler.errors import UserError
from labeler.runs.difference import difference
from labeler.runs.note import read_note, write_note
from labeler.runs.prepare import Wish, prepare_run_from_coco
from tests.runs.run_makers import write_coco_files

NAMES = [f"{number:02d}.jpg" for number in range(20)]


@pytest.fixture
def coco(tmp_path: Path) -> Path:
    return write_coco_files(tmp_path / "coco", NAMES, [1, 2] * 10)


def _run(coco: Path, run: Path, wish: Wish) -> Path:
    prepare_run_from_coco(coco, coco.parent / "images", None, run, wish)
    return run


def test_the_same_wish_on_the_same_data_differs_in_nothing(coco: Path, tmp_path: Path) -> None:
    one, other = (_run(coco, tmp_path / name, Wish()) for name in ("one", "other"))
    found = difference(one, other)
    assert found.asked == ()
    assert found.is_comparable
    assert all(part.same for part in found.parts)


def test_settings_that_differ_are_named_with_both_values(coco: Path, tmp_path: Path) -> None:
    one = _run(coco, tmp_path / "one", Wish())
    other = _run(coco, tmp_path / "other", Wish(start="scratch", batch=4))
    asked = {each.field: (each.first, each.second) for each in difference(one, other).asked}
    assert asked == {"start": ("pretrained", "scratch"), "batch": (0, 4)}


def test_scores_on_other_images_cannot_be_compared(coco: Path, tmp_path: Path) -> None:
    one, other = (_run(coco, tmp_path / name, Wish()) for name in ("one", "other"))
    val = json.loads((other / "val.json").read_text(encoding="utf-8"))
    moved = val["annotations"][0]
    moved["bbox"][0] += 1
    (other / "val.json").write_text(json.dumps(val), encoding="utf-8")
    found = difference(one, other)
    assert not found.is_comparable
    part = next(part for part in found.parts if part.part == "val")
    assert (part.only_first, part.only_second, part.same) == (0, 0, False)


def test_a_run_that_lost_its_data_is_a_sentence(coco: Path, tmp_path: Path) -> None:
    one, other = (_run(coco, tmp_path / name, Wish()) for name in ("one", "other"))
    (other / "val.json").unlink()
    with pytest.raises(UserError, match=r"val\.json"):
        difference(one, other)


def test_a_note_is_kept_whole_and_an_empty_one_is_none(tmp_path: Path) -> None:
    assert read_note(tmp_path) == ""
    write_note(tmp_path, "  with the blue mug\n")
    assert read_note(tmp_path) == "with the blue mug"
    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]
    write_note(tmp_path, " ")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(UserError, match="cannot be kept"):
        write_note(tmp_path / "gone", "words")
