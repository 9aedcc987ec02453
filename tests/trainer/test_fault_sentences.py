"""Whatever ends a run, the window hears it: as the event Failed, in words for the person."""

from __future__ import annotations

import errno
import io
import json
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from tests.trainer.training_runs import ROOT, write_coco
from trainer.coco import read_coco
from trainer.data import Examples
from trainer.events import Failed, from_line
from trainer.faults import TrainerError
from trainer.machine import patiently, write_whole
from trainer.run_folder import Reporter
from trainer.train_command import told
from trainer.validation import Validator

MakeRun = Callable[..., Path]


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (TrainerError("memory-game.json is not a JSON file."), "memory-game.json is not a JSON"),
        (TrainerError("seconds must lie between"), "seconds must lie between."),
        (FileNotFoundError(errno.ENOENT, "No such file", "memory.json"), "memory.json: there is"),
        (PermissionError(errno.EACCES, "Denied", "in-memory/x"), "in-memory/x cannot be used"),
        (OSError(errno.ENOSPC, "No space left", "model.onnx"), "model.onnx .* disk is full"),
        (OSError("no number"), "A file cannot be used .no number."),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), "out of memory"),
        (MemoryError(), "ran out of memory"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"), "out of memory"),
        (RuntimeError("not enough memory: you tried to allocate 9 bytes"), "out of memory"),
        (torch.OutOfMemoryError("CUDA out of memory. Tried"), "out of memory"),
        (RuntimeError("CUDA error: an illegal memory access"), r"has a fault \(RuntimeError\)"),
        (KeyError("memory"), r"has a fault \(KeyError\) .* log\.txt"),
    ],
)
def test_each_fault_has_its_own_sentence(error: Exception, sentence: str) -> None:
    assert re.search(sentence, told(error))
    assert told(error).endswith(".")


def train(run: Path, *how: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *(how or ("-m", "trainer", "train")), str(run)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def failure(done: subprocess.CompletedProcess[str]) -> str:
    """The message of the one event on stdout, which is Failed."""
    [line] = done.stdout.splitlines()
    event = from_line(line)
    assert isinstance(event, Failed)
    assert done.returncode == 1
    return event.message


@pytest.mark.parametrize("name", ["events.jsonl", "log.txt"])
def test_a_folder_in_the_place_of_a_file_of_the_run_is_said(make_run: MakeRun, name: str) -> None:
    run = make_run(train=1, val=1)
    (run / name).mkdir()
    assert name in failure(train(run))


def test_a_run_that_is_not_there_is_said(tmp_path: Path) -> None:
    done = train(tmp_path / "nowhere")
    assert "there is no such run folder" in failure(done)
    assert done.stderr == ""


def test_a_broken_training_file_is_said_and_kept(make_run: MakeRun) -> None:
    run = make_run(train=1, val=1)
    (run / "train.json").write_text("{", encoding="utf-8")
    assert "train.json is not a JSON file" in failure(train(run))
    assert json.loads((run / "events.jsonl").read_text("utf-8"))["event"] == "Failed"


needs_file_limits = pytest.mark.skipif(sys.platform == "win32", reason="no limit of file sizes")
"""A file that may not grow refuses what is written to it, as one on a full disk does."""
WITHOUT_ROOM = """
import resource, runpy, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
sys.argv = ["trainer", "train", sys.argv[1]]
runpy.run_module("trainer", run_name="__main__")
"""


@needs_file_limits
def test_a_fault_is_heard_where_nothing_can_be_written_down(make_run: MakeRun) -> None:
    run = make_run(train=1, val=1)
    (run / "train.json").unlink()  # so that the first event comes at once
    assert "train.json" in failure(train(run, "-c", WITHOUT_ROOM))
    assert (run / "events.jsonl").read_bytes() == b""


@needs_file_limits
def test_an_event_that_cannot_be_kept_ends_the_run_and_the_end_is_heard(tmp_path: Path) -> None:
    import resource

    stream = io.StringIO()
    reporter = Reporter(stream, threading.Event())
    reporter.keep_in(tmp_path)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        with pytest.raises(OSError, match=r"events\.jsonl"):
            reporter.emit(Failed("first"))
        reporter.emit(Failed("second"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    reporter.close()
    assert [from_line(line) for line in stream.getvalue().splitlines()] == [Failed("second")]


@pytest.mark.skipif(sys.platform == "win32", reason="links want rights there")
@pytest.mark.parametrize("name", ["events.jsonl", "log.txt"])
def test_a_run_writes_through_no_link(make_run: MakeRun, tmp_path: Path, name: str) -> None:
    run = make_run(train=1, val=1)
    (tmp_path / "mine").write_text("precious", encoding="utf-8")
    (run / name).symlink_to(tmp_path / "mine")
    assert re.search(rf"{name} cannot be used .it is a link", failure(train(run)))
    assert (tmp_path / "mine").read_text(encoding="utf-8") == "precious"


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"model\.onnx'$") as caught:
        write_whole(tmp_path / "nowhere" / "model.onnx", b"weights")
    assert caught.value.filename == str(tmp_path / "nowhere" / "model.onnx")


def test_a_file_that_is_being_read_is_replaced_once_the_reader_is_done() -> None:
    refusals = iter([PermissionError("being read"), PermissionError("still"), None])
    pauses: list[float] = []

    def step() -> None:
        if refusal := next(refusals):
            raise refusal

    patiently(step, pause=pauses.append)
    assert len(pauses) == 2


def test_patience_has_an_end() -> None:
    def refuse() -> None:
        raise PermissionError("for ever")

    with pytest.raises(PermissionError, match="for ever"):
        patiently(refuse, seconds=0.0, pause=lambda _seconds: None)


def test_other_faults_are_not_waited_for() -> None:
    def fail() -> None:
        raise IsADirectoryError("a folder")

    with pytest.raises(IsADirectoryError):
        patiently(fail, pause=lambda _seconds: pytest.fail("it waited"))


if sys.platform == "win32":

    def test_windows_replaces_the_model_that_a_preview_reads(tmp_path: Path) -> None:
        path = tmp_path / "model.onnx"
        path.write_bytes(b"old")
        with path.open("rb") as reader:
            timer = threading.Timer(0.3, reader.close)
            timer.start()
            write_whole(path, b"new")
            timer.join()
        assert path.read_bytes() == b"new"


def test_who_reads_a_file_that_is_replaced_finds_the_old_one_or_the_new_one(
    tmp_path: Path,
) -> None:
    """The preview reads a model while a training writes the next one."""
    path = tmp_path / "model.onnx"
    pieces = [bytes([number]) * 50_000 for number in range(80)]
    write_whole(path, pieces[0])
    is_over = threading.Event()
    seen: list[bytes | None] = []

    def read() -> None:
        while not is_over.is_set():
            seen.append(path.read_bytes() if path.exists() else None)

    reader = threading.Thread(target=read)
    reader.start()
    for piece in pieces[1:]:
        write_whole(path, piece)
    is_over.set()
    reader.join()
    assert len(seen) > 10
    assert set(seen) <= set(pieces)


def validator(tmp_path: Path, complain: Callable[[str, str], None]) -> Validator:
    coco = read_coco(tmp_path / "val.json", tmp_path / "images")
    return Validator(coco, Examples(coco, (64, 32), complain), "cpu", 500)


def test_without_a_readable_picture_nothing_is_learnt(tmp_path: Path) -> None:
    write_coco(tmp_path / "train.json", tmp_path / "elsewhere", 20, seed=3)
    examples = Examples(read_coco(tmp_path / "train.json", tmp_path), (64, 32), lambda *_: None)
    with pytest.raises(TrainerError, match=r"None of the 20 .*: train-001\.jpg is missing\."):
        examples.read_ahead(60, lambda: False)


def test_without_a_readable_validation_picture_nobody_judges(tmp_path: Path) -> None:
    write_coco(tmp_path / "val.json", tmp_path / "elsewhere", 20, seed=3)
    complaints: list[tuple[str, str]] = []
    judge = validator(tmp_path, lambda name, fault: complaints.append((name, fault)))
    assert len(judge) == 0
    assert complaints[0] == ("val-001.jpg", "is missing")
    assert complaints[-1][0] == "Validation"
    assert "AP stays unknown" in complaints[-1][1]


def test_one_readable_validation_picture_is_enough_to_judge(tmp_path: Path) -> None:
    write_coco(tmp_path / "val.json", tmp_path / "images", 20, seed=3)
    for number in range(1, 20):
        (tmp_path / "images" / f"val-{number:03d}.jpg").write_bytes(b"no picture")
    complaints: list[str] = []
    judge = validator(tmp_path, lambda name, _fault: complaints.append(name))
    assert len(judge) == 20
    assert len(complaints) == 19
