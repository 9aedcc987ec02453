"""What became of a run is read from its events, however it ended."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from labeler.errors import UserError
from labeler.runs.history import (
    RunState,
    attend,
    forget_newest,
    list_runs,
    look_through,
    model_of,
    newest_model,
    summarise,
)
from labeler.runs.note import write_note
from labeler.runs.record import RunRecord, append_event, read_events
from labeler.runs.resume import prepared_again
from trainer.config import DEFAULT_DETECTOR, RunConfig, save_config
from trainer.events import (
    Evaluated,
    Event,
    Failed,
    Finished,
    Paused,
    Progressed,
    Resumed,
    Started,
    to_line,
)

STARTED = Started(80, 20, ("mug",), 60.0, ("256 px",))
PROGRESSED = Progressed("Learning", 11.0, 60.0, 1.5, 150.0, 0.8)
FIRST = Evaluated(10.0, 1.0, 0.9, 0.2, 0.5, 1e-3, is_best=True)
BEST = Evaluated(20.0, 2.0, 0.7, 0.4, 0.8, 1e-3, True, 0.3, 0.5, 0.7, 0.9)
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
    assert (found.ap, found.ap50, found.seconds) == (0.4, 0.8, 60.0)
    assert (found.images_train, found.images_val) == (80, 20)
    assert (found.ap_interval, found.ap50_interval) == ((0.3, 0.5), (0.7, 0.9))
    assert (found.start, found.detector) == ("scratch", DEFAULT_DETECTOR)
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


def test_what_a_killed_process_learned_after_its_state_does_not_count_twice(
    tmp_path: Path,
) -> None:
    again = Evaluated(20.0, 2.0, 0.7, 0.5, 0.9, 1e-3, is_best=True)
    told: list[Event] = [
        STARTED,
        FIRST,
        PROGRESSED,
        BEST,
        Failed("It died."),
        STARTED,
        Resumed(10.5, 1.2),
    ]
    run = make_run(tmp_path / "a", *told)
    record = RunRecord.of(read_events(run))
    assert (record.evaluations, record.losses, record.progress) == ([FIRST], [], None)
    assert summarise(run).state is RunState.INTERRUPTED
    append_event(run, again)
    assert summarise(run).ap == 0.5


def test_a_pause_is_no_end_and_takes_nothing_away() -> None:
    record = RunRecord.of([STARTED, FIRST, PROGRESSED, Paused(11.0, 1.5)])
    assert record.is_paused
    record.add(Resumed(11.0, 1.5))
    assert not record.is_paused
    assert (record.evaluations, record.progress) == ([FIRST], PROGRESSED)


def test_a_run_is_watched_by_its_newest_model_while_it_learns(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", STARTED)
    assert newest_model(run) == run / "model.onnx"
    (run / "newest.onnx").write_bytes(b"")
    assert newest_model(run) == run / "newest.onnx"


def test_the_newest_model_of_a_run_goes_once_nobody_trains_it(tmp_path: Path) -> None:
    learning, killed = (make_run(tmp_path / name, STARTED) for name in ("a", "b"))
    failed = make_run(tmp_path / "c", STARTED, Failed("The disk is full."))
    files = [run / "newest.onnx" for run in (learning, killed, failed)]
    for file in files:
        file.write_bytes(b"")
    lock = attend(learning)
    forget_newest(list_runs(tmp_path))
    assert [file.exists() for file in files] == [True, False, False]
    lock.release()


def test_a_run_with_a_state_can_go_on_unless_it_is_complete_or_under_way(tmp_path: Path) -> None:
    end = Finished(0.4, 0.8, 60.0, 6.0, stopped_early=False)
    runs = [
        make_run(tmp_path / "stopped", STARTED, Finished(0.1, 0.2, 9.0, 1.0, stopped_early=True)),
        make_run(tmp_path / "failed", STARTED, Failed("The disk is full.")),
        make_run(tmp_path / "killed", STARTED, FIRST),
        make_run(tmp_path / "complete", STARTED, end),
    ]
    assert not any(summarise(run).can_resume for run in runs)
    for run in runs:
        (run / "state.safetensors").write_bytes(b"")
    assert [summarise(run).can_resume for run in runs] == [True, True, True, False]
    assert [prepared_again(run).sizes.train for run in runs[:3]] == [80, 80, 80]
    with pytest.raises(UserError, match="is complete"):
        prepared_again(runs[3])
    lock = attend(runs[2])
    with pytest.raises(UserError, match="still learning"):
        prepared_again(runs[2])
    lock.release()
    (runs[1] / "state.safetensors").unlink()
    with pytest.raises(UserError, match="anything to go on from"):
        prepared_again(runs[1])
    with pytest.raises(UserError, match=r"config\.json"):
        prepared_again(tmp_path)


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


def test_half_lines_and_events_of_another_version_hide_neither_their_run_nor_the_others(
    tmp_path: Path,
) -> None:
    lines = ['{"event": "Evaluated", "sec', "\x00", '{"event": ["Finished"]}', "null"]
    newer = '{"event": "Dreamed", "of": "sheep"}'
    rest = "\n".join([*lines, newer, ""])
    make_run(tmp_path / "2026-01-01_10-00", STARTED, BEST, rest=rest)
    make_run(tmp_path / "2026-01-02_10-00", STARTED)
    second, first = list_runs(tmp_path)
    assert (first.name, first.ap) == ("2026-01-01_10-00", BEST.ap)
    assert second.name == "2026-01-02_10-00"


def test_a_run_that_may_not_be_read_does_not_hide_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_run(tmp_path / "2026-11-24_17-04", STARTED)
    locked = make_run(tmp_path / "2026-11-25_09-00", STARTED)
    is_file = Path.is_file

    def refused(path: Path) -> bool:
        """As in a folder without rights, which root does not know."""
        if path.parent == locked:
            raise PermissionError(13, "Permission denied")
        return is_file(path)

    monkeypatch.setattr(Path, "is_file", refused)
    assert [run.name for run in list_runs(tmp_path)] == ["2026-11-24_17-04"]


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


def test_a_run_that_is_a_link_is_passed_over_and_a_planted_one_is_not_written_through(
    tmp_path: Path,
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "config.json").write_text("{}")
    runs = tmp_path / "runs"
    runs.mkdir()
    (runs / "linked").symlink_to(outside)
    found, left_out = look_through(runs)
    assert found == []
    assert "is a link" in left_out[0].why
    dear = tmp_path / "dear.txt"
    dear.write_text("mine")
    (runs / f"note.txt-{os.getpid()}.part").symlink_to(dear)
    with pytest.raises(UserError, match="link"):
        write_note(runs, "hello")
    assert dear.read_text() == "mine"
