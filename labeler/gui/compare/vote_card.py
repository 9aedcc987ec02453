"""The question and its three buttons, how many have voted, and the way to the answer."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from labeler.gui.key_hint import hint_tooltip
from labeler.gui.side_panel import keep_keys
from labeler.gui.theme import set_role
from labeler.votes.ballot import Choice

_TALL, _WIDE = 46, 72


class VoteCard(QWidget):
    """voted carries a Choice."""

    voted = Signal(object)
    withdraw_requested = Signal()
    reveal_requested = Signal()
    again_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        set_role(self, "card")
        self.question = QLabel(self.tr("Which one do you like better?"), self)
        set_role(self.question, "title")
        self.question.setWordWrap(True)
        self.question.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.told = QLabel(self)
        set_role(self.told, "faint")
        self.told.setWordWrap(True)
        self.a = self._choice(self.tr("A"), Choice.A, self.tr("The left one is better"), "vote_a")
        self.same = self._choice(
            self.tr("No difference"), Choice.SAME, self.tr("Both are equally good"), "vote_same"
        )
        self.b = self._choice(self.tr("B"), Choice.B, self.tr("The right one is better"), "vote_b")
        for button in (self.a, self.b):
            set_role(button, "primary")
        self.withdraw = self._button(
            self.tr("Undo last vote"), self.tr("Undo the last vote"), "withdraw_vote"
        )
        self.reveal = self._button(
            self.tr("Reveal"), self.tr("End this vote and show which is which"), "reveal"
        )
        self.again = self._button(
            self.tr("Vote again"), self.tr("A new vote, in a new hidden order"), "new_round"
        )
        self.withdraw.clicked.connect(self.withdraw_requested)
        self.reveal.clicked.connect(self.reveal_requested)
        self.again.clicked.connect(self.again_requested)
        self._lay_out()

    def show_round(self, votes: int, *, can_vote: bool, revealed: bool, has_picture: bool) -> None:
        """Never which vote was for whom: that would colour the next one.

        has_picture: both show one, so that there is something to judge.
        """
        for button in (self.a, self.same, self.b):
            button.setEnabled(can_vote and has_picture)
        self.withdraw.setEnabled(can_vote and votes > 0)
        self.reveal.setEnabled(can_vote and votes > 0)
        self.reveal.setVisible(not revealed)
        self.withdraw.setVisible(not revealed)
        self.again.setVisible(revealed)
        self.told.setText(self._told(votes, can_vote=can_vote, revealed=revealed))

    def _told(self, votes: int, *, can_vote: bool, revealed: bool) -> str:
        if revealed:
            return self.tr("This vote is over.")
        if not can_vote:
            return self.tr(
                "Votes cannot be saved here: the dataset is open read-only, or its disk is full."
            )
        if votes == 0:
            return self.tr("Nobody has voted yet. Vote one after the other, here or by phone.")
        so_far = (
            self.tr("1 vote so far.") if votes == 1 else self.tr("{0} votes so far.").format(votes)
        )
        return so_far + self.tr(" Which is which stays hidden until you reveal.")

    def _choice(self, text: str, choice: Choice, tooltip: str, action: str) -> QPushButton:
        button = self._button(text, tooltip, action)
        button.setMinimumSize(_WIDE, _TALL)
        font = button.font()
        font.setPointSizeF(font.pointSizeF() * 1.2)
        button.setFont(font)
        button.clicked.connect(lambda: self.voted.emit(choice))
        return button

    def _button(self, text: str, tooltip: str, action: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setAccessibleName(text)
        hint_tooltip(button, f"compare.{action}", tooltip)
        keep_keys(button, Qt.Key.Key_Space)
        return button

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(10)
        column.addStretch(1)
        column.addWidget(self.question)
        column.addLayout(_centred(self.a, self.same, self.b))
        self.told.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.told)
        column.addLayout(_centred(self.withdraw, self.reveal, self.again))
        column.addStretch(1)


def _centred(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(10)
    row.addStretch(1)
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch(1)
    return row
