"""A run folder is made from a dataset or a COCO file, or refused in plain words."""

from __future__ import annotations

import itertools
import json
import sys
from datetime import datetime
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from PIL import Image as Pillow

from labeler.dataset import category_edits, edits, splits
from labeler.dataset.images import add_picture
from labeler.dataset.model import BBox
from labeler.dataset.store import Dataset
from labeler.errors import UserError
from labeler.runs.prepare import (
    Wish,
    load_preparation,
    new_run_folder,
    prepare_run_from_coco,
    prepare_run_from_dataset,
)
from labeler.runs.put_aside import load_test_part
from tests.runs.run_makers import add_labelled, jpeg, write_coco_files
from trainer.config import RunConfig, load_config, save_config


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _names(path: Path) -> set[str]:
    return {entry["file_name"] for entry in _read(path)["images"]}


def test_a_dataset_is_split_by_session_and_its_images_are_not_copied(dataset: Dataset) -> None:
    add_labelled(dataset, 12, session="kitchen", name="mug")
    add_labelled(dataset, 4, session="garden", name="mug")
    run = new_run_folder(dataset.runs_folder)
    prepared = prepare_run_from_dataset(dataset, run, Wish(seconds=30, seed=3))
    assert (prepared.sizes.train, prepared.sizes.val) == (12, 4)
    config = load_config(run)
    assert (config.seconds, config.seed, config.start) == (30, 3, "pretrained")
    assert config.train_images == "../../images"
    named = _names(run / "train.json") | _names(run / "val.json")
    assert all((run / config.train_images / name).is_file() for name in named)
    assert not _names(run / "train.json") & _names(run / "val.json")
    assert not list(run.rglob("*.jpg"))
    assert load_preparation(run) == (prepared.explanation, prepared.warnings)


def test_unlabelled_images_stay_out_and_confirmed_empty_ones_take_part(dataset: Dataset) -> None:
    add_labelled(dataset, 8, session="kitchen", name="mug")
    sitting = dataset.add_session("later", "test")
    unlabelled, empty = (
        add_picture(
            dataset, jpeg(number), original_name=f"{number}.jpg", session_id=sitting.id
        ).image
        for number in (100, 101)
    )
    dataset.apply(edits.verify(dataset, empty.id))
    run = new_run_folder(dataset.runs_folder)
    prepare_run_from_dataset(dataset, run, Wish())
    named = _names(run / "train.json") | _names(run / "val.json")
    assert empty.file_name in named
    assert unlabelled.file_name not in named


@pytest.mark.parametrize("package", ["transformers", "scipy"])
def test_a_detector_that_is_not_installed_is_refused_with_how_to_get_it(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    for name in ("transformers", "scipy"):
        there = ModuleType(name)
        there.__spec__ = ModuleSpec(name, None)
        monkeypatch.setitem(sys.modules, name, None if name == package else there)
    add_labelled(dataset, 12, session="kitchen", name="mug")
    run = new_run_folder(dataset.runs_folder)
    told = (
        r'^RT-DETR v2 has to be installed: pip install "vector-labeler\[detectors\]"\. The built-in'
    )
    with pytest.raises(UserError, match=told):
        prepare_run_from_dataset(dataset, run, Wish(detector="rtdetr_v2_r50"))
    assert not run.exists()


def test_a_dataset_without_boxes_is_refused_before_anything_is_written(dataset: Dataset) -> None:
    add_labelled(dataset, 1, session="kitchen", name="mug")
    run = new_run_folder(dataset.runs_folder)
    with pytest.raises(UserError, match=r"at least 2 images with boxes.*only 1 image"):
        prepare_run_from_dataset(dataset, run, Wish())
    assert not run.exists()


def test_what_is_thin_is_said_before_the_run(dataset: Dataset) -> None:
    add_labelled(dataset, 8, session="kitchen", name="mug")
    dataset.apply(category_edits.add_category(dataset, "robot"))
    prepared = prepare_run_from_dataset(dataset, new_run_folder(dataset.runs_folder), Wish())
    assert any("no box shows it: robot" in sentence for sentence in prepared.warnings)
    assert any("to check with" in sentence for sentence in prepared.warnings)


def test_an_impossible_wish_leaves_no_folder_behind(dataset: Dataset) -> None:
    add_labelled(dataset, 4, session="kitchen", name="mug")
    run = new_run_folder(dataset.runs_folder)
    with pytest.raises(UserError, match="seconds must lie between"):
        prepare_run_from_dataset(dataset, run, Wish(seconds=0))
    assert not run.exists()


def test_new_runs_are_called_after_their_minute_and_never_twice(tmp_path: Path) -> None:
    now = datetime(2026, 11, 24, 17, 4)
    first = new_run_folder(tmp_path, now)
    assert first.name == "2026-11-24_17-04"
    first.mkdir()
    assert new_run_folder(tmp_path, now).name == "2026-11-24_17-04_2"


def test_a_full_folder_is_never_written_into(dataset: Dataset, tmp_path: Path) -> None:
    add_labelled(dataset, 4, session="kitchen", name="mug")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "thesis.txt").write_text("precious", encoding="utf-8")
    with pytest.raises(UserError, match="is not empty"):
        prepare_run_from_dataset(dataset, tmp_path / "run", Wish())
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["thesis.txt"]


def test_a_coco_file_without_validation_is_split_in_stretches_and_said(tmp_path: Path) -> None:
    names = [f"frame{number}.jpg" for number in range(1, 101)]
    source = write_coco_files(tmp_path / "coco", names, [1] * 100)
    prepared = prepare_run_from_coco(
        source, source.parent / "images", None, tmp_path / "run", Wish()
    )
    assert prepared.sizes.train + prepared.sizes.val == 100
    assert 18 <= prepared.sizes.val <= 22
    assert prepared.explanation.startswith(f"{prepared.sizes.told}. Those to check with have")
    held = sorted(int(name[5:-4]) for name in _names(tmp_path / "run" / "val.json"))
    neighbours = sum(b - a == 1 for a, b in itertools.pairwise(held))
    assert neighbours >= 14


def test_the_same_seed_splits_alike_and_every_class_trains(tmp_path: Path) -> None:
    names = [f"{kind}{number}.jpg" for kind in "abc" for number in range(10)]
    source = write_coco_files(tmp_path / "coco", names, [1] * 10 + [2] * 10 + [3] * 10)
    images = source.parent / "images"
    runs = [tmp_path / name for name in ("one", "two")]
    for run in runs:
        prepare_run_from_coco(source, images, None, run, Wish(seed=5))
    assert _names(runs[0] / "val.json") == _names(runs[1] / "val.json")
    trained = {box["category_id"] for box in _read(runs[0] / "train.json")["annotations"]}
    assert trained == {1, 2, 3}


def test_a_validation_file_keeps_its_images_and_takes_the_ids_of_training(tmp_path: Path) -> None:
    train = write_coco_files(tmp_path / "a", [f"{n}.jpg" for n in range(12)], [1, 2] * 6)
    val = write_coco_files(tmp_path / "b", ["x.jpg", "y.jpg"], [7, 8])
    content = _read(val)
    for category, name in zip(content["categories"], ("class 2", "stranger"), strict=True):
        category["name"] = name
    val.write_text(json.dumps(content), encoding="utf-8")
    prepared = prepare_run_from_coco(
        train,
        tmp_path / "a" / "images",
        val,
        tmp_path / "run",
        Wish(),
        val_images=tmp_path / "b" / "images",
    )
    assert _names(tmp_path / "run" / "val.json") == {"x.jpg", "y.jpg"}
    boxes = _read(tmp_path / "run" / "val.json")["annotations"]
    assert [box["category_id"] for box in boxes] == [2]
    assert any("stranger" in sentence for sentence in prepared.warnings)


def test_a_large_coco_file_puts_a_test_part_aside_that_no_seed_moves(tmp_path: Path) -> None:
    names = [f"{number}.jpg" for number in range(1, 211)]
    source = write_coco_files(tmp_path / "coco", names, [1, 2, 3] * 70)
    runs = [tmp_path / "one", tmp_path / "two"]
    for seed, run in enumerate(runs):
        prepared = prepare_run_from_coco(
            source, source.parent / "images", None, run, Wish(seed=seed)
        )
        parts = [_names(run / f"{part}.json") for part in ("train", "val", "test")]
        assert [len(part) for part in parts] == [
            prepared.sizes.train,
            prepared.sizes.val,
            prepared.sizes.test,
        ]
        assert sum(map(len, parts)) == len(set().union(*parts)) == 210
        assert 24 <= prepared.sizes.test <= 40
        config = load_config(run)
        assert config.test_images == config.train_images
        assert f"{prepared.sizes.test} for the final score" in prepared.explanation
    assert _names(runs[0] / "test.json") == _names(runs[1] / "test.json")
    assert _names(runs[0] / "val.json") != _names(runs[1] / "val.json")


def test_an_export_of_ours_is_split_by_its_sessions(tmp_path: Path) -> None:
    source = write_coco_files(tmp_path / "coco", [f"{n}.jpg" for n in range(60)], [1] * 60)
    content = _read(source)
    for place, entry in enumerate(content["images"]):
        entry.update(session_id=place % 5, captured_at=1e9 + place)
    source.write_text(json.dumps(content), encoding="utf-8")
    prepared = prepare_run_from_coco(
        source, source.parent / "images", None, tmp_path / "run", Wish()
    )
    held = {entry["session_id"] for entry in _read(tmp_path / "run" / "val.json")["images"]}
    assert len(held) == 1
    assert (prepared.sizes.train, prepared.sizes.val) == (48, 12)


def test_the_same_picture_twice_never_faces_itself(tmp_path: Path) -> None:
    source = write_coco_files(tmp_path / "coco", [f"{n}.jpg" for n in range(60)], [1] * 60)
    images = source.parent / "images"
    for number in range(0, 30, 3):  # its twin, darker and packed harder
        darker = Pillow.open(images / f"{number}.jpg").point(lambda level: level * 9 // 10)
        darker.save(images / f"{59 - number}.jpg", quality=60)
    for seed in range(3):
        run = tmp_path / f"run{seed}"
        prepare_run_from_coco(source, images, None, run, Wish(seed=seed))
        sides = [
            {min(int(name[:-4]), 59 - int(name[:-4])) for name in _names(run / f"{part}.json")}
            for part in ("train", "val")
        ]
        assert {number for number in sides[0] & sides[1] if number % 3 == 0} == set()


def test_a_dataset_remembers_what_waits_for_the_final_score(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(splits, "TEST_FROM", 20)
    for number in range(6):
        add_labelled(dataset, 4, session=f"sitting {number}", name="mug")
    first, second = (dataset.runs_folder / name for name in ("first", "second"))
    prepared = prepare_run_from_dataset(dataset, first, Wish())
    assert (prepared.sizes.train, prepared.sizes.val, prepared.sizes.test) == (16, 4, 4)
    assert (first / load_config(first).test_images / min(_names(first / "test.json"))).is_file()
    (first / "test.json").unlink()  # the run itself need not stay
    for number in range(6, 9):
        add_labelled(dataset, 4, session=f"sitting {number}", name="mug")
    tested = _names(dataset.runs_folder / "first" / "val.json")
    prepare_run_from_dataset(dataset, second, Wish(seed=9))
    kept = load_test_part(dataset.runs_folder)
    assert len(kept.session_ids) == 1
    assert {entry["id"] for entry in _read(second / "test.json")["images"]} == kept.image_ids
    assert not tested & _names(second / "test.json")
    (dataset.runs_folder / "test-part.json").write_text('{"sessions": 1}', encoding="utf-8")
    with pytest.raises(UserError, match=r"test-part\.json is damaged.*delete it"):
        prepare_run_from_dataset(dataset, dataset.runs_folder / "third", Wish())


def test_a_validation_file_that_shows_what_trains_is_told(tmp_path: Path) -> None:
    train = write_coco_files(tmp_path / "a", [f"{n}.jpg" for n in range(30)], [1, 2] * 15)
    val = write_coco_files(tmp_path / "b", [f"{n}.jpg" for n in range(3)], [1, 2, 1])  # the same
    folders = {"images": tmp_path / "a" / "images", "val_images": tmp_path / "b" / "images"}
    prepared = prepare_run_from_coco(
        train, folders["images"], val, tmp_path / "run", Wish(), val_images=folders["val_images"]
    )
    assert any(
        "3 images to learn from look nearly the same as images of the validation file" in sentence
        for sentence in prepared.warnings
    )
    assert (prepared.sizes.train, prepared.sizes.val) == (30, 3)  # nobody takes them away


def test_images_in_another_folder_are_asked_for(tmp_path: Path) -> None:
    source = write_coco_files(tmp_path / "coco", ["a.jpg", "b.jpg"], [1, 1])
    with pytest.raises(UserError, match=r"None of the 2 images .* --images"):
        prepare_run_from_coco(source, tmp_path, None, tmp_path / "run", Wish())
    assert not (tmp_path / "run").exists()


def test_missing_and_escaping_images_are_left_out_and_named(tmp_path: Path) -> None:
    source = write_coco_files(tmp_path / "coco", [f"{n}.jpg" for n in range(20)], [1] * 20)
    content = _read(source)
    content["images"][3]["file_name"] = "../all.json"
    source.write_text(json.dumps(content), encoding="utf-8")
    (tmp_path / "coco" / "images" / "7.jpg").unlink()
    prepared = prepare_run_from_coco(
        source, source.parent / "images", None, tmp_path / "run", Wish()
    )
    assert prepared.sizes.train + prepared.sizes.val == 18
    assert any("left out of all.json: 2 images" in sentence for sentence in prepared.warnings)


@pytest.mark.parametrize("odd", [10**400, 1e308, -1, True, "soon", None, [1]])
def test_odd_numbers_of_a_strange_file_do_not_stop_the_split(tmp_path: Path, odd: Any) -> None:
    source = write_coco_files(tmp_path / "coco", [f"{n}.jpg" for n in range(12)], [1] * 12)
    content = _read(source)
    for place, entry in enumerate(content["images"]):
        entry.update(session_id=place // 3, captured_at=odd)
    content["images"][0]["session_id"] = odd
    content["annotations"][0].update(image_id=odd)
    content["annotations"][1].update(category_id=odd)
    source.write_text(json.dumps(content), encoding="utf-8")
    prepared = prepare_run_from_coco(
        source, source.parent / "images", None, tmp_path / "run", Wish()
    )
    assert prepared.sizes.val >= 1
    assert prepared.sizes.train + prepared.sizes.val == 12


@pytest.mark.parametrize(
    "content", ["", "[]", '{"images": [', '{"images": [], "categories": []}', '{"images": [{}]}']
)
def test_what_is_no_coco_file_is_a_sentence(tmp_path: Path, content: str) -> None:
    source = tmp_path / "all.json"
    source.write_text(content, encoding="utf-8")
    with pytest.raises(UserError, match=r"all\.json"):
        prepare_run_from_coco(source, tmp_path, None, tmp_path / "run", Wish())


def test_images_too_near_to_those_held_back_are_in_no_list(dataset: Dataset) -> None:
    """Else the run learns what it is checked with, and its score flatters."""
    add_labelled(dataset, 1, session="kitchen", name="mug")
    (sitting,), (mug,) = dataset.sessions(), dataset.categories()
    for number in range(1, 60):  # two pictures a second
        image = add_picture(
            dataset,
            jpeg(number),
            original_name=f"{number}.jpg",
            session_id=sitting.id,
            captured_at=1000 + number / 2,
        ).image
        dataset.apply(edits.draw(dataset, image.id, mug.id, BBox(10, 10, 30, 30)))
    run = new_run_folder(dataset.runs_folder)
    prepared = prepare_run_from_dataset(dataset, run, Wish())
    train, val = _names(run / "train.json"), _names(run / "val.json")
    when = {image.file_name: image.captured_at for image in dataset.images()}
    left_out = when.keys() - train - val
    assert left_out
    assert val
    assert not train & val
    assert (prepared.sizes.train, prepared.sizes.val) == (len(train), len(val))
    assert str(len(left_out)) in prepared.explanation

    def apart(name: str) -> float:
        return min(abs(when[name] - when[held]) for held in val)

    assert max(map(apart, left_out)) <= min(map(apart, train))  # the nearest ones


def test_a_run_has_its_name_only_when_all_is_in_it_and_what_a_kill_left_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write_coco_files(tmp_path / "set", [f"{n}.jpg" for n in range(12)], [1] * 12)
    run = tmp_path / "runs" / "first"
    killed = run.with_name(".first.part")
    killed.mkdir(parents=True)
    (killed / "test.json").write_text("half of a", encoding="utf-8")
    seen: list[bool] = []

    def note(folder: Path, config: RunConfig) -> None:
        seen.append(run.exists())
        save_config(folder, config)

    monkeypatch.setattr("labeler.runs.prepare.save_config", note)
    prepare_run_from_coco(source, source.parent / "images", None, run, Wish())
    assert seen == [False]
    assert [path.name for path in run.parent.iterdir()] == ["first"]
    config = load_config(run)
    assert (run / config.train_images).resolve() == source.parent / "images"
    assert config.made_in == str(run)
    assert "half" not in (run / "train.json").read_text(encoding="utf-8")
