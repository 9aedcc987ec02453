"""Keys that live where they should: in the workspace on show, and never while one types."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from labeler.gui.workspace import Action

GLOBAL = ""
"""The owner of keys that work in every workspace, those with Ctrl also while one types."""
HISTORY = "history"
"""The owner of undo and redo: a field that one types in has its own."""
_NEVER_TEXT = re.compile(r"(Meta\+)?Ctrl\+|F\d")
_PRESSES_BUTTONS = ("Space", "Return", "Enter")


@dataclass(frozen=True, slots=True)
class _Key:
    owner: str
    text: str
    shortcut: QShortcut
    while_typing: bool


class Shortcuts(QObject):
    """Makes the keys of action tables and switches them with the workspace and the focus."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._current = GLOBAL
        self._keys: list[_Key] = []
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._follow_focus)

    def add(self, owner: str, actions: Iterable[Action]) -> None:
        """owner: a workspace's id, or GLOBAL. Keys that it had before are gone."""
        for key in (key for key in self._keys if key.owner == owner):
            key.shortcut.setEnabled(False)
            key.shortcut.deleteLater()
        self._keys = [key for key in self._keys if key.owner != owner]
        for action in actions:
            for text in action.keys if action.slot else ():
                shortcut = self._made(action, text, action.slot)
                self._keys.append(_Key(owner, text, shortcut, action.while_typing))
        self._switch(QApplication.focusWidget())

    def set_current(self, owner: str) -> None:
        self._current = owner
        self._switch(QApplication.focusWidget())

    def _made(self, action: Action, text: str, slot: Callable[[], object] | None) -> QShortcut:
        shortcut = QShortcut(QKeySequence(text), action.widget or self._window)
        if action.widget is not None:
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
        shortcut.setAutoRepeat(action.repeats)
        if slot is not None:
            shortcut.activated.connect(slot)
        return shortcut

    def _follow_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        self._switch(now)

    def _switch(self, focus: QWidget | None) -> None:
        typing, on_button = is_typing_in(focus), isinstance(focus, QAbstractButton)
        for key in self._keys:
            is_in_reach = key.owner in (GLOBAL, HISTORY, self._current)
            is_text = typing and not _works_while_typing(key)
            is_press = on_button and key.text in _PRESSES_BUTTONS
            key.shortcut.setEnabled(is_in_reach and not is_text and not is_press)


def _works_while_typing(key: _Key) -> bool:
    if key.while_typing and key.text == "Esc":
        return True
    return (key.owner == GLOBAL or key.while_typing) and bool(_NEVER_TEXT.match(key.text))


def is_typing_in(widget: QWidget | None) -> bool:
    """Whether letters typed now go into a field."""
    if isinstance(widget, QComboBox):
        return widget.isEditable()
    if isinstance(widget, QLineEdit | QPlainTextEdit | QTextEdit):
        return not widget.isReadOnly()
    return isinstance(widget, QAbstractSpinBox)
