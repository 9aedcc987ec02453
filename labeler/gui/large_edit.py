"""Edits of very many boxes: made and kept by a worker, so that the window goes on living."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication

from labeler.dataset.changes import Edit
from labeler.dataset.store import Dataset
from labeler.errors import UserError
from labeler.gui.background import run_in_background
from labeler.gui.document import Document

MANY = 500
"""From so many changed rows on an edit can take longer than a window may stand still."""


def perform_large(
    document: Document,
    build: Callable[[Dataset], Edit],
    *,
    busy: str,
    sentence: str,
    on_done: Callable[[], None],
) -> None:
    """As Document.attempt, but on a worker; other edits are refused meanwhile with busy.

    on_done comes where it was kept, before the window hears of the change.
    """
    dataset = document.dataset
    if not document.begin_busy(busy):
        return
    QApplication.setOverrideCursor(QCursor(Qt.CursorShape.BusyCursor))

    def work(_progress: Callable[..., None], _should_stop: Callable[[], bool]) -> Edit:
        edit = build(dataset)
        dataset.apply(edit)
        return edit

    def end() -> None:
        document.set_busy("")
        QApplication.restoreOverrideCursor()

    def done(edit: Edit) -> None:
        end()
        on_done()
        document.tell_applied(edit, sentence)

    def failed(error: Exception) -> None:
        end()
        if not isinstance(error, UserError):
            raise error
        document.report(error)

    run_in_background(work, on_done=done, on_error=failed, owner=document)
