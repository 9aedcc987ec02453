"""Voting by phone: off at first, then for this computer alone or for the network, with its code."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from labeler.gui.side_panel import heading, keep_keys
from labeler.gui.theme import set_role

OFF, HERE, NETWORK = "off", "here", "network"
_NARROW = 120
_KEYS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Space)


class QrCode(QWidget):
    """Black on white whatever the theme, or phones would not read it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.squares: tuple[tuple[bool, ...], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("QR code of the address"))

    def show_text(self, text: str) -> None:
        """An empty text hides it."""
        if text:
            from labeler.votes.qr import squares

            self.squares = squares(text)
        self.setVisible(bool(text))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(180, 180)

    def minimumSizeHint(self) -> QSize:
        return QSize(110, 110)

    def paintEvent(self, event: QPaintEvent) -> None:
        from labeler.votes.qr import QUIET

        painter = QPainter(self)
        across = len(self.squares) + 2 * QUIET
        ratio = self.devicePixelRatioF()
        # Whole device pixels, or some squares would be wider than others.
        side = max(1, int(min(self.width(), self.height()) * ratio / across)) / ratio
        left, top = (self.width() - side * across) / 2, (self.height() - side * across) / 2
        left, top = round(left * ratio) / ratio, round(top * ratio) / ratio
        painter.fillRect(QRectF(left, top, side * across, side * across), Qt.GlobalColor.white)
        for y, row in enumerate(self.squares):
            for x, dark in enumerate(row):
                if dark:
                    place = QRectF(left + (x + QUIET) * side, top + (y + QUIET) * side, side, side)
                    painter.fillRect(place, Qt.GlobalColor.black)


class PhoneCard(QWidget):
    """mode_chosen carries OFF, HERE or NETWORK."""

    mode_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.mode = QComboBox(self)
        self.mode.setAccessibleName(self.tr("Vote by phone"))
        self.mode.setToolTip(
            self.tr(
                "A small web page with three buttons. It closes with this window, or "
                "when you switch it off"
            )
        )
        self.mode.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        for text, mode in (
            (self.tr("Off"), OFF),
            (self.tr("On this computer only"), HERE),
            (self.tr("For phones in this network"), NETWORK),
        ):
            self.mode.addItem(text, mode)
        keep_keys(self.mode, *_KEYS)
        self.mode.activated.connect(lambda _row: self.mode_chosen.emit(self.mode.currentData()))
        self.code = QrCode(self)
        self.told = QLabel(self)
        self.told.setWordWrap(True)
        self.told.setMinimumWidth(_NARROW)  # an address has no place to break at
        self.told.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        set_role(self.told, "faint")
        self._lay_out()
        self.show_url("", OFF, can_vote=True)

    def show_url(self, url: str, mode: str, *, can_vote: bool) -> None:
        """Empty: the page is closed. mode: how far it is open."""
        self.mode.setEnabled(can_vote)
        self.mode.setCurrentIndex(self.mode.findData(mode))
        if not url:
            self.told.setText(
                self.tr("After Reveal: which was which, how people voted, and whether AP50 agrees.")
            )
        elif mode == HERE:
            self.told.setText(self.tr("Open this in a browser on this computer:\n{0}").format(url))
        else:
            self.told.setText(
                self.tr("Point a phone's camera at the code, or type\n{0}").format(url)
            )
        self.code.show_text(url if mode == NETWORK else "")

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(6)
        left.addWidget(heading(self.tr("Vote by phone"), self.mode))
        left.addWidget(self.mode)
        left.addWidget(self.told)
        left.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(14)
        row.addLayout(left, 1)
        row.addWidget(self.code)
