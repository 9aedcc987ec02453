"""What a run's folder tells, read once: its wish, its course, its end, its measurements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from trainer.coco import CocoSet, read_coco
from trainer.config import RunConfig, load_config
from trainer.events import (
    Evaluated,
    Failed,
    Finished,
    Progressed,
    Started,
    Warned,
    checked_events,
    read_events,
)
from trainer.faults import TrainerError, some_of
from trainer.measured import FILES, Analysis, load_quantised, read_analysis
from trainer.names import is_there
from trainer.report.examples import MOST_OF_A_KIND, may_be_shown
from trainer.run_files import RunPictures, began, load_preparation, read_note
from trainer.stored import StoredError

_MOST_NOTE = 4000


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
    in words. dataset: the name of what it learned from, "" where nobody noted it. learnt and
    checked: None where they cannot be read; aside: the test part, if any.
    """

    run: Path
    began: datetime
    config: RunConfig
    course: Course
    measured: Analysis | None
    final: Analysis | None
    split: str
    advice: tuple[str, ...]
    dataset: str
    note: str
    learnt: CocoSet | None
    checked: CocoSet | None
    aside: CocoSet | None
    faults: tuple[str, ...]

    @property
    def title(self) -> str:
        """The dataset, where its name was noted, and the run."""
        run = self.run.resolve().name
        return f"{self.dataset}, {run}" if self.dataset else run

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
    prepared = load_preparation(run)
    _damaged(run, faults)
    measured = _measured(run, "val", faults)
    checked = _images(run, "val.json", config.val_images, faults)
    faults += _not_its_own(measured, checked)
    return Story(
        run=run,
        began=datetime.fromtimestamp(began(run)),
        config=config,
        course=_course(run, end),
        measured=measured,
        final=_measured(run, "test", faults),
        split=prepared.explanation,
        advice=prepared.warnings,
        dataset=prepared.dataset,
        note=read_note(run)[:_MOST_NOTE],
        learnt=_images(run, "train.json", config.train_images, faults),
        checked=checked,
        aside=_aside(run, config, faults),
        faults=tuple(faults),
    )


def _config(run: Path) -> RunConfig:
    if is_there(run / "pair.json"):
        raise TrainerError(
            f"{run} is a pair of runs. Name {run / 'pretrained'} or {run / 'scratch'}."
        )
    try:
        return load_config(run)
    except ValueError as error:
        raise TrainerError(f"{error} Name the folder of a run.") from error


def _course(run: Path, end: Finished | None) -> Course:
    events = [*read_events(run), *([end] if end else [])]
    ends = [event for event in events if isinstance(event, Finished | Failed)]
    started = [event for event in events if isinstance(event, Started)]
    return Course(
        started[-1] if started else None,
        tuple(event for event in events if isinstance(event, Progressed)),
        tuple(event for event in events if isinstance(event, Evaluated)),
        tuple(dict.fromkeys(event.message for event in events if isinstance(event, Warned))),
        ends[-1] if ends else None,
    )


def _damaged(run: Path, faults: list[str]) -> None:
    """What the run told and what was measured beside the analyses: those that cannot be meant."""
    for read in (lambda: list(checked_events(run)), lambda: load_quantised(run)):
        try:
            read()
        except StoredError as error:
            faults.append(str(error))


def _measured(run: Path, part: str, faults: list[str]) -> Analysis | None:
    path = run / FILES[part]
    if not is_there(path):
        return None
    try:
        return read_analysis(path)
    except TrainerError as error:
        faults.append(str(error))
        return None


def _not_its_own(measured: Analysis | None, checked: CocoSet | None) -> list[str]:
    """A sentence about the mistakes whose pictures may not be shown."""
    if measured is None or checked is None:
        return []
    pictures = {picture.id: picture for picture in checked.pictures}
    first = [case for errors in measured.mistakes for case in errors.cases[:MOST_OF_A_KIND]]
    asked = {case.image_id: pictures[case.image_id] for case in first if case.image_id in pictures}
    names = [picture.name for picture in asked.values() if not may_be_shown(picture)]
    if not names:
        return []
    return [
        "Not shown, because outside the folder of this run and its dataset, and nothing tells "
        f"that they are pictures of its own: {some_of(names)}."
    ]


def _images(run: Path, name: str, folder: str, faults: list[str]) -> CocoSet | None:
    try:
        pictures = RunPictures(run, name.removesuffix(".json"), folder)
        return read_coco(run / name, pictures.folder, pictures.marks)
    except TrainerError as error:
        faults.append(str(error))
        return None


def _aside(run: Path, config: RunConfig, faults: list[str]) -> CocoSet | None:
    if not is_there(run / "test.json"):
        return None
    return _images(run, "test.json", config.test_images, faults)
