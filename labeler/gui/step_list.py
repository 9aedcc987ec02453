"""What is being done, step by step: a mark, a title, and the sentence that came of it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from labeler.gui import theme
from labeler.gui.icons import dot, icon

_SIDE, _DOT = 16, 8


class StepList(QWidget):
    """Rows by the names of their steps."""

    def __init__(self, titles: dict[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._titles = titles
        self._marks: dict[str, QLabel] = {}
        self.sentences: dict[str, QLabel] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        for row, step in enumerate(titles):
            mark, sentence = QLabel(self), QLabel(self)
            sentence.setWordWrap(True)
            sentence.setTextFormat(Qt.TextFormat.PlainText)
            sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(mark, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(sentence, row, 1)
            self._marks[step], self.sentences[step] = mark, sentence
        self.clear()

    def clear(self) -> None:
        """Nothing has begun."""
        for step in self._titles:
            self._show(step, self._titles[step], "faint", "faint")

    def begin(self, step: str) -> None:
        self._show(step, self._titles[step], "warning", "")

    def end(self, step: str, sentence: str) -> None:
        self._show(step, sentence, "good", "")

    def fail(self, step: str, sentence: str) -> None:
        self._show(step, sentence, "bad", "bad")

    def _show(self, step: str, sentence: str, tint: str, role: str) -> None:
        label, mark = self.sentences[step], self._marks[step]
        theme.set_role(label, role)
        label.setText(sentence)
        color = QColor(getattr(theme.colors(), tint))
        kinds = {"good": "check", "bad": "warning"}
        is_dot = tint not in kinds
        picture = dot(color) if is_dot else icon(kinds[tint], color)
        mark.setPixmap(picture.pixmap(QSize(_DOT, _DOT) if is_dot else QSize(_SIDE, _SIDE)))
        mark.setAlignment(Qt.AlignmentFlag.AlignCenter)
        mark.setFixedSize(_SIDE, max(_SIDE, label.fontMetrics().height()))
