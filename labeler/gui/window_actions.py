"""The actions of the window itself, which work in every workspace."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from labeler.gui.workspace import Action

if TYPE_CHECKING:
    from labeler.gui.main_window import MainWindow


def _tr(text: str) -> str:
    return QCoreApplication.translate("WindowActions", text)


def global_actions(window: MainWindow) -> list[Action]:
    """One row an action, the menu's among them."""
    keys, go_to = window.keys, _tr("Go to {0}")
    saved = _tr("Already saved: every change is kept at once.")
    return [
        *(
            Action(
                page.id,
                go_to.format(page.title),
                (page.key,),
                partial(window.show_workspace, page.id),
            )
            for page in window.pages.values()
        ),
        *window.menu.actions_table(),
        *window.help.actions_table(),
        Action("save", _tr("Save"), ("Ctrl+S",), partial(window.document.say, saved)),
        Action("keys", _tr("These keys"), ("F1", "?"), keys.show_keys),
        Action("change_keys", _tr("Change keys…"), (), keys.change_keys),
        Action("palette", _tr("Find an action"), ("Ctrl+Shift+P",), keys.show_palette),
        Action("next_part", _tr("Next part of the window"), ("F6",), partial(_next_part, window)),
        Action("menu", _tr("Dataset menu"), ("F10",), window.menu.showMenu),
        Action("full_screen", _tr("Full screen"), ("F11",), window.toggle_full_screen),
        Action("close", _tr("Close the window"), ("Ctrl+Q",), window.close),
    ]


def _next_part(window: MainWindow) -> None:
    from labeler.gui.parts import focus_next_part

    focus_next_part(window, window.current)
