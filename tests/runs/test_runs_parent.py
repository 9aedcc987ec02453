"""A run that starts from another one is never checked with what that one has learned from."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from labeler.dataset.store import Dataset
from labeler.runs.improving import prepare_improvement
from labeler.runs.parent import find_parent
from labeler.runs.prepare import Wish, prepare_run_from_coco, prepare_run_from_dataset
from labeler.runs.start_weights import BEST_WEIGHTS, NoStartError
from tests.runs.run_makers import add_labelled, write_coco_files, write_weights
from trainer.config import DEFAULT_DETECTOR, DETECTOR_FACTS, START_WEIGHTS, load_config
from trainer.run_files import MARKS

TITLE = DETECTOR_FACTS[DEFAULT_DETECTOR].title


def prepared(dataset: Dataset, name: str, wish: Wish | None = None) -> Path:
    run = dataset.runs_folder / name
    prepare_run_from_dataset(dataset, run, wish or Wish())
    return write_weights(run)


def child_of(run: Path) -> Wish:
    return Wish(start="run", parent=str(run))


def names(run: Path, part: str) -> set[str]:
    content: dict[str, Any] = json.loads((run / f"{part}.json").read_text(encoding="utf-8"))
    return {entry["file_name"] for entry in content["images"]}


@pytest.fixture
def first(dataset: Dataset) -> Path:
    """Of two sessions, one of which checks it."""
    add_labelled(dataset, 12, session="kitchen", name="mug")
    add_labelled(dataset, 4, session="garden", name="mug")
    return prepared(dataset, "first")


def test_what_checked_the_first_run_checks_the_next_and_all_that_came_since_trains(
    dataset: Dataset, first: Path
) -> None:
    add_labelled(dataset, 3, session="cellar", name="mug")
    run = dataset.runs_folder / "second"
    told = prepare_run_from_dataset(dataset, run, child_of(first))
    assert names(run, "val") == names(first, "val")
    assert names(run, "train") >= names(first, "train")
    assert told.sizes.train == 15
    assert told.explanation.startswith("15 images to learn from, 4 to check with. ")
    assert "Of those to check with, 4 checked first." in told.explanation
    assert "Of those to learn from, 3 are new to first." in told.explanation
    config = load_config(run)
    assert (config.start, config.parent, config.root) == ("run", "first", "pretrained")
    assert (run / START_WEIGHTS).read_bytes() == (first / BEST_WEIGHTS).read_bytes()


def test_what_a_run_long_ago_has_learned_from_checks_nothing_either(
    dataset: Dataset, first: Path
) -> None:
    """The run between learned from little of it; and by then the first one is gone."""
    second = prepared(dataset, "second", child_of(first))
    content = json.loads((second / "train.json").read_text(encoding="utf-8"))
    moved = content["images"][:6]
    for part, images in (("train", content["images"][6:]), ("val", moved)):
        path = second / f"{part}.json"
        path.write_text(json.dumps({**content, "images": images}), encoding="utf-8")
    (second / MARKS).unlink()
    shutil.rmtree(first)
    third = prepared(dataset, "third", child_of(second))
    assert not names(third, "val") & {entry["file_name"] for entry in moved}
    assert load_config(third).root == "pretrained"


def test_a_dataset_that_has_grown_a_lot_is_checked_with_new_sessions_as_well(
    dataset: Dataset, first: Path
) -> None:
    for place in ("attic", "cellar", "yard"):
        add_labelled(dataset, 12, session=place, name="mug")
    run = prepared(dataset, "second", child_of(first))
    new = names(run, "val") - names(first, "val")
    assert names(run, "val") > names(first, "val")
    assert 1 <= len(new) <= 12
    assert not names(run, "val") & names(first, "train")


def test_weights_that_know_the_test_part_are_refused_and_improve_starts_anew(
    dataset: Dataset, first: Path
) -> None:
    (dataset.runs_folder / "test-part.json").write_text(
        json.dumps({"sessions": [1], "images": []}), encoding="utf-8"
    )
    add_labelled(dataset, 4, session="yard", name="mug")
    run = dataset.runs_folder / "second"
    with pytest.raises(NoStartError, match="learned from 12 images that wait for the final score"):
        prepare_run_from_dataset(dataset, run, child_of(first))
    assert not run.exists()
    told = prepare_improvement(dataset, run, first / "model.onnx", Wish(seconds=300.0))
    assert told.warnings[0].startswith("It starts from pretrained weights, not from those in use.")
    assert load_config(run).start == "pretrained"


def test_improve_goes_on_quickly_from_the_run_in_use_and_anew_from_a_foreign_model(
    dataset: Dataset, first: Path, tmp_path: Path
) -> None:
    asked = Wish(start="scratch", seconds=300.0, threads=1, batch=4)
    on, anew = dataset.runs_folder / "on", dataset.runs_folder / "anew"
    prepare_improvement(dataset, on, first / "model.onnx", asked)
    config = load_config(on)
    assert (config.start, config.seconds, config.threads, config.batch) == ("run", 60.0, 1, 0)
    told = prepare_improvement(dataset, anew, tmp_path / "model.onnx", asked)
    assert "lies in no run" in told.warnings[0]
    assert (load_config(anew).start, load_config(anew).seconds) == ("pretrained", 300.0)


def test_damaged_and_missing_weights_are_a_sentence_and_nothing_is_made(
    dataset: Dataset, first: Path
) -> None:
    weights, run = first / BEST_WEIGHTS, dataset.runs_folder / "second"
    whole = weights.read_bytes()
    for content in (whole[:-1], whole[:20], b"", b"\xff" * 32):
        weights.write_bytes(content)
        with pytest.raises(NoStartError, match=r"best\.safetensors is damaged"):
            prepare_run_from_dataset(dataset, run, child_of(first))
    weights.unlink()
    with pytest.raises(NoStartError, match="ended before it had learned anything"):
        prepare_run_from_dataset(dataset, run, child_of(first))
    write_weights(first)
    with pytest.raises(NoStartError, match=f"trained the detector {TITLE}, and SSDLite cannot"):
        find_parent(first, "ssdlite320_mobilenet_v3_large")
    with pytest.raises(NoStartError, match="is no run to start from"):
        find_parent(dataset.folder, DEFAULT_DETECTOR)
    (first / "train.json").unlink()
    (first / MARKS).unlink()
    with pytest.raises(NoStartError, match="Nobody can tell which pictures first has learned"):
        prepare_run_from_dataset(dataset, run, child_of(first))
    assert not run.exists()


def test_a_coco_file_is_told_by_its_pictures_whatever_they_are_called(tmp_path: Path) -> None:
    files = [f"{number:02d}.jpg" for number in range(24)]
    source = write_coco_files(tmp_path / "coco", files, [1, 2] * 12)
    images = source.parent / "images"
    first = tmp_path / "first"
    prepare_run_from_coco(source, images, None, first, Wish())
    write_weights(first)
    second = tmp_path / "second"
    prepare_run_from_coco(
        source, images, None, second, Wish(start="run", parent=str(first), seed=3)
    )
    assert names(second, "val") == names(first, "val")
    content = json.loads(source.read_text(encoding="utf-8"))
    learned = sorted(names(first, "train"))[:2]
    for entry in content["images"]:
        if entry["file_name"] in learned:
            copy = f"copy-{entry['file_name']}"
            shutil.copyfile(images / entry["file_name"], images / copy)
            entry["file_name"] = copy
    val = tmp_path / "val.json"
    val.write_text(json.dumps(content), encoding="utf-8")
    third = tmp_path / "third"
    told = prepare_run_from_coco(source, images, val, third, Wish(start="run", parent=str(first)))
    assert names(third, "val") == names(first, "val")
    assert any("first has learned from" in warning for warning in told.warnings)


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """Of a COCO file: all.json and images/ lie in set/ beside it."""
    files = [f"{number:02d}.jpg" for number in range(24)]
    source = write_coco_files(tmp_path / "set", files, [1, 2] * 12)
    run = tmp_path / "first"
    prepare_run_from_coco(source, source.parent / "images", None, run, Wish())
    return write_weights(run)


def test_pictures_that_a_run_has_learned_from_check_nothing_where_they_lie_now_either(
    foreign: Path, tmp_path: Path
) -> None:
    source, images = tmp_path / "set" / "all.json", tmp_path / "set" / "images"
    content = json.loads(source.read_text(encoding="utf-8"))
    learned = sorted(names(foreign, "train"))[:6]
    checked = sorted(names(foreign, "val"))
    val_images = tmp_path / "val"
    val_images.mkdir()
    for name in (*learned, *checked):
        (images / name).rename(val_images / name)
    val = tmp_path / "val.json"
    val.write_text(json.dumps(content), encoding="utf-8")
    run = tmp_path / "second"
    told = prepare_run_from_coco(source, images, val, run, child_of(foreign), val_images=val_images)
    assert names(run, "val") == set(checked)
    assert any("has learned from 6 images of the validation file" in w for w in told.warnings)


def test_a_run_that_kept_no_marks_is_no_start_once_one_of_its_pictures_is_gone(
    foreign: Path, tmp_path: Path
) -> None:
    whole = find_parent(foreign, DEFAULT_DETECTOR)
    (foreign / MARKS).unlink()
    assert find_parent(foreign, DEFAULT_DETECTOR) == whole
    (tmp_path / "set" / "images" / min(names(foreign, "train"))).unlink()
    with pytest.raises(NoStartError, match=f"1 of the {len(whole.learned)} pictures in its train"):
        find_parent(foreign, DEFAULT_DETECTOR)


def test_where_hardly_anything_can_check_a_run_improve_starts_anew(
    dataset: Dataset, first: Path
) -> None:
    marks = json.loads((first / MARKS).read_text(encoding="utf-8"))
    learned = marks["train"] | marks["val"]
    (first / MARKS).write_text(json.dumps({"train": learned, "val": {}, "test": {}}))
    run = dataset.runs_folder / "second"
    with pytest.raises(NoStartError, match="None of 16 images may check a run from the weights of"):
        prepare_run_from_dataset(dataset, run, child_of(first))
    told = prepare_improvement(dataset, run, first / "model.onnx", Wish())
    assert "None of 16 images may check" in told.warnings[0]
    assert (load_config(run).start, told.sizes.val) == ("pretrained", 4)
