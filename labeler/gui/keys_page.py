"""The page of keys: what each key does in the workspace on show, from the same table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from labeler.gui import theme
from labeler.gui.key_hint import native_key
from labeler.gui.word_match import fit
from labeler.gui.workspace import Action

_COLUMN = 400
"""So many pixels of the window are for one column, at least; what does not fit scrolls down."""
_WORDS, _LONG_KEY = 205, 160
"""Longer lines about a key, and longer keys (of the mouse), are broken."""

Row = tuple[tuple[str, ...], str]
"""The keys, each as it is drawn, and what they do."""
Group = tuple[str, list[Row]]
"""A heading and its rows."""


class KeysPage(QDialog):
    """sections: a heading and its actions; those without keys or words for them are left out.

    change_requested: the person wants other keys.
    """

    change_requested = Signal()

    def __init__(self, sections: Sequence[tuple[str, Iterable[Action]]], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keys"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._most = max(1, parent.width() // _COLUMN)
        self._sections = [(heading, tuple(actions)) for heading, actions in sections]
        self.field = QLineEdit(self)
        self.field.setPlaceholderText(self.tr("Find a key or what it does"))
        self.field.setAccessibleName(self.tr("Find a key"))
        self.field.setClearButtonEnabled(True)
        self.field.textChanged.connect(self._fill)
        self.area = QScrollArea(self)
        self.area.setWidgetResizable(True)
        self.area.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        theme.set_role(self.area, "ring")
        self.area.setAccessibleName(self.tr("Keys"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        change = buttons.addButton(self.tr("Change keys…"), QDialogButtonBox.ButtonRole.ActionRole)
        for button in buttons.findChildren(QPushButton):
            button.setAutoDefault(False)  # Enter in the field is no wish to close
        change.clicked.connect(self._change)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.addWidget(self.field)
        layout.addWidget(self.area, 1)
        layout.addWidget(buttons)
        self._fill("")
        hint, room = self._content.sizeHint(), parent.size()
        self.resize(min(hint.width() + 48, room.width()), min(hint.height() + 124, room.height()))

    def _fill(self, query: str) -> None:
        self._content = QWidget(self)
        lines = QHBoxLayout(self._content)
        lines.setSpacing(24)
        found = _groups(self._sections, query)
        for groups in _columns(found, self._most):
            lines.addLayout(_column(groups))
        if not found:
            lines.addWidget(QLabel(self.tr("No key does that."), self._content))
        lines.addStretch(1)
        self.area.setWidget(self._content)

    def _change(self) -> None:
        self.accept()
        self.change_requested.emit()


def _groups(sections: Sequence[tuple[str, Iterable[Action]]], query: str) -> list[Group]:
    found = []
    for heading, actions in sections:
        told = [action for action in actions if action.keys or action.shown]
        for group, members in groupby(told, key=lambda action: action.group or heading):
            rows = [row for row in _rows(list(members)) if _fits(query, group, row)]
            if rows:
                found.append((group, rows))
    return found


def _columns(groups: list[Group], most: int) -> list[list[Group]]:
    """In order, none torn apart, in at most so many columns of about the same height."""
    height = sum(len(rows) + 1 for _, rows in groups) / most
    columns: list[list[Group]] = [[]]
    filled = 0
    for group in groups:
        more = len(group[1]) + 1
        if columns[-1] and len(columns) < most and filled + more / 2 > height * len(columns):
            columns.append([])
        columns[-1].append(group)
        filled += more
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


def _fits(query: str, group: str, row: Row) -> bool:
    keys, words = row
    return fit(query, words, f"{group} {' '.join(keys)}") is not None


def _column(groups: list[Group]) -> QGridLayout:
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
            grid.addWidget(_words(words), row, 1)
    grid.setRowStretch(grid.rowCount(), 1)
    return grid


def _words(text: str) -> QLabel:
    label = QLabel(text)
    _break_beyond(label, _WORDS)
    return label


def _break_beyond(label: QLabel, width: int) -> None:
    if label.sizeHint().width() > width:
        label.setWordWrap(True)
        label.setFixedWidth(width)


def _keys(keys: tuple[str, ...]) -> QHBoxLayout:
    line = QHBoxLayout()
    line.setSpacing(4)
    for key in keys:
        label = QLabel(key)
        theme.set_role(label, "faint" if key == "…" else "key")
        _break_beyond(label, _LONG_KEY)
        line.addWidget(label, 0, Qt.AlignmentFlag.AlignVCenter)
    line.addStretch(1)
    return line
