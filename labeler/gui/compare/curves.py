"""Two curves over the same axis, pretrained and scratch. pyqtgraph comes with the first one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtGui import QColor, QPalette, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from labeler.gui.compare import words
from labeler.gui.plots import colour_plot, new_plot
from labeler.gui.side_panel import heading
from labeler.runs.pair import PRETRAINED, SCRATCH, SIDES
from labeler.runs.pair_words import PLAIN, PairWords

Points = Sequence[tuple[float, float]]
SCRATCH_COLOR = "#d55e00"
"""Beside the accent, which is pretrained's: told apart by colour-blind eyes on light and dark."""
_LOWEST = 200
"""Device-independent pixels: below that the numbers of the axis would lie over each other."""
_STEPS = (0.0, 0.25, 0.5, 0.75, 1.0)


def color_of(side: str, palette: QPalette) -> QColor:
    """A run's colour on the curves; A and B in the panes have none, so as to give nothing away."""
    return palette.color(QPalette.ColorRole.Accent) if side == PRETRAINED else QColor(SCRATCH_COLOR)


class TwoCurves(QWidget):
    """Scores from 0 to 1 over something that grows: seconds, epochs, images. unit: which."""

    _plot: Any = None

    def __init__(self, title: str, unit: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._unit = unit
        self._points: dict[str, Points] = dict.fromkeys(SIDES, ())
        self._span = 1.0
        self._lines: dict[str, Any] = {}
        self.setMinimumHeight(_LOWEST)
        self.setAccessibleName(title)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(heading(title, self))

    @property
    def points(self) -> Mapping[str, Points]:
        """What is drawn for each of SIDES: (seconds, epochs or images; score)."""
        return self._points

    def show_points(
        self, pretrained: Points, scratch: Points, called: PairWords = PLAIN, *, span: float = 0.0
    ) -> None:
        """span: the axis reaches at least so far."""
        self._points = {PRETRAINED: tuple(pretrained), SCRATCH: tuple(scratch)}
        self._span = max(1.0, span, *(x for points in self._points.values() for x, _ in points))
        told = (f"{words.name_of(s, called)}: {p[-1][1]:.2f}" for s, p in self._points.items() if p)
        self.setAccessibleDescription(", ".join(told))
        self._draw()

    def showEvent(self, event: QShowEvent) -> None:
        """The plot is made in a turn of its own: two of them at once would hold up the window."""
        if self._plot is None:
            QTimer.singleShot(0, self, self._build)
        super().showEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange and self._plot is not None:
            self._colour()
        super().changeEvent(event)

    def _build(self) -> None:
        if self._plot is not None:
            return
        self._plot = new_plot(self)
        self._plot.getAxis("left").setTicks([[(step, f"{step:.2f}") for step in _STEPS]])
        self._lines = {
            side: self._plot.plot([], [], symbol="o", symbolSize=7, symbolPen=None)
            for side in reversed(SIDES)
        }
        layout = self.layout()
        assert layout is not None
        layout.addWidget(self._plot)
        self._colour()
        self._draw()

    def _colour(self) -> None:
        import pyqtgraph

        palette = self.palette()
        colour_plot(self._plot, palette, self._unit)
        for side, line in self._lines.items():
            color = color_of(side, palette)
            line.setPen(pyqtgraph.mkPen(color, width=2))
            line.setSymbolBrush(color)

    def _draw(self) -> None:
        if self._plot is None:
            return
        for side, line in self._lines.items():
            points = self._points[side]
            line.setData([x for x, _ in points], [y for _, y in points])
        self._plot.setRange(xRange=(0, self._span * 1.02), yRange=(0, 1.06), padding=0)
