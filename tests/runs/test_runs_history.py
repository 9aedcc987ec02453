"""What became of a run is read from its events, however it ended."""

from __future__ import annotations

from pathlib import Path

import pytest

from labeler.errors import UserError
from labeler.runs.history import RunState, attend, list_runs, model_of, summarise
from labeler.runs.note import write_note
from labeler.runs.record import append_event, read_events
from trainer.config import RunConfig, save_config
from trainer.events import Evaluated, Event, Failed, Finished, Progressed, Started, to_line

STARTED = Started(80, 20, ("mug",), 60.0, ("256 px",))
PROGRESSED = Progressed("Learning", 11.0, 60.0, 1.5, 150.0, 0.8)
FIRST = Evaluated(10.0, 1.0, 0.9, 0.2, 0.5, 1e-3, is_best=True)
BEST = Evaluated(20.0, 2.0, 0.7, 0.4, 0.8, 1e-3, is_best=True)
WORSE = Evaluated(30.0, 3.0, 0.6, 0.3, 0.7, 1e-3, is_best=False)


def make_run(folder: Path, *events: Event, rest: str = "") -> Path:
    folder.mkdir(parents=True)
    save_config(folder, RunConfig("../images", "../images", start="scratch"))
    lines = "".join(to_line(event) + "\n" for event in events)
    (folder / "events.jsonl").write_text(lines + rest, encoding="utf-8")
    return folder


def test_a_finished_run_tells_its_scores_and_its_start(tmp_path: Path) -> None:
    end = Finished(0.4, 0.8, 60.0, 6.0, stopped_early=False)
    run = make_run(tmp_path / "2026-11-24_17-04", STARTED, FIRST, BEST, WORSE, end)
    found = summarise(run)
    assert found.state is RunState.FINISHED
    assert (found.ap, found.ap50, found.seconds, found.images) == (0.4, 0.8, 60.0, 100)
    assert (found.start, found.detector) == ("scratch", "lite")
    assert not found.has_model


def test_a_stopped_run_and_a_failed_one_are_told_apart(tmp_path: Path) -> None:
    stopped = make_run(tmp_path / "a", STARTED, Finished(0.1, 0.2, 9.0, 1.0, stopped_early=True))
    failed = make_run(tmp_path / "b", Failed("The disk is full."))
    assert summarise(stopped).state is RunState.STOPPED
    assert summarise(failed).state is RunState.FAILED
    assert summarise(failed).message == "The disk is full."


def test_a_run_of_a_dead_process_is_interrupted_and_keeps_its_best(tmp_path: Path) -> None:
    half = '{"event": "Evaluated", "seconds": 40.0, "epo'
    run = make_run(tmp_path / "a", STARTED, FIRST, BEST, WORSE, PROGRESSED, rest=half)
    found = summarise(run)
    assert found.state is RunState.INTERRUPTED
    assert (found.ap, found.seconds) == (0.4, 30.0)


def test_a_run_that_somebody_attends_is_running(tmp_path: Path) -> None:
    run = make_run(tmp_path / "a", STARTED)
    lock = attend(run)
    assert summarise(run).state is RunState.RUNNING
    lock.release()
    assert summarise(run).state is RunState.INTERRUPTED


def test_runs_are_listed_newest_first_and_other_folders_passed_over(tmp_path: Path) -> None:
    make_run(tmp_path / "2026-11-24_17-04", STARTED)
    make_run(tmp_path / "2026-11-25_09-00", STARTED)
    make_run(tmp_path / "2026-11-24_17-04_2", STARTED)
    broken = make_run(tmp_path / "2026-11-26_09-00", STARTED)
    (broken / "config.json").write_text("{", encoding="utf-8")
    (tmp_path / "notes").mkdir()
    assert [run.name for run in list_runs(tmp_path)] == [
        "2026-11-25_09-00",
        "2026-11-24_17-04_2",
        "2026-11-24_17-04",
    ]
    assert list_runs(tmp_path / "nowhere") == []


def test_an_event_is_added_behind_a_half_line(tmp_path: Path) -> None:
    run = make_run(tmp_path / "a", STARTED, rest='{"event": "Prog')
    append_event(run, Failed("It died."))
    assert list(read_events(run)) == [STARTED, Failed("It died.")]


def test_a_run_or_a_file_stands_for_its_model(tmp_path: Path) -> None:
    run = make_run(tmp_path / "a", STARTED)
    with pytest.raises(UserError, match=r"holds no model\.onnx"):
        model_of(run)
    (run / "model.onnx").write_bytes(b"")
    assert model_of(run) == run / "model.onnx"
    assert model_of(run / "model.onnx") == run / "model.onnx"
    with pytest.raises(UserError, match="no run and no model"):
        model_of(tmp_path / "nowhere")


def test_a_run_that_has_ended_is_read_again_when_one_of_its_files_changes(tmp_path: Path) -> None:
    end = Finished(0.4, 0.8, 60.0, 6.0, stopped_early=False)
    run = make_run(tmp_path / "2026-11-24_17-04", STARTED, BEST, end)
    assert summarise(run) is summarise(run)
    write_note(run, "with the blue mug")
    assert summarise(run).note == "with the blue mug"
    append_event(run, Failed("Gone on and lost."))
    assert summarise(run).state is RunState.FAILED
