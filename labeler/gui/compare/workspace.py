"""The Compare workspace: two runs that differ in their start alone, learning side by side."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QFile, QTimer, Signal
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QStackedWidget, QWidget

from labeler.dataset.store import Dataset
from labeler.errors import UserError
from labeler.gui.background import run_in_background
from labeler.gui.compare import keys
from labeler.gui.compare.empty_page import CompareEmptyPage
from labeler.gui.compare.pair_panel import PANEL_WIDTH, PairPanel
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
from labeler.runs.history import RunState, list_runs
from labeler.runs.launch import training_available
from labeler.runs.pair import (
    PairSummary,
    PreparedPair,
    list_pairs,
    new_pair_folder,
    prepare_pair_from_dataset,
)
from labeler.runs.prepare import Wish
from trainer.events import Evaluated, Event

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
        self._is_preparing = False
        self._is_reading = False
        self._is_watch_wanted = False
        self.trainer = PairTrainer(self)
        self.panel = PairPanel(self)
        self.view = PairView(self)
        self.empty = CompareEmptyPage(self)
        self.watch_page = WatchPage(document, live, self)
        self._scrolled_view = scrolling(self.view, self)
        self._pages = QStackedWidget(self)
        self._halves = QStackedWidget(self)
        self._refresh_timer = QTimer(self, singleShot=True, interval=_REFRESH_MS)
        self._lay_out()
        self._connect()
        self._load_pairs()

    @property
    def shown(self) -> ShownPair | None:
        """The pair on show, as it stands now."""
        return self._shown.beside(self.trainer) if self._shown is not None else None

    def actions_table(self) -> list[Action]:
        return keys.actions(self)

    @property
    def is_watching(self) -> bool:
        """Whether the two panes are up, not the curves."""
        return self._halves.currentWidget() is self.watch_page

    def is_settled(self) -> bool:
        return not self.is_watching or self.watch_page.panes.sight is not None

    def activated(self) -> None:
        self._load_pairs()
        self._refresh()
        if self.is_watching:
            self.watch_page.come_back()

    def deactivated(self) -> None:
        if self.is_watching:
            self.watch_page.rest()

    def closing_question(self) -> str:
        if not self.trainer.is_running:
            return ""
        return self.tr("A pair is training. Close the window and stop it? The best is kept.")

    def shut_down(self) -> None:
        self.watch_page.shut_down()
        self.trainer.stop_and_wait()

    def train(self) -> None:
        """Prepares a pair in the background, then starts it."""
        if self._is_preparing or self.trainer.is_running or not self._can_train():
            return
        self._is_preparing = True
        self._refresh()
        dataset, wish = self._document.dataset, self.panel.wish()
        run_in_background(
            lambda _report, _stop: _prepare(dataset, wish),
            on_done=self._start,
            on_error=self._miss,
        )

    def stop(self) -> None:
        """Ends both trainings softly; the best weights of each stay."""
        self.trainer.stop()
        self._show_current()

    def toggle_watching(self) -> None:
        """From the curves to the two panes, and back."""
        if self.is_watching:
            self._leave_panes()
            return
        self._is_watch_wanted = self._is_reading
        if self._is_reading:  # as at the start: when it is known which pairs there are
            return
        shown = self.shown
        if shown is None or not shown.has_models:
            self._document.say(self.tr("Train a pair first: there are no two detectors yet."))
            return
        if shown.state is RunState.RUNNING:
            self._document.say(self.tr("Both are still learning. A vote needs two that stand."))
            return
        self._halves.setCurrentWidget(self.watch_page)
        self.watch_page.open(shown)
        self.watch_page.setFocus()

    def _leave_panes(self) -> None:
        self.watch_page.leave()
        self._halves.setCurrentIndex(0)
        self.view.setFocus()

    def trash(self) -> None:
        """Moves the pair that is marked in the list to the wastebasket."""
        pair = self.panel.list.current()
        if pair is not None:
            self._trash(pair)

    def _start(self, prepared: PreparedPair) -> None:
        self._is_preparing = False
        try:
            self.trainer.start(prepared.path)
        except UserError as error:
            self._miss(error)
            return
        self._document.say(
            self.tr("Both learn from {0} images and are checked with {1}.").format(
                prepared.images_train, prepared.images_val
            )
        )
        self._show(prepared.path)
        self._load_pairs()

    def _miss(self, error: Exception) -> None:
        self._is_preparing = False
        self._refresh()
        if not isinstance(error, UserError):
            raise error
        self._document.report(error)

    def _take(self, _side: str, event: Event) -> None:
        """The training told something."""
        if self._is_trainers(self._shown):
            self._show_current()
        if isinstance(event, Evaluated) and event.is_best:
            self._refresh()

    def _finish(self, pair: Path) -> None:
        """Both trainings ended, well or not."""
        self._load_pairs()
        self._show(pair, then_say=True)
        QApplication.alert(self)

    def _show(self, pair: Path, *, then_say: bool = False) -> None:
        """Puts a pair on show; its folder is read in the background."""
        self._wanted = pair
        self._is_reading = True
        run_in_background(
            lambda _report, _stop: ShownPair.read(pair),
            on_done=lambda shown: self._take_shown(shown, then_say=then_say),
            on_error=self._miss_shown,
            owner=self,
        )

    def _take_shown(self, shown: ShownPair, *, then_say: bool) -> None:
        if then_say:
            self._document.say(self.view.ending(shown))
        if shown.path != self._wanted:
            return
        self._shown, self._is_reading = shown, False
        self._show_current()
        if self._is_watch_wanted:
            self.toggle_watching()

    def _miss_shown(self, error: Exception) -> None:
        self._is_reading = self._is_watch_wanted = False
        self._miss(error)

    def _show_current(self) -> None:
        shown = self.shown
        if shown is not None:
            self.view.show_pair(shown)
            self.panel.explain(shown.explanation)
        self._refresh()

    def _is_trainers(self, shown: ShownPair | None) -> bool:
        return shown is not None and shown.path == self.trainer.pair

    def _load_pairs(self) -> None:
        folder = self._document.dataset.runs_folder
        self._is_reading = self._is_reading or self._wanted is None
        run_in_background(
            lambda _report, _stop: list_pairs(folder),
            on_done=lambda pairs: self._take_pairs(folder, pairs),
            on_error=self._miss,
            owner=self,
        )

    def _take_pairs(self, folder: Path, pairs: list[PairSummary]) -> None:
        if folder != self._document.dataset.runs_folder:
            return
        if self._wanted is None:
            self._is_reading = False
            if pairs:
                self._show(pairs[0].path)
            elif self._is_watch_wanted:
                self.toggle_watching()
        self.panel.show_pairs(pairs, self._wanted)
        self._refresh()

    def _trash(self, pair: Path) -> None:
        if pair == self.trainer.pair and self.trainer.is_running:
            self._document.say(self.tr("This pair is still learning. Stop it first."))
            return
        if not QFile.moveToTrash(str(pair)):
            self._document.report(
                UserError(self.tr("{0} could not be moved to the wastebasket.").format(pair))
            )
            return
        self._document.say(self.tr("Moved {0} to the wastebasket.").format(pair.name))
        if pair == self._wanted:
            self._forget()
        self._load_pairs()

    def _forget(self) -> None:
        self._shown = self._wanted = None

    def _open_dataset(self) -> None:
        """Another dataset: its pairs, unless a training is still on show."""
        if self.is_watching:
            self._leave_panes()
        if not self.trainer.is_running:
            self._forget()
        self._load_pairs()
        self._refresh()

    def _can_train(self) -> bool:
        labelled = self._document.dataset.counts().labelled
        return labelled >= FEWEST_LABELLED and training_available()

    def _refresh(self) -> None:
        """Which page is up, and what can be pressed."""
        self._refresh_timer.stop()
        busy = self._is_preparing or self.trainer.is_running
        self.panel.set_busy(busy, can_train=self._can_train())
        if self._shown is not None:
            self._pages.setCurrentWidget(self._scrolled_view)
            return
        self._pages.setCurrentWidget(self.empty)
        labelled = self._document.dataset.counts().labelled
        self.panel.explain("")
        if not training_available():
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
            document.many_images_changed,
        ):
            changed.connect(self._refresh_timer.start)
        document.dataset_opened.connect(self._open_dataset)
        self.trainer.told.connect(self._take)
        self.trainer.ended.connect(self._finish)
        self.panel.train_requested.connect(self.train)
        self.panel.pair_chosen.connect(self._show)
        self.panel.trash_requested.connect(self._trash)
        self.view.stop_requested.connect(self.stop)
        self.view.watch_requested.connect(self.toggle_watching)
        self.watch_page.back_requested.connect(self.toggle_watching)
        self.empty.labelling_requested.connect(self.labelling_requested)

    def _lay_out(self) -> None:
        self._pages.addWidget(self.empty)
        self._pages.addWidget(self._scrolled_view)
        line = QFrame(self)
        line.setFixedWidth(1)
        set_role(line, "line")
        curves = QWidget(self)
        row = QHBoxLayout(curves)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        side = scrolling(self.panel, self)
        side.setFixedWidth(PANEL_WIDTH)
        row.addWidget(side)
        row.addWidget(line)
        row.addWidget(self._pages, 1)
        self._halves.addWidget(curves)
        self._halves.addWidget(self.watch_page)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._halves)


def _prepare(dataset: Dataset, wish: Wish) -> PreparedPair:
    """Raises UserError, also while another training would take its time from both."""
    if any(run.state is RunState.RUNNING for run in list_runs(dataset.runs_folder)):
        raise UserError(
            QCoreApplication.translate(
                "Compare", "Another training of this dataset is running. Stop it, or wait for it."
            )
        )
    return prepare_pair_from_dataset(dataset, new_pair_folder(dataset.runs_folder), wish)
