"""Precision against recall, with the threshold that balances them best."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent
from PySide6.QtGui import QPalette, QShowEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from labeler.gui.plots import colour_plot, new_plot
from labeler.gui.side_panel import heading
from labeler.gui.theme import set_role
from labeler.runs.analysis import Analysis

_STEPS = (0.0, 0.25, 0.5, 0.75, 1.0)


class PrecisionPlot(QWidget):
    """Draws the curve of an Analysis and says below it what the threshold means."""

    _plot: Any = None

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._analysis: Analysis | None = None
        self._curve: Any = None
        self._dot: Any = None
        self.words = QLabel(self)
        self.words.setWordWrap(True)
        set_role(self.words, "faint")
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(2)
        self._layout.addWidget(heading(self.tr("Precision against recall")))
        self._layout.addWidget(self.words)

    def show_analysis(self, analysis: Analysis) -> None:
        self._analysis = analysis
        self.words.setText(self._told(analysis))
        self.setAccessibleName(self.tr("Precision against recall"))
        self.setAccessibleDescription(self.words.text())
        self._draw()

    def _told(self, analysis: Analysis) -> str:
        if analysis.recall == 0:
            return self.tr(
                "At a threshold of {0}, where Preview starts, it finds nothing of what "
                "is there. Train for longer, or label more images."
            ).format(f"{analysis.threshold:.2f}")
        return self.tr(
            "The dot: at a threshold of {0}, {1} of what it shows is right (precision) "
            "and {2} of what is there is found (recall). Preview starts there."
        ).format(
            f"{analysis.threshold:.2f}",
            _percent(analysis.precision),
            _percent(analysis.recall),
        )

    def showEvent(self, event: QShowEvent) -> None:
        if self._plot is None:
            self._build()
        super().showEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange and self._plot is not None:
            self._colour()
        super().changeEvent(event)

    def _build(self) -> None:
        self._plot = new_plot(self)
        for side in ("left", "bottom"):
            ticks = [(step, f"{step:.2f}") for step in _STEPS]
            self._plot.getAxis(side).setTicks([ticks])
        self._curve = self._plot.plot([], [])
        self._dot = self._plot.plot([], [], pen=None, symbol="o", symbolSize=10)
        self._plot.setRange(xRange=(0, 1.02), yRange=(0, 1.1), padding=0)
        self._layout.insertWidget(1, self._plot, 1)
        self._colour()
        self._draw()

    def _draw(self) -> None:
        if self._plot is None or self._analysis is None:
            return
        known = self._analysis.curve
        self._curve.setData([recall for recall, _ in known], [share for _, share in known])
        finds = self._analysis.recall > 0
        self._dot.setData(
            *([[self._analysis.recall], [self._analysis.precision]] if finds else [[], []])
        )

    def _colour(self) -> None:
        import pyqtgraph

        colour_plot(self._plot, self.palette(), self.tr("recall"))
        accent = self.palette().color(QPalette.ColorRole.Accent)
        self._curve.setPen(pyqtgraph.mkPen(accent, width=2))
        self._dot.setSymbolBrush(accent)
        self._dot.setSymbolPen(None)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
