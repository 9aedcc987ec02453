"""Folders that no list shows, because they are damaged: which, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QComboBox, QLabel, QWidget

from labeler.gui.theme import set_role
from labeler.runs.history import LeftOut


class LeftOutLabel(QLabel):
    """Below a list: the first one with its fault, and how many more; all of them in the tooltip."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "faint")
        self.setWordWrap(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    def show_left_out(self, left_out: Sequence[LeftOut]) -> None:
        self.setVisible(bool(left_out))
        if not left_out:
            return
        first, more = left_out[0], len(left_out) - 1
        told = self.tr("{0} cannot be read: {1}").format(first.path.name, first.short)
        if more:
            told += " " + self.tr("{0} more cannot be read either.").format(more)
        self.setText(told)
        self.setToolTip("\n".join(each.why for each in left_out))


def offer_left_out(box: QComboBox, left_out: Sequence[LeftOut]) -> None:
    """Adds them at the end, greyed: they are seen, with the fault as tooltip, and not chosen."""
    model = box.model()
    assert isinstance(model, QStandardItemModel)
    for each in left_out:
        item = QStandardItem(unreadable(each))
        item.setEnabled(False)
        item.setToolTip(each.why)
        model.appendRow(item)


def unreadable(left_out: LeftOut) -> str:
    """A line of a menu."""
    words = QCoreApplication.translate("LeftOutLabel", "{0} (cannot be read)")
    return words.format(left_out.path.name)
