"""The bar across the top: dataset at the left, workspaces in the middle, camera and help."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from labeler.gui import theme
from labeler.gui.dataset_menu import DatasetMenu
from labeler.gui.robot_pill import RobotPill

_NARROWEST = 560
"""So little room it makes do with; half of a screen of 1280 pixels at a scale of 2 has 636."""
_NARROW = 800
"""Below this the words stand closer, and help is in the dataset's menu alone."""


class TopBar(QFrame):
    """In a narrow window it gives way instead of making the window wider than its screen."""

    def __init__(
        self,
        menu: DatasetMenu,
        bar: QWidget,
        pill: RobotPill,
        help_menu: QWidget,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        theme.set_role(self, "bar")
        self._menu, self._pill = menu, pill
        self._help = help_menu
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 7, 12, 7)
        row.addWidget(_side(self, Qt.AlignmentFlag.AlignLeft, menu), 1)
        row.addWidget(bar)
        row.addWidget(_side(self, Qt.AlignmentFlag.AlignRight, pill, help_menu), 1)

    def minimumSizeHint(self) -> QSize:
        return QSize(_NARROWEST, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_narrow = event.size().width() < _NARROW
        if is_narrow != bool(self.property("narrow")):
            self.setProperty("narrow", is_narrow)
            self._help.setVisible(not is_narrow)
            self._menu.set_narrow(is_narrow)
            self._pill.set_narrow(is_narrow)
            for widget in self.findChildren(QWidget):
                widget.style().unpolish(widget)
                widget.style().polish(widget)
                widget.updateGeometry()


def _side(top: QWidget, where: Qt.AlignmentFlag, *widgets: QWidget) -> QWidget:
    """Takes half of what the middle leaves, so that the middle is in the middle."""
    side = QWidget(top)  # never without a window, or its widgets would lose their place for Tab
    row = QHBoxLayout(side)
    row.setContentsMargins(0, 0, 0, 0)
    if where is Qt.AlignmentFlag.AlignRight:
        row.addStretch(1)
    for widget in widgets:
        row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
    if where is Qt.AlignmentFlag.AlignLeft:
        row.addStretch(1)
    return side
