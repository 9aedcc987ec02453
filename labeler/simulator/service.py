"""The robot's gRPC calls: each answers as the real robot's gateway does."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from typing import Any

import grpc
from anki_vector.messaging import external_interface_pb2, protocol

from labeler.simulator import messages
from labeler.simulator.control import Claim
from labeler.simulator.frames import CameraFrame
from labeler.simulator.messages import LIFT_ARM, MM, ok
from labeler.simulator.robot import LARGE, SMALL, SimulatedRobot

JPEG_COLOR = 7
"""ImageChunk.ImageEncoding.JPEG_COLOR"""
TURN_SPEED, DRIVE_SPEED = 1.5, 5.0
SESSION = b"2vMhFgktH3Jrbemm2WHkfGN"
"""The session that wire-pod accepts from the SDK's own configure."""


class Service:
    """The calls that do something. answer_the_rest() adds an empty answer for all others."""

    def __init__(self, robot: SimulatedRobot) -> None:
        self.robot = robot

    # Connecting

    async def ProtocolVersion(self, request: Any, context: Any) -> Any:  # noqa: N802
        success = protocol.ProtocolVersionResponse.SUCCESS
        return protocol.ProtocolVersionResponse(result=success, host_version=messages.HOST_VERSION)

    async def VersionState(self, request: Any, context: Any) -> Any:  # noqa: N802
        return ok(protocol.VersionStateResponse, os_version="2.0.1.6091sim", engine_build_id="sim")

    async def UserAuthentication(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Gives its token to whoever knows the word that wire-pod lets through, as real ones do."""
        if request.user_session_id != SESSION:
            refused = protocol.UserAuthenticationResponse.UNAUTHORIZED
            return ok(protocol.UserAuthenticationResponse, code=refused)
        return ok(
            protocol.UserAuthenticationResponse,
            code=protocol.UserAuthenticationResponse.AUTHORIZED,
            client_token_guid=self.robot.identity.guid.encode(),
        )

    async def BehaviorControl(self, requests: AsyncIterator[Any], context: Any) -> Any:  # noqa: N802
        claim = Claim(context.peer())
        reading = asyncio.create_task(self._read_claims(requests, claim))
        try:
            while True:
                yield _control_news(await claim.news.get())
        finally:
            reading.cancel()
            self.robot.release_control(claim)

    async def _read_claims(self, requests: AsyncIterator[Any], claim: Claim) -> None:
        async for request in requests:
            if request.WhichOneof("request_type") == "control_release":
                self.robot.release_control(claim)
            elif not self.robot.faults.deny_control:
                self.robot.request_control(claim, int(request.control_request.priority))

    async def EventStream(self, request: Any, context: Any) -> AsyncIterator[Any]:  # noqa: N802
        greeting = ok(protocol.ConnectionResponse, is_primary=True)
        yield protocol.EventResponse(event=protocol.Event(connection_response=greeting))
        while True:
            state = messages.robot_state(
                self.robot.body, self.robot.start_pose, self.robot.last_image_stamp
            )
            yield protocol.EventResponse(event=protocol.Event(robot_state=state))
            await self.robot.ticked.wait()

    async def BatteryState(self, request: Any, context: Any) -> Any:  # noqa: N802
        return messages.battery_state(self.robot.world.seconds)

    # Pictures

    async def GetCameraConfig(self, request: Any, context: Any) -> Any:  # noqa: N802
        return messages.camera_config()

    async def CameraFeed(self, request: Any, context: Any) -> AsyncIterator[Any]:  # noqa: N802
        camera = self.robot.camera
        camera.streaming = True
        try:
            while True:
                frame = await camera.next_frame()
                yield protocol.CameraFeedResponse(**_picture_fields(frame))
        finally:
            camera.streaming = False

    async def CaptureSingleImage(self, request: Any, context: Any) -> Any:  # noqa: N802
        size = LARGE if request.enable_high_resolution else SMALL
        try:
            frame = await self.robot.photograph(size)
        finally:
            self.robot.camera.streaming = False
        return ok(protocol.CaptureSingleImageResponse, **_picture_fields(frame))

    async def EnableImageStreaming(self, request: Any, context: Any) -> Any:  # noqa: N802
        self.robot.camera.streaming = bool(request.enable)
        return ok(protocol.EnableImageStreamingResponse)

    async def IsImageStreamingEnabled(self, request: Any, context: Any) -> Any:  # noqa: N802
        enabled = self.robot.camera.streaming
        return protocol.IsImageStreamingEnabledResponse(is_image_streaming_enabled=enabled)

    # Moving. Orders from a client without control are answered and not followed.

    async def DriveWheels(self, request: Any, context: Any) -> Any:  # noqa: N802
        if self._may_move(context):
            self.robot.body.drive(request.left_wheel_mmps / MM, request.right_wheel_mmps / MM)
        return ok(protocol.DriveWheelsResponse)

    async def MoveHead(self, request: Any, context: Any) -> Any:  # noqa: N802
        if self._may_move(context):
            self.robot.body.move_head(request.speed_rad_per_sec)
        return ok(protocol.MoveHeadResponse)

    async def MoveLift(self, request: Any, context: Any) -> Any:  # noqa: N802
        if self._may_move(context):
            self.robot.body.move_lift(request.speed_rad_per_sec * LIFT_ARM)
        return ok(protocol.MoveLiftResponse)

    async def StopAllMotors(self, request: Any, context: Any) -> Any:  # noqa: N802
        if self._may_move(context):
            self.robot.body.stop()
        return ok(protocol.StopAllMotorsResponse)

    async def SetHeadAngle(self, request: Any, context: Any) -> Any:  # noqa: N802
        body = self.robot.body
        if self._may_move(context):
            angle = messages.head_angle(request)
            body.hold_head(angle, _speed(request, angle - body.pose.head))
            await self.robot.until(lambda: not body.head_moving)
        return ok(protocol.SetHeadAngleResponse)

    async def SetLiftHeight(self, request: Any, context: Any) -> Any:  # noqa: N802
        body = self.robot.body
        if self._may_move(context):
            height = messages.lift_height(request)
            speed = _speed(request, (height - body.pose.lift) / LIFT_ARM) * LIFT_ARM
            body.hold_lift(height, speed)
            await self.robot.until(lambda: not body.lift_moving)
        return ok(protocol.SetLiftHeightResponse)

    async def TurnInPlace(self, request: Any, context: Any) -> Any:  # noqa: N802
        if self._may_move(context):
            speed = abs(request.speed_rad_per_sec) or TURN_SPEED
            seconds = abs(request.angle_rad) / speed
            self.robot.body.turn(math.copysign(speed, request.angle_rad))
            await self._drive_for(seconds)
        return ok(protocol.TurnInPlaceResponse)

    async def DriveStraight(self, request: Any, context: Any) -> Any:  # noqa: N802
        if self._may_move(context):
            speed = abs(request.speed_mmps) / MM or DRIVE_SPEED
            self.robot.body.turn(0.0, math.copysign(speed, request.dist_mm))
            await self._drive_for(abs(request.dist_mm) / MM / speed)
        return ok(protocol.DriveStraightResponse)

    async def _drive_for(self, seconds: float) -> None:
        end = self.robot.world.seconds + seconds
        await self.robot.until(lambda: self.robot.world.seconds >= end, seconds + 5.0)
        self.robot.body.drive(0.0, 0.0)

    def _may_move(self, context: Any) -> bool:
        return self.robot.control.allows(context.peer())


def answer_the_rest(service: type[Service]) -> None:
    """Gives service every call of the robot that it lacks: single ones are answered empty."""
    interface = external_interface_pb2.DESCRIPTOR.services_by_name["ExternalInterface"]
    for method in interface.methods:
        if not hasattr(service, method.name):
            single = not (method.client_streaming or method.server_streaming)
            message = getattr(protocol, method.output_type.name, None)
            answer = _empty(message) if single and message is not None else _unimplemented
            setattr(service, method.name, answer)


def _empty(message: type[Any]) -> Any:
    async def answer(self: Service, request: Any, context: Any) -> Any:
        return ok(message)

    return answer


async def _unimplemented(self: Service, request: Any, context: Any) -> None:
    await context.abort(grpc.StatusCode.UNIMPLEMENTED, "the simulated robot cannot do this")


answer_the_rest(Service)


def _control_news(granted: bool) -> Any:
    if granted:
        return protocol.BehaviorControlResponse(
            control_granted_response=protocol.ControlGrantedResponse()
        )
    return protocol.BehaviorControlResponse(control_lost_event=protocol.ControlLostResponse())


def _picture_fields(frame: CameraFrame) -> dict[str, Any]:
    return {
        "frame_time_stamp": frame.time_stamp,
        "image_id": frame.number,
        "image_encoding": JPEG_COLOR,
        "data": frame.data,
    }


def _speed(request: Any, change: float) -> float:
    """Radians a second: the slower of the wished speed and the one that fills the duration."""
    fastest = abs(request.max_speed_rad_per_sec) or 10.0
    duration = float(request.duration_sec)
    return min(fastest, abs(change) / duration) if duration > 0 else float(fastest)
