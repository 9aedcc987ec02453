"""Learns while the person labels: when to begin, what to tell the assistant, what to do next."""

from __future__ import annotations

from contextlib import suppress
from enum import Enum

from PySide6.QtCore import QObject, QTimer, Signal

from labeler.dataset.detected import Detected
from labeler.dataset.model import BBox, Suggestion
from labeler.errors import UserError
from labeler.gui.document import Document
from labeler.gui.label import along_choice, along_words
from labeler.gui.label.along_keeper import OfferKeeper
from labeler.gui.label.along_orders import MOST_LOOKS, unlabelled_from
from labeler.gui.label.along_rounds import FIRST, budget_s, is_due
from labeler.gui.label.along_teller import DatasetTeller
from labeler.gui.label.assistant_process import AssistantProcess
from labeler.gui.label.canvas import Canvas
from labeler.gui.label.travel import Travel
from labeler.runs.launch import require_training, training_available
from trainer.assist_lines import (
    Answer,
    Learn,
    Learnt,
    Pause,
    Ranked,
    Ready,
    Refused,
    Resume,
    Suggest,
    Suggested,
    Warned,
)

WARM_UP_MS = 2000
"""So long after the first box what learns is loaded, which takes seconds: ready when asked."""


_MODEL = "along-"
"""With the number of the round it is kept as the model of what is suggested."""


class Stage(Enum):
    """What is going on. READY: it waits until there is more to learn from."""

    OFF = "off"
    STARTING = "starting"
    READY = "ready"
    LEARNING = "learning"
    LOOKING = "looking"
    """At the images that are to do; broken off when there is enough more to learn from."""


class LearningAlong(QObject):
    """changed: it is on or off, it is to be offered or not, or the words about it are others."""

    changed = Signal()

    def __init__(
        self, document: Document, canvas: Canvas, travel: Travel, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.stage = Stage.OFF
        self._document = document
        self._travel = travel
        self.keeper = OfferKeeper(document, canvas, travel, self, trust=self.trust)
        self._process = AssistantProcess(self)
        self._teller = DatasetTeller(document, self._process, travel, self)
        self._teller.told.connect(self._learn_if_due)
        self._teller.failed.connect(self._fail_reading)
        self._may_offer = self._is_declined = False
        self._is_urgent = self._is_warm = False
        self._warming = QTimer(self, singleShot=True, interval=WARM_UP_MS)
        self._warming.timeout.connect(self._warm_up)
        self._last: Learnt | None = None
        self._process.answered.connect(self._take)
        self._process.ended.connect(self._fail)
        self.keeper.failed.connect(self.stop)
        canvas.held.connect(self._yield_to_hand)
        document.many_images_changed.connect(self._follow_many)
        document.counts_changed.connect(self.changed)

    @property
    def is_on(self) -> bool:
        return self.stage is not Stage.OFF

    @property
    def is_declined(self) -> bool:
        """Whether the person wants no suggestions on this dataset."""
        return self._is_declined

    @property
    def is_wanted(self) -> bool:
        """What the switch shows. Where nothing can be trained the first boxes still suggest."""
        return self.is_on or not (self._is_declined or training_available())

    @property
    def is_told(self) -> bool:
        """Whether it knows of everything that is labelled."""
        return not self._teller.is_behind

    @property
    def has_learnt(self) -> bool:
        """Whether it suggests, from a round of its own."""
        return self._last is not None

    @property
    def words(self) -> str:
        """What it is doing, with the numbers as they are now."""
        return along_words.of(self.stage.value, self._document.counts, self._last, FIRST)

    @property
    def is_offered(self) -> bool:
        """Whether it is worth asking for: enough to learn from, something to suggest on, and the
        person was not asked yet for this dataset."""
        counts = self._document.counts
        is_of_use = counts.labelled >= FIRST and counts.unlabelled > 0
        return self._may_offer and not self.is_on and is_of_use

    @property
    def question(self) -> str:
        """The offer in words, with the numbers as they are now."""
        return along_words.question(self._document.counts)

    @property
    def pid(self) -> int:
        """Of the assistant; 0 where it does not run."""
        return self._process.pid

    def trust(self, offered: Suggestion) -> float:
        """How likely a person leaves it as it is, by what they made of earlier ones, 0 to 1. 0
        where nothing is known, or it comes from elsewhere."""
        if self._last is None or not offered.model.startswith(_MODEL):
            return 0.0
        return self._last.chance(offered.score)

    def begin(self) -> None:
        """Another dataset was opened: as the person chose for it."""
        self._may_offer = False
        self.stop()
        dataset = self._document.dataset
        self._is_declined = True
        if dataset.read_only:
            return
        chosen = along_choice.chosen(dataset.folder)
        self._is_declined = chosen is False
        self._may_offer = chosen is None and training_available()
        if chosen and training_available():
            self._start()
        self.changed.emit()

    def expect(self) -> None:
        """The person begins to label."""
        if self._may_offer:
            self._warming.start()

    def stop(self) -> None:
        """Ends the process; what it has suggested stays. Returns at once."""
        self._let_go()
        self._show(Stage.OFF)

    def shut_down(self) -> None:
        """The window closes, its dataset perhaps before it: the process is gone after this."""
        self._process.finish()
        self._let_go()

    def _let_go(self) -> None:
        self._process.stop()
        self._is_warm = False
        self._warming.stop()
        self.keeper.drop()
        self._teller.stop()
        self._last = None
        self._is_urgent = False
        self._travel.useful = ()

    def set_on(self, on: bool) -> None:
        """What the person chose; kept for this dataset."""
        if on and self.is_on:
            return
        self._may_offer = False
        if on and training_available() and not self._start():
            self.changed.emit()  # the switch goes back
            return
        self._choose(on)
        if not on:
            self.stop()
        self.changed.emit()

    def toggle(self) -> None:
        self.set_on(not self.is_wanted)

    def decline(self) -> None:
        """Not now; it is not offered again for this dataset."""
        self._may_offer = False
        self._choose(False)
        self.stop()

    def learn_now(self) -> None:
        """From what is labelled so far, however little."""
        if not self._document.counts.labelled:
            self._document.say(self.tr("Label an image first: there is nothing to learn from."))
            return
        with self._document.reporting():
            require_training()
            self.set_on(True)
        if self.is_on:
            self._is_urgent = True
            self._teller.tell_labels()
            self._learn_if_due()

    # What the person does

    def _choose(self, on: bool) -> None:
        self._is_declined = not on
        along_choice.choose(self._document.dataset.folder, on)

    def _start(self) -> bool:
        try:
            if self._document.dataset.read_only:
                raise UserError(self.tr("This dataset is open read-only: nothing can be kept."))
            if not self._process.is_running:
                self._process.start()
        except UserError as error:
            self._document.report(error)
            return False
        self._warming.stop()
        self._show(Stage.READY if self._is_warm else Stage.STARTING)
        self._teller.begin()
        return True

    def _warm_up(self) -> None:
        """It is likely to be asked soon: what it needs is loaded, and nothing is told."""
        if self._may_offer and not self._process.is_running:
            with suppress(UserError):  # told where it is asked for
                self._process.start()

    def _fail_reading(self, error: Exception) -> None:
        self.stop()
        if not isinstance(error, UserError):
            raise error
        self._document.report(error)

    def _follow_many(self) -> None:
        """Whatever it was, it is worth a round soon."""
        self._is_urgent = self.is_on and self._document.counts.labelled >= FIRST

    def _yield_to_hand(self, down: bool) -> None:
        self._process.tell(Pause() if down else Resume())

    # What the assistant says

    def _take(self, answer: Answer) -> None:
        if isinstance(answer, Ready):
            self._is_warm = True
            if self.is_on:
                self._show(Stage.READY)
                self._learn_if_due()
        elif isinstance(answer, Learnt):
            self._look(answer)
        elif isinstance(answer, Suggested):
            found = [Detected(each[0], BBox(*each[2:]), each[1]) for each in answer.offers]
            self.keeper.add(answer.id, found)
        elif isinstance(answer, Ranked):
            self._end_round(answer)
        elif isinstance(answer, Warned | Refused):
            self._document.say(answer.message)
            if isinstance(answer, Refused):
                self._show(Stage.READY)

    def _learn_if_due(self) -> None:
        if self.stage not in (Stage.READY, Stage.LOOKING) or self._teller.is_reading:
            return
        counts = self._document.counts
        is_next = is_due(counts.labelled, len(self._teller.news), self.has_learnt)
        if (self._is_urgent or is_next) and counts.labelled and counts.unlabelled:
            self._is_urgent = False
            self._teller.forget_news()
            self._process.tell(Learn(budget_s(counts.labelled)))
            self._show(Stage.LEARNING)
        else:
            self._show(self.stage)

    def _look(self, learnt: Learnt) -> None:
        self._last = learnt
        self.keeper.begin(f"{_MODEL}{learnt.round}")
        ids = unlabelled_from(self._document.dataset, self._travel.image_id)
        self._process.tell(Suggest(tuple(ids[:MOST_LOOKS])))
        self._show(Stage.LOOKING)

    def _end_round(self, ranked: Ranked) -> None:
        self.keeper.store()
        if not self.is_on:
            return  # it could not be stored
        self._travel.useful = ranked.ids
        if self.stage is not Stage.LOOKING:
            return  # it was broken off, for there is more to learn from
        self._show(Stage.READY)
        self.keeper.when_done(lambda: self._tell_round(len(ranked.ids)))
        self._learn_if_due()

    def _tell_round(self, looked_at: int) -> None:
        if self.is_on:
            self._document.say(along_words.told(self._document.counts.suggested, looked_at))

    def _fail(self, sentence: str) -> None:
        was_on = self.is_on
        self.stop()
        if not was_on:
            return  # it was only warming up; asked for, it says what is wrong
        told = self.tr("Learning along has stopped. {0} Switch it on to try again.")
        self._document.report(UserError(told.format(sentence)))

    def _show(self, stage: Stage) -> None:
        self.stage = stage
        self.changed.emit()
