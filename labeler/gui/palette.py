"""The command palette: finds every action by a few letters, and does it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from labeler.gui import theme
from labeler.gui.palette_row import ROW, PaletteRow, Row
from labeler.gui.word_match import fit

_WIDTH = 560
_ROWS = 11
_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


@dataclass(frozen=True, slots=True)
class Choice:
    """One action. place: where it goes, nothing where it works here. keys: as shown.

    obstacle: why it cannot be done now, or nothing.
    """

    name: str
    text: str
    words: str
    place: str
    keys: tuple[str, ...]
    obstacle: str


class Palette(QDialog):
    """chosen carries the name of the action. The keyboard alone is enough: it types, the arrows
    move, Enter does, Esc closes."""

    chosen = Signal(str)

    def __init__(self, choices: Sequence[Choice], recent: Sequence[str], parent: QWidget) -> None:
        """recent: the names of what was chosen before, the newest first."""
        super().__init__(parent, Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)
        self.setWindowTitle(self.tr("Commands"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._choices = choices
        self._recent = {name: place for place, name in enumerate(recent)}
        self.field = QLineEdit(self)
        self.list = QListWidget(self)
        self.hint = QLabel(self)
        self._lay_out(parent)
        self.field.textChanged.connect(self._fill)
        self.field.returnPressed.connect(self._do)
        self.field.installEventFilter(self)
        self.list.itemClicked.connect(self._do)
        self.list.currentItemChanged.connect(self._tell_current)
        self._fill("")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The arrows move in the list while the letters go into the field."""
        if not isinstance(event, QKeyEvent) or event.type() is not QEvent.Type.KeyPress:
            return False
        key = Qt.Key(event.key())
        if key in _MOVES:
            self._move(key)
        return key in _MOVES

    def _fill(self, query: str) -> None:
        self.list.clear()
        for choice in self._found(query):
            item = QListWidgetItem(self.list)
            item.setData(ROW, Row(choice.text, _beside(choice), choice.keys[:2]))
            item.setData(Qt.ItemDataRole.UserRole, choice.name)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, _spoken(choice))
            item.setToolTip(choice.words)
            if choice.obstacle:
                item.setFlags(Qt.ItemFlag.ItemIsSelectable)
        self.hint.setText("" if self.list.count() else self.tr("No action is called that."))
        self.hint.setVisible(not self.list.count())
        self.list.setVisible(bool(self.list.count()))
        self.list.setCurrentRow(0)
        self._tell_current()

    def _found(self, query: str) -> list[Choice]:
        """The best first; among equals those done before, then as they stand in the tables."""
        fits = [
            (each, fit(query, each.text, f"{each.words} {each.place} {' '.join(each.keys)}"))
            for each in self._choices
        ]
        last = len(self._recent)
        found = [(each, score) for each, score in fits if score is not None]
        found.sort(key=lambda pair: (-pair[1], self._recent.get(pair[0].name, last)))
        return [each for each, _ in found]

    def _move(self, key: Qt.Key) -> None:
        by = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -_ROWS}.get(key, _ROWS)
        count = self.list.count()
        if count:
            row = self.list.currentRow() + by
            around = abs(by) == 1
            self.list.setCurrentRow(row % count if around else min(max(row, 0), count - 1))

    def _do(self, *_: object) -> None:
        item = self.list.currentItem()
        if item is None or not item.flags() & Qt.ItemFlag.ItemIsEnabled:
            return
        self.accept()
        self.chosen.emit(item.data(Qt.ItemDataRole.UserRole))

    def _tell_current(self, *_: object) -> None:
        """For those who listen: the focus stays in the field while the list moves."""
        item = self.list.currentItem()
        spoken = item.data(Qt.ItemDataRole.AccessibleTextRole) if item else self.hint.text()
        self.field.setAccessibleDescription(spoken)

    def _lay_out(self, parent: QWidget) -> None:
        self.field.setPlaceholderText(self.tr("What do you want to do?"))
        self.field.setAccessibleName(self.tr("Find an action"))
        self.list.setAccessibleName(self.tr("Actions found"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the field keeps it, and moves the list
        self.list.setItemDelegate(PaletteRow(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        theme.set_role(self.hint, "faint")
        theme.set_role(self, "palette")
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.addWidget(self.field)
        column.addWidget(self.list, 1)
        column.addWidget(self.hint, 1, Qt.AlignmentFlag.AlignCenter)
        height = self.field.sizeHint().height() + _ROWS * PaletteRow.height(self) + 28
        self.resize(min(_WIDTH, parent.width() - 16), min(height, parent.height() - 16))
        corner = QPoint((parent.width() - self.width()) // 2, min(64, parent.height() // 10))
        self.move(parent.mapToGlobal(corner))


def _beside(choice: Choice) -> str:
    return choice.obstacle or choice.place


def _spoken(choice: Choice) -> str:
    words = (choice.text, choice.place, *choice.keys, choice.obstacle)
    return ", ".join(word for word in words if word)
