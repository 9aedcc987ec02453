"""Sees to the daily backup of the open dataset, in the background, some seconds after opening."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from labeler.dataset.history import clock_concern
from labeler.dataset.progress import Stopped
from labeler.errors import UserError
from labeler.gui.background import Job, run_in_background
from labeler.gui.document import Document

_AFTER_MS = 4000
"""By then the person has seen the first picture; opening is not to wait for a copy."""


class BackupKeeper(QObject):
    """A backup that fails is told once for each opening, and never stops anybody.

    It belongs to the window, not to the document: a timer must end on the GUI thread, and a
    document may be collected on any.
    """

    def __init__(self, document: Document, window: QObject) -> None:
        super().__init__(window)
        self._document = document
        self._job: Job | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.look)
        document.dataset_opened.connect(self.begin)
        self.begin()

    def begin(self) -> None:
        """Another dataset was opened: look after it in a while."""
        self.stop()
        if not self._document.dataset.read_only:
            self._timer.start(_AFTER_MS)

    def stop(self) -> None:
        """The window closes. A copy under way is given up; the next opening makes it."""
        self._timer.stop()
        if self._job is not None:
            self._job.cancel()

    def look_after_change(self) -> None:
        """After an import or a merge: a backup now, in the background, whatever the day.

        Not where nothing came, and the dataset that was made for it is gone again.
        """
        from labeler.dataset.backups import make_after_change

        if not self._document.has_dataset:
            return
        folder = self._document.dataset.folder
        self._job = run_in_background(
            lambda report, should_stop: make_after_change(folder, report, should_stop),
            on_done=lambda backup: None,
            on_error=self._tell,
            owner=self,
        )

    def look(self) -> None:
        """Makes the backup now, where one is due, and tells of a clock that dates it wrongly."""
        from labeler.dataset.backups import make_if_due

        concern = clock_concern(self._document.dataset)
        if concern:
            self._document.report(UserError(concern))
        folder = self._document.dataset.folder
        self._job = run_in_background(
            lambda report, should_stop: make_if_due(folder, report, should_stop),
            on_done=lambda backup: None,
            on_error=self._tell,
            owner=self,
        )

    def _tell(self, error: Exception) -> None:
        if isinstance(error, Stopped):
            return
        if not isinstance(error, UserError):
            raise error
        self._document.report(error)
