"""How the camera is, in plain words over its picture, with the buttons that lead on."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from labeler.cameras.base import CameraState, CameraStatus
from labeler.cameras.catalogue import CameraChoice
from labeler.cameras.faults import Cause
from labeler.gui.live import STALE, LiveCamera
from labeler.gui.live_files import ask_for_file
from labeler.gui.picture_view import PictureView
from labeler.gui.robot_dialogs import ask_to_move, ask_to_set_up
from labeler.gui.side_panel import keep_keys, line_color

_AGE_MS = 250
_WIDEST = 540
_WITH_PAUSES = ("robot", "simulated", "network")
Offer = tuple[str, Callable[[], object]]
"""A button's text and what it does."""


@dataclass(frozen=True, slots=True)
class _Words:
    sentence: str = ""
    hint: str = ""
    offers: list[Offer] = field(default_factory=list)


class LiveHealth(QWidget):
    """A card in the middle of the view; hidden while a fresh picture is shown.

    tells_camera: or else another one does, beside it, and this view only looks so.
    """

    def __init__(self, live: LiveCamera, view: PictureView, *, tells_camera: bool = True) -> None:
        super().__init__(view)
        self._live = live
        self._view = view
        self._tells_camera = tells_camera
        self._problem: _Words | None = None
        self.sentence = QLabel(self)
        self.hint = QLabel(self)
        self.buttons: list[QPushButton] = []
        self._row = QHBoxLayout()
        self._lay_out()
        view.installEventFilter(self)
        live.status_changed.connect(self.refresh)
        live.camera_changed.connect(self.refresh)
        live.picture_arrived.connect(self._refresh_if_shown)
        self._age_timer = QTimer(self)
        self._age_timer.setInterval(_AGE_MS)
        self._age_timer.timeout.connect(self._refresh_if_seen)
        self._age_timer.start()
        self.refresh()

    def set_problem(self, sentence: str, *offers: Offer) -> None:
        """Something else than the camera is wrong; said while the camera is well."""
        self._problem = _Words(sentence, "", list(offers)) if sentence else None
        self.refresh()

    def refresh(self) -> None:
        """Looks at the camera again."""
        words = self._words()
        self._view.set_dimmed(bool(words.sentence))
        if not self._tells_camera:
            words = _Words()
        if not words.sentence and self._problem is not None:
            words = self._problem
        names = [name for name, _ in words.offers]
        if words.sentence != self.sentence.text() or names != [b.text() for b in self.buttons]:
            self._say(words)
        elif words.hint != self.hint.text():
            self.hint.setText(words.hint)  # the buttons stay, and the focus with them
            self.hint.setVisible(bool(words.hint))
            self._place()
        self.setVisible(bool(words.sentence))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._view and event.type() is QEvent.Type.Resize:
            self._place()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(line_color(self.palette()))
        painter.setBrush(self.palette().color(QPalette.ColorRole.Window))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)

    def _refresh_if_shown(self) -> None:
        if not self.isHidden():
            self.refresh()

    def _refresh_if_seen(self) -> None:
        if self._view.isVisible():
            self.refresh()

    def _words(self) -> _Words:
        live, status = self._live, self._live.status
        if live.choice is None:
            return _Words(
                self.tr("Choose a camera."),
                self.tr("A robot, a webcam, a video, or the simulated robot that needs nothing."),
                [self._simulated()],
            )
        if status.state is CameraState.CONNECTING:
            return _Words(status.message or self.tr("Connecting."))
        if status.state is CameraState.LOST:
            return self._words_of_loss(status)
        if status.state is CameraState.FAILED:
            again = (self.tr("Try again"), live.try_again)
            offers = [again, *self._remedies(status), *self._way_out()]
            return _Words(status.message, "", offers)
        if status.state is CameraState.CLOSED:
            again = (self.tr("Start again"), live.try_again)
            return _Words(status.message or self.tr("The camera is closed."), "", [again])
        return self._words_of_age()

    def _words_of_loss(self, status: CameraStatus) -> _Words:
        """With the seconds until the next attempt, and the button that ends the pause."""
        left = 0.0 if status.retry_at is None else status.retry_at - time.monotonic()
        hint = self.tr("Trying now.")
        if left > 0:
            hint = self.tr("The next try is in {0} s.").format(math.ceil(left))
        offers = [*self._remedies(status), *self._way_out()]
        if self._live.choice is not None and self._live.choice.kind in _WITH_PAUSES:
            offers.insert(0, (self.tr("Now"), self._live.retry_now))
        elif self._live.choice is not None:  # its driver may block for ever
            offers.insert(0, (self.tr("Try again"), self._live.try_again))
        return _Words(status.message, hint, offers)

    def _remedies(self, status: CameraStatus) -> list[Offer]:
        """What mends this fault of a robot that is configured, or of a camera with an address."""
        choice = self._live.choice
        if choice is None or choice.id == f"{choice.kind}:":
            return []
        if choice.kind == "network":
            if status.cause is Cause.OTHER_CERTIFICATE:
                return [(self.tr("It was set up anew: trust it"), self._live.trust_certificate)]
            return [(self.tr("Address and password…"), lambda: self._ask_address(choice))]
        if choice.kind != "robot":
            return []
        if status.cause in (Cause.SILENT, Cause.ADDRESS):
            return [(self.tr("New address…"), lambda: ask_to_move(self._view, self._live, choice))]
        if status.cause in (Cause.CERTIFICATE, Cause.TOKEN, Cause.CONFIGURATION):
            return [
                (self.tr("Set it up again…"), lambda: ask_to_set_up(self._view, self._live, choice))
            ]
        return []

    def _ask_address(self, choice: CameraChoice) -> None:
        ask_for_file(self._view, choice, self._live.choose)

    def _words_of_age(self) -> _Words:
        picture = self._live.picture
        if picture is None:
            return _Words(self.tr("Connected. Waiting for the first picture."))
        if picture.frame.age < STALE:
            return _Words()
        return _Words(
            self.tr("This picture is {seconds} s old.").format(seconds=int(picture.frame.age)),
            self.tr("No newer one has come that can be shown."),
        )

    def _is_simulated(self) -> bool:
        return self._live.choice is not None and self._live.choice.kind == "simulated"

    def _way_out(self) -> list[Offer]:
        return [] if self._is_simulated() else [self._simulated()]

    def _simulated(self) -> Offer:
        return self.tr("Use the simulated robot"), lambda: self._live.choose("simulated")

    def _say(self, words: _Words) -> None:
        self.sentence.setText(words.sentence)
        self.hint.setText(words.hint)
        self.hint.setVisible(bool(words.hint))
        self.setAccessibleName(f"{words.sentence} {words.hint}".strip())
        for button in self.buttons:
            self._row.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = [self._button(*offer) for offer in words.offers]
        for at, button in enumerate(self.buttons):
            self._row.insertWidget(at + 1, button)  # after the leading stretch
            button.show()  # or the layout would leave no room for it yet
        self._place()

    def _button(self, text: str, slot: Callable[[], object]) -> QPushButton:
        button = QPushButton(text, self)
        button.setToolTip(text)
        button.setAccessibleName(text)
        button.clicked.connect(lambda _checked: slot())
        keep_keys(button, Qt.Key.Key_Space)
        return button

    def _lay_out(self) -> None:
        font = self.sentence.font()
        font.setPointSizeF(font.pointSizeF() * 1.15)
        self.sentence.setFont(font)
        self.hint.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._row.addStretch(1)
        self._row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 18, 22, 18)
        column.setSpacing(8)
        for label in (self.sentence, self.hint):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            column.addWidget(label)
        column.addLayout(self._row)

    def _place(self) -> None:
        """In the middle, as wide as the words need, and never wider than the view."""
        words = max(
            label.fontMetrics().horizontalAdvance(label.text())
            for label in (self.sentence, self.hint)
        )
        buttons = sum(button.sizeHint().width() + 8 for button in self.buttons)
        width = min(_WIDEST, max(words, buttons) + 60, self._view.width() - 16)
        height = self._height_for(width)
        self.setGeometry(
            (self._view.width() - width) // 2, (self._view.height() - height) // 2, width, height
        )

    def _height_for(self, width: int) -> int:
        for child in (self.sentence, self.hint, *self.buttons):
            child.ensurePolished()  # the style sheet's fonts and paddings count
        layout = self.layout()
        if layout is None:
            return 0
        layout.invalidate()
        return layout.totalHeightForWidth(width)
