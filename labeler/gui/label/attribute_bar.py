"""Buttons for what is said of the selected boxes: occluded, cut off, difficult."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from labeler.gui.key_hint import KeyHint, hint_tooltip
from labeler.gui.label.attributes import ATTRIBUTES
from labeler.gui.label.painting import ShownBox

_SHEET = """
QPushButton { padding-left: 2px; padding-right: 2px; }
QPushButton[some="true"] { border-style: dashed; border-color: palette(highlight); }
"""


class AttributeBar(QWidget):
    """toggled carries the name of an attribute. A button is down where all selected boxes have it;
    where only some have, its edge is dashed."""

    toggled = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = {
            "occluded": self.tr("Occluded"),
            "truncated": self.tr("Cut off"),
            "difficult": self.tr("Difficult"),
        }
        told = {
            "occluded": self.tr("Something is in front of it"),
            "truncated": self.tr("It extends beyond the picture"),
            "difficult": self.tr("Hard to tell, even for a person"),
        }
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self.buttons = {name: QPushButton(self._words[name], self) for name in ATTRIBUTES}
        self._boxes: tuple[ShownBox, ...] = ()
        self._editable = True
        for name, button in self.buttons.items():
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setStyleSheet(_SHEET)
            button.clicked.connect(partial(self._tell, name))
            hint_tooltip(button, f"label.{name}", told[name])
            KeyHint(button, f"label.{name}", partial(self._show_key, name))
            row.addWidget(button, 1)
        self.show_boxes((), editable=True)

    def show_boxes(self, boxes: Sequence[ShownBox], *, editable: bool) -> None:
        """boxes: the selected ones."""
        self._boxes, self._editable = tuple(boxes), editable
        for name, button in self.buttons.items():
            having = sum(getattr(box, name) for box in boxes)
            button.setEnabled(editable and bool(boxes))
            button.setChecked(bool(boxes) and having == len(boxes))
            some = 0 < having < len(boxes)
            told = self.tr("{attribute}, some of the boxes") if some else "{attribute}"
            button.setAccessibleName(told.format(attribute=self._words[name]))
            if button.property("some") != some:
                button.setProperty("some", some)
                button.style().polish(button)

    def _show_key(self, name: str, key: str) -> None:
        """Where it is a single letter; a longer one has no room, and stands in the tooltip."""
        words = self._words[name]
        self.buttons[name].setText(f"{words} {key}" if len(key) == 1 else words)

    def _tell(self, name: str, _down: bool = False) -> None:
        self.toggled.emit(name)
        self.show_boxes(self._boxes, editable=self._editable)  # also where nothing came of it
