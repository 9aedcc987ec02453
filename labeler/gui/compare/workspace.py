"""The Compare workspace: two runs that differ in their start alone, learning side by side."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QStackedWidget, QWidget

from labeler.gui.compare import keys
from labeler.gui.compare.curve_training import CurveTraining
from labeler.gui.compare.empty_page import CompareEmptyPage
from labeler.gui.compare.pair_panel import PANEL_WIDTH, PairPanel
from labeler.gui.compare.pair_shelf import PairShelf
from labeler.gui.compare.pair_starter import PairStarter
from labeler.gui.compare.pair_trainer import PairTrainer
from labeler.gui.compare.pair_view import PairView
from labeler.gui.compare.scrolling import scrolling
from labeler.gui.compare.shown_pair import ShownPair
from labeler.gui.compare.watch_page import WatchPage
from labeler.gui.document import Document
from labeler.gui.live import LiveCamera
from labeler.gui.theme import set_role
from labeler.gui.workspace import Action, Workspace
from labeler.runs.advice import FEWEST_LABELLED
from labeler.runs.history import RunState
from labeler.runs.launch import training_available
from trainer.events import Event

_REFRESH_MS = 200


class CompareWorkspace(Workspace):
    """labelling_requested: there is too little to learn from, and the person wants to mend that."""

    labelling_requested = Signal()

    def __init__(self, document: Document, live: LiveCamera, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = self.tr("Compare")
        self._document = document
        self._shown: ShownPair | None = None
        self._wanted: Path | None = None
        self._ended: Path | None = None
        self._is_watch_wanted = False
        self.trainer = PairTrainer(self)
        self.starter = PairStarter(document, self.trainer)
        self.curve = CurveTraining(document, self)
        self.shelf = PairShelf(document, self)
        self.panel = PairPanel(self)
        self.view = PairView(self)
        self.empty = CompareEmptyPage(self)
        self.watch_page = WatchPage(document, live, self)
        self._scrolled_view = scrolling(self.view, self)
        self._pages = QStackedWidget(self)
        self._halves = QStackedWidget(self)
        self._curves = QWidget(self)
        self._refresh_timer = QTimer(self, singleShot=True, interval=_REFRESH_MS)
        self._lay_out()
        self._connect()
        self.shelf.load()

    @property
    def shown(self) -> ShownPair | None:
        """The pair on show, as it stands now."""
        return self._shown.beside(self.trainer) if self._shown is not None else None

    @property
    def is_watching(self) -> bool:
        """Whether the two panes are up, not the curves."""
        return self._halves.currentWidget() is self.watch_page

    def actions_table(self) -> list[Action]:
        return keys.actions(self)

    def main_part(self) -> QWidget:
        return self.watch_page if self.is_watching else self._pages

    def is_settled(self) -> bool:
        return not self.is_watching or self.watch_page.panes.sight is not None

    def activated(self) -> None:
        self.shelf.load()
        self._refresh()
        if self.is_watching:
            self.watch_page.come_back()

    def deactivated(self) -> None:
        if self.is_watching:
            self.watch_page.rest()

    def closing_question(self) -> str:
        if self.curve.is_running:
            return self.tr(
                "A data curve is training. Close the window and stop it? "
                "The parts that are trained are kept."
            )
        if not self.trainer.is_running:
            return ""
        return self.tr(
            "A pair is training. Close the window and stop it? The best of both is "
            "kept, and it can be resumed later."
        )

    def shut_down(self) -> None:
        self.watch_page.shut_down()
        self.trainer.stop_and_wait()
        self.curve.stop_and_wait()

    def train(self) -> None:
        """Prepares a pair in the background, then starts it."""
        if not self._is_busy() and self._can_train():
            self.starter.start(self.panel.wish())
            self._refresh()

    def stop(self) -> None:
        """Ends both trainings softly, the best weights of each stay; or the data curve."""
        self.trainer.stop()
        self.curve.stop()
        self._show_current()

    def obstacle_to_stop(self) -> str:
        """Why there is nothing to stop, or nothing."""
        is_any = self.trainer.is_running or self.curve.is_running
        return "" if is_any else self.tr("No pair is training.")

    def pause(self) -> None:
        """Both stand still, or go on."""
        self.trainer.pause()

    def obstacle_to_go_on(self) -> str:
        shown = self.shown
        if shown is not None and shown.can_go_on:
            return ""
        return self.tr("This pair has saved nothing to resume from.")

    def go_on(self) -> None:
        """Takes a pair that ended early up again from the states that it left."""
        shown = self.shown
        if shown is not None and not self._is_busy() and not self.obstacle_to_go_on():
            self.starter.go_on(shown.path)
            self._refresh()

    def obstacle_to_curve(self) -> str:
        """Why no data curve can be trained of the pair on show, or nothing."""
        shown = self.shown
        if self._is_busy():
            return self.tr("A training is running.")
        if shown is None or not shown.can_have_curve:
            return self.tr("Train a pair to the end first.")
        return ""

    def train_curve(self) -> None:
        """Trains the pair on show on parts of its images, too."""
        shown = self.shown
        if shown is not None and not self.obstacle_to_curve():
            self.curve.start(shown.path)
            self._show_current()

    def toggle_watching(self) -> None:
        """From the curves to the two panes, and back."""
        if self.is_watching:
            self._leave_panes()
            return
        self._is_watch_wanted = self.shelf.is_reading
        if self.shelf.is_reading:  # as at the start: when it is known which pairs there are
            return
        shown = self.shown
        if shown is None or not shown.has_models:
            self._document.say(self.tr("Train a pair first: there are no two detectors yet."))
        elif shown.state is RunState.RUNNING:
            self._document.say(self.tr("Both are still training. Vote when they are done."))
        else:
            self._show_half(self.watch_page)
            self.watch_page.open(shown)
            self.watch_page.setFocus()

    def trash(self) -> None:
        """Moves the pair that is marked in the list to the wastebasket."""
        pair = self.panel.list.current()
        if pair is not None:
            self._trash(pair)

    def _leave_panes(self) -> None:
        self.watch_page.leave()
        self._show_half(self._curves)
        self.view.setFocus()

    def _show_half(self, half: QWidget) -> None:
        self._halves.setCurrentWidget(half)
        self.main_part_changed.emit()

    def _begin(self, pair: Path) -> None:
        self._show(pair)
        self.shelf.load()

    def _take(self, _side: str, _event: Event) -> None:
        """The training told something."""
        if self._shown is not None and self._shown.path == self.trainer.pair:
            self._show_current()

    def _finish(self, pair: Path) -> None:
        """Both trainings ended, well or not."""
        self._ended = pair
        self.shelf.load()
        self._show(pair)
        QApplication.alert(self)

    def _show(self, pair: Path) -> None:
        """Puts a pair on show; its folder is read in the background."""
        self._wanted = pair
        self.shelf.open(pair)

    def _take_shown(self, shown: ShownPair) -> None:
        if shown.path == self._ended:
            self._ended = None
            self._document.say(self.view.ending(shown))
        if shown.path == self._wanted:
            self._shown = shown
            self._show_current()
        self._watch_if_wanted()

    def _show_current(self) -> None:
        shown = self.shown
        if shown is not None:
            self.view.show_pair(shown)
            self.panel.explain(shown.explanation)
        self._refresh()

    def _take_point(self, pair: Path) -> None:
        """A pair's data curve has a point more."""
        if pair == self._wanted:
            self._show(pair)

    def _take_list(self) -> None:
        pairs = self.shelf.pairs
        if self._wanted is None and pairs:
            self._show(pairs[0].path)
        self.panel.show_pairs(pairs, self._wanted, self.shelf.left_out)
        self._refresh()
        self._watch_if_wanted()

    def _watch_if_wanted(self) -> None:
        if self._is_watch_wanted and not self.shelf.is_reading:
            self.toggle_watching()

    def _trash(self, pair: Path) -> None:
        is_learning = pair == self.trainer.pair and self.trainer.is_running
        if is_learning or pair == self.curve.pair:
            self._document.say(self.tr("This pair is still training. Stop it first."))
            return
        self.shelf.trash(pair)

    def _take_removed(self, pair: Path) -> None:
        if pair == self._wanted:
            self._forget()

    def _forget(self) -> None:
        self._shown = self._wanted = None

    def _open_dataset(self) -> None:
        """Another dataset: its pairs, unless a training is still on show."""
        if self.is_watching:
            self._leave_panes()
        if not self.trainer.is_running:
            self._forget()
        self.shelf.load()
        self._refresh()

    def _is_busy(self) -> bool:
        return self.starter.is_preparing or self.trainer.is_running or self.curve.is_running

    def _can_train(self) -> bool:
        labelled = self._document.counts.labelled
        return labelled >= FEWEST_LABELLED and training_available()

    def _refresh(self) -> None:
        """Which page is up, and what can be pressed."""
        self._refresh_timer.stop()
        busy = self._is_busy()
        self.panel.set_busy(busy, can_train=self._can_train())
        self.view.go_on_button.setEnabled(not busy)
        if self.shown is not None:
            self.view.data_curve.show_training(self.shown, self.curve, can_train=not busy)
        if self._shown is not None:
            self._pages.setCurrentWidget(self._scrolled_view)
            return
        self._pages.setCurrentWidget(self.empty)
        labelled = self._document.counts.labelled
        self.panel.explain("")
        if self.starter.is_preparing or self.trainer.is_running:
            self.empty.say_preparing()
        elif not training_available():
            self.empty.say_what_to_install()
        elif labelled < FEWEST_LABELLED:
            self.empty.say_what_to_label(FEWEST_LABELLED - labelled)
        else:
            self.empty.say_ready(labelled)

    def _connect(self) -> None:
        self._refresh_timer.timeout.connect(self._refresh)
        document = self._document
        for changed in (
            document.annotations_changed,
            document.image_state_changed,
            document.images_added,
            document.images_removed,
            document.many_images_changed,
        ):
            changed.connect(self._refresh_timer.start)
        document.dataset_opened.connect(self._open_dataset)
        self.shelf.listed.connect(self._take_list)
        self.shelf.read.connect(self._take_shown)
        self.shelf.removed.connect(self._take_removed)
        self.trainer.told.connect(self._take)
        self.trainer.ended.connect(self._finish)
        self.starter.began.connect(self._begin)
        self.starter.went_on.connect(self._show_current)
        self.starter.missed.connect(self._refresh)
        self.curve.changed.connect(self._refresh)
        self.curve.grown.connect(self._take_point)
        self.curve.ended.connect(self._refresh)
        self.panel.train_requested.connect(self.train)
        self.panel.pair_chosen.connect(self._show)
        self.panel.trash_requested.connect(self._trash)
        self.view.stop_requested.connect(self.stop)
        self.view.pause_requested.connect(self.pause)
        self.view.go_on_requested.connect(self.go_on)
        self.view.watch_requested.connect(self.toggle_watching)
        self.view.data_curve.train_requested.connect(self.train_curve)
        self.view.data_curve.cancel_requested.connect(self.curve.stop)
        self.watch_page.back_requested.connect(self.toggle_watching)
        self.empty.labelling_requested.connect(self.labelling_requested)

    def _lay_out(self) -> None:
        self._pages.addWidget(self.empty)
        self._pages.addWidget(self._scrolled_view)
        line = QFrame(self)
        line.setFixedWidth(1)
        set_role(line, "line")
        row = QHBoxLayout(self._curves)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        side = scrolling(self.panel, self)
        side.setFixedWidth(PANEL_WIDTH)
        row.addWidget(side)
        row.addWidget(line)
        row.addWidget(self._pages, 1)
        self._halves.addWidget(self._curves)
        self._halves.addWidget(self.watch_page)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._halves)
