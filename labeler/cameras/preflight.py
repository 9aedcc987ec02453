"""Names the cause in three seconds where the SDK would say "not found" after ten."""

from __future__ import annotations

import errno
import importlib
import socket
import ssl
import time

from labeler.cameras import faults
from labeler.cameras.robots import RobotConfig

DEADLINE = 3.0
OLDEST_SDK = (0, 8)
_DATES = {9: "not yet valid", 10: "expired"}  # X509_V_ERR_CERT_NOT_YET_VALID, _HAS_EXPIRED
_HUNG_UP = (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError)


def check_sdk() -> None:
    """Raises RobotError unless a usable SDK is installed.

    The package of 2019 and its maintained fork install the same folder; whichever came last wins.
    """
    try:
        version = str(importlib.import_module("anki_vector.version").__version__)
    except ModuleNotFoundError as error:
        raise faults.sdk_missing(str(error)) from error
    except BaseException as error:  # 0.6.0 raises TypeError, and SystemExit on missing parts
        raise faults.sdk_too_old("(its import fails)") from error
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdecimal())
    if numbers < OLDEST_SDK:
        raise faults.sdk_too_old(version)


def check_robot(robot: RobotConfig, timeout: float = DEADLINE) -> None:
    """Opens a socket, then TLS with the robot's certificate and name. Raises RobotError."""
    deadline = time.monotonic() + timeout
    context = _context(robot)
    with _connect(robot, timeout) as plain:
        plain.settimeout(max(0.1, deadline - time.monotonic()))
        certificate = _handshake(robot, context, plain)
    names = certificate_names(certificate)
    if names and robot.name.lower() not in (name.lower() for name in names):
        raise faults.wrong_name(robot, names)


def certificate_names(der: bytes) -> list[str]:
    """The names a certificate is for: its DNS names, or else its common name. Empty if unsure."""
    from cryptography import x509

    try:
        certificate = x509.load_der_x509_certificate(der)
        names = [
            str(name)
            for extension in certificate.extensions
            if isinstance(extension.value, x509.SubjectAlternativeName)
            for name in extension.value.get_values_for_type(x509.DNSName)
        ]
        common = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
        return names or [str(attribute.value) for attribute in common]
    except ValueError:
        return []


def _context(robot: RobotConfig) -> ssl.SSLContext:
    # Not create_default_context(): its strict flags (Python 3.13) refuse certificates that gRPC
    # accepts. The name is compared afterwards, to tell a wrong name from a wrong certificate.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_flags = ssl.VERIFY_X509_PARTIAL_CHAIN | ssl.VERIFY_X509_TRUSTED_FIRST
    context.set_alpn_protocols(["h2"])
    try:
        context.load_verify_locations(cafile=robot.cert)
    except (FileNotFoundError, IsADirectoryError) as error:
        raise faults.missing_certificate(robot) from error
    except (OSError, ssl.SSLError) as error:
        raise faults.unreadable_certificate(robot, str(error)) from error
    return context


def _connect(robot: RobotConfig, timeout: float) -> socket.socket:
    try:
        return _dialled(robot, timeout)
    except (socket.gaierror, UnicodeError) as error:
        raise faults.unknown_host(robot) from error
    except TimeoutError as error:
        raise faults.not_answering(robot) from error
    except ConnectionRefusedError as error:
        raise faults.refused(robot) from error
    except OSError as error:
        if getattr(error, "errno", None) in (errno.EHOSTUNREACH, errno.EHOSTDOWN):
            raise faults.not_answering(robot) from error
        reason = getattr(error, "strerror", None) or str(error)
        raise faults.unreachable(robot, reason) from error


def _dialled(robot: RobotConfig, timeout: float) -> socket.socket:
    """Each of a name's addresses has its share of the time: the first one may be dead."""
    deadline = time.monotonic() + timeout
    found = socket.getaddrinfo(robot.ip, robot.port, type=socket.SOCK_STREAM)
    fault: OSError = TimeoutError("no address")
    for left, (family, kind, protocol, _, address) in zip(
        range(len(found), 0, -1), found, strict=True
    ):
        try:
            plain = socket.socket(family, kind, protocol)
        except OSError as error:  # this computer has none of that family, as without IPv6
            fault = error
            continue
        try:
            plain.settimeout(max(0.1, (deadline - time.monotonic()) / left))
            plain.connect(address)
        except OSError as error:
            plain.close()
            fault = error
        else:
            return plain
    raise fault


def _handshake(robot: RobotConfig, context: ssl.SSLContext, plain: socket.socket) -> bytes:
    try:
        with context.wrap_socket(plain, server_hostname=robot.name) as encrypted:
            return encrypted.getpeercert(binary_form=True) or b""
    except ssl.SSLCertVerificationError as error:
        if error.verify_code in _DATES:
            raise faults.certificate_dates(robot, _DATES[error.verify_code]) from error
        raise faults.wrong_certificate(robot, str(error)) from error
    except TimeoutError as error:
        raise faults.silent(robot) from error
    except _HUNG_UP as error:
        raise faults.hung_up(robot, str(error)) from error
    except (OSError, ssl.SSLError, ValueError) as error:
        raise faults.not_tls(robot, str(error)) from error
