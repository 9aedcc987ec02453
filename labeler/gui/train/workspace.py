"""The Train workspace: settings and runs at the left, the run on show at the right."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from labeler.gui.document import Document
from labeler.gui.job_bar import JobBar
from labeler.gui.theme import set_role
from labeler.gui.train import keys, last_wish, run_words
from labeler.gui.train.empty_states import TrainEmptyPage
from labeler.gui.train.left_panel import LeftPanel
from labeler.gui.train.log_dialog import LogDialog
from labeler.gui.train.notice import Offer
from labeler.gui.train.page import Page
from labeler.gui.train.result_desk import ResultDesk
from labeler.gui.train.run_pages import RunPages
from labeler.gui.train.run_shelf import RunShelf
from labeler.gui.train.run_starter import RunStarter
from labeler.gui.train.runs_desk import RunsDesk
from labeler.gui.train.showcase import Showcase
from labeler.gui.train.shown_run import ShownRun
from labeler.gui.train.trainer import Trainer
from labeler.gui.workspace import Action, Workspace
from labeler.runs.advice import FEWEST_LABELLED
from labeler.runs.history import LOG, MODEL, RunState
from labeler.runs.launch import training_available
from labeler.runs.prepare import load_preparation
from trainer.config import BUILT_IN
from trainer.events import Evaluated, Event

_REFRESH_MS = 200


class TrainWorkspace(Workspace):
    """One button trains; everything else tells what it does.

    model_available: a model.onnx that Preview should use, again at each better one.
    labelling_requested, preview_requested: the person wants to go there; image_requested: to the
    image with this id.
    """

    model_available = Signal(object)
    labelling_requested = Signal()
    preview_requested = Signal()
    image_requested = Signal(int)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = self.tr("Train")
        self._document = document
        self._shown: Path | None = None
        self.trainer = Trainer(self)
        self.preparing = JobBar(self)
        self.starter = RunStarter(document, self.trainer, self.preparing)
        self.shelf = RunShelf(document, self)
        self.panel = LeftPanel(self)
        self.settings, self.run_list = self.panel.settings, self.panel.run_list
        self.settings.show_wish(last_wish.last())
        self.pages = RunPages(self)
        self.header, self.view = self.pages.header, self.pages.view
        self.runs_desk = RunsDesk(document, self.shelf, self.pages.table)
        self.results = ResultDesk(document, self.pages.result)
        self.empty = TrainEmptyPage(self)
        self._pages = QStackedWidget(self)
        self._showcase = Showcase(self.view.strip)
        self._refresh_timer = QTimer(self)
        self._lay_out()
        self._connect()
        self.shelf.load()

    def actions_table(self) -> list[Action]:
        return keys.actions(self)

    def activated(self) -> None:
        self._refresh()

    def closing_question(self) -> str:
        if not self.trainer.is_running:
            return ""
        return self.tr(
            "A training is running. Close the window and stop it? "
            "The best is kept, and it can go on later."
        )

    def shut_down(self) -> None:
        self.preparing.stop()
        self.trainer.stop_and_wait()
        self.results.shut_down()
        self.runs_desk.shut_down()

    def train(self) -> None:
        """Prepares a run in the background, then starts it."""
        if not self._is_busy() and self._can_train():
            self.starter.start(self.settings.wish())
            self._refresh()

    def adjust(self) -> None:
        """Opens the drawer with everything that is chosen otherwise, or closes it."""
        self.settings.adjust.toggle()

    def stop(self) -> None:
        """Ends the training softly; the best weights stay."""
        self.trainer.stop()
        self._show_current()

    def pause(self) -> None:
        """The training stands still, or goes on after a pause."""
        self.trainer.pause()
        self._show_current()

    def obstacle_to_go_on(self) -> str:
        """Why the run on show cannot go on, or nothing."""
        if self._is_busy():
            return self.tr("A training is running.")
        if self._shown is None or not ShownRun.of(self._shown, self.trainer).can_go_on:
            return self.tr("The run on show did not end early, or has nothing to go on from.")
        return ""

    def go_on(self) -> None:
        """Takes the run on show up again where it was interrupted."""
        if self._shown is not None and not self.obstacle_to_go_on():
            self.starter.go_on(self._shown)

    def use_in_preview(self) -> None:
        """Hands the model of the run on show to Preview and goes there."""
        if self._shown is not None:
            self._preview(self._shown)

    def export_model(self) -> None:
        """Writes the model of the run on show as a zip, where the person wants it."""
        if self._shown is not None:
            self.runs_desk.ask_file(self._shown)

    def _preview(self, run: Path) -> None:
        self._watch(run / MODEL)

    def _watch(self, model: Path) -> None:
        if model.is_file():
            self.model_available.emit(model)
            self.preview_requested.emit()

    def _open(self, run: Path) -> None:
        """From the table of all runs."""
        self._show(run)
        self.run_list.show_runs(self.shelf.runs, run)
        self.pages.turn_to(Page.LEARNING)

    def show_log(self) -> None:
        """Opens the log of the run on show."""
        if self._shown is not None:
            LogDialog(self._shown / LOG, self).open()

    def trash(self) -> None:
        """Moves the run that is marked in the list to the wastebasket."""
        run = self.run_list.current()
        if run is not None:
            self._trash(run)

    def _begin(self, run: Path) -> None:
        self.pages.turn_to(Page.LEARNING)
        self._show(run)
        self.shelf.load()

    def _take(self, event: Event) -> None:
        """The training told something."""
        run = self.trainer.run
        assert run is not None
        if isinstance(event, Evaluated) and event.is_best and (run / MODEL).is_file():
            self.model_available.emit(run / MODEL)
            if run == self._shown:
                self._showcase.look_again(event.seconds)
        if run == self._shown:
            self._show_current()

    def _finish(self, run: Path) -> None:
        """The training ended, well or not."""
        ended = ShownRun.of(run, self.trainer)
        if ended.has_model:
            self.model_available.emit(run / MODEL)
        if run == self._shown:
            self._showcase.finish(ended.learned_s)
            self._show_current()
        self.shelf.load()
        self._document.say(run_words.sentence(ended))
        QApplication.alert(self)

    def _show(self, run: Path) -> None:
        """Puts a run on show, from its folder or from the training under way."""
        self._shown = run
        shown = ShownRun.of(run, self.trainer)
        is_live = shown.state is RunState.RUNNING
        self._showcase.show_run(run, shown.learned_s, is_live=is_live)
        self._show_current()

    def _show_current(self) -> None:
        if self._shown is None:
            self._refresh()
            return
        shown = ShownRun.of(self._shown, self.trainer)
        explanation, warnings = load_preparation(shown.path)
        self.header.show_run(shown)
        self.results.take_run(shown)
        if self.pages.current is Page.RESULT:
            self.results.show_run(shown)
        elif self.pages.current is Page.ALL_RUNS:
            self.pages.table.mark_if_none(shown.path)
        self.view.show_run(shown, warnings, self._offers(shown))
        choices = shown.record.started.choices if shown.record.started else ()
        self.settings.chosen.show_lines([*([explanation] if explanation else []), *choices])
        self.settings.drawer.show_choices(choices)
        self._refresh()

    def _offers(self, shown: ShownRun) -> list[Offer]:
        if shown.state not in (RunState.FAILED, RunState.INTERRUPTED):
            return []
        offers: list[Offer] = [(self.tr("Show log"), self.show_log)]
        if shown.state is RunState.FAILED and shown.detector != BUILT_IN:
            offers.append((self.tr("Train the built-in one"), self._train_built_in))
        return offers

    def _train_built_in(self) -> None:
        self.settings.choose_built_in()
        self.train()

    def _show_runs(self) -> None:
        runs = self.shelf.runs
        if self._shown is None and runs:
            self._show(runs[0].path)
        self.run_list.show_runs(runs, self._shown)
        if self._shown is not None and self.pages.current is Page.ALL_RUNS:
            self.pages.table.mark_if_none(self._shown)
        self.panel.show_any_runs(bool(runs))
        self._refresh()

    def _trash(self, run: Path) -> None:
        if run == self.trainer.run and self.trainer.is_running:
            self._document.say(self.tr("This run is still learning. Stop it first."))
            return
        self.shelf.trash(run)

    def _forget(self, run: Path) -> None:
        if run == self._shown:
            self._shown = None
            self._showcase.clear()
            self.results.forget()

    def _open_dataset(self) -> None:
        """Another dataset: its runs, unless a training is still on show."""
        self.shelf.clear()
        if not self.trainer.is_running:
            self._shown = None
            self._showcase.clear()
            self.results.forget()
        self.shelf.load()
        self._refresh()

    def _is_busy(self) -> bool:
        return self.starter.is_preparing or self.trainer.is_running

    def _can_train(self) -> bool:
        labelled = self._document.dataset.counts().labelled
        return labelled >= FEWEST_LABELLED and training_available()

    def _refresh(self) -> None:
        """Which page is up, and what can be pressed."""
        self._refresh_timer.stop()
        busy = self._is_busy()
        self.settings.set_busy(busy)
        self.settings.train_button.setEnabled(not busy and self._can_train())
        colors = {each.id: each.color for each in self._document.dataset.categories()}
        self.view.strip.set_colors(colors)
        self.pages.result.mistakes.gallery.set_colors(colors)
        if self._shown is not None:
            self._pages.setCurrentWidget(self.pages)
            return
        self._pages.setCurrentWidget(self.empty)
        counts = self._document.dataset.counts()
        self.settings.chosen.show_lines(
            [self.tr("{0} labelled, {1} empty").format(counts.labelled, counts.empty)]
        )
        self.empty.show_counts(counts, self._refresh, self.labelling_requested.emit)

    def _connect(self) -> None:
        self._refresh_timer.setSingleShot(True)
        self._refresh_timer.setInterval(_REFRESH_MS)
        self._refresh_timer.timeout.connect(self._refresh)
        document = self._document
        for changed in (
            document.annotations_changed,
            document.image_state_changed,
            document.images_added,
            document.categories_changed,
        ):
            changed.connect(self._refresh_timer.start)
        document.dataset_opened.connect(self._open_dataset)
        self.trainer.told.connect(self._take)
        self.starter.began.connect(self._begin)
        self.starter.missed.connect(self._refresh)
        self.shelf.loaded.connect(self._show_runs)
        self.shelf.removed.connect(self._forget)
        self.pages.turned.connect(self._show_current)
        self.results.image_requested.connect(self.image_requested)
        self.results.model_chosen.connect(self._watch)
        self.results.measured.connect(lambda _run: self._show_current())
        self.trainer.ended.connect(self._finish)
        self.settings.train_requested.connect(self.train)
        self.settings.changed.connect(lambda: last_wish.keep(self.settings.wish()))
        self.header.stop_requested.connect(self.stop)
        self.header.pause_requested.connect(self.pause)
        self.header.go_on_requested.connect(self.go_on)
        self.header.preview_requested.connect(self.use_in_preview)
        self.pages.table.chosen.connect(self._open)
        self.pages.table.preview_requested.connect(self._preview)
        self.pages.table.trash_requested.connect(self._trash)
        self.run_list.chosen.connect(self._show)
        self.run_list.trash_requested.connect(self._trash)
        self.run_list.log_requested.connect(lambda run: LogDialog(run / LOG, self).open())

    def _lay_out(self) -> None:
        self._pages.addWidget(self.empty)
        self._pages.addWidget(self.pages)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        line = QFrame(self)
        line.setFixedWidth(1)
        set_role(line, "line")
        layout.addWidget(self.panel)
        layout.addWidget(line)
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        right.addWidget(self._pages, 1)
        right.addWidget(self.preparing)
        layout.addLayout(right, 1)
