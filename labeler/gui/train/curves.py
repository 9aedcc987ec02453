"""Curves over the seconds of a run. pyqtgraph is imported when the first one is shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QPalette, QShowEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from labeler.gui.side_panel import heading

Points = Sequence[tuple[float, float]]


class Curve(QWidget):
    """One curve with its title. color None: the window's accent. top: the y axis ends there."""

    _plot: Any = None

    def __init__(
        self, title: str, unit: str, *, color: str | None, top: float | None, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.title: QLabel = heading(title)
        self._unit, self._color, self._top = unit, color, top
        self._points: Points = ()
        self._mark: tuple[float, float] | None = None
        self._span = 1.0
        self._line: Any = None
        self._dot: Any = None
        self.setAccessibleName(title)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.title)

    @property
    def points(self) -> Points:
        """What is drawn: (seconds, value)."""
        return self._points

    def set_title(self, title: str) -> None:
        self.title.setText(title)
        self.setAccessibleName(title)

    def show_points(
        self, points: Points, *, seconds_total: float, mark: tuple[float, float] | None = None
    ) -> None:
        """mark: the point to stress, as (seconds, value)."""
        self._points, self._mark = tuple(points), mark
        self._span = max(1.0, seconds_total, *(x for x, _ in points))
        self._draw()

    def showEvent(self, event: QShowEvent) -> None:
        if self._plot is None:
            self._build()
        super().showEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange and self._plot is not None:
            self._colour()
        super().changeEvent(event)

    def _build(self) -> None:
        import pyqtgraph

        self._plot = pyqtgraph.PlotWidget(self)
        self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._plot.setAntialiasing(True)
        self._plot.setMenuEnabled(False)
        self._plot.hideButtons()
        self._plot.setMouseEnabled(False, False)
        self._plot.getViewBox().setDefaultPadding(0)
        self._plot.getPlotItem().layout.setContentsMargins(0, 0, 12, 0)  # half of the last label
        for side in ("left", "bottom"):
            axis = self._plot.getAxis(side)
            axis.enableAutoSIPrefix(False)
            axis.setStyle(
                tickLength=0,
                tickFont=self.font(),
                maxTickLevel=0,
                hideOverlappingLabels=False,
            )
        if self._top is not None:
            steps = [self._top * quarter / 4 for quarter in range(5)]
            self._plot.getAxis("left").setTicks([[(step, f"{step:.2f}") for step in steps]])
        self._plot.showGrid(x=False, y=True, alpha=0.25)
        self._line = self._plot.plot([], [])
        self._dot = self._plot.plot([], [], pen=None, symbol="o", symbolSize=9)
        layout = self.layout()
        assert layout is not None
        layout.addWidget(self._plot)
        self._colour()
        self._draw()

    def _colour(self) -> None:
        import pyqtgraph

        palette = self.palette()
        color = QColor(self._color) if self._color else palette.color(QPalette.ColorRole.Accent)
        quiet = palette.color(QPalette.ColorRole.PlaceholderText)
        faint = QColor(quiet)
        faint.setAlphaF(0.5)
        self._plot.setBackground(palette.color(QPalette.ColorRole.Window))
        self._line.setPen(pyqtgraph.mkPen(color, width=2))
        self._dot.setSymbolBrush(color)
        self._dot.setSymbolPen(None)
        for side in ("left", "bottom"):
            self._plot.getAxis(side).setPen(faint)
            self._plot.getAxis(side).setTextPen(quiet)
        self._plot.setLabel("bottom", self._unit, color=quiet.name())

    def _draw(self) -> None:
        if self._plot is None:
            return
        xs, ys = [x for x, _ in self._points], [y for _, y in self._points]
        self._line.setData(xs, ys)
        self._dot.setData(*([[self._mark[0]], [self._mark[1]]] if self._mark else [[], []]))
        top = self._top or _ceiling(ys)
        self._plot.setRange(xRange=(0, self._span * 1.02), yRange=(0, top * 1.06), padding=0)


def _ceiling(values: Sequence[float]) -> float:
    """A little above the highest value, but never so high that the first spike hides the rest."""
    if not values:
        return 1.0
    ordered = sorted(values)
    return max(1e-3, 1.1 * min(ordered[-1], 3 * ordered[len(ordered) * 9 // 10]))
