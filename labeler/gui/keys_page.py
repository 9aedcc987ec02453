"""The page of keys: what each key does in the workspace on show, from the same table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from labeler.gui import theme
from labeler.gui.workspace import Action

_ROWS_PER_COLUMN = 19


class KeysPage(QDialog):
    """sections: a heading and its actions; those without keys or words for them are left out."""

    def __init__(self, sections: Sequence[tuple[str, Iterable[Action]]], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keys"))
        content = QWidget(self)
        self._grid = QGridLayout(content)
        self._grid.setHorizontalSpacing(14)
        self._grid.setVerticalSpacing(5)
        self._place = 0
        for heading, actions in sections:
            self._add_section(heading, [a for a in actions if a.keys or a.shown])
        self._grid.setRowStretch(self._grid.rowCount(), 1)
        area = QScrollArea(self)
        area.setWidget(content)
        area.setWidgetResizable(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(area, 1)
        column.addWidget(buttons)
        hint = content.sizeHint()
        self.resize(min(hint.width() + 60, 1080), min(hint.height() + 90, 680))

    def _add_section(self, heading: str, actions: list[Action]) -> None:
        for group, members in groupby(actions, key=lambda action: action.group or heading):
            self._add_heading(group)
            for action in members:
                self._add_row(action)

    def _add_heading(self, text: str) -> None:
        if self._place % _ROWS_PER_COLUMN > _ROWS_PER_COLUMN - 4:  # not alone at a column's foot
            self._place += _ROWS_PER_COLUMN - self._place % _ROWS_PER_COLUMN
        label = QLabel(text)
        theme.set_role(label, "heading")
        row, column = self._cell()
        label.setContentsMargins(0, 8 if row else 0, 0, 0)
        self._grid.addWidget(label, row, column, 1, 2)

    def _add_row(self, action: Action) -> None:
        row, column = self._cell()
        keys = QLabel(shown_keys(action))
        theme.set_role(keys, "key")
        self._grid.addWidget(keys, row, column, Qt.AlignmentFlag.AlignLeft)
        self._grid.addWidget(QLabel(action.tooltip or action.text), row, column + 1)

    def _cell(self) -> tuple[int, int]:
        place, self._place = self._place, self._place + 1
        return place % _ROWS_PER_COLUMN, 2 * (place // _ROWS_PER_COLUMN)


def shown_keys(action: Action) -> str:
    """The keys as this system writes them."""
    if action.shown:
        return action.shown
    return "  ".join(native_key(text) for text in action.keys)


def native_key(text: str) -> str:
    """A key in the words of this system: Ctrl+D, or the signs of a Mac."""
    return QKeySequence(text).toString(QKeySequence.SequenceFormat.NativeText)


def with_key(text: str, action: Action) -> str:
    """A tooltip that tells the key."""
    return f"{text} ({native_key(action.keys[0])})" if action.keys else text
