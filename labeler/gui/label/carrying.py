"""Carries the boxes of the current image on as suggestions, in the background."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any

from PySide6.QtCore import QObject

from labeler.dataset.detected import Trust
from labeler.dataset.model import Annotation, Suggestion
from labeler.dataset.offering import INTERPOLATION, TRACKER, Carried, Found, offer_found
from labeler.dataset.store import Dataset
from labeler.errors import UserError
from labeler.gui.document import Document
from labeler.gui.job_bar import JobBar
from labeler.gui.label.between import Between, fill_between
from labeler.gui.label.box_keys import annotation_ids, key_of_suggestion
from labeler.gui.label.carry_note import CarryNote
from labeler.gui.label.carry_run import MODEL, End, Order, Outcome, carry
from labeler.gui.label.carry_words import Names, notes, told, told_between
from labeler.gui.label.editor import Editor
from labeler.gui.label.travel import Travel

_BATCH_S = 0.25
"""What is found is stored, and so shown, this often."""
_SAME = 0.5
"""A suggestion that overlaps a drawn box of its class so much (IoU) is the same thing."""


class Carrying(QObject):
    """One run at a time. What it found is stored while it runs, and stays when it is stopped."""

    def __init__(
        self,
        document: Document,
        editor: Editor,
        travel: Travel,
        bar: JobBar,
        note: CarryNote,
        trust: Trust,
        parent: QObject | None = None,
    ) -> None:
        """trust: in what a detector suggests where boxes are carried to."""
        super().__init__(parent)
        self._document = document
        self._editor = editor
        self._travel = travel
        self._bar = bar
        self._note = note
        self._trust = trust
        self._found: SimpleQueue[Found] = SimpleQueue()
        self._source = TRACKER
        self._dataset: Dataset | None = None
        self._going_from: int | None = None
        self._stored_at = 0.0
        self._offered = 0
        bar.progressed.connect(self._store_now_and_then)
        bar.failed.connect(self._fail)
        travel.arrived.connect(note.follow)
        travel.ran_dry.connect(lambda: note.follow(None))
        note.image_requested.connect(travel.show_image)
        document.dataset_opened.connect(self._forget)

    @property
    def is_running(self) -> bool:
        return self._bar.is_busy

    def carry(self, *, backwards: bool = False) -> None:
        """To the next image of the sequence, and goes there."""
        self._carry(backwards=backwards, only_next=True)

    def carry_on(self, *, backwards: bool = False) -> None:
        """On through the sequence until all boxes are lost; goes to the next image."""
        self._carry(backwards=backwards, only_next=False)

    def fill_between(self) -> None:
        """Suggests the selected box on the images between it and the nearest earlier one."""
        dataset = self._document.dataset
        chosen = annotation_ids(self._editor.selection)
        box = dataset.annotation(chosen[0]) if len(chosen) == 1 else None
        if box is None:
            self._document.say(self.tr("Select one box first: it is the end of the way."))
            return
        name = self._names({box.id: box})[box.id]

        def work(found: SimpleQueue[Found], report: Any, should_stop: Any) -> Between:
            return fill_between(dataset, box, found.put, should_stop)

        self._start(
            self.tr('Filling in "{0}"').format(name),
            INTERPOLATION,
            work,
            lambda outcome, offered: told_between(outcome, offered, name),
            quietly=True,
        )

    def stop(self) -> bool:
        """Asks the run to end. False where none is under way."""
        if not self.is_running:
            return False
        self._bar.stop()
        return True

    def _carry(self, *, backwards: bool, only_next: bool) -> None:
        image_id = self._editor.image_id
        boxes = self._boxes() if image_id is not None else {}
        if image_id is None or not boxes:
            self._document.say(self.tr("There is no box on this image to track."))
            return
        dataset = self._document.dataset
        names = self._names(boxes)
        order = Order(
            image_id,
            {
                key: Carried(each.category_id, each.bbox, _score(each))
                for key, each in boxes.items()
            },
            backwards=backwards,
            only_next=only_next,
        )

        def work(found: SimpleQueue[Found], report: Any, should_stop: Any) -> Outcome:
            return carry(dataset, order, found.put, report, should_stop)

        title = ", ".join(dict.fromkeys(names.values()))
        if self._start(
            self.tr("Tracking {0}").format(title),
            TRACKER,
            work,
            lambda outcome, offered: self._tell(outcome, offered, order, names),
            quietly=only_next,
        ):
            self._going_from = image_id

    def _tell(self, outcome: Outcome, offered: int, order: Order, boxes: Mapping[int, str]) -> str:
        """The sentence; and a note on each image where boxes went no further."""
        dataset = self._document.dataset
        lost = dataset.images_of([each.image_id for each in outcome.lost.values()])
        names = Names(
            boxes,
            {each.id: each.name for each in dataset.categories()},
            {each.id: each.original_name for each in lost},
        )
        sentence = told(outcome, offered, order, names)
        is_whole = outcome.end in (End.SESSION, End.ARRIVED) and not outcome.lost
        summary = "" if is_whole else sentence
        self._note.tell(notes(outcome, order, names), summary, backwards=order.backwards)
        return sentence

    def _start(
        self,
        title: str,
        source: str,
        work: Callable[[SimpleQueue[Found], Any, Any], Any],
        words: Callable[[Any, int], str],
        *,
        quietly: bool = False,
    ) -> bool:
        if self.is_running:
            self._document.say(self.tr("Boxes are being tracked already. Esc stops that."))
            return False
        if self._document.dataset.read_only:
            self._document.say(self.tr("This dataset is open read-only: nothing can be kept."))
            return False
        self._note.forget()
        found: SimpleQueue[Found] = SimpleQueue()
        self._found, self._source, self._dataset = found, source, self._document.dataset
        self._going_from, self._stored_at, self._offered = None, 0.0, 0
        self._editor.shows_suggestions = True  # or nothing of it would be seen
        self._bar.run(
            title,
            lambda report, should_stop: work(found, report, should_stop),
            lambda outcome: self._end(partial(words, outcome)),
            quietly=quietly,
        )
        return True

    def _boxes(self) -> dict[int, Annotation | Suggestion]:
        """By key: the selected ones, else all, those too that are still suggested on the way."""
        dataset, image_id = self._document.dataset, self._editor.image_id
        if image_id is None:
            return {}
        drawn = {each.id: each for each in dataset.annotations(image_id)}
        offered = {key_of_suggestion(each.id): each for each in dataset.suggestions(image_id)}
        chosen = self._editor.selection
        if chosen:
            return {key: each for key, each in (drawn | offered).items() if key in chosen}
        if not self._editor.shows_suggestions:
            return dict(drawn)
        return drawn | {
            key: each
            for key, each in offered.items()
            if each.source in (TRACKER, INTERPOLATION) and not _stands(each, drawn.values())
        }

    def _names(self, boxes: dict[int, Any]) -> dict[int, str]:
        known = {each.id: each.name for each in self._document.dataset.categories()}
        return {key: known[each.category_id] for key, each in boxes.items()}

    def _store_now_and_then(self) -> None:
        if time.monotonic() - self._stored_at >= _BATCH_S:
            self._store()

    def _store(self) -> bool:
        """Stores what was found since the last time. False where that failed; it is reported."""
        found = _taken(self._found)
        if self._dataset is not self._document.dataset or not found:
            return True

        def put(dataset: Dataset) -> list[int]:
            offered = offer_found(dataset, self._source, MODEL, found, self._trust)
            self._offered += offered.count
            return offered.image_ids

        if not self._document.offer(put):
            self._bar.stop()
            return False
        self._stored_at = time.monotonic()
        if self._going_from is not None:
            if self._going_from == self._editor.image_id:
                self._travel.show_image(found[0].image_id)
            self._going_from = None
        return True

    def _end(self, words: Callable[[int], str]) -> None:
        """words gets how many suggestions were made."""
        if self._dataset is self._document.dataset and self._store():
            self._document.say(words(self._offered))

    def _fail(self, error: Exception) -> None:
        if self._dataset is not self._document.dataset:
            return  # it was closed under the run
        if not isinstance(error, UserError):
            raise error
        self._document.report(error)

    def _forget(self) -> None:
        """Another dataset was opened."""
        self._dataset = None
        self._note.forget()
        self._bar.stop()


def _score(box: Annotation | Suggestion) -> float:
    return box.score if isinstance(box, Suggestion) else 1.0


def _stands(offered: Suggestion, drawn: Any) -> bool:
    return any(
        each.category_id == offered.category_id and each.bbox.iou(offered.bbox) >= _SAME
        for each in drawn
    )


def _taken(queue: SimpleQueue[Found]) -> list[Found]:
    taken: list[Found] = []
    while True:
        try:
            taken.append(queue.get_nowait())
        except Empty:
            return taken
