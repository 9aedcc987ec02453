"""Words that name a key, and go on being true when the person changes it."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QAbstractButton, QWidget

_LETTERS = 90
"""Of a line in a tooltip, at most."""


class KeyHint(QObject):
    """Hangs on a widget, where the window finds it. show gets the key in the system's words."""

    def __init__(self, widget: QWidget, action: str, show: Callable[[str], object]) -> None:
        """action: its name with its place, such as "label.verify"."""
        super().__init__(widget)
        self.action = action
        self._show = show
        show("")

    def tell(self, keys: tuple[str, ...]) -> None:
        self._show(native_key(keys[0]) if keys else "")


def native_key(text: str) -> str:
    """A key in the words of this system: Ctrl+D, or the signs of a Mac."""
    return QKeySequence(text).toString(QKeySequence.SequenceFormat.NativeText)


def wrapped(tooltip: str) -> str:
    """A long one in several lines: Qt would show it in one, across the whole screen."""
    return "\n".join(textwrap.fill(line, _LETTERS) for line in tooltip.splitlines())


def hint_tooltip(widget: QWidget, action: str, tooltip: str) -> None:
    """A tooltip that tells the key at its end, or where {key} stands in it."""
    if "{key}" not in tooltip:
        tooltip += "{key}"

    def show(key: str) -> None:
        words = QCoreApplication.translate("KeyHint", " ({0})").format(key) if key else ""
        widget.setToolTip(wrapped(tooltip.replace("{key}", words)))

    KeyHint(widget, action, show)


def hint_text(button: QAbstractButton, action: str, text: str) -> None:
    """A button's text with its key beside it; its accessible name stays the text alone."""
    button.setAccessibleName(text)
    KeyHint(button, action, lambda key: button.setText(f"{text}   {key}" if key else text))
