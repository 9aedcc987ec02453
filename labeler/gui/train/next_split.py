"""What the next training would learn from: the split itself, made in the background beforehand."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from labeler.dataset.progress import OnProgress, ShouldStop, Stopped
from labeler.dataset.queries import Counts
from labeler.dataset.store import Dataset
from labeler.errors import UserError
from labeler.gui.background import Job, run_in_background
from labeler.runs.advice import FEWEST_LABELLED
from labeler.runs.prepare import Wish, plan_split


@dataclass(frozen=True, slots=True)
class _Told:
    """sizes: how many images are for what, "" where there are too few. warnings: sentences."""

    counts: str
    sizes: str = ""
    warnings: tuple[str, ...] = ()


class NextSplit(QObject):
    """Runs the code that Train will run, so what it says before is what happens.

    changed: lines() says something else now.
    """

    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._told: _Told | None = None
        self._share: float | None = None
        self._asked: tuple[Dataset, Wish] | None = None
        self._job: Job | None = None

    @property
    def lines(self) -> list[str]:
        """How many images are labelled and for what, then the warnings."""
        told = self._told
        if told is None:
            return []
        if told.sizes:
            return [f"{told.counts}: {told.sizes}.", *told.warnings]
        if self._share is not None:
            percent = round(100 * self._share)
            return [self.tr("{0}: comparing them, {1} %").format(told.counts, percent)]
        return [f"{told.counts}.", *told.warnings]

    def look(self, dataset: Dataset, counts: Counts, wish: Wish) -> None:
        """Splits anew. What is known stays until then, as long as the counts are the same."""
        told = self.tr("{0} labelled, {1} empty").format(counts.labelled, counts.empty)
        if self._told is None or self._told.counts != told:
            self._show(_Told(told))
        self._asked = (dataset, wish) if counts.labelled >= FEWEST_LABELLED else None
        if self._job is not None:
            self._job.cancel()  # what was asked last follows
        else:
            self._begin()

    def stop(self) -> None:
        """For another dataset and for closing the window."""
        self._told, self._asked, self._share = None, None, None
        if self._job is not None:
            self._job.cancel()

    def _begin(self) -> None:
        if self._asked is None:
            return
        dataset, wish = self._asked
        self._asked = None

        def work(report: OnProgress, should_stop: ShouldStop) -> tuple[str, tuple[str, ...]]:
            plan = plan_split(dataset, wish, on_progress=report, should_stop=should_stop)
            return plan.split.sizes.told, plan.warnings

        self._job = run_in_background(
            work, on_done=self._take, on_error=self._fail, on_progress=self._tell_share, owner=self
        )

    def _take(self, found: tuple[str, tuple[str, ...]]) -> None:
        self._end(*found)

    def _fail(self, error: Exception) -> None:
        if isinstance(error, Stopped):
            self._end("", ())
        elif isinstance(error, UserError):
            self._end("", (str(error),))
        else:
            self._end("", ())
            raise error

    def _end(self, sizes: str, warnings: tuple[str, ...]) -> None:
        self._job = None
        if self._asked is not None:  # something newer is wanted, so this is not said
            self._begin()
        elif self._told is not None:
            self._share = None
            self._show(_Told(self._told.counts, sizes, warnings))

    def _tell_share(self, done: int, total: int) -> None:
        self._share = done / max(total, 1)
        self.changed.emit()

    def _show(self, told: _Told) -> None:
        if told != self._told:
            self._told = told
            self.changed.emit()
