"""A ring around a widget that paints itself, while it has the focus by the keyboard."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QFocusEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from labeler.gui import theme

_BY_KEY = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)
_HIDES = (QEvent.Type.FocusOut, QEvent.Type.MouseButtonPress)


class FocusRing(QWidget):
    """Lies over its widget and lets the mouse through. A click hides it: then eyes know where."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._widget = widget
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.FocusIn and isinstance(event, QFocusEvent):
            self._show(by_key=event.reason() in _BY_KEY)
        elif event.type() in _HIDES:
            self.hide()
        elif event.type() is QEvent.Type.Resize and self.isVisible():
            self._cover()
        return False

    def _show(self, *, by_key: bool) -> None:
        if by_key:
            self._cover()
        self.setVisible(by_key)

    def _cover(self) -> None:
        self.setGeometry(self._widget.rect())
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(QPen(QColor(theme.colors().accent), 2))
        painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
