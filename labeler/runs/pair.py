"""Transfer against scratch: two runs that differ in their start weights only, in one folder.

PAIR/pair.json tells what both were asked; PAIR/pretrained and PAIR/scratch are ordinary runs.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from labeler.dataset.files import reason, sync_file, sync_folder, write_durably
from labeler.dataset.own_folder import leads_elsewhere
from labeler.dataset.splits import SplitSizes
from labeler.dataset.store import Dataset
from labeler.errors import UserError
from labeler.runs.history import (
    LeftOut,
    RunState,
    RunSummary,
    attend,
    linked_run_words,
    summarise,
)
from labeler.runs.prepare import (
    PreparedRun,
    Wish,
    new_run_folder,
    prepare_run_from_coco,
    prepare_run_from_dataset,
)
from labeler.runs.record import RunRecord, read_events
from trainer.config import COCO_START, load_config, save_config
from trainer.events import Event, from_line
from trainer.names import is_there
from trainer.run_files import moment_in
from trainer.stored import parsed, read

PAIR_FILE = "pair.json"
PRETRAINED, SCRATCH = "pretrained", "scratch"
SIDES = (PRETRAINED, SCRATCH)
"""The two runs of a pair: the names of their folders, and what event lines call them."""

PAIR_DETECTOR = COCO_START
"""What a pair trains where nobody says otherwise: a start that has learned boxes, too."""

_ENDING = "_pair"
_WORST_FIRST = (RunState.RUNNING, RunState.FAILED, RunState.INTERRUPTED, RunState.STOPPED)


@dataclass(frozen=True, slots=True)
class PairSummary:
    """One line in the list of pairs. Both runs have the same lists, seed, schedule and batches.

    started: seconds since 1970 (UTC), by its name as with runs. budget, seconds, epochs
    and seed: what each run was asked, as in RunConfig.
    """

    name: str
    path: Path
    started: float
    budget: str
    seconds: float
    epochs: float
    seed: int
    pretrained: RunSummary
    scratch: RunSummary

    @property
    def state(self) -> RunState:
        """FINISHED only where both are; otherwise how the one stands that did worse."""
        states = {self.pretrained.state, self.scratch.state}
        return next((state for state in _WORST_FIRST if state in states), RunState.FINISHED)

    @property
    def can_resume(self) -> bool:
        """Whether it ended early and has something to go on from."""
        ended = (RunState.RUNNING, RunState.FINISHED)
        return self.state not in ended and all(
            run.can_resume or run.state is RunState.FINISHED
            for run in (self.pretrained, self.scratch)
        )

    @property
    def has_models(self) -> bool:
        """Whether both can be looked through."""
        return self.pretrained.has_model and self.scratch.has_model


@dataclass(frozen=True, slots=True)
class _PairFile:
    """pair.json, as far as it is read: what was asked stands in the config.json of each run."""

    date: datetime


@dataclass(frozen=True, slots=True)
class PreparedPair:
    """A pair that can be trained: `python -m trainer twin PATH`. The rest as in PreparedRun."""

    path: Path
    sizes: SplitSizes
    explanation: str
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PairRecords:
    """What both runs have told so far: of(side).add(event) takes the next one."""

    pretrained: RunRecord
    scratch: RunRecord

    @classmethod
    def empty(cls) -> PairRecords:
        return cls(RunRecord(), RunRecord())

    def of(self, side: str) -> RunRecord:
        return self.pretrained if side == PRETRAINED else self.scratch


def new_pair_folder(runs_folder: Path, now: datetime | None = None) -> Path:
    """A name like 2026-11-25_10-00_pair that is not taken yet. The folder is not made."""
    plain = new_run_folder(runs_folder, now)
    candidate, number = plain.with_name(plain.name + _ENDING), 2
    while candidate.exists():
        candidate, number = plain.with_name(f"{plain.name}{_ENDING}_{number}"), number + 1
    return candidate


def prepare_pair_from_dataset(dataset: Dataset, folder: Path, wish: Wish) -> PreparedPair:
    """One split for both runs. folder: new or empty; wish.start and .recipe do not matter.

    Raises UserError, as prepare_run_from_dataset does; then no folder is left behind.
    """
    return _prepare(folder, wish, lambda run, twin: prepare_run_from_dataset(dataset, run, twin))


def prepare_pair_from_coco(
    train_json: Path,
    images: Path,
    val_json: Path | None,
    folder: Path,
    wish: Wish,
    *,
    val_images: Path | None = None,
) -> PreparedPair:
    """As prepare_pair_from_dataset, of a COCO file and its images. Raises UserError."""
    return _prepare(
        folder,
        wish,
        lambda run, twin: prepare_run_from_coco(
            train_json, images, val_json, run, twin, val_images=val_images
        ),
    )


def list_pairs(folder: Path) -> list[PairSummary]:
    """All pairs directly in a folder that can be read, the newest first."""
    return look_through_pairs(folder)[0]


def look_through_pairs(folder: Path) -> tuple[list[PairSummary], list[LeftOut]]:
    """All pairs directly in a folder, the newest first, and those that are damaged.

    What is no pair is passed over.
    """
    pairs: list[PairSummary] = []
    left_out: list[LeftOut] = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if not is_there(path / PAIR_FILE):
            continue
        if leads_elsewhere(path):
            left_out.append(LeftOut(path, linked_run_words(path)))
            continue
        try:
            pairs.append(summarise_pair(path))
        except (UserError, OSError) as error:
            left_out.append(LeftOut(path, str(error)))
    return sorted(pairs, key=lambda pair: (pair.started, pair.name), reverse=True), left_out


def summarise_pair(path: Path) -> PairSummary:
    """Raises UserError where the folder is no pair, or one of its runs leads out of it."""
    linked = next((path / side for side in SIDES if leads_elsewhere(path / side)), None)
    if linked is not None:
        raise UserError(linked_run_words(linked))
    try:
        written = read(path / PAIR_FILE, _PairFile).date.timestamp()
        pretrained, scratch = (summarise(path / side) for side in SIDES)
        config = load_config(path / PRETRAINED)
    except OSError as error:
        raise UserError(f"{path} is no pair of runs: {reason(error)}.") from error
    except (UserError, ValueError) as error:
        raise UserError(str(error)) from error
    return PairSummary(
        path.name,
        path,
        moment_in(path.name) or written,
        config.budget,
        config.seconds,
        config.epochs,
        config.seed,
        pretrained,
        scratch,
    )


def read_records(path: Path) -> PairRecords:
    """What both runs have told, from their own events.jsonl; empty where there is none."""
    pretrained, scratch = (RunRecord.of(read_events(path / side)) for side in SIDES)
    return PairRecords(pretrained, scratch)


def from_pair_line(line: str) -> tuple[str, Event]:
    """A line that `trainer twin` wrote: which run it is about, and the event.

    Raises ValueError where it is no such line.
    """
    event = from_line(line)
    side = str(parsed(line).get("run"))
    if side not in SIDES:
        raise ValueError(f"not a line of a pair: {line[:200]!r}")
    return side, event


@contextmanager
def attended(path: Path) -> Iterator[None]:
    """Marks both runs as running while the block lasts. Raises UserError where somebody does."""
    with ExitStack() as stack:
        for side in SIDES:
            stack.callback(attend(path / side).release)
        yield


def _prepare(
    folder: Path, wish: Wish, prepare: Callable[[Path, Wish], PreparedRun]
) -> PreparedPair:
    if folder.exists() and any(folder.iterdir()):
        raise UserError(f"{folder} is not empty. Choose a new folder for the pair.")
    twin = replace(wish, start=PRETRAINED, recipe="twin", parent="")
    try:
        prepared = prepare(folder / PRETRAINED, twin)
        _copy_as_scratch(folder)
        _write(folder, twin)
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, OSError):
            raise UserError(f"Cannot write the pair {folder}: {reason(error)}.") from error
        raise
    return PreparedPair(folder, prepared.sizes, prepared.explanation, prepared.warnings)


def _copy_as_scratch(folder: Path) -> None:
    """The folders lie beside each other, so relative paths to the images hold for both."""
    shutil.copytree(folder / PRETRAINED, folder / SCRATCH)
    for path in (folder / SCRATCH).iterdir():
        sync_file(path)
    config = load_config(folder / PRETRAINED)
    save_config(folder / SCRATCH, replace(config, start=SCRATCH))
    sync_folder(folder / SCRATCH)


def _write(folder: Path, wish: Wish) -> None:
    """Last: with pair.json the folder is a pair."""
    asked = asdict(wish)
    del asked["start"], asked["parent"]
    told = {"format": 1, "date": datetime.now().astimezone().isoformat(timespec="seconds"), **asked}
    write_durably(folder / PAIR_FILE, (json.dumps(told, indent=2) + "\n").encode())
    sync_folder(folder)
