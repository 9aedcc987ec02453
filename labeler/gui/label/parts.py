"""F6 goes from part to part of the workspace, so that a keyboard alone reaches them all."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QApplication, QWidget

from labeler.gui.workspace import Action


def part_actions(parts: Sequence[QWidget]) -> list[Action]:
    """parts: in the order in which they are gone through, round and round."""
    group = QCoreApplication.translate("LabelKeys", "Parts")
    forth = QCoreApplication.translate("LabelKeys", "Next part: images, picture, classes, boxes")
    back = QCoreApplication.translate("LabelKeys", "The part before")
    return [
        Action("next_part", forth, ("F6",), partial(_go, parts, 1), group=group),
        Action("previous_part", back, ("Shift+F6",), partial(_go, parts, -1), group=group),
    ]


def _go(parts: Sequence[QWidget], by: int) -> None:
    focus = QApplication.focusWidget()
    here = next((place for place, part in enumerate(parts) if _holds(part, focus)), -1)
    if here < 0:
        here = -1 if by > 0 else 0  # the first of all, or the last
    for step in range(1, len(parts) + 1):
        target = _first_stop(parts[(here + by * step) % len(parts)])
        if target is not None:
            target.setFocus(Qt.FocusReason.TabFocusReason)
            return


def _holds(part: QWidget, focus: QWidget | None) -> bool:
    return focus is not None and (part is focus or part.isAncestorOf(focus))


def _first_stop(part: QWidget) -> QWidget | None:
    """The part itself or the first in it that takes the focus."""
    return next((each for each in (part, *part.findChildren(QWidget)) if _takes_focus(each)), None)


def _takes_focus(widget: QWidget) -> bool:
    by_tab = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    return bool(by_tab) and widget.isVisible() and widget.isEnabled()
