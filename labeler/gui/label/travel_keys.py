"""The actions that move through the images, with their keys."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication

from labeler.gui.label.travel import Travel
from labeler.gui.workspace import Action


def travel_actions(travel: Travel) -> list[Action]:
    """One row an action, as in keys."""
    steps = (
        _held("next", _tr("Next image"), ("D", "PgDown"), travel.go_next),
        _held("previous", _tr("Previous image"), ("A", "PgUp"), travel.go_previous),
    )
    rows: tuple[tuple[str, str, tuple[str, ...], Callable[[], None], str], ...] = (
        (
            "next_unlabelled",
            _tr("Next unlabelled image"),
            ("Ctrl+Shift+D",),
            travel.go_next_unlabelled,
            _tr("The next unlabelled image in the list, else the first"),
        ),
        (
            "next_suggested",
            _tr("Next image with suggestions"),
            ("Ctrl+Shift+G",),
            travel.go_next_suggested,
            "",
        ),
        ("first", _tr("First image"), ("Home",), travel.go_first, ""),
        ("last", _tr("Last image"), ("End",), travel.go_last, ""),
        (
            "go_to",
            _tr("Go to image…"),
            ("G", "Ctrl+G"),
            travel.ask_where,
            _tr("By its number in the list or part of its name"),
        ),
        (
            "filter",
            _tr("Filter and sort the images…"),
            ("Ctrl+F", "/"),
            travel.open_filter,
            _tr("By class, session, suggestions, notes and name"),
        ),
        ("show_all", _tr("Show all images"), ("Ctrl+Shift+F",), travel.show_all, ""),
    )
    return [
        *steps,
        *(
            Action(id, text, keys, slot, tooltip, group=_group())
            for id, text, keys, slot, tooltip in rows
        ),
    ]


def _held(id: str, text: str, keys: tuple[str, ...], slot: Callable[[], None]) -> Action:
    return Action(id, text, keys, slot, repeats=True, group=_group())


def _group() -> str:
    return QCoreApplication.translate("LabelKeys", "Images")


def _tr(text: str) -> str:
    return QCoreApplication.translate("TravelKeys", text)
