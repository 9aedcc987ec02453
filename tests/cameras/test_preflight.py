"""Every way in which a robot cannot be reached has its own sentence, within three seconds."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from labeler.cameras.faults import RobotError
from labeler.cameras.preflight import _dialled, certificate_names, check_robot, check_sdk
from labeler.cameras.robots import RobotConfig
from tests.cameras.camera_waits import python_environment
from tests.cameras.network_stand_in import NetworkCameraStandIn
from tests.cameras.tls import dated


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A port on which something listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def fault_of(robot: RobotConfig, timeout: float = 3.0) -> RobotError:
    started = time.monotonic()
    with pytest.raises(RobotError) as caught:
        check_robot(robot, timeout)
    assert time.monotonic() - started < timeout + 3.0  # a system's own patience is a minute
    return caught.value


def answer_with(server: socket.socket, greeting: bytes) -> None:
    """Takes one connection, says something that is not TLS, and hangs up."""

    def serve() -> None:
        with suppress(OSError):
            connection, _ = server.accept()
            with connection:
                connection.recv(1024)
                connection.sendall(greeting)

    threading.Thread(target=serve, daemon=True).start()


def test_a_robot_that_is_there_passes(simulated_robot: RobotConfig) -> None:
    check_robot(simulated_robot)


def test_a_closed_port(simulated_robot: RobotConfig) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    fault = fault_of(replace(simulated_robot, port=port))
    assert f"The robot at 127.0.0.1:{port} refuses the connection" in str(fault)
    assert not fault.lasting


@pytest.fixture
def dead() -> Iterator[int]:
    """A port where a full queue drops connections, as an address without a machine does."""
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for filler in (first, second):
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        yield full.getsockname()[1]


def test_a_name_with_a_dead_address_before_the_living_one_is_reached(
    simulated_robot: RobotConfig, dead: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    tcp = (socket.AF_INET, socket.SOCK_STREAM, 0, "")
    found: list[Any] = [(*tcp, ("127.0.0.1", port)) for port in (dead, simulated_robot.port)]
    found.insert(0, (250, *found[0][1:]))  # a family that this computer has not
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with _dialled(simulated_robot, 0.4) as reached:
        assert reached.getpeername()[1] == simulated_robot.port


def test_an_address_where_nobody_answers(simulated_robot: RobotConfig, dead: int) -> None:
    fault = fault_of(replace(simulated_robot, port=dead), timeout=0.5)
    assert "does not answer. Is it awake and on the same network?" in str(fault)


@pytest.mark.parametrize("host", ["vector-nowhere.invalid", "vector" * 20, "ü" * 70])
def test_a_name_that_no_network_knows(simulated_robot: RobotConfig, host: str) -> None:
    fault = fault_of(replace(simulated_robot, ip=host))
    assert f'The address "{host}" of Vector-SIM1 is not known on this network' in str(fault)
    assert "python -m anki_vector.configure -u" in fault.in_shell


def test_something_that_accepts_and_says_nothing(
    simulated_robot: RobotConfig, listener: socket.socket
) -> None:
    robot = replace(simulated_robot, port=listener.getsockname()[1])
    assert "accepts the connection but says nothing" in str(fault_of(robot, timeout=0.5))


@pytest.mark.parametrize(
    ("greeting", "words", "lasting"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "is not Vector-SIM1 but some other device", True),
        (b"", "hangs up at once. If it is Vector-SIM1, it may still be starting", False),
    ],
)
def test_something_that_speaks_no_tls(
    simulated_robot: RobotConfig,
    listener: socket.socket,
    greeting: bytes,
    words: str,
    lasting: bool,
) -> None:
    answer_with(listener, greeting)
    fault = fault_of(replace(simulated_robot, port=listener.getsockname()[1]))
    assert words in str(fault)
    assert fault.lasting is lasting


def test_the_certificate_of_another_robot(simulated_robot: RobotConfig, tmp_path: Path) -> None:
    other = tmp_path / "other.cert"
    other.write_bytes(self_signed(simulated_robot.name))
    fault = fault_of(replace(simulated_robot, cert=other))
    assert f"does not fit the certificate that this computer has of Vector-SIM1 ({other})" in str(
        fault
    )
    assert fault.lasting


@pytest.mark.parametrize(
    ("days", "words"), [((-9, -2), "expired"), ((2, 9), "not yet valid")], ids=["old", "early"]
)
def test_a_certificate_out_of_its_time_is_told_as_what_it_is(
    simulated_robot: RobotConfig, tmp_path: Path, days: tuple[int, int], words: str
) -> None:
    certificate = dated("Vector-SIM1", *days)
    cert = tmp_path / "dated.cert"
    cert.write_bytes(certificate.certificate)
    with NetworkCameraStandIn(b"", certificate) as server:
        fault = fault_of(replace(simulated_robot, cert=cert, port=server.port))
    assert f"is not valid today ({words})" in str(fault)
    assert fault.lasting


def test_the_name_of_another_robot(simulated_robot: RobotConfig) -> None:
    fault = fault_of(replace(simulated_robot, name="Vector-Z9Z9"))
    assert f"is {simulated_robot.name}, not Vector-Z9Z9" in str(fault)


def test_a_missing_certificate(simulated_robot: RobotConfig, tmp_path: Path) -> None:
    fault = fault_of(replace(simulated_robot, cert=tmp_path / "gone.cert"))
    assert f"The certificate {tmp_path / 'gone.cert'} of" in str(fault)
    assert "is missing" in str(fault)


def test_a_certificate_that_is_none(simulated_robot: RobotConfig, tmp_path: Path) -> None:
    broken = tmp_path / "broken.cert"
    broken.write_text("not a certificate", encoding="utf-8")
    assert "cannot be read" in str(fault_of(replace(simulated_robot, cert=broken)))


def test_bytes_that_are_no_certificate_have_no_names() -> None:
    assert certificate_names(b"nonsense") == []


def test_the_installed_sdk_is_the_maintained_one() -> None:
    check_sdk()


@pytest.mark.parametrize(
    ("package", "sentence"),
    [
        ("__version__ = '0.6.0'", "SDK anki_vector 0.6.0 cannot work here. Replace it: pip"),
        ("raise TypeError('Descriptors cannot be created directly')", "its import fails"),
        ("raise SystemExit('Cannot import numpy')", "its import fails"),
    ],
)
def test_the_sdk_of_2019_is_told_with_the_way_out(
    tmp_path: Path, package: str, sentence: str
) -> None:
    folder = tmp_path / "anki_vector"
    folder.mkdir()
    broken = package.startswith("raise")
    (folder / "__init__.py").write_text(package if broken else "", encoding="utf-8")
    (folder / "version.py").write_text(package, encoding="utf-8")
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "from labeler.cameras.preflight import check_sdk\n"
        "from labeler.errors import UserError\n"
        "try:\n    check_sdk()\nexcept UserError as error:\n    sys.stdout.write(str(error))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env=python_environment(),
        timeout=120,
        check=True,
    )
    assert sentence in done.stdout


def self_signed(name: str) -> bytes:
    """A certificate for this name with a key nobody else has, PEM."""
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM)
