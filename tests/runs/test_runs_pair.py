"""A pair is two runs with the same lists and settings that differ in their start weights only."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from labeler.dataset.store import Dataset
from labeler.errors import UserError
from labeler.runs.history import RunState, list_runs
from labeler.runs.pair import (
    SIDES,
    attended,
    from_pair_line,
    list_pairs,
    new_pair_folder,
    prepare_pair_from_coco,
    prepare_pair_from_dataset,
    read_records,
    summarise_pair,
)
from labeler.runs.prepare import Wish
from tests.runs.run_makers import add_labelled, write_coco_files
from trainer.config import load_config
from trainer.events import Evaluated, Event, Finished, to_line

HALF_WAY = Evaluated(10.0, 2.0, 0.5, 0.3, 0.6, 1e-3, is_best=True)
END = Finished(0.3, 0.6, 20.0, 4.0, stopped_early=False)


def _pair(folder: Path) -> Path:
    names = [f"{number}.jpg" for number in range(12)]
    source = write_coco_files(folder / "coco", names, [1] * 12)
    images = source.parent / "images"
    wish = Wish(seconds=30, seed=7, start="scratch")
    return prepare_pair_from_coco(source, images, None, folder / "pair", wish).path


def _tell(run: Path, *events: Event) -> None:
    lines = "".join(to_line(event) + "\n" for event in events)
    (run / "events.jsonl").write_text(lines, encoding="utf-8")


def test_both_runs_have_the_same_lists_and_differ_in_their_start_alone(tmp_path: Path) -> None:
    pair = _pair(tmp_path)
    for name in ("train.json", "val.json"):
        first, second = ((pair / side / name).read_bytes() for side in SIDES)
        assert first == second
    pretrained, scratch = (load_config(pair / side) for side in SIDES)
    assert (pretrained.start, scratch.start) == ("pretrained", "scratch")
    assert replace(scratch, start="pretrained") == pretrained
    assert (pretrained.recipe, pretrained.seconds, pretrained.seed) == ("twin", 30, 7)
    assert (pair / "scratch" / scratch.train_images / "0.jpg").is_file()


def test_a_dataset_gives_a_pair_among_its_runs_that_no_list_of_runs_shows(
    dataset: Dataset,
) -> None:
    add_labelled(dataset, 12, session="kitchen", name="mug")
    add_labelled(dataset, 4, session="garden", name="mug")
    folder = new_pair_folder(dataset.runs_folder)
    prepared = prepare_pair_from_dataset(dataset, folder, Wish(seconds=30))
    assert (prepared.sizes.train, prepared.sizes.val) == (12, 4)
    config = load_config(folder / "scratch")
    named = json.loads((folder / "scratch" / "train.json").read_text(encoding="utf-8"))["images"]
    assert all((folder / "scratch" / config.train_images / e["file_name"]).is_file() for e in named)
    assert list_runs(dataset.runs_folder) == []
    assert [pair.path for pair in list_pairs(dataset.runs_folder)] == [folder]


def test_what_cannot_be_prepared_leaves_no_folder(dataset: Dataset) -> None:
    add_labelled(dataset, 1, session="kitchen", name="mug")
    folder = new_pair_folder(dataset.runs_folder)
    with pytest.raises(UserError, match="at least 2 images with boxes"):
        prepare_pair_from_dataset(dataset, folder, Wish())
    assert not folder.exists()


def test_a_full_folder_is_never_written_into(tmp_path: Path) -> None:
    (tmp_path / "pair").mkdir()
    (tmp_path / "pair" / "thesis.txt").write_text("precious", encoding="utf-8")
    with pytest.raises(UserError, match="is not empty"):
        _pair(tmp_path)
    assert [path.name for path in (tmp_path / "pair").iterdir()] == ["thesis.txt"]


def test_new_pairs_are_called_after_their_minute_and_never_twice(tmp_path: Path) -> None:
    now = datetime(2026, 11, 25, 10, 0)
    first = new_pair_folder(tmp_path, now)
    assert first.name == "2026-11-25_10-00_pair"
    first.mkdir()
    assert new_pair_folder(tmp_path, now).name == "2026-11-25_10-00_pair_2"


def test_a_pair_is_as_finished_as_the_run_that_did_worse(tmp_path: Path) -> None:
    pair = _pair(tmp_path)
    _tell(pair / "pretrained", HALF_WAY, END)
    _tell(pair / "scratch", HALF_WAY)
    found = summarise_pair(pair)
    assert (found.pretrained.state, found.state) == (RunState.FINISHED, RunState.INTERRUPTED)
    assert (found.seconds, found.seed, found.pretrained.ap50) == (30, 7, 0.6)
    with attended(pair):
        assert summarise_pair(pair).state is RunState.RUNNING
        with pytest.raises(UserError), attended(pair):
            pass
    _tell(pair / "scratch", HALF_WAY, END)
    assert summarise_pair(pair).state is RunState.FINISHED
    assert read_records(pair).scratch.evaluations == [HALF_WAY]


def test_damaged_pairs_are_passed_over_and_told(tmp_path: Path) -> None:
    pair = _pair(tmp_path)
    (pair / "scratch" / "config.json").write_text("{", encoding="utf-8")
    assert list_pairs(tmp_path) == []
    assert list_pairs(tmp_path / "nowhere") == []
    with pytest.raises(UserError, match=r"config\.json is damaged"):
        summarise_pair(pair)


def test_a_line_of_the_trainer_tells_which_run_it_is_about() -> None:
    line = json.dumps({"run": "scratch", **json.loads(to_line(HALF_WAY))})
    assert from_pair_line(line) == ("scratch", HALF_WAY)
    for other in (to_line(HALF_WAY), line.replace("scratch", "third"), "chatter"):
        with pytest.raises(ValueError, match="not a"):
            from_pair_line(other)
