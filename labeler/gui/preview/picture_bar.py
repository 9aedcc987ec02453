"""What is done with the picture in view, in reach whatever scrolls above it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from labeler.gui.key_hint import hint_tooltip
from labeler.gui.preview.judge_box import JudgeBox
from labeler.gui.preview.record_controls import RecordControls
from labeler.gui.side_panel import heading, keep_keys, line_color


class PictureBar(QWidget):
    """keep_requested: the frame in view is to join the dataset; hold_requested: it is to stay in
    view, or not any more.
    """

    keep_requested = Signal()
    hold_requested = Signal()

    def __init__(self, record: RecordControls, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.judge = JudgeBox(self)
        self.hold = self._made_hold()
        self.keep = self._made_keep()
        kept = QHBoxLayout()
        kept.setSpacing(6)
        kept.addWidget(self.hold)
        kept.addWidget(self.keep)
        kept.addWidget(record.button, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(13, 4, 12, 12)
        column.setSpacing(4)
        self._question = heading(self.tr("Is it right?"), self.judge)
        column.addWidget(self._question)
        column.addWidget(self.judge)
        column.addSpacing(4)
        column.addLayout(kept)

    def show_names(self, names: tuple[str, str] | None) -> None:
        """What the two detectors are, in place of the question; None: there is one alone."""
        self._question.setVisible(names is None)
        self.judge.show_names(names)

    def show_held(self, is_held: bool) -> None:
        """Whether the picture stays in view."""
        text = self.tr("Resume") if is_held else self.tr("Hold")
        self.hold.setText(text)
        self.hold.setAccessibleName(text)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        color = line_color(self.palette())
        painter.fillRect(0, 0, 1, self.height(), color)
        painter.fillRect(1, 0, self.width() - 1, 1, color)

    def _made_hold(self) -> QPushButton:
        button = QPushButton(self.tr("Hold"), self)
        button.setAccessibleName(button.text())
        words = self.tr("Freezes the picture in view, so that you can judge it in peace")
        hint_tooltip(button, "preview.hold", words)
        button.clicked.connect(self.hold_requested)
        keep_keys(button, Qt.Key.Key_Space)
        return button

    def _made_keep(self) -> QPushButton:
        button = QPushButton(self.tr("Keep"), self)
        button.setAccessibleName(self.tr("Keep this picture"))
        words = self.tr("Add this picture to the dataset, to be labelled")
        hint_tooltip(button, "preview.keep_frame", words)
        button.clicked.connect(self.keep_requested)
        keep_keys(button, Qt.Key.Key_Space)
        return button
