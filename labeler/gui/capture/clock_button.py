"""The button for photos by the clock, with a menu: how often, how many, and whether it beeps."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QKeyEvent
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from labeler.gui.capture import remembered
from labeler.gui.capture.clock_form import LONGEST_S, MOST_PHOTOS, clock_form
from labeler.gui.counts import counted
from labeler.gui.key_hint import KeyHint

EVERY = (1, 2, 5, 10, 30)
"""Seconds to choose from between two photos by the clock."""
MANY = (0, 10, 20, 50, 100)
"""Photos to choose from; 0 for no limit."""

_SPLIT = """
QToolButton { padding-right: 26px; }
QToolButton::menu-button { border: 0; width: 22px; }
"""


_WIDEST_COUNT = 888
"""Room is kept for so many photos, or the buttons beside it would move while they are taken."""


class ClockButton(QToolButton):
    """Says what it does now: begins, or stops what runs, with how many were taken.

    changed carries the seconds between two photos, 0 for off, and how many, 0 for no limit."""

    changed = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._seconds = _remembered("clock_seconds", 2, 1, LONGEST_S)
        self._photos = _remembered("clock_photos", 0, 0, MOST_PHOTOS)
        self._taken = 0
        self._key = ""
        self._groups: list[QActionGroup] = []
        self.beeps = QAction(self.tr("Beep with each photo"), self)
        self.beeps.setCheckable(True)
        self.beeps.setChecked(remembered.flag("clock_beeps", default=True))
        self.beeps.toggled.connect(lambda on: remembered.keep(clock_beeps=on))
        self.setCheckable(True)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        self._menu = self._make_menu()
        self.setMenu(self._menu)
        self.setMinimumHeight(32)
        self.setStyleSheet(_SPLIT)
        KeyHint(self, "capture.photo_clock", self._show_key)
        self.toggled.connect(self._show_words)
        self.toggled.connect(self._tell)
        self._show_words()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt opens the menu of such a button by the mouse alone."""
        if event.key() == Qt.Key.Key_Down:
            self._menu.popup(self.mapToGlobal(self.rect().bottomLeft()))
        else:
            super().keyPressEvent(event)

    @property
    def interval(self) -> int:
        """Seconds between two photos by the clock, 0 while it is off."""
        return self._seconds if self.isChecked() else 0

    def show_taken(self, photos: int) -> None:
        """How many photos the clock has taken since it runs."""
        self._taken = photos
        self._show_words()

    def _show_key(self, key: str) -> None:
        self._key = key
        self._show_words()

    def _make_menu(self) -> QMenu:
        menu = QMenu(self)
        self._add_group(menu, EVERY, self._every, self._choose_seconds)
        menu.addSeparator()
        self._add_group(menu, MANY, self._many, self._choose_photos)
        menu.addSeparator()
        menu.addAction(self.tr("Other numbers…")).triggered.connect(self._ask)
        menu.addSeparator()
        menu.addAction(self.beeps)
        return menu

    def _add_group(
        self,
        menu: QMenu,
        values: Sequence[int],
        words: Callable[[int], str],
        choose: Callable[[int], None],
    ) -> None:
        group = QActionGroup(menu)
        group.setExclusionPolicy(QActionGroup.ExclusionPolicy.ExclusiveOptional)
        self._groups.append(group)
        for value in values:
            action = QAction(words(value), menu)
            action.setCheckable(True)
            action.setData(value)
            action.triggered.connect(lambda _on, value=value: choose(value))
            group.addAction(action)
            menu.addAction(action)

    def _every(self, seconds: int) -> str:
        return self.tr("Every {0} s").format(seconds)

    def _many(self, photos: int) -> str:
        return counted(photos, "photo") if photos else self.tr("Until stopped")

    def _choose_seconds(self, seconds: int) -> None:
        """Choosing how often begins it as well."""
        self._seconds = seconds
        remembered.keep(clock_seconds=seconds)
        self._show_words()
        if self.isChecked():
            self._tell()
        else:
            self.setChecked(True)

    def _choose_photos(self, photos: int) -> None:
        self._photos = photos
        remembered.keep(clock_photos=photos)
        self._show_words()
        if self.isChecked():
            self._tell()

    def _ask(self) -> None:
        """Numbers that the menu does not have."""
        clock_form(self.window(), self._seconds, self._photos, self._choose_both).open()

    def _choose_both(self, seconds: int, photos: int) -> None:
        self._photos = photos
        remembered.keep(clock_photos=photos)
        self._choose_seconds(seconds)

    def _show_words(self) -> None:
        for group, chosen in zip(self._groups, (self._seconds, self._photos), strict=True):
            for action in group.actions():
                action.setChecked(action.data() == chosen)
        words = spoken = self._every(self._seconds)
        if self._photos:  # short, for the row is wide enough already
            words = self.tr("{every} ×{count}").format(every=words, count=self._photos)
            spoken = f"{spoken}, {self._many(self._photos)}"
        if self.isChecked():
            words = spoken = self._stop_words(self._taken)
        self.setText(words)
        self.setAccessibleName(spoken)
        self._show_tooltip()
        widest = self.fontMetrics().horizontalAdvance(self._stop_words(_WIDEST_COUNT))
        idle = self.fontMetrics().horizontalAdvance(words)
        self.setMinimumWidth(self.sizeHint().width() - idle + max(idle, widest))

    def _stop_words(self, taken: int) -> str:
        if self._photos:
            words = self.tr("Stop: every {seconds} s, {taken} of {photos} taken")
        else:
            words = self.tr("Stop: every {seconds} s, {taken} taken")
        return words.format(seconds=self._seconds, taken=taken, photos=self._photos)

    def _show_tooltip(self) -> None:
        if self.isChecked():
            words = self.tr("Stop the photos by the clock{key}. Esc stops them as well")
        else:
            words = self.tr(
                "A photo every few seconds, by itself{key}. The arrow, or Down, says how often, "
                "how many"
            )
        self.setToolTip(words.format(key=f" ({self._key})" if self._key else ""))

    def _tell(self) -> None:
        self.changed.emit(self.interval, self._photos)


def _remembered(name: str, default: int, least: int, most: int) -> int:
    chosen = int(remembered.number(name, default))
    return chosen if least <= chosen <= most else default
