"""Times, dates and scores of runs as people read them."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QCoreApplication

from labeler.gui import times
from labeler.runs.history import RunState, RunSummary
from trainer.config import DEFAULT_DETECTOR, DETECTOR_FACTS, OFFLINE, VECTOR_START
from trainer.run_files import NAMED_BY_TIME


def of_total(seconds: float, total: float) -> str:
    """41 of 60 s, 1:41 of 5:00 min."""
    if total < 100:
        return _tr("{0} of {1} s").format(round(seconds), round(total))
    done = round(min(seconds, total))
    return _tr("{0} of {1}").format(f"{done // 60}:{done % 60:02d}", times.duration(total))


def megabytes(received: int, total: int) -> str:
    """3.1 of 13.4 MB."""
    if total <= 0:
        return _tr("{0} MB").format(f"{received / 1e6:.1f}")
    return _tr("{0} of {1} MB").format(f"{received / 1e6:.1f}", f"{total / 1e6:.1f}")


def score(value: float, interval: tuple[float, float] | None = None) -> str:
    """0.78, or with its 95 % interval 0.78 (0.71 to 0.84)."""
    if interval is None:
        return f"{value:.2f}"
    return _tr("{0} ({1} to {2})").format(
        f"{value:.2f}", f"{interval[0]:.2f}", f"{interval[1]:.2f}"
    )


def outcome(run: RunSummary) -> str:
    """What stands at the end of a run's line: its AP, or why there is none."""
    if run.state is RunState.RUNNING:
        return _tr("running")
    if run.has_model:
        return _tr("AP unknown") if run.ap is None else _tr("AP {0}").format(_roughly(run))
    if run.state in (RunState.FINISHED, RunState.STOPPED):
        return _tr("no model")
    return _tr("failed") if run.state is RunState.FAILED else _tr("interrupted")


def origin(run: RunSummary) -> str:
    """Where a run started from, and which detector learned, unless that tells it already."""
    began, its = start(run.start, run.parent, run.detector), run.detector
    is_clear = its == DEFAULT_DETECTOR or (run.start == "pretrained" and its in OFFLINE)
    return began if is_clear else f"{began}, {detector(its)}"


def start(name: str, parent: str = "", of_detector: str = "") -> str:
    """A start in RunConfig's words, as it stands on the screen. parent: the run it began from.

    of_detector: whose pretrained weights they are; "": nobody knows.
    """
    if name == "run":
        return _tr("From {0}").format(run_name(parent)) if parent else _tr("A run of yours")
    if name == "scratch":
        return _tr("Random weights")
    if name == VECTOR_START:
        return _tr("Ready-made Vector")
    facts = DETECTOR_FACTS.get(of_detector)
    return facts.learned if facts else _tr("Pretrained")


def run_name(name: str) -> str:
    """A run's name as lists of runs show it: by day and time, unless it was given another."""
    try:
        return times.day_and_time(datetime.strptime(name, NAMED_BY_TIME).timestamp())
    except ValueError:
        return name


def detector(name: str) -> str:
    """A detector in RunConfig's words, as it stands on the screen."""
    facts = DETECTOR_FACTS.get(name)
    return facts.title if facts else name


def _roughly(run: RunSummary) -> str:
    """The AP, with half of its interval where that is known: .78 ± .06."""
    if run.ap_interval is None:
        return f"{run.ap:.2f}"
    low, high = run.ap_interval
    return f"{run.ap:.2f} ± {(high - low) / 2:.2f}"


def _tr(text: str) -> str:
    return QCoreApplication.translate("Train", text)
