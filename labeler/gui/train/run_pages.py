"""The right side: how the run on show learns, what it learned, and all runs."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from labeler.gui.key_hint import hint_tooltip
from labeler.gui.segmented_bar import SegmentedBar
from labeler.gui.train.page import Page
from labeler.gui.train.result_page import ResultPage
from labeler.gui.train.run_header import RunHeader
from labeler.gui.train.run_view import RunView
from labeler.gui.train.runs_page import RunsPage


class RunPages(QWidget):
    """turned: another page is up. current is its id."""

    turned = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.header = RunHeader(self)
        self.bar = SegmentedBar(self)
        self.view = RunView(self)
        self.result = ResultPage(self)
        self.table = RunsPage(self)
        self._stack = QStackedWidget(self)
        self._pages: dict[Page, QWidget] = {}
        self._add(Page.LEARNING, self.tr("How it learns"), self.view)
        self._add(Page.RESULT, self.tr("What it learned"), self.result)
        self._add(Page.ALL_RUNS, self.tr("All runs"), self.table)
        self.bar.chosen.connect(lambda page: self.turn_to(Page(page)))
        self.current = Page.LEARNING
        self.turn_to(Page.LEARNING)
        self._lay_out()

    def turn_to(self, page: Page) -> None:
        """Shows this page."""
        self.current = page
        self.bar.show_chosen(page)
        self._stack.setCurrentWidget(self._pages[page])
        self.header.setVisible(page != Page.ALL_RUNS)
        self.turned.emit()

    def signs_height(self) -> int:
        """How far down reaches what is to be pressed whatever is said, in pixels."""
        if self.current is Page.ALL_RUNS:
            return self.table.table.mapTo(self, QPoint()).y()
        lowest: QWidget = self.bar if self.header.isHidden() else self.header
        return lowest.mapTo(self, QPoint(0, lowest.height())).y()

    def _add(self, page: Page, title: str, widget: QWidget) -> None:
        self.bar.add(page, title)
        self.bar.button(page).setAccessibleName(title)
        hint_tooltip(self.bar.button(page), f"train.{page}", title)
        self._pages[page] = widget
        self._stack.addWidget(widget)

    def _lay_out(self) -> None:
        tabs = QHBoxLayout()
        tabs.addWidget(self.bar)
        tabs.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 12, 20, 14)
        layout.setSpacing(8)
        layout.addLayout(tabs)
        layout.addWidget(self.header)
        layout.addWidget(self._stack, 1)
