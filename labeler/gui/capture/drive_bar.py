"""The bar of Drive, there while it is on: pad, speed, how it stands, and what drives by itself."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from labeler.cameras.driving import DrivingState
from labeler.cameras.driving_orders import SPEEDS
from labeler.gui.capture.drive import Drive
from labeler.gui.capture.drive_pad import DrivePad
from labeler.gui.job_bar import JobBar
from labeler.gui.key_hint import hint_tooltip
from labeler.gui.live import LiveCamera
from labeler.gui.settings import Settings
from labeler.gui.side_panel import keep_keys
from labeler.gui.theme import set_role

_ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
_STEP = 10


class DriveBar(QWidget):
    """switch belongs among the buttons under the picture; the bar itself comes and goes with it."""

    def __init__(self, drive: Drive, live: LiveCamera, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        set_role(self, "ground")
        self._drive = drive
        self._live = live
        self.switch = QPushButton(self.tr("Drive"), self)
        self.pad = DrivePad(self)
        self.speed = QSlider(Qt.Orientation.Horizontal, self)
        self._speed_words = QLabel(self)
        self.state = QLabel(self)
        self.sweep = QPushButton(self.tr("Sweep…"), self)
        self.partner = QPushButton(self.tr("Posing partner…"), self)
        self.job = JobBar(self)
        self._dress()
        self._lay_out()
        self.pad.pressed.connect(drive.press)
        self.pad.released.connect(drive.release)
        self.speed.valueChanged.connect(self._take_speed)
        self.switch.clicked.connect(drive.toggle)
        drive.changed.connect(self.refresh)
        live.status_changed.connect(self.refresh)
        live.camera_changed.connect(self.refresh)
        stored = Settings().number("drive_speed", SPEEDS[1])
        self.speed.setValue(min(max(stored, SPEEDS[0]), SPEEDS[2]))
        self._take_speed(self.speed.value())
        self.refresh()

    def refresh(self) -> None:
        drive, choice = self._drive, self._live.choice
        state = drive.state
        self.switch.setVisible(choice is None or choice.kind in ("robot", "simulated"))
        self.switch.setChecked(state is not DrivingState.OFF)
        self.setVisible(state is not DrivingState.OFF or self.job.is_busy)
        steers = state is DrivingState.HOLDING and not drive.is_busy
        for widget in (self.pad, self.sweep, self.partner):
            widget.setEnabled(steers)
        self.pad.show_held(drive.held)
        self.state.setText(self._words())

    def _words(self) -> str:
        drive, status = self._drive, self._live.status
        if drive.state is DrivingState.ASKING:
            return self.tr("Asking {name} for control.").format(name=self._live.name)
        if drive.message:
            return drive.message
        if drive.is_busy:
            return self.tr("It goes by itself now. Esc ends it.")
        words = [self.tr("You drive {name}").format(name=self._live.name)]
        if status.battery is not None:
            words.append(self.tr("battery {0} %").format(round(100 * status.battery)))
        return ", ".join(words) + "."

    def _take_speed(self, value: int) -> None:
        self._drive.set_speed(value)
        self._speed_words.setText(self.tr("Up to {0} mm/s").format(value))
        Settings().set_number("drive_speed", value)

    def _dress(self) -> None:
        self.switch.setCheckable(True)
        self.switch.setMinimumHeight(32)
        self.switch.setAccessibleName(self.tr("Drive"))
        hint_tooltip(
            self.switch,
            "capture.drive",
            self.tr("Take the wheels{key}. Off, the robot lives its own life"),
        )
        self.speed.setRange(SPEEDS[0], SPEEDS[2])
        self.speed.setSingleStep(_STEP)
        self.speed.setPageStep(_STEP)
        self.speed.setMinimumWidth(90)
        self.speed.setAccessibleName(self.tr("Speed limit"))
        self.speed.setToolTip(self.tr("How fast the wheels may turn. Slow is safe on a table"))
        self.state.setWordWrap(True)
        self.state.setTextFormat(Qt.TextFormat.PlainText)
        self.state.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        hint_tooltip(
            self.sweep, "capture.sweep", self.tr("Turn all around, a picture at each stop")
        )
        hint_tooltip(
            self.partner,
            "capture.partner",
            self.tr("This robot photographs while another one poses in front of it"),
        )
        for button in (self.sweep, self.partner):
            button.setAccessibleName(button.text().rstrip("…"))
        for button in (self.switch, self.sweep, self.partner):
            keep_keys(button, Qt.Key.Key_Space)
        keep_keys(self.speed, *_ARROWS, Qt.Key.Key_Space)

    def _lay_out(self) -> None:
        speed = QHBoxLayout()
        speed.setSpacing(8)
        speed.addWidget(self.speed)
        speed.addWidget(self._speed_words)
        speed.addStretch(1)
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        for button in (self.sweep, self.partner):
            buttons.addWidget(button)
        buttons.addStretch(1)
        right = QVBoxLayout()
        right.setSpacing(6)
        right.addLayout(speed)
        right.addLayout(buttons)
        row = QHBoxLayout()
        row.setSpacing(18)
        row.addWidget(self.pad)
        row.addLayout(right, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 6, 14, 10)
        column.setSpacing(6)
        column.addWidget(self.job)
        column.addWidget(self.state)
        column.addLayout(row)
