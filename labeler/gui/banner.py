"""A failure told without stopping anybody: a sentence, its details one click away."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAccessible, QAccessibleEvent, QColor, QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from labeler.gui import theme
from labeler.gui.icons import icon

_DETAIL_HEIGHT = 120


class Banner(QFrame):
    """Hidden until show_failure(); the newest failure replaces the one before."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.set_role(self, "banner")
        self.message = QLabel(self)
        self.message.setWordWrap(True)
        self.message.setTextFormat(Qt.TextFormat.PlainText)
        self.message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.more = QPushButton(self.tr("Details"), self)
        self.more.setCheckable(True)
        self.more.setToolTip(self.tr("Technical details, to copy into a report"))
        self.close_button = QToolButton(self)
        self.close_button.setAccessibleName(self.tr("Close this message"))
        self.close_button.setToolTip(self.tr("Close this message"))
        theme.set_role(self.close_button, "flat")
        self.details = QPlainTextEdit(self)
        self.details.setReadOnly(True)
        self.details.setFixedHeight(_DETAIL_HEIGHT)
        self.details.setAccessibleName(self.tr("Details of the message"))
        self._lay_out()
        self.more.toggled.connect(self.details.setVisible)
        self.close_button.clicked.connect(self.hide)
        self.hide()

    def show_failure(self, message: str, details: str = "") -> None:
        self.message.setText(message)
        self.details.setPlainText(details)
        self.details.hide()
        self.more.setChecked(False)
        self.more.setVisible(bool(details))
        self.close_button.setIcon(icon("close"))
        self._mark.setPixmap(icon("warning", QColor(theme.colors().bad)).pixmap(20, 20))
        self.show()
        QAccessible.updateAccessibility(QAccessibleEvent(self.message, QAccessible.Event.Alert))

    def take_back(self, message: str) -> None:
        """Hides this message, which is true no more, if it is still the one on show."""
        if self.message.text() == message:
            self.hide()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange and self.isVisible():
            self.close_button.setIcon(icon("close"))
        super().changeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
            return
        super().keyPressEvent(event)

    def _lay_out(self) -> None:
        self._mark = QLabel(self)
        row = QHBoxLayout()
        row.addWidget(self._mark)
        row.addWidget(self.message, 1)
        row.addWidget(self.more)
        row.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 12, 6)
        column.addLayout(row)
        column.addWidget(self.details)
