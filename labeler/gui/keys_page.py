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
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from labeler.gui import theme
from labeler.gui.workspace import Action

_ROWS = 18
"""A column is begun where the next group would make the one before longer than this."""

Row = tuple[tuple[str, ...], str]
"""The keys, each as it is drawn, and what they do."""


class KeysPage(QDialog):
    """sections: a heading and its actions; those without keys or words for them are left out."""

    def __init__(self, sections: Sequence[tuple[str, Iterable[Action]]], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keys"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        content = QWidget(self)
        columns = QHBoxLayout(content)
        columns.setSpacing(32)
        for groups in _columns(sections):
            columns.addLayout(_column(groups))
        columns.addStretch(1)
        area = QScrollArea(self)
        area.setWidget(content)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setAccessibleName(self.tr("Keys"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(area, 1)
        layout.addWidget(buttons)
        hint, room = content.sizeHint(), parent.size()
        self.resize(min(hint.width() + 48, room.width()), min(hint.height() + 80, room.height()))


def with_key(text: str, action: Action) -> str:
    """A tooltip that tells the key."""
    return f"{text} ({native_key(action.keys[0])})" if action.keys else text


def native_key(text: str) -> str:
    """A key in the words of this system: Ctrl+D, or the signs of a Mac."""
    return QKeySequence(text).toString(QKeySequence.SequenceFormat.NativeText)


def _columns(
    sections: Sequence[tuple[str, Iterable[Action]]],
) -> list[list[tuple[str, list[Row]]]]:
    columns: list[list[tuple[str, list[Row]]]] = [[]]
    height = 0
    for heading, actions in sections:
        told = [action for action in actions if action.keys or action.shown]
        for group, members in groupby(told, key=lambda action: action.group or heading):
            rows = _rows(list(members))
            if height and height + len(rows) + 1 > _ROWS:
                columns.append([])
                height = 0
            columns[-1].append((group, rows))
            height += len(rows) + 1
    return columns


def _rows(actions: list[Action]) -> list[Row]:
    """Neighbours that do the same (the classes' numbers) share a row."""
    rows: list[Row] = []
    for words, same in groupby(actions, key=lambda action: action.tooltip or action.text):
        members = list(same)
        keys = [native_key(key) for action in members for key in action.keys]
        if members[0].shown:
            keys = [members[0].shown]
        elif len(members) > 2:
            keys = [keys[0], "…", keys[-1]]
        rows.append((tuple(keys), words))
    return rows


def _column(groups: list[tuple[str, list[Row]]]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(6)
    for heading, rows in groups:
        label = QLabel(heading)
        label.setContentsMargins(0, 10 if grid.rowCount() > 1 else 0, 0, 2)
        theme.set_role(label, "heading")
        grid.addWidget(label, grid.rowCount(), 0, 1, 2)
        for keys, words in rows:
            row = grid.rowCount()
            grid.addLayout(_keys(keys), row, 0)
            grid.addWidget(QLabel(words), row, 1)
    grid.setRowStretch(grid.rowCount(), 1)
    return grid


def _keys(keys: tuple[str, ...]) -> QHBoxLayout:
    line = QHBoxLayout()
    line.setSpacing(4)
    for key in keys:
        label = QLabel(key)
        theme.set_role(label, "faint" if key == "…" else "key")
        line.addWidget(label)
    line.addStretch(1)
    return line
