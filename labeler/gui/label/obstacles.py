"""Why an action of Label cannot be done now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import QCoreApplication

from labeler.gui.label.editor import Editor
from labeler.gui.workspace import Action

_OF_BOXES = {"delete", "duplicate", "copy", "cut", "occluded", "truncated", "difficult", "fit_box"}
"""These do something with the selected boxes."""
_LOOKS = {
    *("next", "previous", "next_unlabelled", "next_suggested", "first", "last", "go_to"),
    *("filter", "show_all", "select_all", "zoom_in", "zoom_out", "fit", "actual_size"),
    *("names", "crosshair", "magnifier", "brighter", "darker", "more_contrast", "less_contrast"),
    *("plain_tone", "suggestions", "copy", "cancel"),
}
"""These change nothing in the dataset."""
_OF_THE_LIST = {"filter", "show_all"}
"""These need images of which none has to be on show: the filter may hide them all."""
_OF_NO_PICTURE = {"new_class"}


def with_obstacles(actions: Iterable[Action], editor: Editor) -> list[Action]:
    """Each action with the question why it cannot be done, unless it knows that itself."""
    return [
        action if action.obstacle or not action.slot else _asking(action, editor)
        for action in actions
    ]


def _asking(action: Action, editor: Editor) -> Action:
    return replace(action, obstacle=lambda: _why_not(action.id, editor))


def _why_not(action_id: str, editor: Editor) -> str:
    has_what_it_needs = (
        editor.image_id is not None
        or action_id in _OF_NO_PICTURE
        or (action_id in _OF_THE_LIST and editor.dataset.counts().total > 0)
    )
    if not has_what_it_needs:
        return _tr("There is no picture here yet.")
    if action_id not in _LOOKS and editor.dataset.read_only:
        return _tr("This dataset is read-only.")
    if action_id in _OF_BOXES and not editor.selection:
        return _tr("Select a box first.")
    return ""


def _tr(text: str) -> str:
    return QCoreApplication.translate("LabelObstacles", text)
