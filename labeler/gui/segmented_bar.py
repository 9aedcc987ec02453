"""A row of joined buttons of which exactly one is chosen: the workspaces across the top."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QButtonGroup, QFrame, QHBoxLayout, QPushButton, QWidget

from labeler.gui import theme


class SegmentedBar(QFrame):
    """chosen carries the id of the segment that was clicked."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.set_role(self, "segments")
        self._buttons: dict[str, QPushButton] = {}
        self._group = QButtonGroup(self)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(1, 1, 1, 1)
        self._row.setSpacing(0)

    def add(self, segment: str, title: str) -> None:
        button = QPushButton(title, self)
        button.setCheckable(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        theme.set_role(button, "segment")
        button.clicked.connect(lambda: self.chosen.emit(segment))
        self._buttons[segment] = button
        self._group.addButton(button)
        self._row.addWidget(button)

    def set_stacked(self, stacked: bool) -> None:
        """One below the other, where there is no room for all in a row."""
        self._row.setDirection(
            QBoxLayout.Direction.TopToBottom if stacked else QBoxLayout.Direction.LeftToRight
        )

    def show_chosen(self, segment: str) -> None:
        """Tab reaches the chosen one alone; the arrows go on from there. Empty: none is chosen."""
        self._group.setExclusive(False)  # or the last one chosen could not be let go
        first = next(iter(self._buttons))
        for each, button in self._buttons.items():
            button.setChecked(each == segment)
            is_chosen = each == (segment or first)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus if is_chosen else Qt.FocusPolicy.NoFocus)
        self._group.setExclusive(True)

    def button(self, segment: str) -> QPushButton:
        return self._buttons[segment]
