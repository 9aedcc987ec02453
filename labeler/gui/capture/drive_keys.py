"""The keys of Drive: a direction lasts as long as its key is down, whichever key that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtGui import QKeyEvent

from labeler.gui.capture.drive import Direction, Drive
from labeler.gui.capture.shutter import key_number
from labeler.gui.workspace import Action

if TYPE_CHECKING:
    from labeler.gui.capture.drive_desk import DriveDesk

_ENDS_HOLD = (QEvent.Type.ApplicationDeactivate, QEvent.Type.WindowDeactivate)


class HeldKeys(QObject):
    """Knows which key a shortcut came from, and looks for its release wherever it is delivered."""

    def __init__(self, drive: Drive) -> None:
        super().__init__(drive)
        self._drive = drive
        self._newest: int | None = None
        self._down: dict[int, Direction] = {}
        self._is_watching = False
        drive.changed.connect(self._watch)

    def press(self, direction: Direction) -> None:
        """The shortcut of this direction has fired."""
        self._drive.press(direction)
        if self._newest is not None and direction in self._drive.held:
            self._down[self._newest] = direction
        else:
            self._drive.release(direction)  # without a key there is no release to wait for

    def newest(self) -> int | None:
        """The key that went down last, while Drive is on."""
        return self._newest

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _ENDS_HOLD:
            self._down.clear()
            self._drive.release_all()
        elif isinstance(event, QKeyEvent) and not event.isAutoRepeat():
            key = key_number(event)
            if event.type() is QEvent.Type.ShortcutOverride:
                self._newest = key
            elif event.type() is QEvent.Type.KeyRelease and key in self._down:
                self._drive.release(self._down.pop(key))
        return False

    def _watch(self) -> None:
        """Only while Drive is on: every event of the program passes through here."""
        application = QCoreApplication.instance()
        if application is None or self._is_watching == self._drive.is_on:
            return
        self._is_watching = self._drive.is_on
        self._down.clear()
        self._newest = None
        if self._is_watching:
            application.installEventFilter(self)
        else:
            application.removeEventFilter(self)


def drive_actions(desk: DriveDesk) -> list[Action]:
    """One row a direction, and the switch."""
    drive, keys = desk.drive, desk.keys

    def row(name: str, text: str, key: str, direction: Direction) -> Action:
        return Action(
            name,
            text,
            (key,),
            lambda: keys.press(direction),
            once=lambda: drive.nudge(direction),
            group=_tr("Drive"),
        )

    return [
        Action("drive", _tr("Drive the robot"), ("M",), drive.toggle, group=_tr("Drive")),
        row("forward", _tr("Drive forwards"), "W", Direction.FORWARD),
        row("back", _tr("Drive backwards"), "S", Direction.BACK),
        row("left", _tr("Turn left"), "A", Direction.LEFT),
        row("right", _tr("Turn right"), "D", Direction.RIGHT),
        row("head_up", _tr("Head up"), "R", Direction.HEAD_UP),
        row("head_down", _tr("Head down"), "F", Direction.HEAD_DOWN),
        row("lift_up", _tr("Lift up"), "T", Direction.LIFT_UP),
        row("lift_down", _tr("Lift down"), "G", Direction.LIFT_DOWN),
        Action("sweep", _tr("Sweep: pictures all around"), ("Shift+S",), desk.ask_sweep),
        Action("partner", _tr("Posing partner"), ("Shift+P",), desk.ask_partner),
        Action("check_empty", _tr("Check empty pictures"), ("Shift+E",), desk.check_empty),
    ]


def _tr(text: str) -> str:
    return QCoreApplication.translate("DriveKeys", text)
