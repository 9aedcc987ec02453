"""Driving a robot: it moves only as long as somebody goes on wishing it, and stops at any doubt."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures import wait as wait_for_all
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from labeler.cameras import driving_words as words
from labeler.cameras.deadline import StoppedError
from labeler.cameras.driving_body import BodyState
from labeler.cameras.driving_orders import (
    SPEEDS,
    STANDING,
    Action,
    Motion,
    motion_orders,
    stop_orders,
)
from labeler.errors import UserError

LIFE = 0.35
"""Seconds that a wish for motion lives when it is not renewed."""
TICK = 0.05
RENEW = 0.25
"""Seconds after which a motion is ordered again: also the sign that the robot still hears us."""
ORDER_TIMEOUT = 1.0
CONTROL_TIMEOUT = 5.0
RELEASE_TIMEOUT = 1.0
SILENCE = 2.0
"""Seconds without the robot's state after which it may be anywhere: driving ends."""
STOPPED_AFTER = 0.4
FINDING_OUT = 0.4
"""Seconds after a failed order in which it shows whether the whole connection is gone."""


class DrivingState(StrEnum):
    OFF = "off"
    ASKING = "asking"
    HOLDING = "holding"  # control is ours


@dataclass(frozen=True, slots=True)
class DrivingStatus:
    """message: why driving ended, or why the robot does not do what is wished; or nothing."""

    state: DrivingState
    message: str = ""


@runtime_checkable
class Steerable(Protocol):
    """A camera on wheels."""

    name: str

    @property
    def has_control(self) -> bool: ...

    @property
    def body(self) -> BodyState | None: ...

    def request_control(self, timeout: float, holder: object) -> None: ...

    def release_control(self, timeout: float, holder: object) -> None: ...

    def order(self, method: str, request: Any, timeout: float) -> Future[Any]: ...


class Driver:
    """Control of one robot, held from take() to release(). Safe to use from any thread.

    A thread of its own follows what drive() wishes and stops the motors when the wish is not
    renewed in time, at an edge, when the robot is lifted, and when control or connection is lost.
    """

    def __init__(
        self,
        robot: Steerable,
        sentences: words.Sentences = words.DRIVEN,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """clock: what time it is, in seconds, as BodyState.received counts them."""
        self.robot = robot
        self._clock = clock
        self._sentences = sentences
        self.limit_mmps: float = SPEEDS[1]
        self._lock = threading.RLock()
        self._status = DrivingStatus(DrivingState.OFF)
        self._wish = STANDING
        self._expires = 0.0
        self._halt = False
        self._acting = False
        self._acted_at = 0.0
        self._wake = threading.Event()
        self._off = threading.Event()
        self._off.set()
        self._thread: threading.Thread | None = None

    @property
    def status(self) -> DrivingStatus:
        with self._lock:
            return self._status

    @property
    def is_on(self) -> bool:
        return self.status.state is DrivingState.HOLDING

    def take(self, timeout: float = CONTROL_TIMEOUT) -> None:
        """Asks for control and waits for it. Raises UserError where it is not given."""
        with self._lock:
            if self._status.state is not DrivingState.OFF:
                return
            self._status = DrivingStatus(DrivingState.ASKING)
            self._wish, self._halt, self._acting = STANDING, False, False
        self._off.clear()
        if self._thread is not None:
            # Or it would stop and give back what is asked for now.
            self._thread.join(ORDER_TIMEOUT + 2 * RELEASE_TIMEOUT)
        try:
            self.robot.request_control(timeout, self)
            self._wait_for_body()
        except UserError as error:
            self._give_back()
            self._set(DrivingState.OFF, str(error))
            raise
        self._set(DrivingState.HOLDING)
        self._thread = threading.Thread(
            target=self._labour, name=f"driver {self.robot.name}", daemon=True
        )
        self._thread.start()

    def release(self, timeout: float = 3.0) -> None:
        """Stops the motors and gives control back. Waits up to timeout for both."""
        self._off.set()
        self._wake.set()
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout)

    def _wait_for_body(self) -> None:
        """The robot's first state comes a moment after its first picture."""
        deadline = self._clock() + SILENCE
        while self.robot.body is None:
            if self._clock() > deadline:
                raise self._error(self._sentences.connection_lost)
            time.sleep(0.01)

    def drive(self, motion: Motion) -> None:
        """Wishes a motion, for LIFE seconds. Wish it again and again for as long as it is meant."""
        with self._lock:
            self._wish = motion
            self._expires = self._clock() + LIFE
        self._wake.set()

    def stop(self) -> None:
        """Stops every motor, also one that something else moved. Returns at once."""
        with self._lock:
            self._wish, self._halt = STANDING, True
        self._wake.set()

    def act(self, actions: Sequence[Action], should_stop: Callable[[], bool]) -> None:
        """The robot's own motions, all at once, which end by themselves, up to the last one's end.

        Raises StoppedError when should_stop() says so, UserError when driving ends meanwhile, at
        an edge, when the robot is lifted, or when it does not answer in time. It stands then.
        """
        self._refuse_if_unsafe()
        with self._lock:  # or the last stop might come before these orders
            self.refuse_if_off()
            self._acting = True
            futures = [self.robot.order(*action.order()) for action in actions]
        deadline = self._clock() + max(action.timeout for action in actions) + 0.5
        try:
            while wait_for_all(futures, timeout=0.01).not_done:
                self._refuse_to_go_on(should_stop)
                if self._clock() > deadline:
                    raise words.no_answer(self.robot.name)
            self._refuse_to_go_on(should_stop)  # it may be why the robot ended it
            failures = "; ".join(filter(None, map(_failure, futures)))
            if failures:
                self.stop()
                self._off.wait(FINDING_OUT)
                self.refuse_if_off()  # the better reason, if there is one
                raise words.no_answer(self.robot.name, failures)
        except BaseException:
            for future, action in zip(futures, actions, strict=True):
                future.cancel()
                self.robot.order(*action.cancel_order(ORDER_TIMEOUT))
            self.stop()
            raise
        finally:
            self._acted_at = self._clock()
            self._acting = False

    def body_now(self) -> BodyState:
        """Raises UserError where driving or the connection is over."""
        self.refuse_if_off()
        body = self.robot.body
        if body is None:
            raise self._error(self._sentences.connection_lost)
        return body

    def why_off(self) -> UserError | None:
        """What ended driving, where no person did."""
        status = self.status
        is_ended = status.state is DrivingState.OFF and status.message
        return UserError(status.message) if is_ended else None

    def refuse_if_off(self) -> None:
        """Raises UserError, with the reason, unless control is ours."""
        if not self.is_on or self._off.is_set():
            raise self.why_off() or UserError(words.driving_is_off(self.robot.name))

    def _refuse_to_go_on(self, should_stop: Callable[[], bool]) -> None:
        self.refuse_if_off()
        if should_stop():
            raise StoppedError
        self._refuse_if_unsafe()

    def _refuse_if_unsafe(self) -> None:
        body = self.robot.body
        if body is not None and body.off_ground:
            raise self._error(self._sentences.lifted)
        if body is not None and body.at_cliff:
            raise self._error(self._sentences.edge)

    def _labour(self) -> None:
        reason = words.driving_is_off(self.robot.name)  # should following end by a fault of ours
        try:
            reason = self._follow()
        finally:
            self._end(reason)

    def _follow(self) -> str:
        """Orders what is wished until driving is over. The sentence for why, if not by release."""
        told, told_at = STANDING, 0.0
        reason = ""
        while not self._off.is_set() and not reason:
            self._wake.wait(TICK)
            self._wake.clear()
            reason = self._why_over()
            wished, halt = self._wished()
            since = self._clock() - told_at
            if halt or (wished == STANDING and told != STANDING):
                reason = reason or self._tell(STANDING, halt=True)
                told, told_at = STANDING, self._clock()
                if wished != STANDING:
                    self._wake.set()  # after the stop, or one of the two might overtake the other
            elif wished != told or (wished != STANDING and since > RENEW):
                reason = reason or self._tell(wished, told=told if wished != told else None)
                told, told_at = wished, self._clock()
            elif wished == STANDING and self._rolls_on(told_at):
                reason = reason or self._tell(STANDING, halt=True)
                told_at = self._clock()
        return reason

    def _wished(self) -> tuple[Motion, bool]:
        """What may be done now of what is wished, and whether to stop in any case."""
        with self._lock:
            halt, self._halt = self._halt, False
            wish = self._wish if self._clock() < self._expires else STANDING
        body = self.robot.body
        if wish == STANDING or body is None:
            return wish, halt
        message = ""
        if body.off_ground:
            wish, message = STANDING, self._told(self._sentences.lifted)
        elif body.at_cliff and (wish.forward > 0 or (wish.turn and wish.forward == 0)):
            wish, message = replace(wish, forward=0.0, turn=0.0), self._told(self._sentences.edge)
        elif body.on_charger and (wish.forward or wish.turn) and not body.wheels_turn:
            message = self._told(words.ON_CHARGER)
        self._set(DrivingState.HOLDING, message)
        return wish, halt

    def _rolls_on(self, told_at: float) -> bool:
        """Whether its wheels turn although they were told to stand, or were to, some time ago."""
        body, now = self.robot.body, self._clock()
        if self._acting or body is None or now - max(told_at, self._acted_at) < STOPPED_AFTER:
            return False
        return body.wheels_turn and now - body.received <= STOPPED_AFTER

    def _why_over(self) -> str:
        """The sentence for what ended driving, or nothing."""
        body, sentences = self.robot.body, self._sentences
        if body is None:
            return self._told(sentences.connection_lost)
        if not self.robot.has_control:
            return self._told(sentences.control_lost)
        if self._clock() - body.received > SILENCE:
            return self._told(sentences.silent)
        return ""

    def _tell(self, motion: Motion, *, told: Motion | None = None, halt: bool = False) -> str:
        """Orders what differs from what it was told. The sentence for why it failed, or nothing."""
        orders = stop_orders() if halt else []
        orders += motion_orders(motion, STANDING if halt else told, self.limit_mmps)
        futures = [self.robot.order(*each, ORDER_TIMEOUT) for each in orders]
        deadline = self._clock() + ORDER_TIMEOUT + 0.3
        late = set(futures)
        while late and self._clock() < deadline:
            late = wait_for_all(futures, timeout=0.02).not_done
            if not halt and (self._halt or self._wish == STANDING):
                return ""  # to stop waits for nothing
        failed = any(_failure(each) for each in futures if each not in late)
        return self._told(self._sentences.silent) if late or failed else ""

    def _end(self, reason: str) -> None:
        with self._lock:  # first of all, so that nobody orders anything after the stop
            self._off.set()
            self._status = DrivingStatus(DrivingState.OFF, reason)
        futures = [self.robot.order(*each, ORDER_TIMEOUT) for each in stop_orders()]
        wait_for_all(futures, timeout=ORDER_TIMEOUT)
        self._give_back()

    def _give_back(self) -> None:
        try:
            self.robot.release_control(RELEASE_TIMEOUT, self)
        except Exception as error:  # it ends with the connection in any case
            words.logger.debug("giving back control of %s: %r", self.robot.name, error)

    def _told(self, sentence: str) -> str:
        return sentence.format(self.robot.name)

    def _error(self, sentence: str) -> UserError:
        return UserError(self._told(sentence))

    def _set(self, state: DrivingState, message: str = "") -> None:
        with self._lock:
            self._status = DrivingStatus(state, message)


def _failure(future: Future[Any]) -> str:
    """What went wrong with an order that is done, or nothing."""
    if future.cancelled():
        return "cancelled"
    error = future.exception()
    return repr(error) if error else ""
