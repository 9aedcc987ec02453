"""A large button of the start page: a drawing, a name, and what a click on it does."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QPalette, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from labeler.gui import theme
from labeler.gui.icons import pixmap

_ICON = 32
_MARGIN, _SPACE = 16, 14
_NARROWEST = 200


class ChoiceButton(QPushButton):
    """Enter and Space press it, too. drawing: the name of an icon."""

    def __init__(self, drawing: str, name: str, words: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._drawing = drawing
        theme.set_role(self, "choice")
        self.setAutoDefault(True)  # Enter
        self.setAccessibleName(name)
        self.setAccessibleDescription(words)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._icon = QLabel(self)
        self._icon.setFixedSize(_ICON, _ICON)
        self._name = QLabel(name, self)
        theme.set_role(self._name, "choice")
        self._words = QLabel(words, self)
        self._words.setWordWrap(True)
        theme.set_role(self._words, "faint")
        for label in (self._icon, self._name, self._words):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        texts = QVBoxLayout()
        texts.setSpacing(3)
        texts.addWidget(self._name)
        texts.addWidget(self._words)
        texts.addStretch(1)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        self._row.setSpacing(_SPACE)
        self._row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        self._row.addLayout(texts, 1)
        self._draw()

    def sizeHint(self) -> QSize:
        return QSize(_NARROWEST * 2, self.heightForWidth(_NARROWEST * 2))

    def minimumSizeHint(self) -> QSize:
        return QSize(_NARROWEST, self.heightForWidth(max(self.width(), _NARROWEST)))

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """Words that wrap need more lines in a narrow button."""
        return self._row.totalHeightForWidth(width)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.updateGeometry()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw()

    def _draw(self) -> None:
        ratio = self.devicePixelRatioF()
        color = self.palette().color(QPalette.ColorRole.Accent)
        drawn = pixmap(self._drawing, round(_ICON * ratio), color)
        drawn.setDevicePixelRatio(ratio)
        self._icon.setPixmap(drawn)
