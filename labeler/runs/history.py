"""The runs in a folder: when, from what, how good, and how each one ended."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from labeler.dataset.lock import WriterLock
from labeler.dataset.own_folder import leads_elsewhere
from labeler.errors import UserError
from labeler.runs.note import NOTE, read_note
from labeler.runs.record import EVENTS, RunRecord, checked_events
from labeler.runs.start_weights import BEST_WEIGHTS
from trainer.config import RunConfig, load_config
from trainer.events import Failed, Finished
from trainer.names import is_there
from trainer.run_files import began

MODEL = "model.onnx"
NEWEST = "newest.onnx"
"""The model as of the newest look, better or not, until the run ends: see forget_newest."""
LOG = "log.txt"
_STATE = "state.safetensors"
_LOCK = "run.lock"


class RunState(StrEnum):
    """How a run stands. INTERRUPTED: its process died without a word."""

    RUNNING = "running"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


_RESUMABLE = (RunState.STOPPED, RunState.FAILED, RunState.INTERRUPTED)
_Stamp = tuple[tuple[int, int] | None, ...]


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One line in the list of runs.

    started: seconds since 1970 (UTC). start, detector and parent as in RunConfig. images_train and
    images_val: how many it learns from and is checked with, 0 before it begins. ap and ap50 of the
    kept weights, 0 to 1; None before the first score. ap_interval and ap50_interval: their 95 %
    intervals. seconds: how long it learned. has_model: model.onnx is there and can be used.
    can_resume: it ended early and left a state to go on from.
    note: what the person wrote about it. has_weights: another run can start from it.
    """

    name: str
    path: Path
    started: float
    start: str
    detector: str
    images_train: int
    images_val: int
    ap: float | None
    ap50: float | None
    seconds: float
    state: RunState
    message: str
    has_model: bool
    can_resume: bool = False
    ap_interval: tuple[float, float] | None = None
    note: str = ""
    parent: str = ""
    has_weights: bool = False
    ap50_interval: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A folder that cannot be listed. why: a sentence that names the file and the fault."""

    path: Path
    why: str

    @property
    def short(self) -> str:
        """The same without the folders before the file, which are long."""
        return self.why.replace(f"{self.path}{os.sep}", "")


_ended: dict[Path, tuple[_Stamp, RunSummary]] = {}
"""What was read of runs that have ended: five hundred of them take a second to read."""


def list_runs(folder: Path) -> list[RunSummary]:
    """All runs directly in a folder that can be read, the newest first."""
    return look_through(folder)[0]


def linked_run_words(path: Path) -> str:
    """Why a run or pair that is a link is passed over: what is noted or deleted there would be
    noted or deleted elsewhere.
    """
    return f"{path} is a link that leads out of its folder. Put the real folder in its place."


def look_through(folder: Path) -> tuple[list[RunSummary], list[LeftOut]]:
    """All runs directly in a folder, the newest first, and those that are damaged.

    Folders that are no runs are passed over.
    """
    runs: list[RunSummary] = []
    left_out: list[LeftOut] = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if not is_there(path / "config.json"):
            continue
        if leads_elsewhere(path):
            left_out.append(LeftOut(path, linked_run_words(path)))
            continue
        try:
            runs.append(summarise(path))
        except (UserError, OSError) as error:
            left_out.append(LeftOut(path, str(error)))
    return sorted(runs, key=lambda run: (run.started, run.name), reverse=True), left_out


def summarise(run: Path) -> RunSummary:
    """Raises UserError where the folder is no run, or what it tells cannot be meant.

    A run that has ended is read once, until one of its files changes.
    """
    stamp = _stamp(run)
    known = _ended.get(run)
    if known is not None and known[0] == stamp:
        return known[1]
    try:
        summary = _read(run)
    except ValueError as error:
        raise UserError(str(error)) from error
    if summary.state in (RunState.RUNNING, RunState.INTERRUPTED):  # told apart by a lock
        _ended.pop(run, None)
    else:
        _ended[run] = stamp, summary
    return summary


def _read(run: Path) -> RunSummary:
    config = load_config(run)
    record = RunRecord.of(checked_events(run))
    started, state = record.started, state_of(run, record)
    return RunSummary(
        name=run.name,
        path=run,
        started=began(run),
        start=config.start,
        detector=config.detector,
        images_train=started.images_train if started else 0,
        images_val=started.images_val if started else 0,
        ap=record.ap,
        ap50=record.ap50,
        seconds=record.seconds,
        state=state,
        message=record.end.message if isinstance(record.end, Failed) else "",
        has_model=(run / MODEL).is_file(),
        can_resume=can_go_on(run, state),
        ap_interval=record.ap_interval,
        note=read_note(run),
        parent=config.parent,
        has_weights=(run / BEST_WEIGHTS).is_file(),
        ap50_interval=record.ap50_interval,
    )


def state_of(run: Path, record: RunRecord) -> RunState:
    """What the events tell, and, where they break off, whether somebody still sees to the run."""
    if isinstance(record.end, Finished):
        return RunState.STOPPED if record.end.stopped_early else RunState.FINISHED
    if isinstance(record.end, Failed):
        return RunState.FAILED
    return RunState.RUNNING if _is_attended(run) else RunState.INTERRUPTED


def can_go_on(run: Path, state: RunState) -> bool:
    """Whether it ended early and left a state to go on from."""
    return state in _RESUMABLE and (run / _STATE).is_file()


def attend(run: Path) -> WriterLock:
    """Marks the run as running for as long as this process lives, or until release()."""
    return WriterLock(run / _LOCK, name=run.name)


def config_of(run: Path) -> RunConfig:
    """What the run was asked to do. Raises UserError."""
    try:
        return load_config(run)
    except ValueError as error:
        raise UserError(str(error)) from error


def model_of(path: Path) -> Path:
    """The model.onnx that a run folder or the file itself stands for. Raises UserError."""
    if path.is_file():
        return path
    if not path.exists():
        raise UserError(f"There is no run and no model at {path}.")
    if not (path / MODEL).is_file():
        raise UserError(
            f"{path} holds no {MODEL}. Either it is no run, or the training ended before "
            "anything was learned. Train again, for longer."
        )
    return path / MODEL


def newest_model(run: Path) -> Path:
    """What a run that learns has become; its best where that is not kept."""
    newest = run / NEWEST
    return newest if newest.is_file() else run / MODEL


def is_same_run(first: Path | None, second: Path | None) -> bool:
    """Whether both are checkpoints of one run: its best or its newest."""
    if first is None or second is None:
        return False
    return first.parent == second.parent and {first.name, second.name} <= {MODEL, NEWEST}


def forget_newest(runs: Iterable[RunSummary]) -> None:
    """Removes the newest model of those that nobody trains: a process that was killed leaves it."""
    for run in runs:
        if run.state is not RunState.RUNNING:
            with suppress(OSError):  # a folder that may only be read is listed as well
                (run.path / NEWEST).unlink(missing_ok=True)


def _stamp(run: Path) -> _Stamp:
    """When the files were written that a summary is made from, and their sizes."""
    stamps: list[tuple[int, int] | None] = []
    for name in ("config.json", EVENTS, NOTE, MODEL, BEST_WEIGHTS, _STATE):
        try:
            found = (run / name).stat()
            stamps.append((found.st_mtime_ns, found.st_size))
        except OSError:
            stamps.append(None)
    return tuple(stamps)


def _is_attended(run: Path) -> bool:
    lock = run / _LOCK
    if not lock.is_file() or not os.access(lock, os.W_OK):
        return False
    try:
        attend(run).release()
    except UserError:
        return True
    return False
