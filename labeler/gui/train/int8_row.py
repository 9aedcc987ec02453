"""The smaller, faster INT8 model of a run: made on request, told with what it costs."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QPushButton, QWidget

from labeler.gui.counts import counted
from labeler.gui.theme import set_role
from labeler.runs.analysis import Measure
from labeler.runs.quantised import Figures, Quantised


class Int8Row(QWidget):
    """make_requested: it shall be made and measured; use_requested: Preview shall use it."""

    make_requested = Signal()
    use_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = QLabel(self)
        self.text.setWordWrap(True)
        set_role(self.text, "faint")
        self.make_button = QPushButton(self.tr("Make a smaller model (INT8)"), self)
        self.make_button.setToolTip(
            self.tr(
                "A quarter of the size and often faster; its score is measured too, for comparison"
            )
        )
        self.use_button = QPushButton(self.tr("Use INT8 in Preview"), self)
        self.use_button.setToolTip(self.tr("Watch the smaller model at work"))
        for button, wish in (
            (self.make_button, self.make_requested),
            (self.use_button, self.use_requested),
        ):
            button.setAccessibleName(button.text())
            button.clicked.connect(wish)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(14)
        self._row.addWidget(self.text, 1)
        self._row.addWidget(self.make_button, 0, Qt.AlignmentFlag.AlignLeft)
        self._row.addWidget(self.use_button, 0, Qt.AlignmentFlag.AlignLeft)

    def set_narrow(self, narrow: bool) -> None:
        """The buttons below the words, where there is no room beside them."""
        self._row.setDirection(
            QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        )

    def show_facts(self, facts: Quantised | None) -> None:
        """None: it was not made yet."""
        self.make_button.setVisible(facts is None)
        self.use_button.setVisible(facts is not None)
        if facts is None:
            self.text.setText(self.tr("No INT8 model yet."))
            return
        self.text.setText(
            self.tr("INT8: {0}. The model itself: {1}. Both on {2}.").format(
                self._told(facts.whole), self._told(facts.plain), counted(facts.images, "image")
            )
            + self._apart(facts.difference)
        )

    def _apart(self, difference: Measure | None) -> str:
        """Whether what they differ in may be chance."""
        if difference is None or difference.value is None or difference.interval is None:
            return ""
        low, high = difference.interval
        told = (
            self.tr(" The difference in AP, {0} ({1} to {2}), may be chance.")
            if low <= 0 <= high
            else self.tr(" The difference in AP, {0} ({1} to {2}), is hardly chance.")
        )
        return told.format(*(f"{each:+.3f}" for each in (difference.value, low, high)))

    def _told(self, figures: Figures) -> str:
        ap = "–" if figures.ap is None else f"{figures.ap:.3f}"
        return self.tr("AP {0}, {1} ms a picture, {2} MB").format(
            ap, f"{figures.ms_p50:.1f}", f"{figures.size / 1e6:.1f}"
        )
