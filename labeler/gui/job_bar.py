"""A long job under way: what it is, how far, how long still, and Cancel."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from labeler.dataset.progress import OnProgress, ShouldStop
from labeler.gui import theme
from labeler.gui.background import Job, run_in_background

_SURE_AFTER = 2.0
"""Seconds of work after which the time left is worth telling."""
_MOMENT_MS = 400
"""Longer than this nobody waits without a sign."""


class JobBar(QFrame):
    """Runs one job at a time. failed carries the exception, ended comes in every case.

    began carries what the job is.

    progressed comes with every progress, so that what the job found so far can be fetched.
    """

    began = Signal(str)
    failed = Signal(object)
    progressed = Signal()
    ended = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.set_role(self, "bar")
        self.title = QLabel(self)
        self.bar = QProgressBar(self)
        self.left = QLabel(self)
        theme.set_role(self.left, "faint")
        self.cancel = QPushButton(self.tr("Cancel"), self)
        self.cancel.setToolTip(self.tr("End it now"))
        self.cancel.clicked.connect(self.stop)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 12, 4)
        row.setSpacing(14)
        row.addWidget(self.title)
        row.addWidget(self.bar, 1)
        row.addWidget(self.left)
        row.addWidget(self.cancel)
        self.is_stopped = False
        """Whether Cancel was pressed, however late: then nobody wants what the job found."""
        self._job: Job | None = None
        self._began = 0.0
        self._soon = QTimer(self, singleShot=True, interval=_MOMENT_MS)
        self._soon.timeout.connect(self.show)
        self.hide()

    @property
    def is_busy(self) -> bool:
        return self._job is not None

    def run(
        self,
        title: str,
        work: Callable[[OnProgress, ShouldStop], Any],
        on_done: Callable[[Any], None],
        *,
        quietly: bool = False,
    ) -> None:
        """Starts the work away from the GUI thread; on_done gets its result on the GUI thread.

        quietly: it is over in a moment, and the bar comes only where it takes longer than that.
        """
        self.title.setText(title)
        self.left.clear()
        self.bar.setRange(0, 0)
        self.bar.setAccessibleName(title)
        self.cancel.setEnabled(True)
        self._began = time.monotonic()
        self.is_stopped = False
        self.setVisible(not quietly)
        self._soon.start()
        self._job = run_in_background(
            work,
            on_done=lambda result: self._end(on_done, result),
            on_error=lambda error: self._end(self.failed.emit, error),
            on_progress=self._show_progress,
            owner=self,
        )
        self.began.emit(title)

    def stop(self) -> None:
        """Asks the job to end soon; what it has so far is kept or undone, as the job is."""
        if self._job is not None:
            self.is_stopped = True
            self._job.cancel()
            self.cancel.setEnabled(False)
            self.left.setText(self.tr("Stopping"))

    def _end(self, tell: Callable[[Any], None], outcome: Any) -> None:
        self._job = None
        self._soon.stop()
        self.hide()
        self.ended.emit()
        tell(outcome)

    def _show_progress(self, done: int, total: int) -> None:
        self.bar.setRange(0, max(total, 1))
        self.bar.setValue(done)
        self.progressed.emit()
        spent = time.monotonic() - self._began
        if done and spent > _SURE_AFTER and self.cancel.isEnabled():
            self.left.setText(self._time_left(spent * (total - done) / done))

    def _time_left(self, seconds: float) -> str:
        if seconds < 90:
            return self.tr("about {0} s left").format(max(1, round(seconds)))
        return self.tr("about {0} min left").format(round(seconds / 60))
