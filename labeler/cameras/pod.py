"""wire-pod's web server: which robots it knows, and their certificates."""

from __future__ import annotations

import http.client
import json
import re
import ssl
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from labeler.cameras.deadline import in_background
from labeler.cameras.faults import RobotError
from labeler.cameras.server_trust import TrustedConnection, take_news

USUAL = "escapepod.local:8080"
TIMEOUT = 5.0
_LONGEST = 1 << 20
_SERIAL = re.compile(r"[0-9a-z]{1,32}")
_PEM = b"-----BEGIN CERTIFICATE-----"


@dataclass(frozen=True, slots=True)
class Pod:
    """Where a wire-pod's web server is."""

    host: str
    port: int = 8080
    encrypted: bool = False

    @property
    def news(self) -> str:
        """What is to be said of its certificate, once."""
        return take_news((self.host, self.port)) if self.encrypted else ""

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class PodRobot:
    """A robot that a wire-pod knows; address is "" where it has not seen it yet."""

    serial: str
    address: str
    token: str = field(default="", repr=False)


def read_pod(text: str) -> Pod:
    """From what a person types: an address, port and "http://" or not. Raises RobotError."""
    words = text.strip() or USUAL
    try:
        parts = urlsplit(words if "://" in words else f"http://{words}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or parts.scheme not in ("http", "https"):
        raise RobotError(f'"{words}" is no address of a wire-pod. One looks like {USUAL}.')
    return Pod(host, port or 8080, parts.scheme == "https")


def robots_of(pod: Pod, timeout: float = TIMEOUT) -> tuple[PodRobot, ...]:
    """Every robot that was set up with it. Raises RobotError."""
    status, body = _get(pod, "/api-sdk/get_sdk_info", timeout)
    try:
        robots = json.loads(body)["robots"] if status == 200 else None
        if not isinstance(robots, list):
            raise ValueError
        return tuple(_robot(each) for each in robots if each["esn"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise RobotError(
            f"What answers at {pod} is no wire-pod, or one that knows no robot yet. Its page "
            f"http://{pod} sets a robot up."
        ) from None


def fetch_certificate(pod: Pod, serial: str, timeout: float = TIMEOUT) -> bytes:
    """The robot's certificate, PEM. Raises RobotError."""
    status, body = _get(pod, f"/session-certs/{quote(serial.lower(), safe='')}", timeout)
    if status != 200 or _PEM not in body:  # an older wire-pod says its error with a 200
        raise RobotError(
            f"The wire-pod at {pod} has no certificate for the serial number {serial}. It gets one "
            "when the robot is set up with it: check the number under the robot, or set the "
            f"robot up on http://{pod} first."
        )
    return body


def _robot(entry: dict[str, object]) -> PodRobot:
    serial = str(entry["esn"]).strip().lower()
    if not _SERIAL.fullmatch(serial):
        raise ValueError
    address = str(entry.get("ip_address") or "").strip().removesuffix(":443")
    return PodRobot(serial, address, str(entry.get("guid") or ""))


def _get(pod: Pod, path: str, timeout: float) -> tuple[int, bytes]:
    """Status and body. Straight to the pod, past any proxy: it stands in the same house."""
    asking = in_background(lambda: _ask(pod, path, timeout), f"ask {pod}")
    try:
        return asking.result(timeout)
    except (TimeoutError, FutureTimeout):
        why = "does not answer. Is the computer it runs on awake, and in the same network?"
    except ConnectionRefusedError:
        why = "is not running: nothing listens there. Start it, or check the port."
    except ssl.SSLError:
        why = "does not speak HTTPS. Is http:// meant?"
    except (ValueError, http.client.InvalidURL):
        why = "cannot be reached: this is no address. Is it typed rightly?"
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "strerror", None) or "it does not speak HTTP"
        why = f"cannot be reached ({reason}). Is its address right?"
    raise RobotError(f"The wire-pod at {pod} {why}")


def _ask(pod: Pod, path: str, timeout: float) -> tuple[int, bytes]:
    kind = TrustedConnection if pod.encrypted else http.client.HTTPConnection
    line = kind(pod.host, pod.port, timeout=timeout)
    try:
        line.request("GET", path, headers={"Accept": "*/*"})
        answer = line.getresponse()
        return answer.status, answer.read(_LONGEST)
    finally:
        line.close()
