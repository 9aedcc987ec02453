"""Keys that live where they should: in the workspace on show, and never while one types."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QTextEdit,
    QToolButton,
    QWidget,
)
from shiboken6 import isValid

from labeler.gui.workspace import Action

GLOBAL = ""
"""The owner of keys that work in every workspace, those with Ctrl also while one types."""
HISTORY = "history"
"""The owner of undo and redo: a field that one types in has its own, as long as it has any."""
_NEVER_TEXT = re.compile(r"(Meta\+)?Ctrl\+|F\d")
_REPLAYS = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)
_PRESSES_BUTTONS = ("Space", "Return", "Enter")


@dataclass(frozen=True, slots=True)
class _Key:
    owner: str
    text: str
    shortcut: QShortcut
    while_typing: bool


class Shortcuts(QObject):
    """Makes the keys of action tables and switches them with the workspace and the focus.

    What has the focus is watched: Enter presses a button, which Qt does in dialogs only, and undo
    in a field that has nothing to take back is that of the dataset.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._current = GLOBAL
        self._keys: list[_Key] = []
        self._watched: QWidget | None = None
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

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent):
            return False
        if event.type() == QEvent.Type.KeyPress:
            return _pressed_by_enter(watched, event)
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(watched, QWidget):
            return self._passes_on(watched, event)
        return False

    def _passes_on(self, field: QWidget, event: QKeyEvent) -> bool:
        """Keeps a field from claiming an undo or redo that it has no use for."""
        if not is_typing_in(field):
            return False
        for standard, is_own in zip(_REPLAYS, _own_replays(field), strict=True):
            if event.matches(standard) and not is_own:
                event.ignore()
                return True
        return False

    def _follow_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        if self._watched is not None and isValid(self._watched):
            self._watched.removeEventFilter(self)
        is_ours = now is not None and now.window() is self._window
        self._watched = now if is_ours else None
        if self._watched is not None:
            self._watched.installEventFilter(self)
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
    if key.owner == HISTORY:  # the field claims them first, where it has something to take back
        return any(QKeySequence(key.text) in QKeySequence.keyBindings(each) for each in _REPLAYS)
    return (key.owner == GLOBAL or key.while_typing) and bool(_NEVER_TEXT.match(key.text))


def _own_replays(field: QWidget) -> tuple[bool, bool]:
    """Whether the field itself has something to undo, and to redo."""
    if isinstance(field, QPlainTextEdit | QTextEdit):
        return field.document().isUndoAvailable(), field.document().isRedoAvailable()
    edit = field if isinstance(field, QLineEdit) else field.findChild(QLineEdit)
    if not isinstance(edit, QLineEdit):
        return True, True
    return edit.isUndoAvailable(), edit.isRedoAvailable()


def _pressed_by_enter(watched: QObject, event: QKeyEvent) -> bool:
    """A press of Enter is a click on the button that has the focus."""
    if not isinstance(watched, QPushButton | QToolButton) or isinstance(watched.window(), QDialog):
        return False
    if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter) or event.isAutoRepeat():
        return False
    if isinstance(watched, QToolButton) and watched.menu() is not None:
        watched.showMenu()
    else:
        watched.click()
    return True


def is_typing_in(widget: QWidget | None) -> bool:
    """Whether letters typed now go into a field."""
    if isinstance(widget, QComboBox):
        return widget.isEditable()
    if isinstance(widget, QLineEdit | QPlainTextEdit | QTextEdit):
        return not widget.isReadOnly()
    return isinstance(widget, QAbstractSpinBox)
