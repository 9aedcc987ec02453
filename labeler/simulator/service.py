"""The robot's gRPC calls: each answers as the real robot's gateway does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import grpc
from anki_vector.messaging import external_interface_pb2, protocol

from labeler.simulator import messages
from labeler.simulator.control import Claim
from labeler.simulator.faults import Faults, damaged
from labeler.simulator.frames import CameraFrame
from labeler.simulator.messages import ok
from labeler.simulator.motions import Motions
from labeler.simulator.robot import EXPOSURES, LARGE, SMALL, SimulatedRobot
from labeler.simulator.scene import Exposure
from labeler.simulator.shows import Shows

JPEG_COLOR = 7
"""ImageChunk.ImageEncoding.JPEG_COLOR"""
SESSION = b"2vMhFgktH3Jrbemm2WHkfGN"
"""The session that wire-pod accepts from the SDK's own configure."""


class Service(Motions, Shows):
    """The calls that do something. answer_the_rest() adds an empty answer for all others.

    exposure tells what the camera is set to or has chosen by itself.
    """

    def __init__(self, robot: SimulatedRobot, exposure: Callable[[], Exposure | None]) -> None:
        self.robot = robot
        self._exposure = exposure

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
                news = await claim.news.get()
                await self.robot.faults.delay("BehaviorControl")
                yield _control_news(news)
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
        told = None
        while True:
            state = messages.robot_state(self.robot)
            yield protocol.EventResponse(event=protocol.Event(robot_state=state))
            exposure = self._exposure()
            if exposure is not None and (exposure, self.robot.manual) != told:
                told = (exposure, self.robot.manual)
                settings = messages.camera_settings(exposure, auto=self.robot.manual is None)
                yield protocol.EventResponse(event=protocol.Event(camera_settings_update=settings))
            await self.robot.ticked.wait()

    async def BatteryState(self, request: Any, context: Any) -> Any:  # noqa: N802
        robot = self.robot
        return messages.battery_state(robot.world.seconds, robot.faults, robot.battery_hours)

    # Pictures

    async def GetCameraConfig(self, request: Any, context: Any) -> Any:  # noqa: N802
        return messages.camera_config()

    async def CameraFeed(self, request: Any, context: Any) -> AsyncIterator[Any]:  # noqa: N802
        camera = self.robot.camera
        camera.streaming = True
        try:
            while True:
                frame = await camera.next_frame()
                await self.robot.faults.travel(len(frame.data))
                yield protocol.CameraFeedResponse(**_picture_fields(frame, self.robot.faults))
        finally:
            camera.streaming = False

    async def CaptureSingleImage(self, request: Any, context: Any) -> Any:  # noqa: N802
        size = LARGE if request.enable_high_resolution else SMALL
        try:
            frame = await self.robot.photograph(size)
        finally:
            self.robot.camera.streaming = False
        await self.robot.faults.travel(len(frame.data))
        fields = _picture_fields(frame, self.robot.faults)
        return ok(protocol.CaptureSingleImageResponse, **fields)

    async def SetCameraSettings(self, request: Any, context: Any) -> Any:  # noqa: N802
        wanted = Exposure(int(request.exposure_ms), round(float(request.gain), 3))
        least, most = EXPOSURES
        message = ""
        if request.enable_auto_exposure:
            self.robot.manual = None
        elif (
            least.milliseconds <= wanted.milliseconds <= most.milliseconds
            and least.gain <= wanted.gain <= most.gain
        ):
            self.robot.manual = wanted
        elif not (request.exposure_ms or request.gain):
            self.robot.manual = self._exposure()  # only switched off: it stays as it is
        else:
            message = "exposure or gain out of range: nothing is changed"
        return ok(protocol.SetCameraSettingsResponse, status_message=message)

    async def EnableImageStreaming(self, request: Any, context: Any) -> Any:  # noqa: N802
        self.robot.camera.streaming = bool(request.enable)
        return ok(protocol.EnableImageStreamingResponse)

    async def IsImageStreamingEnabled(self, request: Any, context: Any) -> Any:  # noqa: N802
        enabled = self.robot.camera.streaming
        return protocol.IsImageStreamingEnabledResponse(is_image_streaming_enabled=enabled)


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


def _picture_fields(frame: CameraFrame, faults: Faults) -> dict[str, Any]:
    data = frame.data
    if faults.corrupt:
        data = damaged(data, faults.corrupt, frame.number)
    return {
        "frame_time_stamp": frame.time_stamp,
        "image_id": frame.number,
        "image_encoding": JPEG_COLOR,
        "data": data,
    }
