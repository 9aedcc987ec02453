"""Which session new photos belong to: its name, and how a new one is called."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from PySide6.QtCore import QCoreApplication, QLocale, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLineEdit, QToolButton, QWidget

from labeler.dataset.edits import MAX_NOTE
from labeler.gui.key_hint import hint_tooltip
from labeler.gui.side_panel import keep_keys

_LONGEST = 80


class SessionField(QWidget):
    """The name in a field, the button for a new one, and a note below.

    name_changed carries the new name, noted the note once the person is done with it.
    """

    name_changed = Signal(str)
    noted = Signal(str)
    new_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = ""
        self.field = QLineEdit(self)
        self.field.setMaxLength(_LONGEST)
        self.field.setAccessibleName(self.tr("Session"))
        self.field.setToolTip(
            self.tr(
                "Photos of one session stay together when a detector is trained and checked. "
                "Begin a new one when the place or the light changes"
            )
        )
        self.field.editingFinished.connect(self._take)
        self.field.returnPressed.connect(self.field.clearFocus)
        self.new_button = QToolButton(self)
        self.new_button.setText(self.tr("New"))
        self.new_button.setAccessibleName(self.tr("New session"))
        hint_tooltip(self.new_button, "capture.new_session", self.tr("Begin a new session"))
        self.new_button.clicked.connect(self.new_requested)
        keep_keys(self.new_button, Qt.Key.Key_Space)
        self._noted = ""
        self.note = QLineEdit(self)
        self.note.setMaxLength(MAX_NOTE)
        self.note.setPlaceholderText(self.tr("Note: where, which light…"))
        self.note.setAccessibleName(self.tr("Note on this session"))
        self.note.editingFinished.connect(self._take_note)
        self.note.returnPressed.connect(self.note.clearFocus)
        self.show_note("")
        rows = QGridLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(6)
        rows.addWidget(self.field, 0, 0)
        rows.addWidget(self.new_button, 0, 1)
        rows.addWidget(self.note, 1, 0, 1, 2)
        rows.setColumnStretch(0, 1)
        self.setFocusProxy(self.field)

    @property
    def name(self) -> str:
        """Also what is typed at this moment and not confirmed yet."""
        return self.field.text().strip() or self._name

    def set_name(self, name: str) -> None:
        self._name = name
        self.field.setText(name)
        self.field.setCursorPosition(0)

    def show_note(self, note: str) -> None:
        """The note as it is kept."""
        self._noted = note
        self.note.setText(note)
        self.note.setCursorPosition(0)
        words = self.tr("Kept with the session, and in exports of it")
        self.note.setToolTip(f"{note}\n{words}".strip())

    def _take_note(self) -> None:
        note = self.note.text().strip()
        if note != self._noted:
            self.show_note(note)
            self.noted.emit(note)

    def _take(self) -> None:
        name = self.name
        if name != self._name:
            self.set_name(name)
            self.name_changed.emit(name)
        else:
            self.field.setText(name)


def new_session_name(taken: Iterable[str], now: datetime | None = None) -> str:
    """Date and part of day, as in "24 November, evening"; numbered where that is taken."""
    moment = now or datetime.now()
    month = QLocale().standaloneMonthName(moment.month)
    name = f"{moment.day} {month}, {_part_of_day(moment.hour)}"
    names = set(taken)
    numbered = (f"{name} {number}" for number in range(2, len(names) + 3))
    return name if name not in names else next(each for each in numbered if each not in names)


def _part_of_day(hour: int) -> str:
    for end, word in (
        (5, _tr("night")),
        (12, _tr("morning")),
        (14, _tr("noon")),
        (18, _tr("afternoon")),
        (23, _tr("evening")),
    ):
        if hour < end:
            return word
    return _tr("night")


def _tr(text: str) -> str:
    return QCoreApplication.translate("Session", text)
