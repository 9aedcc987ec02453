"""What the person should read: a bar above a run, and the page shown instead of one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from labeler.gui.theme import colors, set_role

_FEW = 3

Offer = tuple[str, Callable[[], object]]
"""A button's text and what it does."""


class Notice(QWidget):
    """A few sentences with buttons at their end. Hidden while there is nothing to say.

    Of many lines the first ones show, and a button brings the others.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.text = QLabel(self)
        self.text.setTextFormat(Qt.TextFormat.PlainText)  # names of classes may look like tags
        self.text.setWordWrap(True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.more = QPushButton(self)
        self.more.setCheckable(True)
        self.more.setToolTip(self.tr("Everything worth knowing about this run"))
        self.more.toggled.connect(self._show)
        self.buttons: list[QPushButton] = []
        self._lines: list[str] = []
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(14, 6, 0, 6)
        self._layout.addWidget(self.text, 1)
        self._layout.addWidget(self.more)
        self._show()
        self.hide()

    @property
    def lines(self) -> Sequence[str]:
        """All that it says, also what shows only once it is opened."""
        return self._lines

    def say(self, sentence: str, offers: Sequence[Offer] = ()) -> None:
        """One sentence a line. An empty one hides the bar."""
        self._lines = sentence.splitlines()
        self.setAccessibleName(sentence)
        self._show()
        _take_away(self.buttons)
        self.buttons = [_button(offer, self) for offer in offers]
        for button in self.buttons:
            self._layout.addWidget(button)
        self.setVisible(bool(sentence))

    def _show(self) -> None:
        hidden = len(self._lines) - _FEW
        is_open = self.more.isChecked()
        self.text.setText("\n".join(self._lines if is_open else self._lines[:_FEW]))
        self.more.setVisible(hidden > 0)
        closed = self.tr("{0} more").format(hidden) if hidden > 0 else self.tr("More")
        self.more.setText(self.tr("Less") if is_open else closed)
        self.more.setAccessibleName(self.more.text())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(0, 4, 3, self.height() - 8, QColor(colors().warning))


class EmptyPage(QWidget):
    """A large sentence, a small one, and the buttons that lead on."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.title = QLabel(self)
        set_role(self.title, "title")
        self.text = QLabel(self)
        set_role(self.text, "faint")
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.buttons: list[QPushButton] = []
        self._row = QHBoxLayout()
        layout = QVBoxLayout(self)
        layout.addStretch(2)
        for label in (self.title, self.text):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            label.setWordWrap(True)
            layout.addWidget(label)
        layout.addSpacing(8)
        layout.addLayout(self._row)
        layout.addStretch(3)

    def say(self, title: str, text: str, offers: Sequence[Offer] = ()) -> None:
        self.title.setText(title)
        self.text.setText(text)
        self.setAccessibleName(f"{title}. {text}")
        _take_away(self.buttons)
        while self._row.takeAt(0) is not None:
            continue
        self.buttons = [_button(offer, self) for offer in offers]
        for button in self.buttons[:1]:
            set_role(button, "primary")
        self._row.addStretch(1)
        for button in self.buttons:
            self._row.addWidget(button)
        self._row.addStretch(1)


def _button(offer: Offer, parent: QWidget) -> QPushButton:
    text, slot = offer
    button = QPushButton(text, parent)
    button.setToolTip(text)
    button.setAccessibleName(text)
    button.clicked.connect(lambda _checked: slot())
    return button


def _take_away(buttons: Sequence[QPushButton]) -> None:
    for button in buttons:
        button.hide()
        button.deleteLater()
