"""Right, wrong or missed: three buttons, the tally, and the way to a better detector."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from labeler.gui.key_hint import KeyHint, hint_tooltip
from labeler.gui.preview.judging import Tally, Verdict
from labeler.gui.side_panel import keep_keys
from labeler.gui.theme import set_role


class JudgeBox(QWidget):
    """judged carries a Verdict. improve_requested: the person wants the detector to learn on."""

    judged = Signal(object)
    reset_requested = Signal()
    improve_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons = {verdict: self._made(verdict) for verdict in Verdict}
        self.line = QLabel(self)
        self.line.setWordWrap(True)
        set_role(self.line, "faint")
        self.reset = self._small(self.tr("Reset"), self.tr("The tally begins again"))
        self.reset.clicked.connect(self.reset_requested)
        self.improve = QPushButton(self)
        self.improve.clicked.connect(self.improve_requested)
        hint_tooltip(
            self.improve,
            "preview.improve",
            self.tr("What you judged is labelled, and then learned from"),
        )
        keep_keys(self.improve, Qt.Key.Key_Space)
        self._lay_out()
        self.show_tally(Tally(), 0, 0)

    def set_ready(self, ready: bool) -> None:
        """Whether there is anything to judge."""
        for button in self.buttons.values():
            button.setEnabled(ready)

    def show_tally(self, tally: Tally, joined: int, waiting: int) -> None:
        """joined: frames in the dataset through a verdict; waiting: those still to be labelled."""
        self.line.setText(self._words(tally))
        self.line.setToolTip(
            self.tr(
                "Of the pictures that you chose to judge; those that you passed over are not in "
                "it. In brackets: where the share would lie in 95 of 100 tries, if you chose by "
                "chance and no two pictures were alike."
            )
        )
        self.line.setVisible(bool(tally.judged))
        self.reset.setVisible(bool(tally.judged))
        self.improve.setVisible(bool(joined))
        words = (
            self.tr("Correct {0} first").format(waiting)
            if waiting
            else self.tr("Improve with these {0}").format(joined)
        )
        self.improve.setText(words)
        self.improve.setAccessibleName(words)
        set_role(self.improve, "" if waiting else "primary")

    def _words(self, tally: Tally) -> str:
        if not tally.judged:
            return ""
        low, high = (round(100 * share) for share in tally.interval)
        share = round(100 * tally.right / tally.judged)
        return self.tr("{right} of {all} right: {share} % ({low} to {high} %)").format(
            right=tally.right, all=tally.judged, share=share, low=low, high=high
        )

    def _made(self, verdict: Verdict) -> QPushButton:
        texts = {
            Verdict.RIGHT: (self.tr("Right"), self.tr("All that is there is found")),
            Verdict.WRONG: (
                self.tr("Wrong"),
                self.tr("Something is found that is not there, or under a wrong name"),
            ),
            Verdict.MISSED: (self.tr("Missed"), self.tr("Something is there and not found")),
        }
        text, tooltip = texts[verdict]
        button = QPushButton(text, self)
        set_role(button, "narrow")
        button.setAccessibleName(text)
        name = f"preview.{verdict.value}"
        hint_tooltip(button, name, tooltip)
        KeyHint(button, name, lambda key: button.setText(f"{text}\n{key}" if key else text))
        button.clicked.connect(partial(self._emit, verdict))
        keep_keys(button, Qt.Key.Key_Space)
        return button

    def _emit(self, verdict: Verdict, _checked: bool) -> None:
        self.judged.emit(verdict)

    def _small(self, text: str, tooltip: str) -> QPushButton:
        button = QPushButton(text, self)
        set_role(button, "flat")
        button.setAccessibleName(text)
        button.setToolTip(tooltip)
        keep_keys(button, Qt.Key.Key_Space)
        return button

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        for button in self.buttons.values():
            buttons.addWidget(button, 1)
        told = QHBoxLayout()
        told.addWidget(self.line, 1)
        told.addWidget(self.reset)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(buttons)
        column.addLayout(told)
        column.addWidget(self.improve)
