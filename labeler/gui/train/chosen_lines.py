"""A few quiet lines at the left: the first ones, and the rest for those who ask."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from labeler.gui.theme import set_role

_FEW = 2


class ChosenLines(QWidget):
    """Shows the first two lines; a button below shows all of them.

    name: what they are, for those who listen; all_told: the button's tooltip.
    """

    def __init__(self, name: str, all_told: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._lines: tuple[str, ...] = ()
        self.text = QLabel(self)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setWordWrap(True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.text.setAccessibleName(name)
        set_role(self.text, "faint")
        self.more = QPushButton(self)
        self.more.setCheckable(True)
        self.more.setToolTip(all_told)
        self.more.toggled.connect(self._show)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.text)
        layout.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        self._show()

    def show_lines(self, lines: Sequence[str]) -> None:
        if tuple(lines) != self._lines:
            self._lines = tuple(lines)
            self._show()

    def _show(self) -> None:
        all_of_them = self.more.isChecked()
        self.text.setText("\n".join(self._lines if all_of_them else self._lines[:_FEW]))
        self.more.setVisible(len(self._lines) > _FEW)
        self.more.setText(self.tr("Less") if all_of_them else self.tr("More"))
        self.more.setAccessibleName(self.more.text())
