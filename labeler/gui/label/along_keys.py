"""The actions of learning along and of suggesting with a model, with their keys."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from labeler.gui.label.learning_along import LearningAlong
from labeler.gui.label.model_suggesting import ModelSuggesting
from labeler.gui.workspace import Action


def _tr(text: str) -> str:
    return QCoreApplication.translate("LabelKeys", text)


def along_actions(along: LearningAlong, by_model: ModelSuggesting) -> list[Action]:
    """One row an action, as in keys."""
    group = _tr("Suggestions")
    return [
        Action(
            "learn_along",
            _tr("Learn along on or off"),
            ("Ctrl+L",),
            along.toggle,
            _tr("Learn from the images you label and suggest boxes on the rest"),
            group=group,
        ),
        Action(
            "learn_now",
            _tr("Learn now and suggest boxes"),
            ("Ctrl+Shift+L",),
            along.learn_now,
            _tr("Learn from what is labelled so far, without waiting for more images"),
            group=group,
        ),
        Action(
            "suggest_with_model",
            _tr("Suggest boxes with a trained model…"),
            ("Ctrl+Shift+M",),
            by_model.ask,
            _tr("With the model of a run, on all unlabelled images; Esc stops"),
            group=group,
        ),
    ]
