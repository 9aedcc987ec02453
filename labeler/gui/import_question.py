"""The question before an import of many pictures is taken back."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from labeler.gui.counts import counted
from labeler.gui.document import Document

MANY = 10
"""From so many pictures on an import is only taken back after a question."""


def asks_first(
    document: Document, entries: Sequence[int], window: QWidget, on_yes: Callable[[], None]
) -> bool:
    """Asks where undoing these entries of the journal takes many pictures away. Else False.

    on_yes comes where the person agrees.
    """
    dataset = document.dataset
    pictures = sum(map(dataset.images_imported, entries))
    if pictures < MANY or dataset.read_only:
        return False
    from labeler.gui.label.class_dialogs import confirm

    question = _tr(
        "Take back the import of {0}? They leave the dataset, with the boxes that came "
        'with them. Nothing is deleted: their files go to the dataset\'s folder "removed", and '
        "Redo brings all of it back."
    ).format(counted(pictures, "picture"))
    confirm(window, _tr("Undo an import"), question, _tr("Take it back"), on_yes)
    return True


def _tr(text: str) -> str:
    return QCoreApplication.translate("ImportQuestion", text)
