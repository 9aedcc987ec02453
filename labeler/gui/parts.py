"""Moves the focus from one part of the window to the next: list, picture, panel, bar."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget


def focus_next_part(window: QWidget, workspace: QWidget, *, backwards: bool = False) -> None:
    """A part is what lies directly in the workspace on show, or in the window beside it.

    In each, the focus goes to the first widget that Tab would reach.
    """
    firsts: dict[QWidget, QWidget] = {}
    for widget in _tab_stops(window):
        firsts.setdefault(_part(widget, window, workspace), widget)
    parts = list(firsts)
    focus = QApplication.focusWidget()
    here = _part(focus, window, workspace) if focus is not None else None
    at = parts.index(here) if here in parts else -1
    if parts:
        following = parts[(at - 1 if backwards else at + 1) % len(parts)]
        firsts[following].setFocus(Qt.FocusReason.TabFocusReason)


def _tab_stops(window: QWidget) -> Iterator[QWidget]:
    """In the order of Tab, from the window's first widget on."""
    widget = window.nextInFocusChain()
    while widget is not None and widget is not window:
        if widget.isVisible() and widget.isEnabled() and widget.focusPolicy() & _TAB:
            yield widget
        widget = widget.nextInFocusChain()


def _part(widget: QWidget, window: QWidget, workspace: QWidget) -> QWidget:
    while True:
        parent = widget.parentWidget()
        if parent is None or parent in (window, workspace):
            return widget
        widget = parent


_TAB = Qt.FocusPolicy.TabFocus
