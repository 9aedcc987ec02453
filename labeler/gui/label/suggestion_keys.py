"""The actions on suggestions with their keys."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from labeler.gui.label.suggesting import Suggesting
from labeler.gui.workspace import Action


def _tr(text: str) -> str:
    return QCoreApplication.translate("LabelKeys", text)


def suggestion_actions(suggesting: Suggesting) -> list[Action]:
    """Rejecting is Del, as deleting is."""
    group = _tr("Suggestions")
    return [
        Action(
            "accept",
            _tr("Accept suggestion"),
            ("Return", "Enter"),
            suggesting.accept,
            _tr("Accept the suggestion: the selected one, else the first"),
            group=group,
        ),
        Action(
            "accept_all",
            _tr("Accept all suggestions"),
            ("Shift+Return", "Shift+Enter"),
            suggesting.accept_all,
            _tr("Accept all suggestions of this image"),
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
