"""From which score on both panes show what was found."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSlider, QWidget

from labeler.gui.compare.watching import LOWEST_SCORE
from labeler.gui.key_hint import wrapped
from labeler.gui.side_panel import keep_keys
from labeler.gui.theme import set_role

_ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Space)
_MIDDLE = 50


class ScoreSlider(QWidget):
    """changed carries the score, 0 to 1, or None: each detector's own threshold, as at first."""

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setRange(round(100 * LOWEST_SCORE), 95)
        self.slider.setPageStep(5)
        self.slider.setValue(_MIDDLE)
        self.slider.setMaximumWidth(120)
        self.slider.setMinimumWidth(60)
        self.slider.setAccessibleName(self.tr("Show from score, in both"))
        self.slider.setToolTip(
            self.tr("Boxes with a lower score are not shown: the same score for both")
        )
        self.own = QPushButton(self.tr("Each its own"), self)
        self.own.setCheckable(True)
        self.own.setChecked(True)
        self.own.setAccessibleName(self.tr("Each at its own threshold"))
        self.own.setToolTip(
            wrapped(
                self.tr(
                    "Each shows boxes from its own score, the one that worked best on the "
                    "images it was checked with"
                )
            )
        )
        self._words = QLabel(self)
        set_role(self._words, "faint")
        keep_keys(self.slider, *_ARROWS)
        keep_keys(self.own, Qt.Key.Key_Space)
        self.slider.valueChanged.connect(lambda _value: self._tell(own=False))
        self.own.clicked.connect(lambda checked: self._tell(own=checked))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._words)
        row.addWidget(self.slider)
        row.addWidget(self.own)
        self._show_words(own=True)

    @property
    def lowest(self) -> float | None:
        return None if self.own.isChecked() else self.slider.value() / 100

    def set_lowest(self, lowest: float) -> None:
        """As if the person had moved it there; 0 to 1."""
        self.slider.setValue(round(100 * lowest))
        if self.own.isChecked():  # it stood there already
            self._tell(own=False)

    def _tell(self, *, own: bool) -> None:
        self.own.setChecked(own)
        self._show_words(own=own)
        self.changed.emit(self.lowest)

    def _show_words(self, *, own: bool) -> None:
        self._words.setText(
            self.tr("Score") if own else self.tr("From {0:.2f}").format(self.slider.value() / 100)
        )
