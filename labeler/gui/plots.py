"""Plots that look like the window. pyqtgraph is imported when the first one is made."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QWidget


def new_plot(parent: QWidget) -> Any:
    """An empty plot without menu, mouse and focus, with quiet axes from zero."""
    import pyqtgraph

    plot = pyqtgraph.PlotWidget(parent, enableMenu=False)  # a menu that nobody sees takes 20 ms
    plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    plot.setAntialiasing(True)
    plot.hideButtons()
    plot.setMouseEnabled(False, False)
    plot.getViewBox().setDefaultPadding(0)
    plot.getPlotItem().layout.setContentsMargins(0, 0, 12, 0)  # half of the last label
    for side in ("left", "bottom"):
        axis = plot.getAxis(side)
        axis.enableAutoSIPrefix(False)
        axis.setStyle(
            tickLength=0,
            tickFont=parent.font(),
            maxTickLevel=0,
            hideOverlappingLabels=False,
        )
    plot.showGrid(x=False, y=True, alpha=0.25)
    return plot


def colour_plot(plot: Any, palette: QPalette, unit: str) -> None:
    """Ground, axes and their words in the colours of the window."""
    quiet = palette.color(QPalette.ColorRole.PlaceholderText)
    faint = QColor(quiet)
    faint.setAlphaF(0.5)
    plot.setBackground(palette.color(QPalette.ColorRole.Window))
    for side in ("left", "bottom"):
        plot.getAxis(side).setPen(faint)
        plot.getAxis(side).setTextPen(quiet)
    plot.setLabel("bottom", unit, color=quiet.name())
