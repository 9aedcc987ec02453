"""What a run's folder tells, read once: its wish, its course, its end, its measurements."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from trainer.coco import CocoSet, read_coco
from trainer.config import RunConfig, load_config
from trainer.events import (
    Evaluated,
    Event,
    Failed,
    Finished,
    Progressed,
    Started,
    Warned,
    from_line,
)
from trainer.faults import TrainerError
from trainer.measured import FILES, Analysis, read_analysis

_MOST_NOTE = 4000
_NAMED_BY_TIME = "%Y-%m-%d_%H-%M"


@dataclass(frozen=True, slots=True)
class Course:
    """What the run said while it learned, in order. started is the last: a run may go on."""

    started: Started | None
    progress: tuple[Progressed, ...]
    looks: tuple[Evaluated, ...]
    warnings: tuple[str, ...]
    end: Finished | Failed | None

    @property
    def moments(self) -> tuple[Progressed | Evaluated, ...]:
        """All that was told with a time, not in order."""
        return self.progress + self.looks

    @property
    def best(self) -> Evaluated | None:
        """The look whose weights are kept."""
        return next((look for look in reversed(self.looks) if look.is_best), None)

    @property
    def seconds(self) -> float:
        """How long it learned, by the trainer's clock."""
        if isinstance(self.end, Finished):
            return self.end.seconds
        return max((event.seconds for event in self.moments), default=0.0)

    @property
    def epochs(self) -> float:
        if isinstance(self.end, Finished):
            return self.end.epochs
        return max((event.epoch for event in self.moments), default=0.0)


@dataclass(frozen=True, slots=True)
class Story:
    """Everything the report is made of. faults: sentences on what could not be read.

    measured: on the validation part; final: on the test part. split: how the images were divided,
    in words. learnt and checked: None where they cannot be read; aside: the test part, if any.
    """

    run: Path
    began: datetime
    config: RunConfig
    course: Course
    measured: Analysis | None
    final: Analysis | None
    split: str
    advice: tuple[str, ...]
    note: str
    learnt: CocoSet | None
    checked: CocoSet | None
    aside: CocoSet | None
    faults: tuple[str, ...]

    @property
    def parts(self) -> list[tuple[str, CocoSet]]:
        """The images that can be read, by what they were for."""
        named = (
            ("To learn from", self.learnt),
            ("To check with", self.checked),
            ("For the final score", self.aside),
        )
        return [(name, coco) for name, coco in named if coco is not None]


def read_story(run: Path, end: Finished | None = None) -> Story:
    """end: of a run that has not said it yet. Raises TrainerError where the folder is no run.

    Whatever else is missing or damaged makes the report shorter.
    """
    config = _config(run)
    faults: list[str] = []
    split, advice = _preparation(run)
    return Story(
        run=run,
        began=_began(run),
        config=config,
        course=_course(run, end),
        measured=_measured(run, "val", faults),
        final=_measured(run, "test", faults),
        split=split,
        advice=advice,
        note=_note(run),
        learnt=_images(run, "train.json", config.train_images, faults),
        checked=_images(run, "val.json", config.val_images, faults),
        aside=_aside(run, config, faults),
        faults=tuple(faults),
    )


def _config(run: Path) -> RunConfig:
    if (run / "pair.json").is_file():
        raise TrainerError(
            f"{run} is a pair of runs. Name {run / 'pretrained'} or {run / 'scratch'}."
        )
    try:
        return load_config(run)
    except ValueError as error:
        raise TrainerError(f"{error}. Name the folder of a run.") from error


def _course(run: Path, end: Finished | None) -> Course:
    events = [*_events(run), *([end] if end else [])]
    ends = [event for event in events if isinstance(event, Finished | Failed)]
    started = [event for event in events if isinstance(event, Started)]
    return Course(
        started[-1] if started else None,
        tuple(event for event in events if isinstance(event, Progressed)),
        tuple(event for event in events if isinstance(event, Evaluated)),
        tuple(dict.fromkeys(event.message for event in events if isinstance(event, Warned))),
        ends[-1] if ends else None,
    )


def _events(run: Path) -> Iterator[Event]:
    """None where the file is missing. A torn line, as a killed process leaves it, is passed by."""
    try:
        text = (run / "events.jsonl").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    for line in text.splitlines():
        try:
            yield from_line(line)
        except ValueError:
            continue


def _measured(run: Path, part: str, faults: list[str]) -> Analysis | None:
    path = run / FILES[part]
    if not path.is_file():
        return None
    try:
        return read_analysis(path)
    except TrainerError as error:
        faults.append(str(error))
        return None


def _images(run: Path, name: str, folder: str, faults: list[str]) -> CocoSet | None:
    try:
        return read_coco(run / name, run / folder)
    except TrainerError as error:
        faults.append(str(error))
        return None


def _aside(run: Path, config: RunConfig, faults: list[str]) -> CocoSet | None:
    if not (run / "test.json").is_file():
        return None
    return _images(run, "test.json", config.test_images, faults)


def _preparation(run: Path) -> tuple[str, tuple[str, ...]]:
    """A run that was made by hand has none."""
    try:
        content: Any = json.loads((run / "preparation.json").read_text(encoding="utf-8"))
        return str(content["explanation"]), tuple(map(str, content["warnings"]))
    except (OSError, ValueError, RecursionError, KeyError, TypeError):
        return "", ()


def _note(run: Path) -> str:
    try:
        return (run / "note.txt").read_text(encoding="utf-8", errors="replace")[:_MOST_NOTE].strip()
    except OSError:
        return ""


def _began(run: Path) -> datetime:
    """By the run's name, which survives copying; else by the file that is written first."""
    try:
        return datetime.strptime(run.resolve().name[: len("2026-11-24_17-04")], _NAMED_BY_TIME)
    except ValueError:
        return datetime.fromtimestamp((run / "config.json").stat().st_mtime)
