"""Both detectors on the same video, in two panes; below them the vote."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from labeler.cameras.catalogue import CameraChoice
from labeler.errors import UserError
from labeler.gui.class_colors import class_colors
from labeler.gui.compare import words
from labeler.gui.compare.panes import LETTERS, Panes
from labeler.gui.compare.phone_card import HERE, NETWORK, OFF
from labeler.gui.compare.score_slider import ScoreSlider
from labeler.gui.compare.screening import Screening
from labeler.gui.compare.scrolling import scrolling
from labeler.gui.compare.shown_pair import ShownPair
from labeler.gui.compare.source_box import SourceBox
from labeler.gui.compare.transport import Transport
from labeler.gui.compare.verdict_card import VerdictCard
from labeler.gui.compare.video_saving import VideoSaving
from labeler.gui.compare.vote_card import VoteCard
from labeler.gui.compare.voting import Voting
from labeler.gui.compare.watching import LoadedTwins
from labeler.gui.document import Document
from labeler.gui.floating_bars import FloatingBars
from labeler.gui.key_hint import hint_tooltip
from labeler.gui.live import LiveCamera
from labeler.gui.nothing_found import NothingFound, NothingWords
from labeler.gui.side_panel import keep_keys
from labeler.runs.clip import SIMULATED
from labeler.runs.history import MODEL
from labeler.runs.pair_words import PLAIN
from labeler.runs.side_by_side import Pane
from labeler.votes.ballot import Choice

_SOURCE = 300
_CARDS = 200
"""As tall as the code and the answer need, so that the panes never jump."""


class WatchPage(QWidget):
    """back_requested: to the curves."""

    back_requested = Signal()

    def __init__(self, document: Document, live: LiveCamera, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._shown: ShownPair | None = None
        self._loaded: LoadedTwins | None = None
        self.back = self._button(self.tr("◀ Curves"), "watch", self.tr("Back to the curves"))
        self.source = SourceBox(live, self)
        self.score = ScoreSlider(self)
        self.save = self._button(
            self.tr("Save video…"),
            "save_video",
            self.tr("Saves both panes as one video, for a lesson"),
        )
        self.panes = Panes(self)
        self.nothing = NothingFound(self)
        self.transport = Transport(self)
        self.saving = VideoSaving(document, self)
        self.card = VoteCard(self)
        self.answer = VerdictCard(self)
        self.voting = Voting(document, self)
        self.screening = Screening(live, self.panes, self.transport, self)
        self._lay_out()
        self._connect()

    @property
    def shown(self) -> ShownPair | None:
        """The pair that is looked through; None while the page is not up."""
        return self._shown

    def open(self, shown: ShownPair) -> None:
        """Looks through both models of the pair, in the hidden order of its vote."""
        self._shown = shown
        self.source.refresh()
        if not self.screening.clip and self._loaded is None:
            self.screening.show_clip(SIMULATED)
            self.source.show_clip(SIMULATED)
        self.voting.open(shown.path)

    def leave(self) -> None:
        """Back to the curves, or the window closes: phones can vote no more."""
        self._shown = None
        self.screening.leave()
        self.voting.open(None)

    def come_back(self) -> None:
        """Another workspace was on show meanwhile; phones could vote all the time."""
        if self._shown is not None:
            self.screening.begin(*self._models)

    def rest(self) -> None:
        """Another workspace comes on show: nobody looks, but the vote stays open."""
        self.screening.leave()

    def shut_down(self) -> None:
        self.voting.close_page()
        self.screening.finish()
        self.saving.bar.stop()

    def vote(self, choice: Choice) -> None:
        """Counts only once both have shown a picture: before that there is nothing to judge."""
        if self._shown is None:
            return
        if self.panes.sight is None:
            self._document.say(
                self.tr("There is nothing to see yet. Vote when both panes show a picture.")
            )
        elif self.voting.vote(choice):
            self._document.say(self.tr("Counted. Next, please."))

    def withdraw(self) -> None:
        self.voting.withdraw_last()

    def reveal(self) -> None:
        """Only where somebody has voted: before that there is nothing to learn from it."""
        if self.voting.votes:
            self.voting.reveal()

    def vote_again(self) -> None:
        if self.voting.is_revealed:
            self.voting.begin_round()

    def ask_export(self) -> None:
        """Asks where the votes are to go."""
        if self._shown is None:
            return
        dialog = QFileDialog(self, self.tr("Export votes"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("csv")
        dialog.selectFile("votes.csv")
        dialog.setNameFilter(self.tr("Tables (*.csv)"))
        dialog.fileSelected.connect(lambda path: self.voting.export(Path(path)))
        dialog.open()

    def ask_video(self) -> None:
        """Asks where the video is to go. A live camera has none."""
        if self._shown is None:
            return
        if self.screening.is_live:
            self._document.say(
                self.tr("Choose a video or the simulated drive as the source to save a video.")
            )
            return
        if not self.voting.is_revealed:
            self._save_video(named=False)
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("With their names"), lambda: self._save_video(named=True))
        menu.addAction(self.tr("As A and B"), lambda: self._save_video(named=False))
        menu.popup(self.save.mapToGlobal(self.save.rect().bottomLeft()))

    def _save_video(self, *, named: bool) -> None:
        panes = self.video_panes(named=named)
        self.saving.ask(self.screening.clip, panes, self._document.dataset.name)

    def video_panes(self, *, named: bool) -> tuple[Pane, Pane]:
        """In the order of the screen. named: only once it was revealed which is which."""
        titles = self._names if named and self.voting.is_revealed else LETTERS
        a, b = (Pane(title, model) for title, model in zip(titles, self._models, strict=True))
        return a, b

    @property
    def _mode(self) -> str:
        if not self.voting.url:
            return OFF
        return NETWORK if self.voting.is_in_network else HERE

    @property
    def _names(self) -> tuple[str, str]:
        called = self._shown.words if self._shown is not None else PLAIN
        a, b = (words.name_of(side, called) for side in self.voting.sides)
        return a, b

    @property
    def _models(self) -> tuple[Path, Path]:
        assert self._shown is not None
        a, b = (self._shown.path / side / MODEL for side in self.voting.sides)
        return a, b

    def _take_order(self) -> None:
        if self._shown is not None:
            self.screening.begin(*self._models)

    def _show_round(self) -> None:
        voting, shown = self.voting, self._shown
        self.card.show_round(
            voting.votes,
            can_vote=voting.can_vote,
            revealed=voting.is_revealed,
            has_picture=self.panes.sight is not None,
        )
        self.panes.show_names(self._names if voting.is_revealed else None)
        story = shown.story if shown is not None else None
        called = shown.words if shown is not None else PLAIN
        verdict, of_all = voting.verdict(story, called), voting.verdict_of_all(called)
        self.answer.show_verdict(verdict, self._names, of_all)
        self.answer.phones.show_url(voting.url, self._mode, can_vote=voting.can_vote)

    def _take_loaded(self, loaded: LoadedTwins) -> None:
        self._loaded = loaded
        self.panes.use(loaded, class_colors(loaded.names, self._document.dataset.categories()))

    def _tell_nothing(self, boxes: int, best: float) -> None:
        words = NothingWords(
            self.tr("Both find nothing at this score: lower it, or train longer."),
            self.tr(
                "Both find nothing here, at any score: train longer, or show them something that "
                "they have learned."
            ),
        )
        self.nothing.take(boxes, best, words)

    def _forget_nothing(self, is_filled: bool) -> None:
        if not is_filled:
            self.nothing.restart()

    def _open_phones(self, mode: str) -> None:
        if mode == OFF:
            self.voting.close_page()
        else:
            self.voting.open_page(network=mode == NETWORK)

    def _fail(self, sentence: str) -> None:
        self._document.report(UserError(sentence))

    def _show_clip(self, word: str) -> None:
        self.source.show_clip(word)
        self.screening.show_clip(word)

    def _show_camera(self, choice: CameraChoice) -> None:
        self.source.show_camera(choice)
        self.screening.show_camera(choice)

    def _connect(self) -> None:
        self.back.clicked.connect(self.back_requested)
        self.save.clicked.connect(self.ask_video)
        self.source.clip_chosen.connect(self._show_clip)
        self.source.camera_chosen.connect(self._show_camera)
        self.score.changed.connect(self.nothing.restart)
        self.score.changed.connect(self.panes.set_lowest)
        self.panes.drawn.connect(self._tell_nothing)
        self.panes.filled.connect(self._forget_nothing)
        self.nothing.lower_requested.connect(self.score.set_lowest)
        self.screening.loaded.connect(self._take_loaded)
        self.screening.failed.connect(self._fail)
        self.panes.filled.connect(self._show_round)
        self.voting.order_changed.connect(self._take_order)
        self.voting.changed.connect(self._show_round)
        self.card.voted.connect(self.vote)
        self.card.withdraw_requested.connect(self.withdraw)
        self.card.reveal_requested.connect(self.reveal)
        self.card.again_requested.connect(self.vote_again)
        self.answer.export_requested.connect(self.ask_export)
        self.answer.phones.mode_chosen.connect(self._open_phones)

    def _button(self, text: str, action: str, tooltip: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setAccessibleName(tooltip)
        hint_tooltip(button, f"compare.{action}", tooltip)
        keep_keys(button, Qt.Key.Key_Space)
        return button

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(8)
        self.source.setMaximumWidth(_SOURCE)
        top.addWidget(self.back)
        top.addWidget(self.source, 2)
        top.addStretch(1)
        top.addWidget(self.score)
        top.addWidget(self.save)
        cards = QHBoxLayout()
        cards.setSpacing(12)
        self.answer.setMinimumHeight(_CARDS)
        cards.addWidget(self.card, 1)
        cards.addWidget(self.answer, 1)
        content = QWidget(self)
        column = QVBoxLayout(content)
        column.setContentsMargins(16, 10, 16, 12)
        column.setSpacing(8)
        column.addLayout(top)
        column.addWidget(self.panes, 1)
        FloatingBars(content, self.panes).add(self.nothing)
        column.addWidget(self.transport)
        column.addLayout(cards)
        column.addWidget(self.saving.bar)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolling(content, self))
