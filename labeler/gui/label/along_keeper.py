"""Stores what was detected, a little at a time, where it does not disturb the person."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QTimer, Signal

from labeler.dataset.detected import Detected, Trust, no_trust, offer_detected
from labeler.errors import UserError
from labeler.gui.document import Document
from labeler.gui.label.canvas import Canvas
from labeler.gui.label.travel import Travel

_EVERY_S = 0.3
_LATER_MS = 300
_AT_ONCE = 100
"""Images in one transaction: it is written on the GUI thread, in 20 ms."""


class OfferKeeper(QObject):
    """Gathers what was found and stores it as suggestions. failed: it cannot be stored.

    trust: in what is found.
    """

    failed = Signal()

    def __init__(
        self,
        document: Document,
        canvas: Canvas,
        travel: Travel,
        parent: QObject | None = None,
        *,
        trust: Trust = no_trust,
    ) -> None:
        super().__init__(parent)
        self._stored_on: set[int] = set()
        self._then: Callable[[], None] | None = None
        self._trust = trust
        self._document = document
        self._canvas = canvas
        self._travel = travel
        self._model = ""
        self._found: dict[int, Sequence[Detected]] = {}
        self._stored_at = 0.0
        self._later = QTimer(self, singleShot=True, interval=_LATER_MS)
        self._later.timeout.connect(self.store)
        canvas.held.connect(self._follow_hand)

    @property
    def count(self) -> int:
        """On how many images suggestions were left by what was found since begin()."""
        return len(self._stored_on)

    def when_done(self, then: Callable[[], None]) -> None:
        """Calls it once, as soon as all that was found is stored."""
        self._then = then
        self._tell_done()

    @property
    def is_done(self) -> bool:
        """Whether all that was found is stored."""
        return not self._found

    def begin(self, model: str) -> None:
        """model: who finds what comes from now on."""
        self.store()
        self._model, self._stored_on, self._then = model, set(), None

    def add(self, image_id: int, found: Sequence[Detected]) -> None:
        """Takes the place of all that a detector suggested on that image before."""
        self._found[image_id] = found
        if time.monotonic() - self._stored_at >= _EVERY_S:
            self.store()

    def is_answering(self, image_id: int) -> bool:
        """Whether the person is looking at suggestions there: they stay as they are."""
        return image_id == self._travel.image_id and bool(
            self._document.dataset.suggestions(image_id)
        )

    def drop(self) -> None:
        """What is not stored yet is forgotten."""
        self._later.stop()
        self._found, self._then = {}, None

    def store(self) -> None:
        """At once, unless the hand holds a box, which would slip away from it, or the dataset is
        busy: then soon."""
        if not self._found:
            return
        if self._canvas.is_held or self._is_busy():
            self._later.start()
            return
        now = list(self._found)[:_AT_ONCE]
        kept = {each: self._found[each] for each in now if not self.is_answering(each)}
        for number in now:
            del self._found[number]
        if self._found:
            self._later.start()
        model, trust = self._model, self._trust
        if not self._document.offer(lambda dataset: offer_detected(dataset, model, kept, trust)):
            self.failed.emit()
            return
        self._stored_at = time.monotonic()
        images = self._document.dataset.images_of(list(kept))
        self._stored_on.update(each.id for each in images if each.suggestion_count)
        self._tell_done()

    def _tell_done(self) -> None:
        if self._then is not None and self.is_done:
            then, self._then = self._then, None
            then()

    def _follow_hand(self, down: bool) -> None:
        if not down and self._found:
            self._later.start()

    def _is_busy(self) -> bool:
        try:
            self._document.refuse_if_busy()
        except UserError:
            return True
        return False
