"""What the window asks of a workspace: a title, a table of actions, and to come and go quietly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a workspace can do.

    keys are in Qt's portable words ("Ctrl+Shift+D"). They fire only while the workspace is shown,
    and never while the person types in a field. tooltip: the line on the page of keys, text
    where it is missing. repeats: holding the key does it again and again. widget: the keys fire
    only while this one has the focus. shown: what stands on the page of keys instead of the keys
    ("Middle drag"); such an action may do without keys and slot. Keys without a slot are taken by
    a widget itself and cannot be changed. obstacle: why it cannot be done now, or nothing. once:
    what is done in place of slot where no key is held, as from a list. while_typing: its keys that
    are no text, as Esc, fire also while the person types.
    """

    id: str
    text: str
    keys: tuple[str, ...]
    slot: Callable[[], Any] | None
    tooltip: str = ""
    repeats: bool = False
    group: str = ""
    widget: QWidget | None = None
    shown: str = ""
    obstacle: Callable[[], str] | None = None
    once: Callable[[], Any] | None = None
    while_typing: bool = False


class Workspace(QWidget):
    """One page of the window. It owns its widgets, knows the document, and no other workspace.

    detail_changed carries a few numbers for the right end of the status line. main_part_changed:
    another part is the main one now, or the signs at its upper edge have another height.
    """

    detail_changed = Signal(str)
    main_part_changed = Signal()

    title = ""
    """Already translated; the window shows it in the bar."""

    def actions_table(self) -> list[Action]:
        """The shortcuts and the page of keys are built from it, once."""
        return []

    def activated(self) -> None:
        """The workspace was brought to the front."""

    def deactivated(self) -> None:
        """Another workspace was brought to the front, or the window closes."""

    def main_part(self) -> QWidget:
        """What the window's messages may stand over."""
        return self

    def signs_height(self) -> int:
        """So much at the upper edge of its main part the messages leave free, in pixels."""
        return 0

    def is_settled(self) -> bool:
        """Whether what was asked for is on show, for a picture of the window."""
        return True

    def closing_question(self) -> str:
        """What to ask before the window closes, such as whether to end a training; or nothing."""
        return ""

    def leaving_question(self) -> str:
        """What to ask before the window shows another dataset; or nothing."""
        return ""

    def shut_down(self) -> None:
        """The window closes for good: stop threads and processes, without waiting long."""
