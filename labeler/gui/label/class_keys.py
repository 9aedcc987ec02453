"""The actions on classes: on the one of the selected box and the next, from anywhere in Label."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QCoreApplication

from labeler.gui.label.class_desk import ClassDesk
from labeler.gui.workspace import Action


def class_actions(desk: ClassDesk) -> list[Action]:
    """Those without keys are found by the palette, and can be given keys."""

    def row(
        id: str, text: str, keys: tuple[str, ...], slot: Callable[[int], Any], shown: str = ""
    ) -> Action:
        return Action(
            id,
            text,
            keys,
            partial(desk.with_current, slot),
            group=_tr("Classes"),
            shown=shown,
            obstacle=desk.why_no_class,
        )

    return [
        row("rename_class", _tr("Rename the class"), ("F2",), desk.begin_rename),
        row(
            "class_menu",
            _tr("Everything you can do with the class"),
            ("Shift+F10", "Menu"),
            desk.open_menu,
        ),
        row("class_color", _tr("Colour of the class"), (), desk.ask_color),
        row(
            "class_up",
            _tr("Move the class up in the list"),
            (),
            partial(desk.step, by=-1),
            _tr("Ctrl+Up in the list"),
        ),
        row(
            "class_down",
            _tr("Move the class down in the list"),
            (),
            partial(desk.step, by=1),
            _tr("Ctrl+Down in the list"),
        ),
        row("select_class", _tr("Select its boxes in this image"), (), desk.select_boxes),
        row("merge_class", _tr("Merge the class into another"), (), desk.ask_merge_target),
        row("delete_class", _tr("Delete the class"), (), desk.ask_delete),
        Action(
            "classes_from_file",
            _tr("Add classes from a file"),
            (),
            desk.ask_file,
            group=_tr("Classes"),
            obstacle=desk.why_read_only,
        ),
    ]


def _tr(text: str) -> str:
    return QCoreApplication.translate("LabelKeys", text)
