"""The column at the left: what is asked of the next run, and the runs so far."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QLabel, QScrollArea, QVBoxLayout, QWidget

from labeler.gui.left_out import LeftOutLabel
from labeler.gui.side_panel import heading
from labeler.gui.theme import set_role
from labeler.gui.train.run_list import RunList
from labeler.gui.train.settings_panel import SettingsPanel
from labeler.runs.history import LeftOut

_WIDTH, _WIDEST = 250, 400
"""Device-independent pixels: wider with large letters, or in a language of long words."""


class LeftPanel(QScrollArea):
    """Scrolls where the window is low."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.settings = SettingsPanel(self)
        self.run_list = RunList(self)
        self.left_out = LeftOutLabel(self)
        self._panel = QWidget(self)
        self._no_runs = QLabel(self.tr("None yet. The first one takes a minute."), self)
        set_role(self._no_runs, "faint")
        self._no_runs.setWordWrap(True)
        self._lay_out()
        self.settings.adjust.toggled.connect(lambda _open: QTimer.singleShot(0, self._bring_drawer))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        done = super().eventFilter(watched, event)
        if watched is self._panel and event.type() is QEvent.Type.LayoutRequest:
            self._make_room()
        return done

    def _make_room(self) -> None:
        bar = self.verticalScrollBar().sizeHint().width()
        needed = self._panel.minimumSizeHint().width() + bar
        self.setFixedWidth(max(_WIDTH, min(needed, _WIDEST)))

    def show_any_runs(self, any_runs: bool, left_out: Sequence[LeftOut] = ()) -> None:
        """Whether there are runs in the list, and those that cannot be."""
        self._no_runs.setVisible(not any_runs and not left_out)
        self.left_out.show_left_out(left_out)

    def _bring_drawer(self) -> None:
        """Once it has its place: the end of the drawer first, then its beginning."""
        drawer = self.settings.drawer
        if drawer.isVisible():
            self.ensureWidgetVisible(drawer.reset)
            self.ensureWidgetVisible(self.settings.adjust)

    def _lay_out(self) -> None:
        panel = self._panel
        column = QVBoxLayout(panel)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(2)
        column.addWidget(self.settings)
        column.addSpacing(12)
        column.addWidget(heading(self.tr("Runs"), self.run_list))
        column.addWidget(self._no_runs)
        column.addWidget(self.left_out)
        column.addWidget(self.run_list, 1)
        self.setWidget(panel)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Tab goes to what is in it
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedWidth(_WIDTH)
