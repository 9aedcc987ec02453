"""The actions of the Preview workspace with their keys."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from labeler.gui.preview.tally import Verdict
from labeler.gui.workspace import Action

if TYPE_CHECKING:
    from labeler.gui.preview.workspace import PreviewWorkspace


def _tr(text: str) -> str:
    return QCoreApplication.translate("PreviewKeys", text)


def actions(preview: PreviewWorkspace) -> list[Action]:
    """One row an action; the window makes the shortcuts and the page of keys from them."""
    controls = preview.controls
    return [
        Action(
            "keep_frame",
            _tr("Keep this picture"),
            ("K",),
            preview.keep_frame,
            _tr("Add this picture to the dataset, to be labelled"),
        ),
        Action(
            "hold",
            _tr("Hold the picture, or go back to live"),
            ("Space",),
            preview.hold,
            _tr("Freezes the picture in view, so that you can judge it in peace"),
        ),
        Action(
            "fewer",
            _tr("Raise the score: show fewer boxes"),
            ("+", "="),
            preview.controls.show_fewer,
            repeats=True,
        ),
        Action(
            "more",
            _tr("Lower the score: show more boxes"),
            ("-",),
            controls.show_more,
            repeats=True,
        ),
        *_verdicts(preview),
        *_verdicts_on_second(preview),
        Action(
            "take_back",
            _tr("Undo the last verdict"),
            ("Backspace",),
            preview.judging.take_back,
            obstacle=preview.judging.obstacle_to_take_back,
        ),
        Action(
            "improve",
            _tr("Improve"),
            ("I",),
            preview.improve,
            _tr("First correct what you judged, then the model in use learns from it"),
            obstacle=preview.obstacle_to_improve,
        ),
        Action("numbers", _tr("Number them"), ("N",), controls.numbered.toggle),
        Action("smooth", _tr("Smooth"), ("S",), controls.smooth.toggle),
        Action("record", _tr("Record"), ("Ctrl+R",), preview.record),
        Action(
            "recordings",
            _tr("Open the folder of recordings"),
            (),
            preview.recording.open_folder,
            obstacle=preview.recording.obstacle_to_folder,
        ),
        Action("react", _tr("React: on or off"), ("E",), preview.react),
        Action("rules", _tr("Rules…"), ("Shift+E",), preview.show_rules),
        Action("stop", _tr("Stop reacting, leave the big screen"), ("Esc",), preview.stop),
        Action(
            "big_screen",
            _tr("Big screen"),
            ("B",),
            preview.big_screen.toggle,
            _tr("For a whole class to see: Esc leaves it"),
        ),
        Action("open_model", _tr("Open model.onnx…"), ("Ctrl+Shift+O",), preview.ask_model),
    ]


def _verdicts(preview: PreviewWorkspace) -> list[Action]:
    return [
        Action(
            "right",
            _tr("Right"),
            ("R",),
            partial(preview.asking.judge, Verdict.RIGHT),
            _tr(
                "Everything that is there is found, and nothing else: the picture is "
                "added to the dataset with its boxes"
            ),
        ),
        Action(
            "wrong",
            _tr("Wrong"),
            ("W",),
            partial(preview.asking.judge, Verdict.WRONG),
            _tr("Something is found that is not there: the picture is added to the dataset"),
        ),
        Action(
            "missed",
            _tr("Missed"),
            ("M",),
            partial(preview.asking.judge, Verdict.MISSED),
            _tr("Something is there but not found: the picture is added to the dataset"),
        ),
    ]


def _verdicts_on_second(preview: PreviewWorkspace) -> list[Action]:
    texts = {
        Verdict.RIGHT: (_tr("Second model: right"), "Shift+R"),
        Verdict.WRONG: (_tr("Second model: wrong"), "Shift+W"),
        Verdict.MISSED: (_tr("Second model: missed"), "Shift+M"),
    }
    return [
        Action(
            f"{verdict.value}_beside",
            text,
            (key,),
            partial(preview.asking.judge_second, verdict),
            obstacle=preview.asking.obstacle_to_second,
        )
        for verdict, (text, key) in texts.items()
    ]
