"""Where a run stands, in sentences: its title, the detail beside it, and what to know of it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from labeler.gui import times
from labeler.gui.counts import counted
from labeler.gui.train import words
from labeler.gui.train.shown_run import ShownRun
from labeler.runs.history import RunState
from trainer.events import MEASURING, Failed, Progressed


def title(shown: ShownRun) -> str:
    """The bold line above the curves."""
    record = shown.record
    if shown.state is RunState.RUNNING:
        return _running_title(shown)
    after = times.duration(record.seconds)
    if shown.state is RunState.FINISHED:
        return _tr("Finished after {0}").format(after)
    if shown.state is RunState.STOPPED and not record.epoch:
        return _tr("Stopped before it had learned anything")
    if shown.state is RunState.STOPPED:
        return _tr("Stopped after {0}, the best is kept").format(after)
    if shown.state is RunState.FAILED:
        return _tr("Failed after {0}").format(after) if record.seconds else _tr("Failed")
    return _tr("Interrupted after {0}").format(after)


def detail(shown: ShownRun) -> str:
    """The quiet line beside it: what is left, or the score."""
    record = shown.record
    if shown.state is RunState.RUNNING:
        return _running_detail(shown)
    if record.ap is None or record.ap50 is None:
        return ""
    return _tr("AP {0}, AP50 {1}").format(
        words.score(record.ap, record.ap_interval), words.score(record.ap50, record.ap50_interval)
    )


def sentence(shown: ShownRun) -> str:
    """How the run ended, for the status line."""
    if shown.state is RunState.FAILED:
        return _tr("The training failed. Train says why.")
    more = detail(shown)
    return f"{title(shown)}: {more}." if more else f"{title(shown)}."


def notes(shown: ShownRun, warnings: Sequence[str]) -> str:
    """One sentence a line: why it ended badly, then what to know of the data and the run.

    warnings: what was said of its data before it began.
    """
    lines: list[str] = []
    if isinstance(shown.record.end, Failed):
        lines.append(shown.record.end.message)
        if shown.can_go_on:
            lines.append(_tr("It can be resumed from the last state it saved."))
    elif shown.state is RunState.INTERRUPTED and shown.can_go_on:
        lines.append(_interruption(shown))
    elif shown.state is RunState.INTERRUPTED:
        kept = _tr("The best so far is kept.") if shown.has_model else ""
        ended = _tr("It ended without notice, as when the program or the computer is switched off.")
        lines.append(f"{ended} {kept}".strip())
    return "\n".join(dict.fromkeys([*lines, *warnings, *shown.record.warnings]))


def _interruption(shown: ShownRun) -> str:
    epoch = shown.record.epoch
    if epoch < 1:
        return _tr(
            "This training was interrupted in its first epoch. It can be resumed from there."
        )
    return _tr("This training was interrupted at epoch {0}. It can be resumed from there.").format(
        int(epoch)
    )


def _running_title(shown: ShownRun) -> str:
    record = shown.record
    if shown.is_stopping and record.epoch:
        return _tr("Stopping: keeping the best")
    if shown.is_stopping:
        return _tr("Stopping")
    if record.download is not None:
        return _tr("Fetching {0}").format(record.download.name)
    if record.progress is None:
        return _tr("Getting ready")
    told = record.progress
    if record.is_paused:
        return _tr("Paused at epoch {0}").format(f"{told.epoch:.1f}")
    if told.phase == MEASURING:
        return _tr("Measuring what it learned")
    if shown.budget == "epochs":
        return _tr("{0}, epoch {1} of {2}").format(
            told.phase, f"{told.epoch:.1f}", f"{shown.epochs:g}"
        )
    if shown.budget == "best":
        return _tr("{0}, {1} so far").format(told.phase, times.duration(told.seconds))
    return f"{told.phase}, {words.of_total(told.seconds, told.seconds_total)}"


def _running_detail(shown: ShownRun) -> str:
    record = shown.record
    if record.download is not None:
        return words.megabytes(record.download.received_bytes, record.download.total_bytes)
    if record.progress is None or shown.is_stopping:
        return ""
    if record.is_paused:
        return _tr("nothing is lost, and the clock is stopped")
    return ", ".join(_measures(shown, record.progress))


def _measures(shown: ShownRun, told: Progressed) -> list[str]:
    found = []
    left = seconds_left(shown, told)
    if left is not None and shown.budget != "best":
        found.append(_tr("{0} left").format(times.duration(left)))
    elif left is not None:
        found.append(_tr("at most {0} left").format(times.duration(left)))
    if told.images_per_second > 0:
        found.append(_tr("{0} a second").format(counted(round(told.images_per_second), "image")))
    if shown.budget != "epochs" and told.epoch > 0:
        found.append(_tr("epoch {0}").format(f"{told.epoch:.1f}"))
    return found


def seconds_left(shown: ShownRun, told: Progressed) -> float | None:
    """As the trainer measured it; else by the budget. None: nobody can say."""
    if told.seconds_left is not None or told.phase == MEASURING:
        return told.seconds_left
    return told.seconds_total - told.seconds if told.seconds_total > 0 else None


def _tr(text: str) -> str:
    return QCoreApplication.translate("RunWords", text)
