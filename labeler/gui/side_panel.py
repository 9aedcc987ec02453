"""The column at the right of a live picture: headings, a hair line at its left, scrolls if low."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from labeler.gui.theme import set_role

WIDTH = (240, 268)
"""The least and the usual one, in device-independent pixels."""
_WIDEST = 420
"""With large letters, or in a language of long words."""


class SidePanel(QScrollArea):
    """Add widgets to its layout, from top to bottom."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumWidth(WIDTH[0])
        self.setMaximumWidth(WIDTH[1])
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Expanding)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column = _Column(self)
        self.rows = QVBoxLayout(column)
        self.rows.setContentsMargins(13, 4, 12, 12)
        self.rows.setSpacing(4)
        self.setWidget(column)

    def sizeHint(self) -> QSize:
        return QSize(max(WIDTH[1], self.minimumWidth()), super().sizeHint().height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        done = super().eventFilter(watched, event)
        if watched is self.widget() and event.type() is QEvent.Type.LayoutRequest:
            self._make_room()
        return done

    def _make_room(self) -> None:
        """As wide as the rows need beside the scroll bar, or they would be cut off at the right."""
        rows = self.rows.minimumSize().width()
        bar = self.verticalScrollBar().sizeHint().width()
        needed = min(rows + bar, _WIDEST)
        self.setMaximumWidth(max(WIDTH[1], needed))
        self.setMinimumWidth(max(WIDTH[0], needed))

    def add(self, widget: QWidget, title: str = "", *, stretch: int = 0) -> None:
        """title: the heading above it, and its accessible name where it has none."""
        if title:
            self.rows.addWidget(heading(title, widget))
            if not widget.accessibleName():
                widget.setAccessibleName(title)
        self.rows.addWidget(widget, stretch)


class _Column(QWidget):
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(0, 0, 1, self.height(), line_color(self.palette()))


def line_color(palette: QPalette) -> QColor:
    """The hair line between two parts of a window."""
    color = palette.color(QPalette.ColorRole.WindowText)
    color.setAlphaF(0.15)
    return color


def heading(text: str, buddy: QWidget | None = None) -> QLabel:
    """The small bold line above a part of a panel."""
    label = QLabel(text)
    set_role(label, "heading")
    label.setContentsMargins(0, 10, 0, 2)
    if buddy is not None:
        label.setBuddy(buddy)
    return label


def keep_keys(widget: QWidget, *keys: Qt.Key) -> None:
    """Reached by Tab alone, and while it has the focus these keys are its own.

    A click does not move the focus there, so Space goes on meaning what the workspace says.
    """
    widget.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    widget.installEventFilter(_KeyKeeper(widget, keys))


class _KeyKeeper(QObject):
    def __init__(self, widget: QWidget, keys: tuple[Qt.Key, ...]) -> None:
        super().__init__(widget)
        self._keys = keys

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is not QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
            return False
        is_ours = event.key() in self._keys and not event.modifiers()
        if is_ours:
            event.accept()
        return is_ours
