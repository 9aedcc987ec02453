"""The run that another one starts from: its weights, and all that they have ever learned from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from labeler.dataset.files import PART, reason, replace_durably, write_durably
from labeler.dataset.inherited import Inherited, is_too_few
from labeler.dataset.splits import Split, TestPart
from labeler.dataset.words import counted
from labeler.errors import UserError
from labeler.runs.coco_side import CocoLists, read_lists
from labeler.runs.history import config_of
from labeler.runs.marks import Marks, MarksByName, by_name, kept_marks, marks_of_lists
from labeler.runs.start_weights import BEST_WEIGHTS, NoStartError, check_weights
from trainer.config import DETECTOR_FACTS, START_WEIGHTS, RunConfig
from trainer.stored import content_of, parsed, value_of

_LEARNED = "learned.json"
"""In the folder of a run that starts from another one: what was learned from before it."""
_PAIR = "pair.json"


@dataclass(frozen=True, slots=True)
class Parent:
    """learned: the marks of all pictures that its weights, and those that they came from, have
    learned from; checked and aside: of those in its validation and its test part.
    """

    path: Path
    config: RunConfig
    learned: frozenset[str]
    checked: frozenset[str]
    aside: frozenset[str]

    @property
    def name(self) -> str:
        return name_of(self.path)

    @property
    def root(self) -> str:
        """What the first of its line started from, as in RunConfig."""
        return self.config.root if self.config.start == "run" else self.config.start

    def inherited(self, marks: Marks) -> Inherited:
        """Which images a run from its weights may be checked with, and which not."""
        learned, checked = _ids(marks, self.learned), _ids(marks, self.checked)
        return Inherited(self.name, learned, checked)

    def test_part(self, marks: Marks) -> TestPart:
        """Which images waited for its final score."""
        return TestPart(image_ids=_ids(marks, self.aside))

    def unknown(self, val: CocoLists, marks: Marks) -> tuple[CocoLists, list[str]]:
        """val without what its weights have learned from, and a sentence if there is such."""
        known = _ids(marks, self.learned)
        if not known:
            return val, []
        told = (
            f"{self.name} has learned from {counted(len(known), 'image')} of the validation file, "
            "so nothing is checked with them."
        )
        return val.only(marks.keys() - known), [told]


def find_parent(run: Path, detector: str) -> Parent:
    """The run that one of this detector can start from. Raises NoStartError.

    Where it has kept no marks, all of its pictures are read whose names do not tell theirs.
    """
    try:
        config = config_of(run)
    except UserError as error:
        raise NoStartError(f"{run} is no run to start from. {error}") from error
    if config.detector != detector:
        its, ours = (DETECTOR_FACTS[name].title for name in (config.detector, detector))
        raise NoStartError(
            f"{name_of(run)} trained the detector {its}, and {ours} cannot start from its weights. "
            f"Choose {its}, or pretrained weights."
        )
    check_weights(run)
    return Parent(
        run,
        config,
        _learned(run, config),
        _marks(run, "val", config.val_images),
        _marks(run, "test", config.test_images) if config.test_images else frozenset(),
    )


def name_of(run: Path) -> str:
    """What sentences call it; a side of a pair with its pair."""
    path = run.absolute()
    return f"{path.parent.name}/{path.name}" if (path.parent / _PAIR).is_file() else path.name


def keep_of_parent(parent: Parent, run: Path) -> None:
    """Copies into the new run's folder all that it needs of the other one. Raises UserError."""
    source = parent.path / BEST_WEIGHTS
    try:
        weights = source.read_bytes()
    except OSError as error:
        raise NoStartError(f"Cannot read {source}: {reason(error)}.") from error
    marks = json.dumps(sorted(parent.learned)).encode()
    for name, content in ((START_WEIGHTS, weights), (_LEARNED, marks)):
        waiting = run / (name + PART)
        write_durably(waiting, content)
        replace_durably(waiting, run / name)


def require_judged(inherited: Inherited, split: Split) -> None:
    """Raises NoStartError where the weights know images that wait for the final score, or too many
    of all others for what is left to check a run by.
    """
    known = len(inherited.learned_ids.intersection(split.test_ids))
    if known:
        verb = "waits" if known == 1 else "wait"
        raise NoStartError(
            f"{inherited.name} has learned from {counted(known, 'image')} that {verb} for the "
            "final score by now, so a run from its weights could not be judged. Start from "
            "pretrained weights."
        )
    checking, dropped = len(split.val_ids), len(split.dropped_ids)
    count = len(split.train_ids) + checking + dropped
    if is_too_few(checking, count):
        few = f"Only {checking}" if checking else "None"
        raise NoStartError(
            f"{few} of {counted(count, 'image')} may check a run from the weights of "
            f"{inherited.name}, too few to judge it by: they have learned from the others, or "
            "nothing tells which of them belong together. Start from pretrained weights."
        )


def _ids(marks: Marks, sought: frozenset[str]) -> frozenset[int]:
    return frozenset(number for number, mark in marks.items() if mark in sought)


def _marks(run: Path, part: str, folder: str) -> frozenset[str]:
    """Of the pictures in one of the run's lists, as far as they can be told."""
    return frozenset(filter(None, _by_name(run, part, folder).values()))


def _by_name(run: Path, part: str, folder: str) -> MarksByName:
    """As the run has kept them, else of the pictures as they are now; empty where one cannot be
    read."""
    kept = kept_marks(run, part)
    if kept is not None:
        return kept
    try:
        lists = read_lists(run / f"{part}.json")
    except UserError:  # as where a run had nothing to check with
        return {}
    return by_name(lists, marks_of_lists(lists, run / folder))


def _learned(run: Path, config: RunConfig) -> frozenset[str]:
    """Raises NoStartError where a single one cannot be told: it may be called otherwise now."""
    marks = _by_name(run, "train", config.train_images)
    unread = sum(not mark for mark in marks.values())
    if unread or not marks:
        folder = (run / config.train_images).resolve()
        told = f"{unread} of the {counted(len(marks), 'picture')} in its train.json"
        verb = "is" if unread == 1 else "are"
        raise _untold(
            run,
            f"{told} {verb} not to be read in {folder}." if marks else "Its train.json is gone.",
        )
    return frozenset(marks.values()) | _learned_before(run, config)


def _learned_before(run: Path, config: RunConfig) -> frozenset[str]:
    """What the weights that it started from had learned from."""
    if config.start != "run":
        return frozenset()
    path = run / _LEARNED
    try:
        return frozenset(value_of(tuple[str, ...], parsed(content_of(path))))
    except (OSError, ValueError) as error:
        raise _untold(run, f"{path} cannot be read.") from error


def _untold(run: Path, why: str) -> NoStartError:
    return NoStartError(
        f"Nobody can tell which pictures {name_of(run)} has learned from, and a run from its "
        f"weights must not be checked with those. {why} Start from pretrained weights."
    )
