"""From the moment the robot sends a frame to the moment it lies in the camera's slot.

Run: python tests/benchmarks/frame_latency.py [--frames 300] [--fps 15]
A robot in a process of its own speaks TLS over loopback and writes its clock into each frame; the
real SDK receives it. CPU is that of the receiving process alone. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

os.environ.setdefault("GRPC_VERBOSITY", "NONE")

from labeler.cameras.robots import RobotConfig
from labeler.cameras.vector import VectorCamera
from tests.script import run

NAME = "Vector-B3N7"
SIZE = 45_000
"""Bytes of a frame: a robot's JPEG of 640x360 has 30 to 60 kB."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=300)
    parser.add_argument("--fps", type=float, default=15.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), options.frames, options.fps)
    sys.stdout.write(json.dumps(figures) + "\n")
    return 0


def measure(folder: Path, frames: int, fps: float) -> dict[str, float]:
    """Milliseconds from send to slot, and the receiver's share of one core."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    robot = spawn.Process(target=_robot, args=(str(folder), fps, theirs), daemon=True)
    robot.start()
    port = ours.recv()
    config = RobotConfig("00bench1", NAME, "127.0.0.1", folder / "robot.cert", "token", port)
    camera = _TimedCamera(NAME, lambda: config)
    camera.start()
    try:
        return _figures(camera, frames, fps)
    finally:
        camera.stop()
        robot.terminate()
        robot.join()


class _TimedCamera(VectorCamera):
    """Notes for each frame how old it is when it lies in the slot."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.ages: list[float] = []

    def _publish(self, frame: Any) -> None:
        super()._publish(frame)
        self.ages.append((time.monotonic_ns() - int.from_bytes(frame.data[:8], "big")) / 1e6)


def _figures(camera: _TimedCamera, frames: int, fps: float) -> dict[str, float]:
    deadline = time.monotonic() + frames / fps + 20
    while len(camera.ages) < 10 and time.monotonic() < deadline:
        time.sleep(0.02)
    camera.ages.clear()
    cpu, clock = time.process_time(), time.monotonic()
    while len(camera.ages) < frames and time.monotonic() < deadline:
        time.sleep(0.2)
    share = (time.process_time() - cpu) / (time.monotonic() - clock)
    if len(camera.ages) < frames:
        raise SystemExit(f"only {len(camera.ages)} frames came: {camera.status()}")
    cuts = statistics.quantiles(camera.ages, n=20)
    return {
        "frames": len(camera.ages),
        "p50_ms": round(statistics.median(camera.ages), 2),
        "p95_ms": round(cuts[18], 2),
        "max_ms": round(max(camera.ages), 2),
        "cpu_percent": round(100 * share, 1),
    }


def _robot(folder: str, fps: float, ready: Connection) -> None:
    asyncio.run(_serve(Path(folder), fps, ready))


async def _serve(folder: Path, fps: float, ready: Connection) -> None:
    import grpc
    from anki_vector.messaging import external_interface_pb2_grpc as service

    key, certificate = _certificate()
    (folder / "robot.cert").write_bytes(certificate)
    server = grpc.aio.server()
    service.add_ExternalInterfaceServicer_to_server(_servicer(fps), server)
    credentials = grpc.ssl_server_credentials([(key, certificate)])
    ready.send(server.add_secure_port("127.0.0.1:0", credentials))
    await server.start()
    await server.wait_for_termination()


def _servicer(fps: float) -> Any:
    """The few answers that a connection and its feed need."""
    from anki_vector.messaging import external_interface_pb2_grpc as service
    from anki_vector.messaging import protocol

    class Robot(service.ExternalInterfaceServicer):  # type: ignore[misc]
        async def ProtocolVersion(self, request: Any, context: Any) -> Any:  # noqa: N802
            success = protocol.ProtocolVersionResponse.SUCCESS
            return protocol.ProtocolVersionResponse(result=success, host_version=5)

        async def SDKInitialization(self, request: Any, context: Any) -> Any:  # noqa: N802
            return protocol.SDKInitializationResponse()

        async def BehaviorControl(self, requests: Any, context: Any) -> Any:  # noqa: N802
            async for _ in requests:
                yield protocol.BehaviorControlResponse()

        async def CameraFeed(self, request: Any, context: Any) -> Any:  # noqa: N802
            rest = os.urandom(SIZE)
            for number in range(1 << 30):
                await asyncio.sleep(1 / fps)
                data = time.monotonic_ns().to_bytes(8, "big") + rest
                yield protocol.CameraFeedResponse(data=data, image_id=number)

    return Robot()


def _certificate() -> tuple[bytes, bytes]:
    """A key and a self-signed certificate for NAME, both PEM."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return private, certificate.public_bytes(serialization.Encoding.PEM)


if __name__ == "__main__":
    run(main)
