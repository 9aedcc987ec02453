"""What models are called, in every list and head alike: by the day and time of their run."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication

from labeler.errors import UserError
from labeler.gui import times
from labeler.runs.detector import EVERYDAY, VECTOR
from labeler.runs.history import MODEL, NEWEST, RunState, RunSummary, config_of
from labeler.runs.pair import PRETRAINED, SIDES, PairSummary
from labeler.runs.pair_words import FROM_COCO, words_of
from trainer.run_files import moment_in


def of_run(run: RunSummary) -> str:
    """As in "today 17:04, AP 0.78"; of one that learns: "today 17:04, learning, AP 0.52"."""
    when = times.day_and_time(run.started)
    if run.state is RunState.RUNNING:
        when = _tr("{0}, learning").format(when)
    return when if run.ap is None else _tr("{0}, AP {1}").format(when, f"{run.ap:.2f}")


def of_pair(pair: PairSummary) -> str:
    """As in "Pair of today 17:04"."""
    return _tr("Pair of {0}").format(times.day_and_time(pair.started))


def of_file(path: Path) -> str:
    """A run's files are always called the same, so its folder tells more: its moment or name."""
    if path == EVERYDAY:
        return _tr("80 everyday things, no training")
    if path == VECTOR:
        return _tr("Vector and his cube, ready-made")
    folder = path.parent
    if path.name == NEWEST:
        return _tr("{0}, learning").format(_moment(folder.name) or folder.name)
    if path.name != MODEL:
        return path.name
    if folder.name in SIDES and (when := _moment(folder.parent.name)):
        return f"{_side(folder)}, {when}"
    return _moment(folder.name) or f"{folder.name}/{path.name}"


def _side(run: Path) -> str:
    """Of a pair's run, as Compare calls it."""
    if run.name != PRETRAINED:
        return _tr("Random weights")
    try:
        is_coco = words_of(config_of(run).detector) is FROM_COCO
    except UserError:
        is_coco = False
    return _tr("From COCO") if is_coco else _tr("Pretrained")


def _moment(name: str) -> str:
    """Of the folder of a run or a pair; empty where it was given another name."""
    started = moment_in(name)
    return "" if started is None else times.day_and_time(started)


def _tr(text: str) -> str:
    return QCoreApplication.translate("ModelNames", text)
