"""Serves simulated robots over TLS on the loopback interface to clients with their tokens."""

from __future__ import annotations

import asyncio
import hmac
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import grpc
from anki_vector.messaging.external_interface_pb2_grpc import (
    add_ExternalInterfaceServicer_to_server,
)

from labeler.errors import UserError
from labeler.simulator.certificate import make_certificate
from labeler.simulator.company import Company
from labeler.simulator.configuration import (
    Address,
    Identity,
    cert_path,
    remove_configuration,
    write_configuration,
)
from labeler.simulator.faults import Faults
from labeler.simulator.messages import is_finite
from labeler.simulator.robot import SimulatedRobot
from labeler.simulator.scene import Exposure
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
        await self._faults.delay(call)
        if call == "UserAuthentication":
            return await continuation(details)
        shown = dict(details.invocation_metadata).get("authorization", "")
        known = hmac.compare_digest(str(shown).encode(), self._wanted)
        if known and not self._faults.rejecting:
            return _checked(await continuation(details))
        return grpc.unary_unary_rpc_method_handler(_turn_away)


def _checked(handler: Any) -> Any:
    """Single calls are followed only where every number in them is one."""
    if handler is None or handler.unary_unary is None:
        return handler

    async def answer(request: Any, context: Any) -> Any:
        if not is_finite(request):
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "a number is not finite")
        return await handler.unary_unary(request, context)

    return grpc.unary_unary_rpc_method_handler(
        answer, handler.request_deserializer, handler.response_serializer
    )


async def _turn_away(request: Any, context: Any) -> None:
    await context.abort(grpc.StatusCode.UNAUTHENTICATED, "the token is not this robot's guid")


class RobotServer:
    """One robot, listening on a port of its own with a certificate of its own."""

    def __init__(
        self,
        robot: SimulatedRobot,
        exposure: Callable[[], Exposure | None],
        folder: Path,
        port: int = 0,
    ) -> None:
        self.robot = robot
        self.folder = folder
        self._port = port
        self._server: Any = None
        self._credentials: Any = None
        self._service = Service(robot, exposure)
        self._absences: asyncio.Task[None] | None = None
        self._also_in: Path | None = None

    async def start(self, also_in: Path | None = None) -> dict[str, Any]:
        """Listens, and writes the configuration into the folder (and into a second one, until it
        stops). Returns what a client needs to know."""
        identity = self.robot.identity
        certificate = make_certificate(identity.name)
        pair = (certificate.key, certificate.certificate)
        self._credentials = grpc.ssl_server_credentials([pair])
        self._port = self._listen()
        address = Address(LOOPBACK, self._port)
        config = write_configuration(self.folder, identity, address, certificate.certificate)
        if also_in is not None:
            write_configuration(also_in, identity, address, certificate.certificate)
            self._also_in = also_in
        await self._server.start()
        self._absences = asyncio.create_task(self._follow_absences())
        return describe(identity, address, self.folder, config)

    def _listen(self) -> int:
        """A new server, not started yet, on the port it had before."""
        robot = self.robot
        self._server = grpc.aio.server(
            interceptors=(TokenCheck(robot.identity.guid, robot.faults),),
            options=(("grpc.so_reuseport", 0),),
        )
        add_ExternalInterfaceServicer_to_server(self._service, self._server)
        try:
            place = f"{LOOPBACK}:{self._port}"
            return int(self._server.add_secure_port(place, self._credentials))
        except RuntimeError as error:
            raise UserError(
                f"Port {self._port} is taken. Choose another, or --port 0 for any free one."
            ) from error

    async def _follow_absences(self) -> None:
        """Resets every connection when the robot goes away, and listens again when it is back."""
        faults, away = self.robot.faults, False
        while True:
            if faults.away != away:
                away = faults.away
                if away:
                    await self._server.stop(grace=None)
                else:
                    await self._come_back()
            else:
                await faults.changed.wait()

    async def _come_back(self) -> None:
        """Somebody may have taken the port meanwhile: it is tried again and again."""
        while True:
            try:
                self._listen()
            except UserError as error:
                sys.stderr.write(f"{error}\n")
                await asyncio.sleep(1.0)
            else:
                await self._server.start()
                return

    async def stop(self) -> None:
        if self._absences is not None:
            self._absences.cancel()
        if self._server is not None:
            await self._server.stop(grace=None)
        if self._also_in is not None:
            folder, self._also_in = self._also_in, None
            remove_configuration(folder, self.robot.identity)


class RunningServer:
    """A company of robots, listening. start() first; run_until() serves; stop() in any case."""

    def __init__(self, company: Company, folder: Path, port: int = 0) -> None:
        """port is the first robot's, the next ones follow; 0: any free ones."""
        self.company = company
        self._servers = [
            RobotServer(
                robot,
                partial(company.exposure, robot),
                folder,
                port + robot.number if port else 0,
            )
            for robot in company.robots
        ]
        self._life: asyncio.Task[None] | None = None

    async def start(self, also_in: Path | None = None) -> dict[str, Any]:
        """What a client needs to know of the first robot, and in "robots" of each."""
        robots = [await server.start(also_in) for server in self._servers]
        self._life = asyncio.create_task(self.company.live())
        return {"event": "ready", **robots[0], "robots": robots}

    async def stop(self) -> None:
        if self._life is not None:
            self._life.cancel()
        try:
            await asyncio.gather(*(server.stop() for server in self._servers))
        finally:  # also where a configuration cannot be taken away
            self.company.close()

    async def run_until(self, stopped: asyncio.Event) -> None:
        """Serves until stopped is set. Raises what ended the robots' life, if anything did."""
        if self._life is None:
            raise RuntimeError("start() comes first")
        waiting = asyncio.create_task(stopped.wait())
        await asyncio.wait({waiting, self._life}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if self._life.done():
            self._life.result()


def describe(identity: Identity, address: Address, folder: Path, config: Path) -> dict[str, Any]:
    return {
        "name": identity.name,
        "serial": identity.serial,
        "ip": address.ip,
        "port": address.port,
        "cert": str(cert_path(folder, identity).resolve()),
        "guid": identity.guid,
        "config": str(config.resolve()),
    }
