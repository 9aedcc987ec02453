"""The run on show: read from its folder or from the training under way, and put on every page."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from labeler.errors import UserError
from labeler.gui.document import Document
from labeler.gui.train.log_dialog import LogDialog
from labeler.gui.train.notice import Offer
from labeler.gui.train.page import Page
from labeler.gui.train.quiet_measuring import QuietMeasuring
from labeler.gui.train.result_desk import ResultDesk
from labeler.gui.train.run_pages import RunPages
from labeler.gui.train.settings_panel import SettingsPanel
from labeler.gui.train.showcase import Showcase
from labeler.gui.train.shown_run import ShownRun
from labeler.gui.train.trainer import Trainer
from labeler.runs.history import LOG, RunState
from labeler.runs.prepare import load_preparation
from trainer.config import OFFLINE


class RunStage(QObject):
    """changed: another run is on show, or there is news of it, or none is any more.

    lost: a run's folder is gone, which was reported. built_in_requested: the person wants to train
    the built-in detector instead.
    """

    changed = Signal()
    lost = Signal()
    built_in_requested = Signal()

    def __init__(
        self, document: Document, trainer: Trainer, pages: RunPages, settings: SettingsPanel
    ) -> None:
        super().__init__(pages)
        self.run: Path | None = None
        self.results = ResultDesk(document, pages.result)
        self.measuring = QuietMeasuring(document, trainer, self)
        self._document, self._trainer = document, trainer
        self._pages, self._settings = pages, settings
        self._showcase = Showcase(pages.view.strip)
        pages.turned.connect(self.redraw)
        self.results.measured.connect(lambda _run: self.redraw())
        self.results.unmeasured.connect(self.measuring.consider)
        self.results.measure_requested.connect(self.measuring.let_go)
        self.measuring.measured.connect(lambda _run: self.redraw())

    def show(self, run: Path) -> None:
        """Puts another run on show."""
        self.run = run
        shown = self.read(run)
        if shown is not None:
            is_live = shown.state is RunState.RUNNING
            self._showcase.show_run(run, shown.learned_s, is_live=is_live)
            self.redraw()

    def read(self, run: Path) -> ShownRun | None:
        """None where its folder is gone or no run any more; that is reported, and it is let go."""
        try:
            return ShownRun.of(run, self._trainer)
        except UserError as error:
            self._document.report(error)
            self.forget(run)
            self.lost.emit()
            return None

    def redraw(self) -> None:
        """Reads the run on show again and brings its pages up to date."""
        shown = None if self.run is None else self.read(self.run)
        if shown is not None:
            self._draw(shown)
        self.changed.emit()

    def look_again(self, seconds: float) -> None:
        """The run on show has other weights now, after so many seconds."""
        self._showcase.look_again(seconds)

    def finish(self, ended: ShownRun) -> None:
        """The training of the run on show is over."""
        self._showcase.finish(ended.learned_s)
        self.redraw()

    def forget(self, run: Path) -> None:
        """If it is on show, none is any more."""
        self.measuring.let_go(run)
        if run == self.run:
            self.clear()

    def clear(self) -> None:
        """No run is on show."""
        self.run = None
        self._showcase.clear()
        self.results.forget()

    def show_log(self) -> None:
        """Opens the log of the run on show."""
        if self.run is not None:
            LogDialog(self.run / LOG, self._pages).open()

    def _draw(self, shown: ShownRun) -> None:
        explanation, warnings = load_preparation(shown.path)
        self._pages.header.show_run(shown)
        self._pages.view.show_run(shown, warnings, self._offers(shown))
        self.results.take_run(shown)
        if self._pages.current is Page.RESULT:
            self.results.show_run(shown)
        elif self._pages.current is Page.ALL_RUNS:
            self._pages.table.mark_if_none(shown.path)
        choices = shown.record.started.choices if shown.record.started else ()
        self._settings.chosen.show_lines([*([explanation] if explanation else []), *choices])
        self._settings.drawer.show_choices(choices)

    def _offers(self, shown: ShownRun) -> list[Offer]:
        if shown.state not in (RunState.FAILED, RunState.INTERRUPTED):
            return []
        offers: list[Offer] = [(self.tr("Show log"), self.show_log)]
        if shown.state is RunState.FAILED and shown.detector not in OFFLINE:
            offers.append((self.tr("Train the built-in one"), self.built_in_requested.emit))
        return offers
