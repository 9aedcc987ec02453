"""Right, wrong or missed: the three buttons for one detector, and its tally."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from labeler.gui.elided_label import ElidedLabel
from labeler.gui.key_hint import KeyHint, hint_tooltip, wrapped
from labeler.gui.preview.tally import Tally, Verdict
from labeler.gui.side_panel import keep_keys
from labeler.gui.theme import set_role


class JudgeRow(QWidget):
    """judged carries a Verdict; reset_requested: the tally is to begin again."""

    judged = Signal(object)
    reset_requested = Signal()

    def __init__(self, action: str, parent: QWidget | None = None) -> None:
        """action: the name of the actions with the keys, with {0} for the verdict's."""
        super().__init__(parent)
        self.name = ElidedLabel(self)
        self.name.setContentsMargins(0, 6, 0, 0)
        set_role(self.name, "faint")
        self._keys: dict[Verdict, str] = {}
        self.buttons: dict[Verdict, QPushButton] = {}
        for verdict in Verdict:
            self._make(verdict, action.format(verdict.value))
        self.line = QLabel(self)
        self.line.setWordWrap(True)
        set_role(self.line, "faint")
        self.reset = self._made_reset()
        self._lay_out()
        self.show_name("")
        self.show_tally(Tally())

    def set_ready(self, ready: bool) -> None:
        """Whether there is anything to judge."""
        for button in self.buttons.values():
            button.setEnabled(ready)

    def show_name(self, name: str) -> None:
        """The detector's; an empty one where it is the only one."""
        self.name.setText(name)
        self.name.setVisible(bool(name))
        for verdict, button in self.buttons.items():
            text, _ = self._words(verdict)
            button.setAccessibleName(f"{text}, {name}" if name else text)
            self._show_text(verdict)

    def show_tally(self, tally: Tally) -> None:
        self.line.setText(self._tally_words(tally) if tally.judged else "")
        self.line.setVisible(bool(tally.judged))
        self.reset.setVisible(bool(tally.judged))

    def _tally_words(self, tally: Tally) -> str:
        low, high = (round(100 * share) for share in tally.interval)
        share = round(100 * tally.right / tally.judged)
        return self.tr("{right} of {all} right: {share} % ({low} to {high} %)").format(
            right=tally.right, all=tally.judged, share=share, low=low, high=high
        )

    def _words(self, verdict: Verdict) -> tuple[str, str]:
        """Text and tooltip."""
        return {
            Verdict.RIGHT: (
                self.tr("Right"),
                self.tr("Everything that is there is found, and nothing else"),
            ),
            Verdict.WRONG: (
                self.tr("Wrong"),
                self.tr("Something is found that is not there, or has the wrong class"),
            ),
            Verdict.MISSED: (self.tr("Missed"), self.tr("Something is there but not found")),
        }[verdict]

    def _make(self, verdict: Verdict, action: str) -> None:
        button = self.buttons[verdict] = QPushButton(self)
        set_role(button, "narrow")
        hint_tooltip(button, action, self._words(verdict)[1])
        KeyHint(button, action, partial(self._take_key, verdict))
        button.clicked.connect(partial(self._emit, verdict))
        keep_keys(button, Qt.Key.Key_Space)

    def _take_key(self, verdict: Verdict, key: str) -> None:
        self._keys[verdict] = key
        self._show_text(verdict)

    def _show_text(self, verdict: Verdict) -> None:
        """With its key below, unless two rows share the room: the tooltip has it, too."""
        text, key = self._words(verdict)[0], self._keys[verdict]
        is_alone = not self.name.text()
        self.buttons[verdict].setText(f"{text}\n{key}" if key and is_alone else text)

    def _emit(self, verdict: Verdict) -> None:
        self.judged.emit(verdict)

    def _made_reset(self) -> QPushButton:
        text = self.tr("Reset")
        button = QPushButton(text, self)
        set_role(button, "flat")
        button.setAccessibleName(text)
        button.setToolTip(self.tr("Starts counting from zero"))
        button.clicked.connect(self.reset_requested)
        keep_keys(button, Qt.Key.Key_Space)
        return button

    def _lay_out(self) -> None:
        self.line.setToolTip(
            wrapped(
                self.tr(
                    "Only of the pictures you judged. In brackets: the 95 % interval of "
                    "that share, if you chose the pictures at random and no two were alike."
                )
            )
        )
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
        column.addWidget(self.name)
        column.addLayout(buttons)
        column.addLayout(told)
