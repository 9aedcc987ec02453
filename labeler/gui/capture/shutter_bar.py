"""The buttons under the picture: the shutter, photos by the clock, high resolution."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from labeler.gui.capture.clock_button import ClockButton
from labeler.gui.key_hint import KeyHint, hint_tooltip
from labeler.gui.side_panel import keep_keys
from labeler.gui.theme import set_role


class ShutterButton(QAbstractButton):
    """The one big button: what it does, and quietly its key."""

    def __init__(self, text: str, action: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(text)
        self._key = ""
        KeyHint(self, action, self._show_key)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * 1.15)
        self.setFont(font)

    def _show_key(self, key: str) -> None:
        self._key = key
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        words = QFontMetrics(self._bold()).horizontalAdvance(f"{self.text()}  {self._key}")
        return QSize(words + 76, self.fontMetrics().height() + 28)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint() - QSize(56, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = self.palette().color(self._group(), QPalette.ColorRole.Accent)
        if self.isDown():
            ground = ground.darker(118)
        elif self.underMouse() and self.isEnabled():
            ground = ground.lighter(108)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.WindowText), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 5, 5)
        self._paint_words(painter)

    def _paint_words(self, painter: QPainter) -> None:
        gap = self.fontMetrics().horizontalAdvance("  ")
        text = QFontMetrics(self._bold()).horizontalAdvance(self.text())
        key = self.fontMetrics().horizontalAdvance(self._key)
        left = (self.width() - text - gap - key) / 2
        ink = self.palette().color(QPalette.ColorRole.HighlightedText)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(self._bold())
        painter.setPen(ink)
        painter.drawText(QRectF(left, 0, text + 4, self.height()), middle, self.text())
        painter.setFont(self.font())
        painter.drawText(QRectF(left + text + gap, 0, key + 4, self.height()), middle, self._key)

    def _bold(self) -> QFont:
        font = self.font()
        font.setBold(True)
        return font

    def _group(self) -> QPalette.ColorGroup:
        return QPalette.ColorGroup.Active if self.isEnabled() else QPalette.ColorGroup.Disabled


class ShutterBar(QWidget):
    """The clock's button tells by itself what was chosen (see ClockButton)."""

    high_resolution_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        set_role(self, "ground")
        self.shutter = ShutterButton(self.tr("Take photo"), "capture.take_photo", self)
        hint_tooltip(
            self.shutter,
            "capture.take_photo",
            self.tr("Keep this picture{key}. Hold for five a second"),
        )
        self.shutter.setAccessibleName(self.tr("Take photo"))
        self.every = ClockButton(self)
        self.high_resolution = QPushButton(self.tr("High resolution"), self)
        self.high_resolution.setCheckable(True)
        self.high_resolution.setMinimumHeight(32)
        self.high_resolution.setAccessibleName(self.tr("High resolution"))
        hint_tooltip(
            self.high_resolution,
            "capture.high_resolution",
            self.tr("1280 × 720 instead of 640 × 360{key}. The live picture rests for a moment"),
        )
        self.high_resolution.toggled.connect(self.high_resolution_changed)
        for button in (self.every, self.shutter, self.high_resolution):
            keep_keys(button, Qt.Key.Key_Space)
        QWidget.setTabOrder(self.every, self.shutter)
        QWidget.setTabOrder(self.shutter, self.high_resolution)
        self._lay_out()

    def add(self, button: QWidget) -> None:
        """One more button, at the right of the others."""
        row = self.layout()
        if isinstance(row, QHBoxLayout):
            row.insertWidget(row.count() - 1, button, 0, Qt.AlignmentFlag.AlignVCenter)

    def set_robot(self, is_robot: bool) -> None:
        """Only robots take photos in high resolution."""
        self.high_resolution.setVisible(is_robot)
        if not is_robot:
            self.high_resolution.setChecked(False)

    def toggle_high_resolution(self) -> None:
        """Where the camera has one."""
        if not self.high_resolution.isHidden():
            self.high_resolution.toggle()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 2, 8, 22)
        row.setSpacing(8)
        row.addStretch(1)
        for widget in (self.every, self.shutter, self.high_resolution):
            row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addStretch(1)
