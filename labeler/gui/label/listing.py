"""Keeps the filmstrip's list as the filter and the order say, without moving it under the hand."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from labeler.dataset.filters import Order
from labeler.dataset.queries import Counts
from labeler.dataset.store import Dataset
from labeler.errors import UserError
from labeler.gui.background import run_in_background
from labeler.gui.document import Document
from labeler.gui.label.filmstrip import Filmstrip

AT_ONCE = 5_000
"""Up to so many images are looked through on the spot, in a few milliseconds; more elsewhere."""
PAUSE_MS = 250
"""So long after the last step or change the list is made again where it is out of date."""
_MOST_ONE_BY_ONE = 200


class Listing(QObject):
    """The list of ids that fit the filter.

    The current image stays in it even when an edit takes it out of the filter, until the person
    has moved on: then it is gone at the next pause. listed: the list was made again.
    """

    listed = Signal()

    def __init__(self, document: Document, strip: Filmstrip, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._strip = strip
        self._current: int | None = None
        self._guests: set[int] = set()
        self._is_stale = False
        self._number = 0
        self._is_asking = False
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self.make)
        document.image_state_changed.connect(self._follow_image)
        document.suggestions_changed.connect(self._follow_suggestions)
        document.many_images_changed.connect(self._follow_many)
        document.images_added.connect(self._follow_added)
        document.counts_changed.connect(self._show_counts)
        strip.filters.opened.connect(self._show_choices)

    @property
    def is_pending(self) -> bool:
        """Whether the list will be made again by itself."""
        return self._pause.isActive() or self._is_asking

    def begin(self) -> None:
        """Another dataset: an empty list until its images are known."""
        self._number += 1
        self._is_asking = self._is_stale = False
        self._guests = set()
        self._current = None
        self._strip.show_images(self._document.dataset, array("q"))
        self._show_counts(self._document.counts)

    def move_to(self, image_id: int | None) -> None:
        """The person is at this image now. Without one nothing is kept against the filter."""
        if image_id != self._current:
            self._current = image_id
            if self._is_stale or self._guests - {image_id}:
                self._pause.start()

    def make(self) -> None:
        """Makes the list again. The old one stays on show until the new one is there."""
        self._pause.stop()
        self._is_stale = False
        view, keep = self._strip.filters.view, self._current
        self._number += 1
        number, self._is_asking = self._number, True

        def look(dataset: Dataset) -> tuple[array[int], bool]:
            ids = dataset.image_ids(view.wanted, view.order, descending=view.descending, keep=keep)
            return ids, keep is None or dataset.matches(keep, view.wanted)

        def show(found: tuple[array[int], bool]) -> None:
            if number == self._number:  # else a newer wish is under way
                self._is_asking = False
                self._show(found[0], set() if found[1] or keep is None else {keep})

        self.ask(look, show)

    def ask(
        self,
        question: Callable[[Dataset], Any],
        then: Callable[[Any], None],
        *,
        is_quick: bool = False,
    ) -> None:
        """Asks the dataset, away from the GUI thread where that takes long."""
        dataset = self._document.dataset
        if is_quick or self._document.counts.total <= AT_ONCE:
            with self._document.reporting():
                then(question(dataset))
            return

        def is_open() -> bool:
            return dataset is self._document.dataset

        def fail(error: Exception) -> None:
            if not is_open():
                return  # it was closed under the question
            if not isinstance(error, UserError):
                raise error
            self._document.report(error)

        run_in_background(
            lambda report, should_stop: question(dataset),
            on_done=lambda answer: then(answer) if is_open() else None,
            on_error=fail,
            owner=self,
        )

    def drop(self, image_ids: set[int]) -> None:
        """These images are in the dataset no more."""
        self._number += 1  # a list that is being made may still hold them
        self._is_asking = False
        self._guests -= image_ids
        kept = array("q", (each for each in self._strip.images.image_ids if each not in image_ids))
        self._strip.show_images(self._document.dataset, kept)
        self._show_found()

    def stop(self) -> None:
        """The window closes: nothing is asked of the dataset any more."""
        self._pause.stop()

    def _show_counts(self, counts: Counts) -> None:
        self._strip.filters.show_counts(counts)
        self._show_found()

    def _show(self, image_ids: array[int], guests: set[int]) -> None:
        self._guests = guests
        self._strip.show_images(self._document.dataset, image_ids, current=self._current)
        self._show_found()
        self.listed.emit()

    def _show_found(self) -> None:
        found = self._strip.images.rowCount() - len(self._guests)
        self._strip.filters.show_found(found, self._document.counts.total)

    def _show_choices(self) -> None:
        dataset = self._document.dataset
        with self._document.reporting():
            self._strip.filters.show_choices(
                dataset.categories(), dataset.sessions(with_images=True)
            )

    # What happened elsewhere

    def _follow_image(self, image_id: int) -> None:
        self._strip.images.update_image(image_id)
        view = self._strip.filters.view
        if view.wanted.takes_all and view.order.is_fixed:
            return
        fits = view.wanted.takes_all or self._document.dataset.matches(image_id, view.wanted)
        is_listed = self._strip.images.row_of(image_id) is not None
        if is_listed:
            (self._guests.discard if fits else self._guests.add)(image_id)
        if is_listed != fits or (is_listed and not view.order.is_fixed):
            self._outdate(image_id)

    def _follow_suggestions(self, image_ids: list[int]) -> None:
        if len(image_ids) > _MOST_ONE_BY_ONE:
            self._follow_many()
        else:
            for image_id in image_ids:
                self._follow_image(image_id)

    def _outdate(self, image_id: int) -> None:
        self._is_stale = True
        if image_id != self._current:
            self._pause.start()

    def _follow_many(self) -> None:
        self._strip.images.forget_rows()
        self._pause.start()

    def _follow_added(self, image_ids: list[int]) -> None:
        view, dataset = self._strip.filters.view, self._document.dataset
        at_the_end = view.order is Order.ADDED and not view.descending
        if at_the_end and len(image_ids) <= _MOST_ONE_BY_ONE and not self.is_pending:
            fitting = [each for each in image_ids if dataset.matches(each, view.wanted)]
            self._strip.images.append(sorted(fitting))
            self._show_found()
            self.listed.emit()
        else:
            self._pause.start()
