"""Is it right? A row of buttons for each detector, and the way to a better one."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from labeler.gui.key_hint import hint_tooltip
from labeler.gui.preview.judge_row import JudgeRow
from labeler.gui.preview.tally import Tally
from labeler.gui.side_panel import keep_keys
from labeler.gui.theme import set_role


class JudgeBox(QWidget):
    """improve_requested: the person wants the detector to learn on.

    take_back_requested: the last verdict was a slip.
    """

    improve_requested = Signal()
    take_back_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.first = JudgeRow("preview.{0}", self)
        self.second = JudgeRow("preview.{0}_beside", self)
        self.improve = QPushButton(self)
        self.improve.clicked.connect(self.improve_requested)
        hint_tooltip(
            self.improve,
            "preview.improve",
            self.tr("First correct what you judged, then the model in use learns from it"),
        )
        self.take_back = QPushButton(self.tr("Take back"), self)
        set_role(self.take_back, "flat")
        self.take_back.setAccessibleName(self.tr("Undo the last verdict"))
        hint_tooltip(
            self.take_back,
            "preview.take_back",
            self.tr("Takes back the last verdict, so that it no longer counts"),
        )
        self.take_back.clicked.connect(self.take_back_requested)
        for button in (self.improve, self.take_back):
            keep_keys(button, Qt.Key.Key_Space)
        last = QHBoxLayout()
        last.addWidget(self.improve, 1)
        last.addWidget(self.take_back)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for part in (self.first, self.second):
            column.addWidget(part)
        column.addLayout(last)
        self.show_names(None)
        self.show_joined(0, 0)
        self.take_back.hide()

    def set_ready(self, ready: bool) -> None:
        """Whether there is anything to judge."""
        for row in (self.first, self.second):
            row.set_ready(ready)

    def show_names(self, names: tuple[str, str] | None) -> None:
        """What the two detectors are; None: there is one alone."""
        self.second.setVisible(names is not None)
        for row, name in zip((self.first, self.second), names or ("", ""), strict=True):
            row.show_name(name)

    def show_tallies(self, first: Tally, second: Tally) -> None:
        self.first.show_tally(first)
        self.second.show_tally(second)

    def show_joined(self, joined: int, waiting: int) -> None:
        """joined: frames in the dataset through a verdict; waiting: those still to be labelled."""
        self.improve.setVisible(bool(joined))
        if waiting:
            words = self.tr("Correct {0} first").format(waiting)
        elif joined == 1:
            words = self.tr("Improve with this one")
        else:
            words = self.tr("Improve with these {0}").format(joined)
        self.improve.setText(words)
        self.improve.setAccessibleName(words)
        set_role(self.improve, "" if waiting else "primary")
