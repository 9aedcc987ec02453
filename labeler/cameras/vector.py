"""The robot's camera: connects, watches over the feed, reconnects by itself."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

from labeler.cameras import faults, preflight, single_calls
from labeler.cameras.base import CameraState, CameraStatus, Frame
from labeler.cameras.deadline import StoppedError, in_background, wait_for
from labeler.cameras.driving_body import BodyState
from labeler.cameras.exposure import ExposureSwitch
from labeler.cameras.faults import RobotError
from labeler.cameras.link import Listener, RobotLink
from labeler.cameras.pairing import Pairing, RobotStance
from labeler.cameras.robots import RobotConfig
from labeler.cameras.worker import SILENCE, WorkerCamera
from labeler.dataset.model import Readings
from labeler.errors import UserError

logger = logging.getLogger(__name__)

IMPORT_TIMEOUT = 30.0
CONNECT_TIMEOUT = 5.0
FIRST_PATIENCE = 6.0
"""Seconds that the first frame of a connection may take: a busy machine needs its time."""
SUSPICION = 1.0
"""Seconds of silence after which the robot is asked whether it still streams."""
PAUSES = (0.1, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds between attempts to reconnect; the last one repeats."""
LOOK = 0.05
"""Seconds between two looks of the watchdog; the end of a feed wakes it at once."""
SETTLE = 0.5


class VectorCamera(WorkerCamera):
    """Frames of one robot, byte for byte as it sent them, without taking control of it.

    locate is called on the camera's thread before each connection, so that a changed address is
    found; it may raise UserError.
    """

    def __init__(self, name: str, locate: Callable[[], RobotConfig]) -> None:
        super().__init__(name)
        self._locate = locate
        self._news = threading.Event()
        self._link: RobotLink | None = None
        self._photo_lock = threading.Lock()
        self._photographing = False
        self._give_up = threading.Event()
        self._battery: float | None = None
        self._feed_end: str | None = None
        self._pairing = Pairing()
        self.exposure = ExposureSwitch(lambda told: self._pairing.tell_exposure(told))
        self._body: BodyState | None = None

    @property
    def body(self) -> BodyState | None:
        """What the robot told of its body last; None without a connection."""
        return self._body if self._link is not None else None

    @property
    def has_control(self) -> bool:
        """Whether the wheels are ours at this moment."""
        link = self._link
        return link is not None and link.has_control

    def status(self) -> CameraStatus:
        return replace(super().status(), battery=self._battery)

    def take_photo(self, high_resolution: bool = False, timeout: float = 5.0) -> Frame:
        """One still: 640x360, or 1280x720. The feed rests meanwhile (the robot has one switch).

        Raises UserError when the robot is not connected or does not deliver in time.
        """
        with self._photo_lock:
            link = self._link
            if link is None:
                raise UserError(f"{self.name} is not connected. {super().status().message}".strip())
            self._photographing = True
            self._give_up.clear()
            if self._stop.is_set():
                self._give_up.set()
            try:
                future = link.submit(_photograph(link, high_resolution, timeout))
                message = wait_for(future, timeout + 2.0, self._give_up)
            except (Exception, StoppedError) as error:
                raise faults.photo_failed(link.robot, repr(error)) from error
            finally:
                link.heard = time.monotonic()
                self._photographing = False
            return self.with_pose(self._new_frame(message))

    def give_up_photo(self) -> None:
        """A photo that is being waited for fails at once; others have to be kept."""
        self._give_up.set()

    def with_pose(self, frame: Frame, timeout: float = 0.1) -> Frame:
        deadline = time.monotonic() + timeout
        while True:
            corrected = self._pairing.corrected(frame)
            if corrected is not None or time.monotonic() > deadline:
                return corrected or frame
            time.sleep(0.002)

    def request_control(self, timeout: float = 5.0, holder: object = None) -> None:
        """Asks for the wheels. Raises UserError; the picture goes on either way.

        Several may hold them at a time. Each gives them back, also one that did not get them.
        """
        link = self._link
        if link is None:
            raise UserError(f"{self.name} is not connected.")
        try:
            link.request_control(timeout, holder)
        except Exception as error:
            raise faults.no_control(link.robot) from error

    def release_control(self, timeout: float = 2.0, holder: object = None) -> None:
        """The last holder's word gives the wheels back."""
        link = self._link
        if link is not None:
            link.release_control(timeout, holder)

    def order(self, method: str, request: Any, timeout: float) -> Future[Any]:
        """One call to the robot. Returns at once; the future fails where it is not connected."""
        link = self._link
        if link is not None:
            return link.submit(link.call(method, request, timeout))
        future: Future[Any] = Future()
        future.set_exception(ConnectionError(f"{self.name} is not connected"))
        return future

    def stamp_of(self, frame: Frame) -> int | None:
        """The robot's clock at this frame, in ms; None for one of long ago."""
        return self._pairing.stamp(frame)

    def _woken(self) -> None:
        self._give_up.set()
        self._news.set()

    def _run(self, stop: threading.Event) -> None:
        attempt = 0
        was_live = False
        while not stop.is_set():
            seen = self._numbers
            try:
                fault = self._visit(stop)
            except StoppedError:
                return
            except RobotError as error:
                fault = error
            if self._numbers > seen:
                was_live, attempt = True, 0
            if fault.lasting or not was_live:
                raise fault
            pause = PAUSES[min(attempt, len(PAUSES) - 1)]
            self._pause(stop, pause, f"{fault} Connecting again.", fault.cause)
            attempt += 1

    def _visit(self, stop: threading.Event) -> RobotError:
        """One connection from its beginning to its end. Returns what ended it."""
        robot = self._locate()
        self.name = robot.name
        link = self._connect(robot, stop)
        try:
            self._link = link
            self.exposure.begin(link)
            return self._watch(link, stop)
        finally:
            self.exposure.end(link, for_good=stop.is_set())
            self._link = None
            self._battery = self._body = None
            link.close()

    def _connect(self, robot: RobotConfig, stop: threading.Event) -> RobotLink:
        link: RobotLink | None = None
        try:
            wait_for(in_background(preflight.check_sdk, "SDK import"), IMPORT_TIMEOUT, stop)
            reached = in_background(lambda: self._reach(robot), f"reach {robot.name}")
            wait_for(reached, preflight.DEADLINE + 0.5, stop)
            link = opening = RobotLink(robot, self._listener(stop))
            opened = in_background(lambda: opening.open(CONNECT_TIMEOUT), f"connect {robot.name}")
            wait_for(opened, CONNECT_TIMEOUT + 1.0, stop)
        except BaseException as error:
            if link is not None:
                link.close()
            if isinstance(error, StoppedError):
                raise
            raise faults.explain(error, robot) from error
        return link

    def _reach(self, robot: RobotConfig) -> None:
        """Names the cause in three seconds; a robot that gave pictures before is only met."""
        deadline = time.monotonic() + preflight.DEADLINE
        preflight.check_robot(robot)
        if self._numbers == 0:
            single_calls.is_camera_taken(robot, max(0.2, deadline - time.monotonic()))

    def _watch(self, link: RobotLink, stop: threading.Event) -> RobotError:
        """Returns when the picture is lost; raises StoppedError."""
        streaming: bool | None = None
        seen = self._numbers
        while not stop.is_set():
            patience = SILENCE if self._numbers > seen else FIRST_PATIENCE
            if self._news.wait(LOOK):
                self._news.clear()
            if self._feed_end is not None:
                return faults.connection_lost(link.robot, self._feed_end)
            silence = 0.0 if self._photographing else time.monotonic() - link.heard
            if silence < SUSPICION:
                streaming = None
            elif silence > patience:
                return _why_silent(link.robot, answered=streaming is not None)
            elif streaming is None:
                streaming = self._ask(link, patience - silence, stop)
                if streaming is False:
                    self._ask_again(link, stop)
        raise StoppedError

    def _ask(self, link: RobotLink, timeout: float, stop: threading.Event) -> bool | None:
        """Whether the robot streams pictures; None when it does not answer."""
        try:
            return bool(wait_for(link.submit(link.is_streaming(timeout)), timeout, stop))
        except StoppedError:
            raise
        except Exception:  # no answer, whatever the reason, is the answer
            return None

    def _ask_again(self, link: RobotLink, stop: threading.Event) -> None:
        """Somebody else's feed or photo ended and silenced ours: one switch for all."""
        fault = faults.picture_taken_away(link.robot)
        self._report(stop, CameraState.LOST, f"{fault} Asking for it again.")
        try:
            wait_for(link.submit(_restart_feed(link)), SILENCE, stop)
        except Exception as error:  # the silence goes on, and the watchdog with it
            if isinstance(error, StoppedError):
                raise
            logger.debug("asking %s for the picture again: %r", link.robot, error)

    def _listener(self, stop: threading.Event) -> Listener:
        self._feed_end = None
        self._news.clear()
        self._pairing = Pairing()

        def on_battery(fraction: float | None) -> None:
            self._battery = fraction
            self._pairing.tell_battery(fraction)

        def on_feed_end(reason: str) -> None:
            if not stop.is_set():
                self._feed_end = reason
                self._news.set()

        return Listener(
            on_image=lambda message: self._take_image(message, stop),
            on_state=lambda state: self._take_state(state, stop),
            on_battery=on_battery,
            on_exposure=self._take_exposure,
            on_feed_end=on_feed_end,
        )

    def _take_image(self, message: Any, stop: threading.Event) -> None:
        if stop.is_set():
            return
        frame = self._new_frame(message)
        self._rate.note(frame.received)
        self._publish(frame)
        self._report(stop, CameraState.LIVE, self._remark)

    def _new_frame(self, message: Any) -> Frame:
        return self._pairing.frame(message.data, self._next_number(), message.frame_time_stamp)

    def _take_exposure(self, update: Any) -> None:
        exposure_ms, gain = float(update.exposure_ms), round(update.gain, 3)  # it is a short float
        automatic = bool(update.auto_exposure_enabled)
        self._pairing.tell_exposure(Readings(None, None, exposure_ms, gain, automatic))

    def _take_state(self, state: Any, stop: threading.Event) -> None:
        """Remembers it, and corrects the newest frame when its own state comes after it."""
        self._body = BodyState.from_message(state)
        stance = RobotStance.from_message(state)
        self._pairing.add(stance)
        frame = self.latest()
        if frame is not None and not stop.is_set():
            corrected = self._pairing.corrected(frame)
            if corrected is not None and corrected.pose != frame.pose:
                self._publish(corrected)


def _why_silent(robot: RobotConfig, *, answered: bool) -> RobotError:
    return faults.picture_stopped(robot) if answered else faults.picture_frozen(robot)


async def _restart_feed(link: RobotLink) -> None:
    await link.stop_feed()
    await _settle(link)
    await link.start_feed()


async def _photograph(link: RobotLink, high_resolution: bool, timeout: float) -> Any:
    """Stops the feed, captures, starts the feed again whatever happened."""
    from anki_vector.messaging import protocol

    await link.stop_feed()
    try:
        await _settle(link)
        request = protocol.CaptureSingleImageRequest(enable_high_resolution=high_resolution)
        message = await link.call("CaptureSingleImage", request, timeout)
        await _settle(link)
    finally:
        await link.start_feed()
    if not message.data:
        raise ConnectionError("the robot sent an empty photo")
    return message


async def _settle(link: RobotLink) -> None:
    """Lets the end of one stream take effect, or it would switch off the next one as well."""
    deadline = time.monotonic() + SETTLE
    while await link.is_streaming(SETTLE) and time.monotonic() < deadline:
        await asyncio.sleep(0.01)
