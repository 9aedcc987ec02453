"""One connection to one robot through the SDK; the only file that touches the SDK's inner parts.

The SDK's own Connection is used rather than its Robot: a Robot insists on a file in the person's
home, waits for ever on a robot that hangs while connecting, and needs ten seconds to close while
the camera feed runs. The calls on the wire are the robot's own either way.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import os
import threading
import time
import uuid
import weakref
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from labeler.cameras.robots import RobotConfig

os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # it reports every lost connection on stderr
logger = logging.getLogger(__name__)

BATTERY_EVERY = 10.0
CALL_TIMEOUT = 3.0
CLOSE_TIMEOUT = 0.5
LET_GO = 0.04
"""Seconds that closing waits for the channel's end, which a call just begun delays by more."""
_links: weakref.WeakSet[RobotLink] = weakref.WeakSet()


@dataclass(frozen=True, slots=True)
class Listener:
    """Who is told what arrives. All are called on the connection's thread and must be quick."""

    on_image: Callable[[Any], None]
    on_state: Callable[[Any], None]
    on_battery: Callable[[float | None], None]
    on_exposure: Callable[[Any], None]
    on_feed_end: Callable[[str], None]


class RobotLink:
    """A connection that open() makes and close() always ends, from any thread, at once."""

    def __init__(self, robot: RobotConfig, listener: Listener) -> None:
        from anki_vector.connection import Connection

        _quiet("anki_vector", "aiogrpc")
        self.robot = robot
        self._listener = listener
        self._feed: asyncio.Task[None] | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._opened = False
        self._closed = threading.Event()
        self._ending: threading.Thread | None = None
        self._holders: set[object] = set()
        self._handing_over = threading.Lock()
        self.heard = time.monotonic()
        self._conn = Connection(
            robot.name,
            robot.target,
            str(robot.cert),
            robot.guid,
            behavior_control_level=None,
        )

    def open(self, timeout: float) -> None:
        """Connects, then listens to state and battery. Blocks; raises what the SDK raises."""
        _links.add(self)
        try:
            self._conn.connect(timeout)
            self._opened = True
            self.submit(self._listen()).result(timeout)
        finally:
            control = self._conn._control_stream_task
            if control is not None and control.done():  # where it was closed meanwhile
                _retrieve(control)
            if self._closed.is_set():
                self._shut()

    def submit(self, work: Coroutine[Any, Any, Any]) -> Future[Any]:
        """Runs a coroutine on the connection's thread. A dead connection gives a failed future."""
        try:
            return asyncio.run_coroutine_threadsafe(work, self._conn.loop)
        except Exception as error:  # the loop is closed, or was never made
            work.close()
            future: Future[Any] = Future()
            future.set_exception(ConnectionError(str(error)))
            return future

    async def call(self, method: str, request: Any, timeout: float = CALL_TIMEOUT) -> Any:
        """One call to the robot, with a deadline that holds whatever the other end does."""
        call = getattr(self._conn.grpc_interface, method)(request, timeout=timeout)
        return await asyncio.wait_for(call, timeout + 0.2)

    async def start_feed(self) -> None:
        self.heard = time.monotonic()
        self._feed = asyncio.ensure_future(self._pump_images())

    async def stop_feed(self) -> None:
        """Ends our feed. The robot then silences every other feed as well: it has one switch."""
        feed, self._feed = self._feed, None
        if feed is not None:
            feed.cancel()
            await asyncio.wait([feed], timeout=CLOSE_TIMEOUT)

    async def is_streaming(self, timeout: float) -> bool:
        from anki_vector.messaging import protocol

        request = protocol.IsImageStreamingEnabledRequest()
        answer = await self.call("IsImageStreamingEnabled", request, timeout)
        return bool(answer.is_image_streaming_enabled)

    @property
    def has_control(self) -> bool:
        """Whether the robot gave us control and has not taken it back."""
        return bool(self._opened and self._conn.control_granted_event.is_set())

    def request_control(self, timeout: float, holder: object) -> None:
        """Takes the wheel for holder. Blocks; raises the SDK's VectorControlTimeoutException.

        The robot may give it later all the same, so holder gives it back in any case.
        """
        with self._handing_over:
            is_ours = bool(self._holders) and self.has_control
            self._holders.add(holder)
            if not is_ours:
                self._conn.request_control(timeout=timeout).result(timeout + 1.0)

    def release_control(self, timeout: float, holder: object) -> None:
        """Holder needs the wheel no more; the last one gives it back, and blocks meanwhile."""
        with self._handing_over:
            if holder not in self._holders:
                return
            self._holders.remove(holder)
            if not self._holders:
                self._conn.release_control(timeout=timeout).result(timeout + 1.0)

    def close(self) -> None:
        """Ends everything, also a connection that is being opened. Takes 0.01 s as a rule."""
        if not self._closed.is_set():
            self._closed.set()
            self._shut()

    async def _listen(self) -> None:
        self._conn._control_stream_task.add_done_callback(_retrieve)
        self._tasks = [
            asyncio.ensure_future(self._pump_states()),
            asyncio.ensure_future(self._poll_battery()),
        ]
        await self.start_feed()

    async def _pump_images(self) -> None:
        from anki_vector.messaging import protocol

        reason = ""
        stream = self._conn.grpc_interface.CameraFeed(protocol.CameraFeedRequest())
        try:
            async for message in stream:
                self.heard = time.monotonic()
                self._listener.on_image(message)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
        finally:
            stream.cancel()
        if not self._closed.is_set():
            self._listener.on_feed_end(reason)

    async def _pump_states(self) -> None:
        import grpc
        from anki_vector.messaging import protocol

        while True:  # without events the pictures still come, only without a pose
            request = protocol.EventRequest(connection_id=uuid.uuid4().hex.encode())
            stream = self._conn.grpc_interface.EventStream(request)
            try:
                async for message in stream:
                    event = message.event.WhichOneof("event_type")
                    if event == "robot_state":
                        self._listener.on_state(message.event.robot_state)
                    elif event == "camera_settings_update":
                        self._listener.on_exposure(message.event.camera_settings_update)
            except grpc.RpcError as error:
                logger.debug("the robot's event stream ended: %s", error)
            finally:
                stream.cancel()
            await asyncio.sleep(1.0)

    async def _poll_battery(self) -> None:
        import grpc
        from anki_vector.messaging import protocol

        while True:
            try:
                answer = await self.call("BatteryState", protocol.BatteryStateRequest())
                self._listener.on_battery(battery_fraction(answer.battery_volts))
            except (grpc.RpcError, TimeoutError) as error:
                logger.debug("the robot does not tell its battery: %s", error)
                self._listener.on_battery(None)
            await asyncio.sleep(BATTERY_EVERY)

    def _shut(self) -> None:
        if self._opened:  # while connecting, the SDK's loop ends by itself with its channel
            try:
                self.submit(self._finish()).result(CLOSE_TIMEOUT)
            except Exception as error:  # the channel is closed below in any case
                logger.debug("closing %r: %r", self.robot, error)
        # The SDK never closes the channel after a failed connect() or disconnect(), and the
        # threads that wait on it would keep the process from ending.
        self._end_channel()
        _links.discard(self)

    async def _finish(self) -> None:
        """Ends the SDK's tasks and ours, then the SDK's loop."""
        loop = asyncio.get_running_loop()
        tasks = [task for task in asyncio.all_tasks(loop) if not self._keeps_loop(task)]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=0.1)
        self._end_channel()  # frees the threads that wait for the next message
        try:
            await asyncio.wait_for(loop.shutdown_default_executor(), 0.2)
        except TimeoutError:
            logger.debug("a thread of the SDK is left behind")
        loop.call_later(0.01, self._conn._done_signal.set)  # after this task has ended

    def _end_channel(self) -> None:
        """On a thread of its own: gRPC waits there until the robot's last calls are given up."""
        if self._conn._channel is None or self._ending is not None:
            return
        close = self._conn._channel._channel.close
        self._ending = threading.Thread(target=close, name=f"end of {self.robot.name}", daemon=True)
        try:
            self._ending.start()
        except RuntimeError:  # the process ends, and Python starts no thread any more
            close()
        else:
            self._ending.join(LET_GO)

    def _keeps_loop(self, task: asyncio.Task[Any]) -> bool:
        """Whether it is this closing itself, or the SDK's wait for the signal to end its loop."""
        name = getattr(task.get_coro(), "__name__", "")
        return task is asyncio.current_task() or name == "wait_until_done"


def battery_fraction(volts: float) -> float | None:
    """0 to 1 over the range the SDK names: 3.6 V is nearly empty, 4.1 V is full."""
    return min(1.0, max(0.0, (volts - 3.6) / 0.5)) if volts > 0 else None


def _retrieve(task: asyncio.Task[Any]) -> None:
    """Nobody else asks how the SDK's task ended, and asyncio would complain on stderr."""
    if not task.cancelled() and task.exception() is not None:
        logger.debug("the robot's control stream ended: %s", task.exception())


def close_all() -> None:
    """Ends every connection still open, so that the process can exit."""
    for link in list(_links):
        link.close()


def _quiet(*names: str) -> None:
    """Keeps the SDK's tracebacks of lost connections off stderr; what matters is in our status."""
    for name in names:
        library = logging.getLogger(name)
        if library.level == logging.NOTSET:  # a person who set a level wants to see it
            library.setLevel(logging.CRITICAL)


# Executor threads are joined before atexit functions run, and those of the SDK wait on the robot.
# So we hook in where concurrent.futures.thread does: after it, because the last one runs first.
importlib.import_module("concurrent.futures.thread")
getattr(threading, "_register_atexit", lambda function: None)(close_all)
