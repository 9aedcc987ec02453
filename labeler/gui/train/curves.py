"""Curves over the seconds of a run. pyqtgraph is imported when the first one is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QColor, QPalette, QShowEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from labeler.gui.plots import colour_plot, new_plot
from labeler.gui.side_panel import heading

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Line:
    """One curve. points: (seconds, value). name: what stands in the title, in its colour.

    color None: the window's accent. band: (seconds, low, high), the interval around it.
    """

    points: Points
    name: str = ""
    color: str | None = None
    band: Sequence[tuple[float, float, float]] = ()


class Curve(QWidget):
    """Curves with their title. top: the y axis ends there; None: a little above the highest."""

    _plot: Any = None

    def __init__(self, title: str, unit: str, *, top: float | None, parent: QWidget) -> None:
        super().__init__(parent)
        self.title: QLabel = heading("")
        self.title.setTextFormat(Qt.TextFormat.RichText)
        self.title.setMinimumWidth(1)  # or a long title would keep the window wide
        self.title.setWordWrap(True)
        self._text, self._unit, self._top = title, unit, top
        self._lines: Sequence[Line] = ()
        self._mark: tuple[float, float] | None = None
        self._span = 1.0
        self._drawn: list[_DrawnLine] = []
        self._dot: Any = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.title)
        self._show_title()

    @property
    def points(self) -> Points:
        """What is drawn of the first line: (seconds, value)."""
        return self._lines[0].points if self._lines else ()

    @property
    def lines(self) -> Sequence[Line]:
        """What is drawn."""
        return self._lines

    def show_lines(
        self,
        lines: Sequence[Line],
        *,
        title: str,
        seconds_total: float = 0.0,
        mark: tuple[float, float] | None = None,
    ) -> None:
        """seconds_total: the axis reaches at least so far. mark: a point to stress."""
        self._lines, self._mark, self._text = tuple(lines), mark, title
        last = max((line.points[-1][0] for line in lines if line.points), default=0.0)
        self._span = max(1.0, seconds_total, last)
        self._show_title()
        self._draw()

    @property
    def has_plot(self) -> bool:
        """Whether it has been shown yet, and the plot is made."""
        return self._plot is not None

    def showEvent(self, event: QShowEvent) -> None:
        """The plot is made in a turn of its own: three of them at once would hold up the window."""
        if self._plot is None:
            QTimer.singleShot(0, self, self._build)
        super().showEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._show_title()
            if self._plot is not None:
                self._colour()
        super().changeEvent(event)

    def _show_title(self) -> None:
        names = [
            f'<b style="color:{self._color_of(line).name()}">{_unbroken(line.name)}</b>'
            for line in self._lines
            if line.name
        ]
        self.title.setText(" &nbsp; ".join([escape(self._text), *names]))
        plain = " ".join([self._text, *(line.name for line in self._lines if line.name)])
        self.setAccessibleName(plain)
        self.title.setAccessibleName(plain)

    def _color_of(self, line: Line) -> QColor:
        return QColor(line.color) if line.color else self.palette().color(QPalette.ColorRole.Accent)

    def _build(self) -> None:
        if self._plot is not None:
            return
        self._plot = new_plot(self)
        if self._top is not None:
            steps = [self._top * quarter / 4 for quarter in range(5)]
            self._plot.getAxis("left").setTicks([[(step, f"{step:.2f}") for step in steps]])
        self._dot = self._plot.plot([], [], pen=None, symbol="o", symbolSize=9)
        self._dot.setZValue(10)
        layout = self.layout()
        assert layout is not None
        layout.addWidget(self._plot)
        self._colour()
        self._draw()

    def _colour(self) -> None:
        colour_plot(self._plot, self.palette(), self._unit)
        for line, drawn in zip(self._lines, self._drawn, strict=False):
            drawn.colour(self._color_of(line))
        if self._lines:
            self._dot.setSymbolBrush(self._color_of(self._lines[0]))
            self._dot.setSymbolPen(None)

    def _draw(self) -> None:
        if self._plot is None:
            return
        while len(self._drawn) < len(self._lines):
            self._drawn.append(_DrawnLine(self._plot))
        nothing = Line(())
        for place, drawn in enumerate(self._drawn):
            drawn.show(self._lines[place] if place < len(self._lines) else nothing)
        self._dot.setData(*([[self._mark[0]], [self._mark[1]]] if self._mark else [[], []]))
        top = self._top or _ceiling([y for line in self._lines for _, y in line.points])
        self._plot.setRange(xRange=(0, self._span * 1.02), yRange=(0, top * 1.06), padding=0)
        self._colour()


class _DrawnLine:
    """pyqtgraph's items for one line with its band. A single point is no line: it is a dot."""

    def __init__(self, plot: Any) -> None:
        import pyqtgraph

        self._low, self._high = pyqtgraph.PlotCurveItem(), pyqtgraph.PlotCurveItem()
        self._band = pyqtgraph.FillBetweenItem(self._low, self._high)
        plot.addItem(self._band)
        self._line = plot.plot([], [])
        self._only = plot.plot([], [], pen=None, symbol="o", symbolSize=7, symbolPen=None)

    def show(self, line: Line) -> None:
        xs, ys = [x for x, _ in line.points], [y for _, y in line.points]
        self._line.setData(xs, ys)
        self._only.setData(*([xs, ys] if len(xs) == 1 else [[], []]))
        xs = [x for x, _, _ in line.band]
        self._low.setData(xs, [low for _, low, _ in line.band])
        self._high.setData(xs, [high for _, _, high in line.band])
        self._band.setVisible(len(xs) > 1)

    def colour(self, color: QColor) -> None:
        import pyqtgraph

        self._line.setPen(pyqtgraph.mkPen(color, width=2))
        self._only.setSymbolBrush(color)
        pale = QColor(color)
        pale.setAlphaF(0.18)
        self._band.setBrush(pale)


def _unbroken(name: str) -> str:
    """Where the title needs a second line, a name goes there with its number."""
    return escape(name).replace(" ", "&nbsp;")


def _ceiling(values: Sequence[float]) -> float:
    """A little above the highest value, but never so high that the first spike hides the rest."""
    if not values:
        return 1.0
    ordered = sorted(values)
    return max(1e-6, 1.1 * min(ordered[-1], 3 * ordered[len(ordered) * 9 // 10]))
