"""A run folder is moved alone, or its pictures are; and a new one survives a power cut."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from labeler.commands.evaluate import truth_of_run
from labeler.errors import UserError
from labeler.runs.errand import failure_of
from labeler.runs.prepare import Wish, prepare_run_from_coco
from labeler.runs.resume import prepared_again
from tests.runs.run_makers import jpeg, write_coco_files
from trainer.config import load_config, save_config
from trainer.events import Started, to_line
from trainer.material import read_material
from trainer.places import lie_there
from trainer.run_files import MARKS


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Killed after it had kept a state; it names its pictures as seen from where it is."""
    source = write_coco_files(tmp_path / "set", [f"{n}.jpg" for n in range(12)], [1] * 12)
    run = tmp_path / "runs" / "first"
    prepare_run_from_coco(source, source.parent / "images", None, run, Wish())
    assert load_config(run).train_images == "../../set/images"
    (run / "state.safetensors").write_bytes(b"")
    (run / "events.jsonl").write_text(to_line(Started(8, 4, ("a",), 60.0, ())), encoding="utf-8")
    return run


def moved(folder: Path, to: Path) -> Path:
    to.parent.mkdir(parents=True)
    return folder.rename(to)


def complaints(run: Path) -> list[str]:
    told: list[str] = []
    read_material(run, lambda event: told.append(str(event)))
    return told


def test_a_run_that_is_moved_alone_evaluates_and_resumes(run: Path, tmp_path: Path) -> None:
    there = moved(run, tmp_path / "a" / "stick" / "far" / "off")
    assert complaints(there) == []
    val, images = truth_of_run(there, None)
    assert (val.parent, images) == (there, tmp_path / "set" / "images")
    assert prepared_again(there).sizes.train == 8


def test_a_run_that_is_moved_with_its_pictures_takes_those_beside_it(
    run: Path, tmp_path: Path
) -> None:
    """Also where a copy of them stays where it was made."""
    there = moved(tmp_path / "runs", tmp_path / "else" / "runs") / run.name
    shutil.copytree(tmp_path / "set" / "images", tmp_path / "else" / "set" / "images")
    assert truth_of_run(there, None)[1].resolve() == tmp_path / "else" / "set" / "images"


def test_a_run_that_is_moved_beside_other_pictures_of_the_same_names_finds_its_own(
    run: Path, tmp_path: Path
) -> None:
    there = moved(tmp_path / "runs", tmp_path / "else" / "runs") / run.name
    others = tmp_path / "else" / "set" / "images"
    others.mkdir(parents=True)
    for number in range(12):
        (others / f"{number}.jpg").write_bytes(jpeg(100 + number))
    assert truth_of_run(there, None)[1] == tmp_path / "set" / "images"
    assert load_config(there).train_images == str(tmp_path / "set" / "images")


def test_a_run_that_is_moved_with_its_pictures_is_not_drawn_to_new_ones_in_the_old_place(
    run: Path, tmp_path: Path
) -> None:
    there = moved(tmp_path / "runs", tmp_path / "else" / "runs") / run.name
    own = (tmp_path / "set").rename(tmp_path / "else" / "set") / "images"
    (tmp_path / "set" / "images").mkdir(parents=True)
    for number in range(12):
        (tmp_path / "set" / "images" / f"{number}.jpg").write_bytes(jpeg(100 + number))
    assert truth_of_run(there, None)[1].resolve() == own


def test_where_no_mark_tells_the_pictures_beside_the_run_are_its_own(
    run: Path, tmp_path: Path
) -> None:
    (run / MARKS).unlink()
    there = moved(tmp_path / "runs", tmp_path / "else" / "runs") / run.name
    own = (tmp_path / "set").rename(tmp_path / "else" / "set") / "images"
    (tmp_path / "set" / "images").mkdir(parents=True)
    for number in range(12):
        (tmp_path / "set" / "images" / f"{number}.jpg").write_bytes(jpeg(100 + number))
    assert truth_of_run(there, None)[1].resolve() == own


def test_a_picture_whose_name_tells_its_bytes_is_not_looked_for_elsewhere(tmp_path: Path) -> None:
    lists, here, there = tmp_path / "train.json", tmp_path / "here", tmp_path / "there"
    name = "000001-0123456789ab.jpg"
    lists.write_text(json.dumps({"images": [{"id": 1, "file_name": name}]}), encoding="utf-8")
    for folder in (here, there):
        folder.mkdir()
        (folder / name).write_bytes(folder.name.encode())
    marks = tmp_path / MARKS
    marks.write_text(json.dumps({"train": {name: "0" * 12}}), encoding="utf-8")
    assert not lie_there(lists, here, there, marks)
    (here / name).unlink()
    assert lie_there(lists, here, there, marks)


def test_a_run_with_nothing_to_check_with_goes_on_where_its_pictures_are_now(
    run: Path, tmp_path: Path
) -> None:
    content = json.loads((run / "val.json").read_text(encoding="utf-8"))
    empty = {**content, "images": [], "annotations": []}
    (run / "val.json").write_text(json.dumps(empty), encoding="utf-8")
    images = moved(tmp_path / "set" / "images", tmp_path / "else" / "pictures")
    assert prepared_again(run, images).sizes.train == 8
    assert load_config(run).train_images == "../../else/pictures"


def test_a_run_is_reached_through_a_link(run: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    try:
        link.symlink_to(run, target_is_directory=True)
    except OSError:
        pytest.skip("this account may make no links")
    assert truth_of_run(link, None)[1] == tmp_path / "set" / "images"


def test_pictures_that_moved_are_asked_for_and_the_run_remembers_where_they_are(
    run: Path, tmp_path: Path
) -> None:
    images = moved(tmp_path / "set" / "images", tmp_path / "else" / "pictures")
    with pytest.raises(UserError, match="is not there") as fault:
        truth_of_run(run, None)
    assert "--images" in fault.value.in_shell
    assert truth_of_run(run, images)[1] == images
    with pytest.raises(UserError, match=r"None of the .* images .* --images"):
        prepared_again(run, tmp_path)
    prepared_again(run, images)
    config = load_config(run)
    assert config.train_images == config.val_images == "../../else/pictures"
    assert complaints(moved(run, tmp_path / "far" / "away" / "run")) == []


def test_validation_pictures_of_their_own_are_left_where_they_are(
    run: Path, tmp_path: Path
) -> None:
    images = tmp_path / "set" / "images"
    save_config(run, replace(load_config(run), val_images=str(images)))
    prepared_again(run, images)
    assert load_config(run).val_images == str(images)


def test_all_of_a_new_run_is_on_the_disk_when_it_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: set[int] = set()
    sync = os.fsync

    def note(handle: int) -> None:
        synced.add(os.fstat(handle).st_ino)
        sync(handle)

    monkeypatch.setattr(os, "fsync", note)
    source = write_coco_files(tmp_path / "set", [f"{n}.jpg" for n in range(12)], [1] * 12)
    run = tmp_path / "run"
    prepare_run_from_coco(source, source.parent / "images", None, run, Wish())
    assert {"config.json", "train.json", "val.json"} <= {path.name for path in run.iterdir()}
    assert [path.name for path in run.iterdir() if path.stat().st_ino not in synced] == []


def test_a_sentence_of_the_trainers_is_not_said_twice() -> None:
    told = failure_of(1, "model.onnx is missing.\n")
    assert (str(told), told.details) == ("model.onnx is missing.", "")
    more = failure_of(1, "Note: 2 are damaged.\nmodel.onnx is missing.\n")
    assert (str(more), more.details) == ("model.onnx is missing.", "Note: 2 are damaged.")
