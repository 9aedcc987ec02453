"""The journal as a list: newest first, a page at a time, days as headings, undone entries known."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum, auto
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QDate,
    QLocale,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from labeler.dataset.changes import EntryKind, JournalEntry
from labeler.gui.document import Document

LINE_ROLE = Qt.ItemDataRole.UserRole
PAGE = 300
"""So many entries are read at once."""

_Index = QModelIndex | QPersistentModelIndex


class Standing(Enum):
    """What became of an entry. LAST is the one that undo takes back next; a NOTE never goes."""

    STANDS = auto()
    LAST = auto()
    UNDONE = auto()
    NOTE = auto()


@dataclass(frozen=True, slots=True)
class Line:
    """A row: an entry with where it happened, or a heading. order falls from row to row."""

    order: float
    entry: JournalEntry | None = None
    heading: str = ""
    place: str = ""


class HistoryList(QAbstractListModel):
    """LINE_ROLE gives the Line. Undo and redo have no rows of their own: what they did shows."""

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._lines: list[Line] = []
        self._replays: dict[int, EntryKind] = {}
        self._names: dict[int, str] = {}
        self._newest = self._oldest = self._last = 0
        self._has_more = False

    def show(self) -> None:
        """Reads the newest page of the document's dataset in place of what was shown."""
        self.beginResetModel()
        self._lines, self._replays, self._names = [], {}, {}
        page = self._document.dataset.journal(PAGE)
        self._newest = page[0].id if page else 0
        self._oldest = self._newest + 1
        self._has_more = bool(page)
        self._last = self._last_standing()
        self._lines = self._next_lines()
        self.endResetModel()

    def follow(self) -> None:
        """Takes in what the journal got since the last look."""
        entries = self._document.dataset.journal_since(self._newest)
        if entries:
            self._newest = entries[0].id
        for entry in reversed(entries):
            if entry.of is not None:
                self._replays[entry.of] = entry.kind
                self._tell_changed(entry.of)
            else:
                self._put_on_top(entry)
        before, self._last = self._last, self._last_standing()
        for entry_id in {before, self._last}:
            self._tell_changed(entry_id)

    def standing(self, entry: JournalEntry) -> Standing:
        if entry.kind is EntryKind.NOTE:
            return Standing.NOTE
        if self._replays.get(entry.id) is EntryKind.UNDO:
            return Standing.UNDONE
        return Standing.LAST if entry.id == self._last else Standing.STANDS

    def last_row(self) -> int | None:
        """Of the entry that stands last: where one is. None where it is not read yet."""
        return self.row_of(self._last)

    def row_of(self, entry_id: int) -> int | None:
        """None where it is not read yet, or has no row."""
        row = bisect_left(self._lines, -float(entry_id), key=lambda line: -line.order)
        is_there = row < len(self._lines) and self._lines[row].order == entry_id
        return row if is_there else None

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._lines)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        line = self._lines[index.row()]
        if role == LINE_ROLE:
            return line
        if role == Qt.ItemDataRole.DisplayRole:
            return line.heading or (line.entry.description if line.entry else "")
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return self._in_words(line)
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        flag = Qt.ItemFlag
        if self._lines[index.row()].heading:
            return flag.NoItemFlags
        return flag.ItemIsEnabled | flag.ItemIsSelectable | flag.ItemNeverHasChildren

    def canFetchMore(self, parent: _Index) -> bool:  # noqa: N802 - Qt's name
        return self._has_more and not parent.isValid()

    def fetchMore(self, parent: _Index) -> None:  # noqa: N802 - Qt's name
        more = self._next_lines()
        if more:
            first = len(self._lines)
            self.beginInsertRows(QModelIndex(), first, first + len(more) - 1)
            self._lines += more
            self.endInsertRows()

    def _next_lines(self) -> list[Line]:
        """Of the next older page that has any."""
        lines: list[Line] = []
        above = self._lines[-1].entry if self._lines else None
        while self._has_more and not lines:
            page = self._document.dataset.journal(PAGE, before=self._oldest)
            self._has_more = len(page) == PAGE
            if page:
                self._oldest = page[-1].id
            for entry in page:
                if entry.of is not None:
                    self._replays.setdefault(entry.of, entry.kind)  # the newest counts
                    continue
                lines += [*self._headings(above, entry), self._line_of(entry)]
                above = entry
        return lines

    def _headings(self, above: JournalEntry | None, below: JournalEntry) -> Iterable[Line]:
        """What is to be said between two entries."""
        start = self._document.history.started_after
        if below.id <= start and (above is None or above.id > start):
            yield Line(below.id + 0.75, heading=self.tr("Before this start"))
        day = _day_of(below)
        if above is None or _day_of(above) != day:
            yield Line(below.id + 0.5, heading=self._day_in_words(day))

    def _put_on_top(self, entry: JournalEntry) -> None:
        top = next((line.entry for line in self._lines if line.entry), None)
        day = _day_of(entry)
        same_day = (
            top is not None
            and _day_of(top) == day
            and top.id > self._document.history.started_after
            and bool(self._lines[0].heading)
        )
        new = [self._line_of(entry)]
        at = 1 if same_day else 0
        if not same_day:
            new.insert(0, Line(entry.id + 0.5, heading=self._day_in_words(day)))
        else:  # the heading goes on standing above the newest
            self._lines[0] = Line(entry.id + 0.5, heading=self._lines[0].heading)
        self.beginInsertRows(QModelIndex(), at, at + len(new) - 1)
        self._lines[at:at] = new
        self.endInsertRows()

    def _line_of(self, entry: JournalEntry) -> Line:
        return Line(entry.id, entry, place=self._name_of(entry.image_id))

    def _name_of(self, image_id: int | None) -> str:
        """Images keep their names, so each is looked up once."""
        if image_id is None:
            return ""
        if image_id not in self._names:
            try:
                self._names[image_id] = self._document.dataset.image(image_id).original_name
            except KeyError:  # its import was taken back, with what was done on it
                return ""
        return self._names[image_id]

    def _last_standing(self) -> int:
        undoable = self._document.history.undoable
        return undoable[-1] if undoable else 0

    def _tell_changed(self, entry_id: int) -> None:
        row = self.row_of(entry_id)
        if row is not None:
            self.dataChanged.emit(self.index(row), self.index(row))

    def _day_in_words(self, day: date) -> str:
        today = datetime.now().date()
        if day == today:
            return self.tr("Today")
        if day == today - timedelta(days=1):
            return self.tr("Yesterday")
        return QLocale().toString(
            QDate(day.year, day.month, day.day), QLocale.FormatType.LongFormat
        )

    def _in_words(self, line: Line) -> str:
        if line.entry is None:
            return line.heading
        words = [line.entry.description, line.place, line.entry.author, time_of(line.entry)]
        if self.standing(line.entry) is Standing.UNDONE:
            words.append(self.tr("taken back"))
        return ", ".join(filter(None, words))


def time_of(entry: JournalEntry) -> str:
    """The clock's time then: 14:03."""
    return f"{datetime.fromtimestamp(entry.at):%H:%M}"


def _day_of(entry: JournalEntry) -> date:
    return datetime.fromtimestamp(entry.at).date()
