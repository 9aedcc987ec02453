"""Single calls to a robot, each with a deadline, beside any connection that is open to it."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from labeler.cameras import faults, preflight
from labeler.cameras.faults import RobotError
from labeler.cameras.robots import RobotConfig

os.environ.setdefault("GRPC_VERBOSITY", "NONE")

SESSION = b"2vMhFgktH3Jrbemm2WHkfGN"
"""What the SDK's own configure sends to every robot: wire-pod does not look at it."""


def is_camera_taken(robot: RobotConfig, timeout: float) -> bool:
    """Whether the robot streams pictures to anybody; needs the token. Raises RobotError."""
    preflight.check_sdk()
    from anki_vector.messaging import protocol

    if not (robot.guid.isascii() and robot.guid.isprintable()):
        raise faults.not_authorised(robot)  # gRPC would not even send it
    with _stub(robot) as stub:
        answer = _call(
            robot,
            stub.IsImageStreamingEnabled,
            protocol.IsImageStreamingEnabledRequest(),
            timeout,
            metadata=(("authorization", f"Bearer {robot.guid}"),),
        )
    return bool(getattr(answer, "is_image_streaming_enabled", False))


def request_token(robot: RobotConfig, timeout: float) -> str:
    """A new token for this computer: robot.guid is not looked at. Raises RobotError.

    The robot asks its wire-pod, so that has to run. Tokens given before stay good.
    """
    preflight.check_sdk()
    from anki_vector.messaging import protocol

    request = protocol.UserAuthenticationRequest(
        user_session_id=SESSION, client_name=socket.gethostname().encode()
    )
    with _stub(robot) as stub:
        answer = _call(robot, stub.UserAuthentication, request, timeout)
    if answer is None or answer.code != protocol.UserAuthenticationResponse.AUTHORIZED:
        raise faults.no_token(robot, "it refuses")
    token = bytes(answer.client_token_guid).decode("ascii", "replace").strip()
    if not token:
        raise faults.no_token(robot, "it cannot reach its wire-pod")
    return token


@contextmanager
def _stub(robot: RobotConfig) -> Iterator[Any]:
    """The robot's calls over a channel of their own, which is always closed."""
    import grpc
    from anki_vector.messaging import client

    try:
        root = robot.cert.read_bytes()
    except OSError as error:
        raise faults.missing_certificate(robot) from error
    channel = grpc.secure_channel(
        robot.target,
        grpc.ssl_channel_credentials(root_certificates=root),
        options=(("grpc.ssl_target_name_override", robot.name),),
    )
    try:
        yield client.ExternalInterfaceStub(channel)
    finally:
        channel.close()


def _call(robot: RobotConfig, method: Any, request: Any, timeout: float, **more: Any) -> Any:
    """The answer; None from a robot that does not know this call. Raises RobotError."""
    import grpc

    try:
        return method(request, timeout=timeout, **more)
    except grpc.RpcError as error:
        if error.code() is grpc.StatusCode.UNIMPLEMENTED:
            return None
        # Without the cause: its text may hold what was sent.
        raise _fault(robot, error.code().name) from None


def _fault(robot: RobotConfig, code: str) -> RobotError:
    if code in ("UNAUTHENTICATED", "PERMISSION_DENIED"):
        return faults.not_authorised(robot)
    if code == "DEADLINE_EXCEEDED":
        return faults.silent(robot)
    return faults.unreachable(robot, code.lower().replace("_", " "))
