"""Keeps the assistant told of the images and labels of the open dataset."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from labeler.dataset.model import ImageState
from labeler.gui.background import Job, run_in_background
from labeler.gui.document import Document
from labeler.gui.label.along_orders import all_lines, known_line, labels_line
from labeler.gui.label.assistant_process import AssistantProcess
from labeler.gui.label.travel import Travel

_GATHER_MS = 300
"""What is labelled within so long is told together."""


class DatasetTeller(QObject):
    """told: the assistant knows what there is now; failed carries the exception of reading it.

    news: the images of which a person has said something since forget_news().
    """

    told = Signal()
    failed = Signal(object)

    def __init__(
        self,
        document: Document,
        process: AssistantProcess,
        travel: Travel,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.news: set[int] = set()
        self._document = document
        self._process = process
        self._travel = travel
        self._is_on = False
        self._reading: Job | None = None
        self._added: list[int] = []
        self._changed: set[int] = set()
        self._gather = QTimer(self, singleShot=True, interval=_GATHER_MS)
        self._gather.timeout.connect(self.tell_labels)
        document.images_added.connect(self._follow_added)
        document.image_state_changed.connect(self._follow_labels)
        document.images_removed.connect(self._follow_many)
        document.many_images_changed.connect(self._follow_many)

    @property
    def is_reading(self) -> bool:
        """Whether there is more to tell, which is read away from the GUI thread."""
        return self._reading is not None

    @property
    def is_behind(self) -> bool:
        """Whether something is still to be told."""
        return self.is_reading or bool(self._changed)

    def begin(self) -> None:
        """The process was started on the open dataset."""
        self._is_on = True
        self._read_all()

    def stop(self) -> None:
        self._is_on = False
        self._gather.stop()
        if self._reading is not None:
            self._reading.cancel()
        self._reading = None
        self._added = []
        self._changed.clear()
        self.news.clear()

    def forget_news(self) -> None:
        """They are learnt from now."""
        self.news.clear()

    def tell_labels(self) -> None:
        """Those that changed, at once."""
        if self._reading is not None or not self._changed:
            return
        changed = sorted(self._changed)
        self._changed.clear()
        dataset = self._document.dataset
        images = dataset.images_of(changed)
        self.news.update(each.id for each in images if each.state is not ImageState.UNLABELLED)
        self._process.tell_line(labels_line(dataset, changed))
        self.told.emit()

    def _read_all(self) -> None:
        dataset, start = self._document.dataset, self._travel.image_id
        if self._reading is not None:
            self._reading.cancel()
        job = self._reading = run_in_background(
            lambda _, should_stop: all_lines(dataset, start, should_stop),
            on_done=lambda lines: self._tell_all(job, lines),
            on_error=lambda error: self._fail(job, error),
            owner=self,
        )

    def _tell_all(self, job: Job, lines: list[str]) -> None:
        if self._reading is not job:
            return
        self._reading = None
        for line in lines:
            self._process.tell_line(line)
        self._tell_added()
        self.tell_labels()
        self.told.emit()

    def _fail(self, job: Job, error: Exception) -> None:
        if self._reading is job:  # else another dataset was opened
            self.failed.emit(error)

    def _follow_added(self, image_ids: list[int]) -> None:
        if self._is_on:
            self._added += image_ids
            self._tell_added()

    def _tell_added(self) -> None:
        if self._added and self._reading is None:
            self._process.tell_line(known_line(self._document.dataset, self._added))
            self._added = []

    def _follow_labels(self, image_id: int) -> None:
        if self._is_on:
            self._changed.add(image_id)
            self._gather.start()

    def _follow_many(self) -> None:
        if self._is_on:
            self._read_all()
