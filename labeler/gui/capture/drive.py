"""Drive: whether the wheels are ours, what is held down, and the wish renewed while it is."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QObject, QTimer, Signal

from labeler.cameras.base import CameraState
from labeler.cameras.driving import Driver, DrivingState, Steerable
from labeler.cameras.driving_orders import SPEEDS, Motion
from labeler.errors import UserError
from labeler.gui.background import Job, run_in_background
from labeler.gui.document import Document
from labeler.gui.live import LiveCamera

RENEW_MS = 100
NUDGE_MS = 250
"""So long a direction is held that was chosen from a list instead of by a key."""


class Direction(Enum):
    """One key or button of the pad, with what it wishes."""

    FORWARD = Motion(forward=1.0)
    BACK = Motion(forward=-1.0)
    LEFT = Motion(turn=1.0)
    RIGHT = Motion(turn=-1.0)
    HEAD_UP = Motion(head=1.0)
    HEAD_DOWN = Motion(head=-1.0)
    LIFT_UP = Motion(lift=1.0)
    LIFT_DOWN = Motion(lift=-1.0)


class Drive(QObject):
    """changed comes with every change of state, sentence or held direction.

    ended: control is gone, whoever let it go; what drives by itself has to end as well.
    """

    changed = Signal()
    ended = Signal()

    def __init__(self, document: Document, live: LiveCamera, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.driver: Driver | None = None
        self.is_busy = False
        """A sweep or a posing partner drives; keys and pad do not."""
        self._document = document
        self._live = live
        self._speed = SPEEDS[1]
        self._asking: Job | None = None
        self._left: Driver | None = None  # it may still be giving back control
        self._held: list[Direction] = []
        self._message = ""
        self._timer = QTimer(self, interval=RENEW_MS)
        self._timer.timeout.connect(self._renew)
        self._nudge = QTimer(self, singleShot=True, interval=NUDGE_MS)
        self._nudge.timeout.connect(self.release_all)
        live.camera_changed.connect(self.switch_off)

    @property
    def state(self) -> DrivingState:
        if self._asking is not None:
            return DrivingState.ASKING
        return DrivingState.OFF if self.driver is None else DrivingState.HOLDING

    @property
    def is_on(self) -> bool:
        return self.driver is not None

    @property
    def message(self) -> str:
        """Why the robot does not do what is wished, or what came of a sweep; or nothing."""
        return self._message

    @property
    def held(self) -> tuple[Direction, ...]:
        return tuple(self._held)

    def tell(self, sentence: str) -> None:
        """Shows a sentence beside the pad and in the status line."""
        self._message = sentence
        self._document.say(sentence)
        self.changed.emit()

    def set_busy(self, *, is_busy: bool) -> None:
        """What drives by itself begins or ends; what was said before it is over."""
        self.is_busy = is_busy
        if is_busy:
            self._message = ""
        self.changed.emit()

    def set_speed(self, limit_mmps: int) -> None:
        self._speed = limit_mmps
        if self.driver is not None:
            self.driver.limit_mmps = limit_mmps

    def toggle(self) -> None:
        if self.state is DrivingState.OFF:
            self.switch_on()
        else:
            self.switch_off()

    def switch_on(self) -> None:
        """Asks the robot for control; changed tells when it has come, or a report why not."""
        camera = self._live.camera
        if self.state is not DrivingState.OFF:
            return
        if not isinstance(camera, Steerable):
            self._refuse(self.tr("Only a robot can be driven. Choose one in the list of cameras."))
        elif self._live.status.state is not CameraState.LIVE:
            self._refuse(self.tr("Drive waits for the live picture: the robot is not connected."))
        else:
            self._ask(Driver(camera))

    def switch_off(self) -> None:
        """Stops, and gives control back, without waiting for it."""
        self._asking = None
        driver, self.driver = self.driver, None
        self.release_all()
        self._timer.stop()
        if driver is not None:
            driver.stop()
            self._message = ""
            self.ended.emit()  # first, so that what drives by itself knows who ended it
            self._let_go(driver)
        self.changed.emit()

    def notice_end(self) -> None:
        """Switches off where control is gone; the caller tells why."""
        if self.driver is not None and not self.driver.is_on:
            self.switch_off()

    def stop(self) -> None:
        """Stops every motor; control stays. What is only asked for is not wanted any more."""
        if self._asking is not None:
            self.switch_off()
        self.release_all()
        if self.driver is not None:
            self.driver.stop()

    def press(self, direction: Direction) -> None:
        """The robot does this until release()."""
        if self.driver is None:
            self._document.say(self.tr("Switch Drive on first (M): the keys move the robot then."))
        elif self.is_busy:
            self._document.say(self.tr("The robot drives by itself now. Esc ends that."))
        elif direction not in self._held:
            self._held.append(direction)
            self._message = ""
            self._renew()
            self.changed.emit()

    def release(self, direction: Direction) -> None:
        if direction in self._held:
            self._held.remove(direction)
            self._wish()
            self.changed.emit()

    def release_all(self) -> None:
        """Nothing is held any more, or it can no longer be known."""
        if self._held:
            self._held.clear()
            self._wish()
            self.changed.emit()

    def nudge(self, direction: Direction) -> None:
        """A moment of it, for who has no key or button to hold."""
        self.press(direction)
        self._nudge.start()

    def _wish(self) -> None:
        if self.driver is not None:
            self.driver.drive(_sum(self._held)) if self._held else self.driver.stop()

    def _renew(self) -> None:
        driver = self.driver
        if driver is None:
            return
        status = driver.status
        if status.state is not DrivingState.HOLDING:
            self._lose(status.message)
            return
        if self._held:
            driver.drive(_sum(self._held))
        if status.message and status.message != self._message:
            self.tell(status.message)

    def _lose(self, message: str) -> None:
        self.switch_off()
        self._document.report(UserError(message))

    def _ask(self, driver: Driver) -> None:
        driver.limit_mmps = self._speed
        self._message = ""

        left = self._left

        def take(_report: object, should_stop: object) -> None:
            if left is not None:
                left.release()  # or it would give back what is asked for now
            driver.take()

        job = run_in_background(
            take,
            on_done=lambda _nothing: self._take(job, driver),
            on_error=lambda error: self._fail(job, error),
            owner=self,
        )
        self._asking = job
        self.changed.emit()

    def _take(self, job: Job, driver: Driver) -> None:
        if job is not self._asking:  # switched off meanwhile
            self._let_go(driver)
            return
        self._asking, self.driver = None, driver
        self._timer.start()
        self.changed.emit()
        self._document.say(
            self.tr("You drive {name}: W A S D, head R F, lift T G. M gives it back.").format(
                name=driver.robot.name
            )
        )

    def _fail(self, job: Job, error: Exception) -> None:
        if job is not self._asking:
            return
        self._asking = None
        self.changed.emit()
        if not isinstance(error, UserError):
            raise error
        self._document.report(error)

    def _let_go(self, driver: Driver) -> None:
        def ignore(_outcome: object) -> None:
            """Nobody waits for it; the end of the connection gives control back in any case."""

        self._left = driver
        run_in_background(lambda _report, _stop: driver.release(), on_done=ignore, on_error=ignore)

    def _refuse(self, sentence: str) -> None:
        self._document.say(sentence)
        self.changed.emit()


def _sum(held: list[Direction]) -> Motion:
    """Opposite directions cancel out."""
    parts = [direction.value for direction in held]
    return Motion(
        sum(part.forward for part in parts),
        sum(part.turn for part in parts),
        sum(part.head for part in parts),
        sum(part.lift for part in parts),
    )
