"""The actions on suggestions, and those that make them by carrying boxes on, with their keys."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QCoreApplication

from labeler.gui.label.carrying import Carrying
from labeler.gui.label.suggesting import Suggesting
from labeler.gui.workspace import Action


def _tr(text: str) -> str:
    return QCoreApplication.translate("LabelKeys", text)


def suggestion_actions(
    suggesting: Suggesting, carrying: Carrying, accept_and_go: Callable[[], None]
) -> list[Action]:
    """Rejecting is Del, as deleting is."""
    return [*_of_suggestions(suggesting, accept_and_go), *_of_carrying(carrying)]


def _of_suggestions(suggesting: Suggesting, accept_and_go: Callable[[], None]) -> list[Action]:
    group = _tr("Suggestions")
    return [
        Action(
            "accept",
            _tr("Accept suggestion"),
            ("Return", "Enter"),
            suggesting.accept,
            _tr("Accept the suggestion: the selected one, else the first"),
            group=group,
            obstacle=suggesting.obstacle,
        ),
        Action(
            "accept_all",
            _tr("Accept all suggestions"),
            ("Shift+Return", "Shift+Enter"),
            suggesting.accept_all,
            _tr("Accept all suggestions of this image"),
            group=group,
            obstacle=suggesting.obstacle,
        ),
        Action(
            "accept_and_go",
            _tr("Accept all suggestions, next"),
            ("Ctrl+Return", "Ctrl+Enter"),
            accept_and_go,
            _tr("Accept all suggestions of this image, confirm it and go on"),
            group=group,
            obstacle=suggesting.obstacle,
        ),
        Action(
            "drop_suggestions",
            _tr("Drop the suggestions of this session"),
            ("Shift+Del",),
            suggesting.drop_all,
            _tr("Drop all unanswered suggestions of this session"),
            group=group,
        ),
        Action(
            "suggestions",
            _tr("Hide or show suggestions"),
            ("Shift+L",),
            suggesting.toggle_shown,
            group=group,
        ),
    ]


def _of_carrying(carrying: Carrying) -> list[Action]:
    rows = (
        (
            "carry",
            _tr("Track boxes to the next image"),
            "T",
            carrying.carry,
            _tr("Track all boxes, or the selected ones, to the next image, as suggestions"),
        ),
        (
            "carry_on",
            _tr("Track boxes until they are lost"),
            "Shift+T",
            carrying.carry_on,
            _tr("Track the boxes through the sequence until they are lost; Esc stops"),
        ),
        (
            "carry_back",
            _tr("Track boxes to the previous image"),
            "Alt+T",
            partial(carrying.carry, backwards=True),
            _tr("Track all boxes, or the selected ones, to the previous image, as suggestions"),
        ),
        (
            "carry_back_on",
            _tr("Track boxes backwards until they are lost"),
            "Alt+Shift+T",
            partial(carrying.carry_on, backwards=True),
            _tr("Track the boxes backwards until they are lost; Esc stops"),
        ),
        (
            "fill_between",
            _tr("Fill in between two boxes"),
            "B",
            carrying.fill_between,
            _tr("Interpolate the selected box from the nearest earlier image that has one to here"),
        ),
    )
    return [
        Action(id, text, (key,), slot, tooltip, group=_tr("Suggestions"))
        for id, text, key, slot, tooltip in rows
    ]
