"""The switch of proposals, with a line about them."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from labeler.gui.label.proposing import Proposing
from labeler.gui.label.switch_line import SwitchLine


class ProposalSwitch(SwitchLine):
    """On, off, and how many there are."""

    def __init__(self, proposing: Proposing, parent: QWidget | None = None) -> None:
        super().__init__(
            _tr("Propose boxes"),
            "label.proposals",
            _tr("Show faint boxes around what may be a thing, before anything is learned"),
            parent,
        )
        self._proposing = proposing
        self.button.clicked.connect(proposing.set_on)
        proposing.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        self.show_state(self._proposing.is_on, self._proposing.words)


def _tr(text: str) -> str:
    return QCoreApplication.translate("ProposalSwitch", text)
