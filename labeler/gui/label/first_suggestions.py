"""Suggests from the first box on, before anything is trained: see labeler.runs.prototypes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QObject, QTimer, Signal

from labeler.dataset.detected import DETECTOR, Detected
from labeler.dataset.store import Dataset
from labeler.errors import UserError
from labeler.gui.background import Job, run_in_background
from labeler.gui.document import Document
from labeler.gui.label.along_keeper import OfferKeeper
from labeler.gui.label.canvas import Canvas
from labeler.gui.label.glances import Glances
from labeler.gui.label.travel import Travel

MODEL = "first-boxes"
"""The model that these suggestions are kept under."""
_GATHER_MS = 50
_COMING = 3

_Found = Mapping[int, Sequence[Detected]]


class FirstSuggestions(QObject):
    """Begins when a person labels something. changed: it is suggesting, or not any more.

    What comes from elsewhere, from learning along or the model of a run, is left alone.
    """

    changed = Signal()

    def __init__(
        self, document: Document, canvas: Canvas, travel: Travel, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.keeper = OfferKeeper(document, canvas, travel, self)
        self.keeper.failed.connect(self.stop)
        self._document = document
        self._travel = travel
        self._glances = Glances()
        self._is_on = self._is_allowed = self._is_broken = False
        self._job: Job | None = None
        self._is_due = False
        self._offered: dict[int, Sequence[Detected]] = {}
        self._soon = QTimer(self, singleShot=True, interval=_GATHER_MS)
        self._soon.timeout.connect(self._look)
        document.annotations_changed.connect(self._begin)
        document.many_images_changed.connect(self._follow)
        document.categories_changed.connect(self._follow)
        document.images_removed.connect(self._follow)
        travel.arrived.connect(self._follow)

    @property
    def is_on(self) -> bool:
        """Whether it suggests from what is labelled, as long as anything is."""
        return self._is_on

    @property
    def is_at_rest(self) -> bool:
        """Whether everything that is labelled has been followed, and what was found is stored."""
        return self._job is None and not self._soon.isActive() and self.keeper.is_done

    def allow(self, allowed: bool) -> None:
        """Whether it may suggest: not where the person wants nothing, or something better does."""
        self._is_allowed = allowed and not self._is_broken
        if not self._is_allowed:
            self.stop()

    def restart(self) -> None:
        """Another dataset was opened."""
        self.stop()
        self._glances = Glances()

    def stop(self) -> None:
        """What it has suggested stays. Returns at once."""
        was_on, self._is_on = self._is_on, False
        self._soon.stop()
        if self._job is not None:
            self._job.cancel()
        self._job, self._is_due = None, False
        self.keeper.drop()
        self._offered = {}
        if was_on:
            self.changed.emit()

    def _begin(self, image_id: int) -> None:
        is_persons = image_id == self._travel.image_id and not self._document.dataset.read_only
        if is_persons and self._is_allowed and not self._is_on:
            self._is_on = True
            self.keeper.begin(MODEL)
            self.changed.emit()
        self._follow()

    def _follow(self) -> None:
        if self._is_on:
            self._soon.start()

    def _look(self) -> None:
        if self._job is not None:
            self._is_due = True
            return
        dataset, glances = self._document.dataset, self._glances
        current = self._travel.image_id
        coming = [each.id for each in self._travel.ahead(_COMING)]
        job = self._job = run_in_background(
            lambda report, should_stop: glances.suggestions(
                dataset, current, coming, report, should_stop
            ),
            on_progress=lambda found: self._take(job, dataset, found),
            on_done=lambda found: self._end(job, dataset, found),
            on_error=lambda error: self._fail(job, error),
            owner=self,
        )

    def _take(self, job: Job, dataset: Dataset, found: _Found) -> None:
        """Offers what is new or gone; nothing on images where others suggest."""
        if job is not self._job:
            return
        for image_id, things in found.items():
            before = self._offered.get(image_id, [])
            if list(things) == list(before) or _is_others(dataset, image_id):
                continue
            if self.keeper.is_answering(image_id):  # it is taken up when the person has left it
                continue
            self._offered[image_id] = things
            self.keeper.add(image_id, things)

    def _end(self, job: Job, dataset: Dataset, found: _Found) -> None:
        if job is not self._job:
            return
        left = self._offered.keys() - found.keys() if not any(found.values()) else ()
        self._take(job, dataset, {**found, **{each: [] for each in left}})
        self.keeper.store()
        self._job = None
        if self._is_due:
            self._is_due = False
            self._soon.start()

    def _fail(self, job: Job, error: Exception) -> None:
        if job is not self._job:
            return
        self._is_broken = True
        self.allow(False)
        if not isinstance(error, UserError):
            raise error
        self._document.report(error)


def _is_others(dataset: Dataset, image_id: int) -> bool:
    """Whether another detector's suggestions wait there."""
    waiting = dataset.suggestions(image_id)
    return any(each.source == DETECTOR and each.model != MODEL for each in waiting)
