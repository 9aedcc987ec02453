"""The switch that keeps poor shots out, and how many it kept out so far."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QWidget

from labeler.gui.capture import remembered
from labeler.gui.key_hint import hint_tooltip
from labeler.gui.side_panel import keep_keys
from labeler.gui.theme import set_role


class SkipRow(QWidget):
    """switched carries whether poor shots are skipped; it is off until a person asks for it."""

    switched = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.switch = QCheckBox(self.tr("Skip poor shots"), self)
        self.switch.setAccessibleName(self.switch.text())
        hint_tooltip(
            self.switch,
            "capture.skip_poor",
            self.tr("Shots that are blurred, black, burnt out or repeat another are not kept{key}"),
        )
        self.switch.setChecked(remembered.flag("skips_flawed", default=False))
        self.switch.toggled.connect(self._tell)
        keep_keys(self.switch, Qt.Key.Key_Space)
        self.count = QLabel(self)
        set_role(self.count, "faint")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 4)
        row.addWidget(self.switch)
        row.addStretch(1)
        row.addWidget(self.count)

    def show_count(self, skipped: int) -> None:
        """How many were skipped in this session."""
        self.count.setText(self.tr("{0} skipped").format(skipped) if skipped else "")

    def _tell(self, skips: bool) -> None:
        remembered.keep(skips_flawed=skips)
        self.switched.emit(skips)
