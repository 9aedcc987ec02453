"""Whether the rules are followed now, in plain sight, and the way to them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from labeler.gui.elided_label import ElidedLabel
from labeler.gui.key_hint import hint_tooltip
from labeler.gui.preview.reacting import Done, Reacting
from labeler.gui.preview.rule_words import rule_words
from labeler.gui.side_panel import keep_keys
from labeler.gui.theme import set_role

_MOST_SHOWN = 2


class ReactBox(QWidget):
    """toggle_requested: on or off; rules_requested: the person wants to see or change them."""

    toggle_requested = Signal()
    rules_requested = Signal()

    def __init__(self, reacting: Reacting, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reacting = reacting
        self.button = QPushButton(self)
        self.button.clicked.connect(self.toggle_requested)
        words = self.tr(
            "Follow the rules. Switched off at each start, and when the camera, model "
            "or dataset changes"
        )
        hint_tooltip(self.button, "preview.react", words)
        self.rules = QPushButton(self.tr("Rules…"), self)
        self.rules.setAccessibleName(self.tr("Rules"))
        hint_tooltip(self.rules, "preview.rules", self.tr("What happens when something is seen"))
        self.rules.clicked.connect(self.rules_requested)
        for each in (self.button, self.rules):
            keep_keys(each, Qt.Key.Key_Space)
        self.lines = tuple(ElidedLabel(self) for _ in range(_MOST_SHOWN + 1))
        row = QHBoxLayout()
        row.addWidget(self.button, 1)
        row.addWidget(self.rules)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        for line in self.lines:
            set_role(line, "faint")
            column.addWidget(line)
        reacting.changed.connect(self.refresh)
        reacting.logged.connect(self._tell)
        self.refresh()

    def refresh(self) -> None:
        """Says what is on and which rules there are."""
        is_on = self._reacting.is_on
        set_role(self.button, "recording" if is_on else "")
        text = self.tr("Reacting: stop") if is_on else self.tr("React")
        self.button.setText(text)
        self.button.setAccessibleName(text)
        rules = [rule for rule in self._reacting.rules if rule.is_on]
        lines = [rule_words(rule) for rule in rules[:_MOST_SHOWN]]
        if len(rules) > _MOST_SHOWN:
            lines.append(self.tr("and {0} more").format(len(rules) - _MOST_SHOWN))
        self._show(lines)

    def _tell(self, done: Done) -> None:
        self._show([f"{done.at:%H:%M:%S}  {done.words}", done.failure])

    def _show(self, texts: Sequence[str]) -> None:
        """A line each, whatever their length: what stands below keeps its place."""
        for place, line in enumerate(self.lines):
            text = texts[place] if place < len(texts) else ""
            line.setText(text)
            line.setVisible(bool(text))
