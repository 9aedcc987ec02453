"""The actions of the Train workspace with their keys."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from labeler.gui.train.page import Page
from labeler.gui.workspace import Action

if TYPE_CHECKING:
    from labeler.gui.train.workspace import TrainWorkspace


def _tr(text: str) -> str:
    return QCoreApplication.translate("TrainKeys", text)


def actions(train: TrainWorkspace) -> list[Action]:
    """One row an action; the window makes the shortcuts and the page of keys from them."""
    return [
        Action("train", _tr("Train"), ("Ctrl+Return",), train.train),
        Action(
            "stop_training",
            _tr("Stop, keep the best"),
            ("Ctrl+.",),
            train.stop,
            obstacle=lambda: "" if train.trainer.is_running else _tr("No training is running."),
        ),
        Action(
            "pause_training",
            _tr("Pause, or resume"),
            ("Ctrl+Shift+.",),
            train.pause,
            obstacle=lambda: "" if train.trainer.is_running else _tr("No training is running."),
        ),
        Action(
            "go_on",
            _tr("Resume a run that ended early"),
            ("Ctrl+Shift+Return",),
            train.go_on,
            obstacle=train.obstacle_to_go_on,
        ),
        Action("adjust", _tr("Adjust what is chosen for you"), ("Ctrl+J",), train.adjust),
        Action(
            "learning", _tr("How it learns"), ("1",), partial(train.pages.turn_to, Page.LEARNING)
        ),
        Action("result", _tr("What it learned"), ("2",), partial(train.pages.turn_to, Page.RESULT)),
        Action("all_runs", _tr("All runs"), ("3",), partial(train.pages.turn_to, Page.ALL_RUNS)),
        Action(
            "final_score",
            _tr("Final score"),
            (),
            train.results.ask_final,
            obstacle=train.results.obstacle_to_final,
        ),
        Action("report", _tr("Report"), ("Ctrl+R",), train.results.report),
        Action(
            "quantise",
            _tr("Make a smaller model (INT8)"),
            (),
            train.results.quantise,
            obstacle=train.results.obstacle_to_model,
        ),
        Action(
            "export_model",
            _tr("Export the model of the run on show"),
            (),
            train.export_model,
            obstacle=train.results.obstacle_to_model,
        ),
        Action(
            "compare_runs",
            _tr("Compare the two selected runs"),
            (),
            train.runs_desk.compare_marked,
            obstacle=train.runs_desk.obstacle_to_comparing,
        ),
        Action("use_model", _tr("Use in Preview"), ("Ctrl+U",), train.use_in_preview),
        Action("show_log", _tr("Show log"), ("Ctrl+L",), train.stage.show_log),
        Action(
            "trash_run",
            _tr("Move the run to the wastebasket"),
            ("Del",),
            train.trash,
            widget=train.run_list,
            obstacle=lambda: "" if train.run_list.current() else _tr("No run is selected."),
        ),
    ]
