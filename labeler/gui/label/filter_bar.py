"""The row above the filmstrip: the state of images, the funnel, and how many are found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from labeler.dataset.filters import ImageFilter
from labeler.dataset.model import Category, ImageState, Session
from labeler.dataset.queries import Counts
from labeler.gui import theme
from labeler.gui.counts import counted
from labeler.gui.key_hint import hint_tooltip
from labeler.gui.label.last_place import View

if TYPE_CHECKING:
    from labeler.gui.label.filter_panel import FilterPanel

_FUNNEL = ((-6, -5), (6, -5), (1.5, 0.5), (1.5, 6), (-1.5, 4), (-1.5, 0.5))


class FilterBar(QWidget):
    """changed: another view was chosen. opened: the panel is about to be shown."""

    changed = Signal()
    opened = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = View()
        self.state = QComboBox(self)
        self.state.setAccessibleName(self.tr("Which images are shown"))
        self.state.setToolTip(self.tr("Which images are shown"))
        self.state.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.state.setMinimumContentsLength(6)
        for state in (None, ImageState.UNLABELLED, ImageState.LABELLED, ImageState.EMPTY):
            self.state.addItem("", state)
        self.funnel = _Funnel(self)
        self._panel: FilterPanel | None = None
        self.found = QLabel(self)
        self.clear = QToolButton(self)
        self._lay_out()
        self.show_counts(Counts(0, 0, 0))
        self.state.currentIndexChanged.connect(self._take_state)
        self.funnel.clicked.connect(self.open_panel)
        self.clear.clicked.connect(self.show_all)

    @property
    def panel(self) -> FilterPanel:
        """Made when it is first needed, after the window's first picture."""
        if self._panel is None:
            from labeler.gui.label.filter_panel import FilterPanel

            self._panel = FilterPanel(self)
            self._panel.show_view(self._view)
            self._panel.changed.connect(self._take_panel)
            self._panel.clear_requested.connect(self.show_all)
        return self._panel

    @property
    def view(self) -> View:
        """What is chosen: the filter and the order."""
        return self._view

    def show_view(self, view: View) -> None:
        """Shows what is chosen, without telling that it changed."""
        self._view = view
        self.state.blockSignals(True)
        self.state.setCurrentIndex(max(0, self.state.findData(view.wanted.state)))
        self.state.blockSignals(False)
        if self._panel is not None:
            self._panel.show_view(view)
        details = replace(view, wanted=replace(view.wanted, state=None))
        self.funnel.show_active(details != View())
        self._line.setVisible(not view.wanted.takes_all)

    def show_all(self) -> None:
        """No filter any more; the order stays."""
        self.choose(replace(self._view, wanted=ImageFilter()))

    def show_counts(self, counts: Counts) -> None:
        """How many images of the whole dataset are in each state, whatever is filtered."""
        words = (
            self.tr("All ({n})").format(n=counts.total),
            self.tr("To do ({n})").format(n=counts.unlabelled),
            self.tr("Labelled ({n})").format(n=counts.labelled),
            self.tr("Empty ({n})").format(n=counts.empty),
        )
        for row, text in enumerate(words):
            self.state.setItemText(row, text)

    def show_found(self, found: int, total: int) -> None:
        self.found.setText(self.tr("{n} of {total}").format(n=found, total=total))
        self.found.setAccessibleName(
            self.tr("{n} of {total}").format(n=found, total=counted(total, "image"))
        )

    def show_choices(self, categories: Sequence[Category], sessions: Sequence[Session]) -> None:
        self.panel.show_choices(categories, sessions)
        self.panel.show_view(self._view)

    def open_panel(self) -> None:
        self.opened.emit()
        self.panel.open_below(self.mapToGlobal(self.rect().bottomLeft()))

    def _take_state(self) -> None:
        chosen = self.state.currentData()  # Qt gives the text of an enum back
        state = None if chosen is None else ImageState(chosen)
        wanted = replace(self._view.wanted, state=state)
        self.choose(replace(self._view, wanted=wanted))

    def _take_panel(self) -> None:
        self.choose(self.panel.view(self._view))

    def choose(self, view: View) -> None:
        """Shows another view and tells it, as if the person had chosen it."""
        if view != self._view:
            self.show_view(view)
            self.changed.emit()

    def _lay_out(self) -> None:
        hint_tooltip(self.funnel, "label.filter", self.tr("Filter and sort the images"))
        self.funnel.setAccessibleName(self.tr("Filter and sort the images"))
        theme.set_role(self.found, "faint")
        theme.set_role(self.clear, "flat")
        self.clear.setText(self.tr("Clear"))
        hint_tooltip(self.clear, "label.show_all", self.tr("Show all images again"))
        self.clear.setAccessibleName(self.tr("Clear the filter"))
        self.clear.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        top = QHBoxLayout()
        top.setSpacing(4)
        top.addWidget(self.state, 1)
        top.addWidget(self.funnel)
        self._line = QWidget(self)
        line = QHBoxLayout(self._line)
        line.setContentsMargins(2, 0, 0, 0)
        line.addWidget(self.found, 1)
        line.addWidget(self.clear)
        self._line.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(top)
        column.addWidget(self._line)


class _Funnel(QToolButton):
    """Painted here: an icon's file would have to be read before the window's first picture."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedWidth(30)
        self._is_active = False

    def show_active(self, is_active: bool) -> None:
        self._is_active = is_active
        self.setAccessibleDescription(
            self.tr("A filter or sort order is active") if is_active else ""
        )
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        shown = theme.colors()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(QRectF(self.rect()).center())
        color = QColor(shown.accent if self._is_active else shown.text)
        painter.setPen(QPen(color, 1.5, j=Qt.PenJoinStyle.RoundJoin))
        painter.setBrush(color if self._is_active else Qt.BrushStyle.NoBrush)
        painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in _FUNNEL]))
