"""The pad: buttons that move the robot as long as they are held, laid out as their keys are."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QWidget

from labeler.gui.capture.drive import Direction
from labeler.gui.key_hint import KeyHint, hint_tooltip
from labeler.gui.side_panel import keep_keys
from labeler.gui.theme import set_role

_SHEET = "DrivePad QPushButton { padding: 3px 2px; }"
_SIZE = (46, 30)
_PLACES = {
    Direction.FORWARD: (0, 1, "↑", "forward"),
    Direction.LEFT: (1, 0, "←", "left"),
    Direction.BACK: (1, 1, "↓", "back"),
    Direction.RIGHT: (1, 2, "→", "right"),
    Direction.HEAD_UP: (0, 5, "↑", "head_up"),
    Direction.HEAD_DOWN: (1, 5, "↓", "head_down"),
    Direction.LIFT_UP: (0, 8, "↑", "lift_up"),
    Direction.LIFT_DOWN: (1, 8, "↓", "lift_down"),
}
"""Row, column, arrow, and the action that does the same."""


class DrivePad(QWidget):
    """pressed and released carry a Direction. Reached by Tab, held by Space as well."""

    pressed = Signal(object)
    released = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Pad"))
        self.setStyleSheet(_SHEET)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(4)
        for column in (3, 6):
            grid.setColumnMinimumWidth(column, 14)
        self.buttons = {direction: self._button(direction) for direction in Direction}
        for direction, (row, column, _, _) in _PLACES.items():
            grid.addWidget(self.buttons[direction], row, column)
        for column, text in ((4, self.tr("Head")), (7, self.tr("Lift"))):
            label = QLabel(text, self)
            set_role(label, "faint")
            grid.addWidget(label, 0, column, 2, 1, Qt.AlignmentFlag.AlignCenter)

    def show_held(self, held: tuple[Direction, ...]) -> None:
        """The keys that are down look so here."""
        for direction, button in self.buttons.items():
            button.setDown(direction in held)

    def _button(self, direction: Direction) -> QPushButton:
        _, _, arrow, action = _PLACES[direction]
        words = {
            Direction.FORWARD: self.tr("Drive forwards"),
            Direction.BACK: self.tr("Drive backwards"),
            Direction.LEFT: self.tr("Turn left"),
            Direction.RIGHT: self.tr("Turn right"),
            Direction.HEAD_UP: self.tr("Head up"),
            Direction.HEAD_DOWN: self.tr("Head down"),
            Direction.LIFT_UP: self.tr("Lift up"),
            Direction.LIFT_DOWN: self.tr("Lift down"),
        }[direction]
        button = _PadButton(self)
        button.setFixedSize(*_SIZE)
        button.setAccessibleName(words)
        hint_tooltip(button, f"capture.{action}", self.tr("{0}, while held{{key}}").format(words))
        KeyHint(
            button,
            f"capture.{action}",
            lambda key: button.setText(f"{arrow} {key}" if len(key) == 1 else arrow),
        )
        button.pressed.connect(partial(self.pressed.emit, direction))
        button.released.connect(partial(self.released.emit, direction))
        keep_keys(button, Qt.Key.Key_Space)
        return button


class _PadButton(QPushButton):
    """Once it is up, a mouse that moves with its button still down does not press it again."""

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isDown():
            super().mouseMoveEvent(event)
