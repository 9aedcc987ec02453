"""A second client of the robot, without our code: what it receives is what was sent."""

from __future__ import annotations

import threading
from contextlib import suppress
from types import TracebackType
from typing import Any

import grpc
from anki_vector.messaging import external_interface_pb2_grpc as service
from anki_vector.messaging import protocol

from labeler.cameras.robots import RobotConfig


class RawClient:
    """Plain gRPC with the robot's certificate, name and token."""

    def __init__(self, robot: RobotConfig) -> None:
        credentials = grpc.composite_channel_credentials(
            grpc.ssl_channel_credentials(robot.cert.read_bytes()),
            grpc.access_token_call_credentials(robot.guid),
        )
        self.channel = grpc.secure_channel(
            f"{robot.ip}:{robot.port}",
            credentials,
            options=[("grpc.ssl_target_name_override", robot.name)],
        )
        self.robot = service.ExternalInterfaceStub(self.channel)
        self.images: list[Any] = []
        self.states: list[Any] = []
        self._calls: list[Any] = []
        self._threads: list[threading.Thread] = []

    def watch(self) -> None:
        """Collects every image and robot_state from now on."""
        feed = self.robot.CameraFeed(protocol.CameraFeedRequest())
        events = self.robot.EventStream(protocol.EventRequest(connection_id=b"raw"))
        self._collect(feed, self.images.append)
        self._collect(events, self._keep_state)

    def end_feeds(self) -> None:
        """As when another program is closed."""
        for call in self._calls:
            call.cancel()
        for thread in self._threads:
            thread.join(2.0)
        self._calls, self._threads = [], []

    def __enter__(self) -> RawClient:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end_feeds()
        self.channel.close()

    def _collect(self, call: Any, keep: Any) -> None:
        def run() -> None:
            with suppress(grpc.RpcError):
                for message in call:
                    keep(message)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        self._calls.append(call)
        self._threads.append(thread)

    def _keep_state(self, message: Any) -> None:
        if message.event.WhichOneof("event_type") == "robot_state":
            self.states.append(message.event.robot_state)
