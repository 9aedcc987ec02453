"""Serves the simulated robot over TLS on the loopback interface to clients with its token."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import grpc
from anki_vector.messaging.external_interface_pb2_grpc import (
    add_ExternalInterfaceServicer_to_server,
)

from labeler.errors import UserError
from labeler.simulator.certificate import make_certificate
from labeler.simulator.configuration import Address, Identity, cert_path, write_configuration
from labeler.simulator.faults import Faults
from labeler.simulator.robot import SimulatedRobot
from labeler.simulator.service import Service

LOOPBACK = "127.0.0.1"


class TokenCheck(grpc.aio.ServerInterceptor):  # type: ignore[misc]
    """Turns away every call without "authorization: Bearer <guid>" but the one that asks for it."""

    def __init__(self, guid: str, faults: Faults) -> None:
        self._wanted = f"Bearer {guid}".encode()
        self._faults = faults

    async def intercept_service(
        self, continuation: Callable[[Any], Awaitable[Any]], details: Any
    ) -> Any:
        call = details.method.rpartition("/")[2]
        await self._faults.maybe_hang(call)
        if call == "UserAuthentication":
            return await continuation(details)
        shown = dict(details.invocation_metadata).get("authorization", "")
        if hmac.compare_digest(str(shown).encode(), self._wanted):
            return await continuation(details)
        return grpc.unary_unary_rpc_method_handler(_turn_away)


async def _turn_away(request: Any, context: Any) -> None:
    await context.abort(grpc.StatusCode.UNAUTHENTICATED, "the token is not this robot's guid")


class RunningServer:
    """One robot, listening. start() first; wait() until stop()."""

    def __init__(self, robot: SimulatedRobot, folder: Path, port: int = 0) -> None:
        self.robot = robot
        self.folder = folder
        self._port = port
        self._server: Any = None
        self._life: asyncio.Task[None] | None = None

    async def start(self, also_in: Path | None = None) -> dict[str, str | int]:
        """Listens, and writes the configuration into the folder (and into a second one).

        Returns what a client needs to know.
        """
        identity = self.robot.identity
        certificate = make_certificate(identity.name)
        self._server = grpc.aio.server(
            interceptors=(TokenCheck(identity.guid, self.robot.faults),),
            options=(("grpc.so_reuseport", 0),),
        )
        add_ExternalInterfaceServicer_to_server(Service(self.robot), self._server)
        credentials = grpc.ssl_server_credentials([(certificate.key, certificate.certificate)])
        address = Address(LOOPBACK, self._bind(credentials))
        config = write_configuration(self.folder, identity, address, certificate.certificate)
        if also_in is not None:
            write_configuration(also_in, identity, address, certificate.certificate)
        await self._server.start()
        self._life = asyncio.create_task(self.robot.live())
        return describe(identity, address, self.folder, config)

    def _bind(self, credentials: Any) -> int:
        try:
            return int(self._server.add_secure_port(f"{LOOPBACK}:{self._port}", credentials))
        except RuntimeError as error:
            raise UserError(
                f"Port {self._port} is taken. Choose another, or --port 0 for any free one."
            ) from error

    async def stop(self) -> None:
        if self._life is not None:
            self._life.cancel()
        await self._server.stop(grace=None)
        self.robot.close()

    async def run_until(self, stopped: asyncio.Event) -> None:
        """Serves until stopped is set. Raises what ended the robot's life, if anything did."""
        if self._life is None:
            raise RuntimeError("start() comes first")
        waiting = asyncio.create_task(stopped.wait())
        await asyncio.wait({waiting, self._life}, return_when=asyncio.FIRST_COMPLETED)
        ended = self._life.done()
        waiting.cancel()
        await self.stop()
        if ended:
            self._life.result()


def describe(
    identity: Identity, address: Address, folder: Path, config: Path
) -> dict[str, str | int]:
    return {
        "event": "ready",
        "name": identity.name,
        "serial": identity.serial,
        "ip": address.ip,
        "port": address.port,
        "cert": str(cert_path(folder, identity).resolve()),
        "guid": identity.guid,
        "config": str(config.resolve()),
    }
