"""The vote on the pair on show: its book, the hidden order, and the page for phones."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from labeler.gui.counts import counted
from labeler.gui.document import Document
from labeler.runs.pair import SIDES
from labeler.runs.pair_story import Story
from labeler.runs.pair_words import PairWords
from labeler.votes.ballot import Choice, Round, drawn_order
from labeler.votes.ballot_box import BallotBox
from labeler.votes.lan import lan_address
from labeler.votes.phone_server import LOOPBACK, PhonePage
from labeler.votes.verdict import Verdict, count, judge
from labeler.votes.vote_book import VoteBook
from labeler.votes.vote_table import write_csv


class Voting(QObject):
    """changed comes with every vote, wherever it was given, and with every round.

    order_changed: A and B may be other runs than before.
    """

    changed = Signal()
    order_changed = Signal()
    _phone_voted = Signal()

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._book: VoteBook | None = None
        self._round: Round | None = None
        self._order = drawn_order()
        self._box: BallotBox | None = None
        self._page: PhonePage | None = None
        self._phone_voted.connect(self._take_phone_vote)

    @property
    def can_vote(self) -> bool:
        return self._book is not None and self._book.open_round is not None

    @property
    def is_revealed(self) -> bool:
        return self._round is not None and not self._round.is_open

    @property
    def sides(self) -> tuple[str, str]:
        """Which of SIDES A and B are: for the thread that looks, never for the screen."""
        if self._round is not None:
            return self._round.sides
        return self._order, SIDES[1 - SIDES.index(self._order)]

    @property
    def votes(self) -> int:
        """Of the round on show."""
        return len(self._round.votes) if self._round is not None else 0

    @property
    def url(self) -> str:
        """Where phones vote; empty while the page is closed."""
        return self._page.url if self._page is not None else ""

    @property
    def is_in_network(self) -> bool:
        """Whether the page is open to others than this computer."""
        return self._page is not None and self._page.host != LOOPBACK

    def open(self, pair: Path | None) -> None:
        """Goes on with the pair's open round, or draws a new one. None: closes everything."""
        self.close_page()
        self._book = self._round = self._box = None
        if pair is not None and not self._document.dataset.read_only:
            with self._document.reporting():
                book = VoteBook(pair)
                self._round = book.begin_round()
                self._book = book
                self._box = BallotBox(book, self._phone_voted.emit)
                if book.damaged:
                    self._document.say(
                        self.tr("Damaged lines in {0}, which are not counted: {1}.").format(
                            book.path, book.damaged
                        )
                    )
        if self._round is None:
            self._order = drawn_order()
        self.order_changed.emit()
        self.changed.emit()

    def vote(self, choice: Choice) -> bool:
        """Keeps a vote of somebody at the computer. False where it does not count."""
        if self._book is None:
            return False
        with self._document.reporting():
            kept = self._book.cast(choice)
            self._refresh()
            return kept is not None
        return False

    def withdraw_last(self) -> None:
        if self._book is None:
            return
        with self._document.reporting():
            vote = self._book.withdraw_last()
            self._refresh()
            self._document.say(
                self.tr("The last vote was undone.")
                if vote
                else self.tr("There is no vote to undo.")
            )

    def reveal(self) -> None:
        """Ends the round. From now on the names are shown."""
        if self._book is None:
            return
        with self._document.reporting():
            self._book.reveal()
            self._refresh()

    def begin_round(self) -> None:
        """A new hidden order; the votes before are kept."""
        if self._book is None:
            return
        with self._document.reporting():
            self._book.begin_round()
            self._round = self._book.rounds[-1]
            self.order_changed.emit()
            self.changed.emit()

    def verdict(self, story: Story | None, words: PairWords) -> Verdict | None:
        """Of the round on show; None while it is open."""
        if self._round is None or self._round.is_open:
            return None
        return judge(count([self._round]), story, words)

    def verdict_of_all(self, words: PairWords) -> Verdict | None:
        """Of all revealed rounds together; None where there is but one."""
        rounds = self._book.rounds if self._book is not None else ()
        revealed = [each for each in rounds if not each.is_open]
        return judge(count(revealed), words=words) if len(revealed) > 1 else None

    def export(self, path: Path) -> None:
        """All votes of the pair, as CSV."""
        if self._book is None:
            return
        with self._document.reporting():
            written = write_csv(self._book.rounds, path)
            self._document.tell_written(
                path, self.tr("Exported {0}.").format(counted(written, "vote"))
            )

    def open_page(self, *, network: bool) -> None:
        """Opens the page for phones: to this computer alone, or to the network that it is in."""
        self.close_page()
        if self._box is None:
            return
        with self._document.reporting():
            self._page = PhonePage(self._box, lan_address() if network else LOOPBACK)
        self.changed.emit()

    def close_page(self) -> None:
        """At once: nothing is counted any more when this returns."""
        page, self._page = self._page, None
        if page is not None:
            page.close()
            self.changed.emit()

    def _take_phone_vote(self) -> None:
        self._refresh()

    def _refresh(self) -> None:
        if self._book is not None and self._book.rounds:
            self._round = self._book.rounds[-1]
        self.changed.emit()
