"""Edits of very many boxes: made and kept by a worker, so that the window goes on living."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication

from labeler.dataset.changes import Edit
from labeler.dataset.history import History
from labeler.dataset.store import Dataset
from labeler.errors import UserError
from labeler.gui.background import run_in_background
from labeler.gui.document import Document

_BY = "large_edit"

MANY = 500
"""From so many changed rows on an edit can take longer than a window may stand still."""
LARGE_ENTRY = 100_000
"""An entry of the journal with more bytes than this holds about as many rows."""
FAR = 100
"""So many edits are taken back or done again while the window waits."""


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

    def make() -> Edit:
        edit = build(dataset)
        dataset.apply(edit)
        return edit

    def done(edit: Edit) -> None:
        on_done()
        document.tell_applied(edit, sentence)

    _run(document, make, busy, done)


def replay_large(
    document: Document, entry: int, make: Callable[[], Edit], on_done: Callable[[], None]
) -> bool:
    """Undoes or does again on a worker, where the entry of the journal is large. Else False."""
    if document.dataset.size_of_edit(entry) < LARGE_ENTRY:
        return False

    def done(edit: Edit) -> None:
        document.tell_replayed([edit])
        on_done()

    busy = QCoreApplication.translate("LargeEdit", "Very many boxes are changed. Wait a moment.")
    _run(document, make, busy, done)
    return True


def go_back_far(document: Document, entry: int, on_done: Callable[[], None]) -> bool:
    """Goes to an entry of the history on a worker, where that is much to do. Else False."""
    dataset, way = document.dataset, document.history.way_to(entry)
    if len(way) <= FAR and all(dataset.size_of_edit(each) < LARGE_ENTRY for each in way):
        return False

    def make() -> Edit:
        edits = History(dataset).go_to(entry)  # one of its own: the document's is the window's
        changes = (change for edit in reversed(edits) for change in edit.changes)
        return Edit(f"{edits[-1].description} (+{len(edits) - 1})", tuple(changes))

    def done(edit: Edit) -> None:
        document.tell_replayed([edit])
        on_done()

    busy = QCoreApplication.translate("LargeEdit", "Very many edits are on the way. Wait a moment.")
    _run(document, make, busy, done)
    return True


def _run(
    document: Document, make: Callable[[], Edit], busy: str, on_done: Callable[[Edit], None]
) -> None:
    if not document.begin_busy(busy, _BY):
        return
    QApplication.setOverrideCursor(QCursor(Qt.CursorShape.BusyCursor))

    def end() -> None:
        document.set_busy("", _BY)
        QApplication.restoreOverrideCursor()

    def done(edit: Edit) -> None:
        end()
        on_done(edit)

    def failed(error: Exception) -> None:
        end()
        if not isinstance(error, UserError):
            raise error
        document.report(error)

    def work(_progress: Callable[..., None], _should_stop: Callable[[], bool]) -> Edit:
        return make()

    run_in_background(work, on_done=done, on_error=failed, owner=document)
