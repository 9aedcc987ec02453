"""Before the reveal: voting by phone. After it: which was which, and what the votes tell."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from labeler.gui.compare.phone_card import PhoneCard
from labeler.gui.compare.share_bar import ShareBar
from labeler.gui.key_hint import hint_tooltip
from labeler.gui.side_panel import keep_keys
from labeler.gui.theme import set_role
from labeler.votes.verdict import Verdict


class VerdictCard(QWidget):
    """export_requested: the votes are wanted as a file."""

    export_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        set_role(self, "card")
        self.phones = PhoneCard(self)
        self.title = QLabel(self)
        set_role(self.title, "title")
        self.bar = ShareBar(self)
        self.told = QLabel(self)
        self.told.setWordWrap(True)
        self.told.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.export = QPushButton(self.tr("Export votes…"), self)
        self.export.setAccessibleName(self.export.text())
        hint_tooltip(
            self.export, "compare.export_votes", self.tr("All votes of this pair as a CSV file")
        )
        keep_keys(self.export, Qt.Key.Key_Space)
        self.export.clicked.connect(self.export_requested)
        self._answer = QWidget(self)
        self._pages = QStackedLayout()
        self._lay_out()

    def show_verdict(
        self, verdict: Verdict | None, names: tuple[str, str], of_all: Verdict | None = None
    ) -> None:
        """names: of A and B. None: it is not revealed, and nothing is told."""
        if verdict is None:
            self.title.clear()
            self.told.clear()
            self._pages.setCurrentWidget(self.phones)
            return
        self.title.setText(self.tr("A was: {0}. B was: {1}.").format(*names))
        lines = list(verdict.sentences)
        if of_all is not None:
            lines.append(self.tr("All rounds together: {0}").format(of_all.sentences[0]))
        self.told.setText("\n".join(lines))
        self.bar.show_share(verdict)
        self._pages.setCurrentWidget(self._answer)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self._answer)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.export)
        column.addLayout(head)
        column.addWidget(self.bar)
        column.addWidget(self.told)
        column.addStretch(1)
        self._pages.addWidget(self.phones)
        self._pages.addWidget(self._answer)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(12, 12, 12, 12)
        outer.addLayout(self._pages)
