"""The data curve under way: a pair's parts, prepared and trained one after the other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from labeler.errors import UserError
from labeler.gui.background import run_in_background
from labeler.gui.compare.pair_trainer import PairTrainer
from labeler.gui.document import Document
from labeler.gui.errand import Errand
from labeler.gui.preparing import announce, obstacle_beside
from labeler.runs.chart_files import write_chart
from labeler.runs.comparison import SCORES
from labeler.runs.data_curve import (
    DATA_CURVE,
    SHARES,
    curve_chart,
    missing_shares,
    part_folder,
    prepare_part,
    read_points,
)
from labeler.runs.pair import SIDES, PreparedPair
from labeler.runs.turns import require_no_pair, require_no_run
from trainer.events import Failed
from trainer.names import is_there


class CurveTraining(QObject):
    """Trains what is missing of one pair's curve. changed: there is news of how far it is.

    grown carries the pair: there is a point more. ended: the curve is complete, or it was stopped
    and what is trained stays; that is said.
    """

    changed = Signal()
    grown = Signal(object)
    ended = Signal()

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.pair: Path | None = None
        """While it trains."""
        self.images = 0
        """That the part under way learns from; 0: it is being prepared."""
        self._document = document
        self._missing: list[float] = []
        self._folder = Path()
        self._name = ""
        self._is_stopping = False
        self._trainer = PairTrainer(self)
        self._trainer.told.connect(lambda _side, _event: self.changed.emit())
        self._trainer.ended.connect(self._take_end)
        self._scoring = Errand(self)
        self._scoring.done.connect(lambda _answer: self._draw())
        self._scoring.failed.connect(self._miss)
        self._scoring.ended.connect(self._stop_if_wanted)
        announce(self)

    @property
    def is_running(self) -> bool:
        return self.pair is not None

    @property
    def is_preparing(self) -> bool:
        """Whether it is between two parts, or before the first one."""
        return self.is_running and not self._trainer.is_running

    @property
    def place(self) -> tuple[int, int]:
        """Which of how many parts learns now, from 1 on."""
        parts = len(SHARES) - 1
        return parts - len(self._missing) + 1, parts

    @property
    def share(self) -> float:
        """How much of the whole curve is done, 0 to 1."""
        parts = len(SHARES) - 1
        return (parts - len(self._missing) + self._share_of_part()) / parts

    def start(self, pair: Path) -> None:
        """Raises nothing: what comes between is reported."""
        if obstacle := obstacle_beside(self):
            self._document.report(UserError(obstacle))
            return
        folder = self._folder = self._document.dataset.runs_folder
        self._name = self._document.dataset.name
        self.pair, self.images, self._is_stopping = pair, 0, False
        self._missing = list(SHARES[:-1])
        self._do(lambda: _missing(folder, pair), self._take_missing)
        self.changed.emit()

    def stop(self) -> None:
        """Ends it at once. The part under way is let go; those that are trained stay."""
        if self.is_running and not self._is_stopping:
            self._is_stopping = True
            self._trainer.abandon()
            self._scoring.stop()
            self.changed.emit()

    def stop_and_wait(self) -> None:
        """For closing the window."""
        self._is_stopping = True
        self._trainer.abandon()
        self._trainer.stop_and_wait()
        self._scoring.stop_and_wait()

    def _take_missing(self, missing: list[float]) -> None:
        self._missing = missing
        self._next()

    def _next(self) -> None:
        pair = self.pair
        assert pair is not None
        if self._is_stopping:
            self._stop()
            return
        if not self._missing:
            picture = pair / f"{DATA_CURVE}.png"
            self._end("")
            self._document.tell_written(picture, self.tr("The data curve is complete."))
            return
        if obstacle := obstacle_beside(self):
            self._miss(UserError(obstacle))
            return
        share, self.images = self._missing[0], 0
        place = part_folder(pair / DATA_CURVE, share)
        folder = self._folder
        self._do(lambda: _prepared(folder, pair, place, share), self._begin)
        self.changed.emit()

    def _begin(self, prepared: PreparedPair) -> None:
        if self._is_stopping:
            self._stop()
            return
        self._trainer.start(prepared.path)
        self.images = prepared.sizes.train
        self.changed.emit()

    def _take_end(self, part: Path) -> None:
        ends = [self._trainer.records.of(side).end for side in SIDES]
        failed = next((end for end in ends if isinstance(end, Failed)), None)
        if failed is not None:
            self._miss(UserError(failed.message))
        elif self._is_stopping:
            self._stop()
        elif is_there(part / SCORES):
            self._draw()
        else:
            self._scoring.start("score-pair", part)

    def _draw(self) -> None:
        """The curve so far, with the part that is scored now."""
        pair, name = self.pair, self._name
        assert pair is not None
        self._do(lambda: _draw(pair, name), self._take_part)

    def _stop_if_wanted(self) -> None:
        if self._is_stopping:
            self._stop()

    def _take_part(self, _nothing: object) -> None:
        self._missing = self._missing[1:]
        self.grown.emit(self.pair)
        self._next()

    def _share_of_part(self) -> float:
        if not self._trainer.is_running:
            return 0.0
        told = [self._trainer.records.of(side).progress for side in SIDES]
        known = [each for each in told if each is not None and each.seconds_total > 0]
        return sum(min(1.0, each.seconds / each.seconds_total) for each in known) / len(SIDES)

    def _do(self, work: Callable[[], Any], then: Callable[[Any], None]) -> None:
        run_in_background(
            lambda _report, _stop: work(),
            on_done=lambda result: self._attempt(lambda: then(result)),
            on_error=self._miss,
            owner=self,
        )

    def _attempt(self, step: Callable[[], None]) -> None:
        try:
            step()
        except UserError as error:
            self._miss(error)

    def _miss(self, error: Exception) -> None:
        self._end()
        if not isinstance(error, UserError):
            raise error
        self._document.report(error)

    def _stop(self) -> None:
        self._end(self.tr("Stopped. The parts of the data curve that are trained are kept."))

    def _end(self, sentence: str = "") -> None:
        self.pair = None
        self.ended.emit()
        if sentence:
            self._document.say(sentence)


def _missing(runs_folder: Path, pair: Path) -> list[float]:
    """The shares to train, the smallest first. Raises UserError while anything else trains."""
    require_no_run(runs_folder)
    require_no_pair(runs_folder)
    return missing_shares(pair, pair / DATA_CURVE)


def _prepared(runs_folder: Path, pair: Path, place: Path, share: float) -> PreparedPair:
    """Raises UserError where a training was begun since the part before: both would be slower."""
    require_no_run(runs_folder)
    return prepare_part(pair, place, share)


def _draw(pair: Path, name: str) -> None:
    write_chart(curve_chart(name, read_points(pair, pair / DATA_CURVE)), pair, DATA_CURVE)
