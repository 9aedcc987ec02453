"""The Train workspace: settings and runs at the left, the run on show at the right."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
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
from labeler.gui.train.next_split import NextSplit
from labeler.gui.train.page import Page
from labeler.gui.train.run_pages import RunPages
from labeler.gui.train.run_shelf import RunShelf
from labeler.gui.train.run_stage import RunStage
from labeler.gui.train.run_starter import RunStarter
from labeler.gui.train.runs_desk import RunsDesk
from labeler.gui.train.trainer import Trainer
from labeler.gui.workspace import Action, Workspace
from labeler.runs.advice import FEWEST_LABELLED
from labeler.runs.history import LOG, MODEL, newest_model
from labeler.runs.launch import training_available
from trainer.events import Evaluated, Event

_REFRESH_MS = 200


class TrainWorkspace(Workspace):
    """One button trains; everything else tells what it does.

    model_available: a model that Preview should use: the newest while a run learns, then its best.
    model_chosen: one that the person wants to see at work; of a run that learns its best so far.
    labelling_requested, preview_requested: the person wants to go there; image_requested: to the
    image with this id. run_began: a new run learns from what is labelled now.
    """

    model_available = Signal(object)
    model_chosen = Signal(object)
    labelling_requested = Signal()
    preview_requested = Signal()
    image_requested = Signal(int)
    run_began = Signal(object)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = self.tr("Train")
        self._document = document
        self.trainer = Trainer(self)
        self.preparing = JobBar(self)
        self.next_split = NextSplit(self)
        self.starter = RunStarter(document, self.trainer, self.preparing)
        self.shelf = RunShelf(document, self)
        self.panel = LeftPanel(self)
        self.settings, self.run_list = self.panel.settings, self.panel.run_list
        self.settings.show_wish(last_wish.last())
        self.pages = RunPages(self)
        self.header, self.view = self.pages.header, self.pages.view
        self.runs_desk = RunsDesk(document, self.shelf, self.pages.table)
        self.stage = RunStage(document, self.trainer, self.pages, self.settings)
        self.results = self.stage.results
        self.empty = TrainEmptyPage(self)
        self._pages = QStackedWidget(self)
        self._refresh_timer = QTimer(self)
        self._lay_out()
        self._connect()
        self.shelf.load()

    def actions_table(self) -> list[Action]:
        return keys.actions(self)

    def activated(self) -> None:
        self._look_at_data()
        self._refresh()

    def main_part(self) -> QWidget:
        return self._pages

    def signs_height(self) -> int:
        return self.pages.signs_height() if self._pages.currentWidget() is self.pages else 0

    def closing_question(self) -> str:
        if not self.trainer.is_running:
            return ""
        return self.tr(
            "A training is running. Close the window and stop it? The best is kept, and "
            "it can be resumed later."
        )

    def shut_down(self) -> None:
        self.preparing.stop()
        self.next_split.stop()
        self.trainer.stop_and_wait()
        self.results.shut_down()
        self.stage.measuring.stop_and_wait()
        self.runs_desk.shut_down()

    def train(self) -> None:
        """Prepares a run in the background, then starts it."""
        if not self._is_busy() and self._can_train():
            self.starter.start(self.settings.wish())
            self._refresh()

    def improve(self, model: Path | None) -> None:
        """A quick training that goes on from this model's run, with all that was labelled since."""
        if not self._is_busy() and self._can_train():
            self.starter.improve(model, self.settings.wish())
            self._refresh()

    def adjust(self) -> None:
        """Opens the drawer with everything that is chosen otherwise, or closes it."""
        self.settings.adjust.toggle()

    def stop(self) -> None:
        """Ends the training softly; the best weights stay."""
        self.trainer.stop()
        self.stage.redraw()

    def pause(self) -> None:
        """The training stands still, or goes on after a pause."""
        self.trainer.pause()
        self.stage.redraw()

    def obstacle_to_go_on(self) -> str:
        """Why the run on show cannot go on, or nothing."""
        if self._is_busy():
            return self.tr("A training is running.")
        shown = None if self.stage.run is None else self.stage.read(self.stage.run)
        if shown is None or not shown.can_go_on:
            return self.tr("This run did not end early, or has saved nothing to resume from.")
        return ""

    def go_on(self) -> None:
        """Takes the run on show up again where it was interrupted."""
        if self.stage.run is not None and not self.obstacle_to_go_on():
            self.starter.go_on(self.stage.run)
            self._refresh()

    def use_in_preview(self) -> None:
        """Hands the model of the run on show to Preview and goes there."""
        if self.stage.run is not None:
            self._preview(self.stage.run)

    def export_model(self) -> None:
        """Writes the model of the run on show as a zip, where the person wants it."""
        if self.stage.run is not None:
            self.runs_desk.ask_file(self.stage.run)

    def _preview(self, run: Path) -> None:
        self._watch(run / MODEL)

    def _watch(self, model: Path) -> None:
        if model.is_file():
            self.model_chosen.emit(model)
            self.preview_requested.emit()

    def _open(self, run: Path) -> None:
        """From the table of all runs."""
        self.stage.show(run)
        self.run_list.show_runs(self.shelf.runs, run)
        self.pages.turn_to(Page.LEARNING)

    def trash(self) -> None:
        """Moves the run that is marked in the list to the wastebasket."""
        run = self.run_list.current()
        if run is not None:
            self._trash(run)

    def _begin(self, run: Path) -> None:
        self.pages.turn_to(Page.LEARNING)
        self.stage.show(run)
        if self.hasFocus():  # see _set_busy()
            self.pages.bar.button(Page.LEARNING).setFocus(Qt.FocusReason.OtherFocusReason)
        self.shelf.load()

    def _take(self, event: Event) -> None:
        """The training told something."""
        run = self.trainer.run
        assert run is not None
        if isinstance(event, Evaluated) and (model := newest_model(run)).is_file():
            self.model_available.emit(model)
            if run == self.stage.run:
                self.stage.look_again(event.seconds)
        if run == self.stage.run:
            self.stage.redraw()

    def _finish(self, run: Path) -> None:
        """The training ended, well or not."""
        ended = self.stage.read(run)
        if ended is None:
            return
        if ended.has_model:
            self.model_available.emit(run / MODEL)
        if run == self.stage.run:
            self.stage.finish(ended)
        self.stage.measuring.consider(ended)
        self.shelf.load()
        self._document.say(run_words.sentence(ended))
        QApplication.alert(self)

    def _train_built_in(self) -> None:
        self.settings.choose_built_in()
        self.train()

    def _show_runs(self) -> None:
        runs = self.shelf.runs
        if self.stage.run is None and runs:
            self.stage.show(runs[0].path)
        self.run_list.show_runs(runs, self.stage.run)
        self.settings.show_runs(runs, self.shelf.left_out)
        if self.stage.run is not None and self.pages.current is Page.ALL_RUNS:
            self.pages.table.mark_if_none(self.stage.run)
        self.panel.show_any_runs(bool(runs), self.shelf.left_out)
        self._refresh()

    def _trash(self, run: Path) -> None:
        if run == self.trainer.run and self.trainer.is_running:
            self._document.say(self.tr("This run is still training. Stop it first."))
            return
        self.shelf.trash(run)

    def _open_dataset(self) -> None:
        """Another dataset: its runs, unless a training is still on show."""
        self.shelf.clear()
        if not self.trainer.is_running:
            self.stage.clear()
        self.shelf.load()
        self.next_split.stop()
        if self.isVisible():
            self._look_at_data()
        self._refresh()

    def _is_busy(self) -> bool:
        return self.starter.is_preparing or self.trainer.is_running

    def _can_train(self) -> bool:
        labelled = self._document.counts.labelled
        return labelled >= FEWEST_LABELLED and training_available()

    def _follow_data(self) -> None:
        if self.isVisible():
            self._look_at_data()
        self._refresh()

    def _look_at_data(self) -> None:
        """What the next training will learn from, as the data and the settings are now."""
        document = self._document
        self.next_split.look(document.dataset, document.counts, self.settings.wish())

    def _tell_data(self) -> None:
        """What is said of the run on show, in the bar above its curves, is not said twice."""
        there = self.view.notice.lines if self._shows_notice() else ()
        self.settings.data.show_lines([line for line in self.next_split.lines if line not in there])

    def _shows_notice(self) -> bool:
        return self.stage.run is not None and self.pages.current is Page.LEARNING

    def _choose(self) -> None:
        """The settings were changed."""
        last_wish.keep(self.settings.lasting_wish())
        self._look_at_data()

    def _refresh(self) -> None:
        """Which page is up, and what can be pressed."""
        self._refresh_timer.stop()
        busy = self._is_busy()
        self._set_busy(busy)
        self.settings.train_button.setEnabled(not busy and self._can_train())
        self.header.go_on_button.setEnabled(not busy)
        colors = {each.id: each.color for each in self._document.dataset.categories()}
        self.view.strip.set_colors(colors)
        self.pages.result.mistakes.gallery.set_colors(colors)
        if self.stage.run is not None:
            self._pages.setCurrentWidget(self.pages)
            return
        self._pages.setCurrentWidget(self.empty)
        self.settings.chosen.show_lines(
            [self.tr("Shown here with the reasons once a training begins.")]
        )
        counts = self._document.counts
        self.empty.show_counts(counts, self._refresh, self.labelling_requested.emit)

    def _set_busy(self, busy: bool) -> None:
        """Qt would hand the keys of what is greyed out to its neighbour, or to nobody: the
        workspace keeps them until there is something to watch.
        """
        focused = QApplication.focusWidget()
        if busy and focused is not None and self.settings.loses_keys(focused):
            self.setFocus()
        self.settings.set_busy(busy)

    def _connect(self) -> None:
        self._refresh_timer.setSingleShot(True)
        self._refresh_timer.setInterval(_REFRESH_MS)
        self._refresh_timer.timeout.connect(self._follow_data)
        document = self._document
        for changed in (
            document.annotations_changed,
            document.image_state_changed,
            document.images_added,
            document.images_removed,
            document.categories_changed,
            document.counts_changed,
            document.sessions_changed,
        ):
            changed.connect(self._refresh_timer.start)
        document.dataset_opened.connect(self._open_dataset)
        self.trainer.told.connect(self._take)
        self.starter.began.connect(self._begin)
        self.starter.began.connect(self.run_began)
        self.starter.went_on.connect(self._begin)
        self.starter.missed.connect(self._refresh)
        self.shelf.loaded.connect(self._show_runs)
        self.shelf.removed.connect(self.stage.forget)
        self.stage.changed.connect(self._refresh)
        self.stage.changed.connect(self._tell_data)
        self.stage.lost.connect(self.shelf.load)
        self.stage.built_in_requested.connect(self._train_built_in)
        self.results.image_requested.connect(self.image_requested)
        self.results.model_chosen.connect(self._watch)
        self.trainer.ended.connect(self._finish)
        self.settings.train_requested.connect(self.train)
        self.settings.changed.connect(self._choose)
        self.next_split.changed.connect(self._tell_data)
        self.header.stop_requested.connect(self.stop)
        self.header.pause_requested.connect(self.pause)
        self.header.go_on_requested.connect(self.go_on)
        self.header.preview_requested.connect(self.use_in_preview)
        self.pages.turned.connect(self.main_part_changed)
        self.pages.table.chosen.connect(self._open)
        self.pages.table.preview_requested.connect(self._preview)
        self.pages.table.trash_requested.connect(self._trash)
        self.run_list.chosen.connect(self.stage.show)
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
