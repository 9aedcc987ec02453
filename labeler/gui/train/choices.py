"""Rows to choose one of: a title, and quietly at its end what it costs."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QRadioButton, QSizePolicy, QWidget

_PADDING = 8


class ChoiceRow(QRadioButton):
    """One row of several: a title, and quietly at its end what it costs.

    The arrow keys walk through those with the same parent.
    """

    def __init__(self, title: str, detail: str, tooltip: str, parent: QWidget) -> None:
        super().__init__(title, parent)
        self._detail = ""
        self.set_detail(detail)
        self.setToolTip(tooltip)
        self.setAccessibleDescription(tooltip)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    @property
    def detail(self) -> str:
        """What stands at its end."""
        return self._detail

    def set_detail(self, detail: str) -> None:
        self._detail = detail
        self.setAccessibleName(f"{self.text()}, {detail}" if detail else self.text())
        self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        width = metrics.horizontalAdvance(self.text() + self._detail) + 4 * _PADDING
        return QSize(width, metrics.height() + 10)

    def minimumSizeHint(self) -> QSize:
        """The title can always be read; its end gives way."""
        width = self.fontMetrics().horizontalAdvance(self.text()) + 3 * _PADDING
        return QSize(min(width, self.sizeHint().width()), self.sizeHint().height())

    def hitButton(self, position: object) -> bool:  # noqa: N802 - Qt's name
        """The whole row takes the click, not only where a radio button's dot would be."""
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter)
        group = QPalette.ColorGroup.Active if self.isEnabled() else QPalette.ColorGroup.Disabled
        inside = self.rect().adjusted(_PADDING, 0, -_PADDING, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(self.palette().color(group, QPalette.ColorRole.WindowText))
        painter.drawText(inside, middle | Qt.AlignmentFlag.AlignLeft, self.text())
        painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        metrics = self.fontMetrics()
        room = inside.width() - metrics.horizontalAdvance(self.text()) - _PADDING
        detail = metrics.elidedText(self._detail, Qt.TextElideMode.ElideRight, room)
        painter.drawText(inside, middle | Qt.AlignmentFlag.AlignRight, detail)

    def _paint_ground(self, painter: QPainter) -> None:
        area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        ground = self.palette().color(QPalette.ColorRole.WindowText)
        ground.setAlphaF(0.09 if self.isChecked() else 0.04 if self.underMouse() else 0.0)
        accent = self.palette().color(QPalette.ColorRole.Accent)
        painter.setPen(accent if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(area, 4, 4)
        if self.isChecked():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(accent)
            painter.drawRoundedRect(QRectF(1, 5, 3, self.height() - 10), 1.5, 1.5)
