"""TLS to a network camera or a wire-pod: verified by the system's CAs, or by the first certificate.

Most of them made theirs themselves. It is remembered when it is first seen, and another one is
refused until a person agrees (trust on first use, as SSH does it).
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import socket
import ssl
import threading
import time
from contextlib import suppress
from pathlib import Path

import platformdirs

from labeler.cameras.faults import Cause, RobotError
from labeler.dataset.files import PART, reason
from labeler.dataset.lock import one_after_the_other

Place = tuple[str, int]
"""Host and port."""

_BY_CA = "verified"
"""Kept in the place of a fingerprint. A server that was verified once never needs less again."""
_MOST = 500
_LARGEST = 1 << 18
_LEAST_S = 0.2
_PATIENCE_S = 2.0
_APPLICATION = "vector-labeler"
_lock = threading.Lock()
_refused: dict[str, str] = {}  # the fingerprint that was shown in the place of the known one
_news: dict[str, str] = {}
_unkept: dict[str, str] = {}  # where the file cannot be written


class CertificateChangedError(RobotError):
    """Another certificate than before, and none that a CA vouches for. Nothing was sent."""

    def __init__(self, place: Place, before: str, now: str) -> None:
        was = "one that was verified" if before == _BY_CA else f"SHA-256 {_short(before)}"
        super().__init__(
            f"What answers at {_name(place)} shows another certificate (SHA-256 {_short(now)}) "
            f"than before ({was}). It was set up anew, or somebody stands in between. No password "
            "was sent.",
            lasting=True,
            cause=Cause.OTHER_CERTIFICATE,
        )
        self.place = place


class TrustedConnection(http.client.HTTPConnection):
    """HTTPS that sends nothing to a server that is not the one it was."""

    default_port = http.client.HTTPS_PORT

    def connect(self) -> None:
        self.sock = open_tls((self.host, self.port), self.timeout or _PATIENCE_S)


def open_tls(place: Place, timeout: float) -> ssl.SSLSocket:
    """A line to the server that place has always been, or to a new one, which is remembered.

    Raises CertificateChangedError, and OSError (ssl.SSLError and TimeoutError among them) where
    nobody speaks TLS.
    """
    deadline = time.monotonic() + timeout
    known = _known().get(_name(place), "")
    if known not in ("", _BY_CA):
        line = _dialled(place, deadline, _unverified())
        if _fingerprint(line) == known:
            return line
        line.close()
    try:
        line = _dialled(place, deadline, ssl.create_default_context())
    except ssl.SSLCertVerificationError:
        line = _dialled(place, deadline, _unverified())
    else:
        if known != _BY_CA:
            _keep(place, _BY_CA)
        return line
    seen = _fingerprint(line)
    if known:
        line.close()
        with _lock:
            _refused[_name(place)] = seen
        raise CertificateChangedError(place, known, seen)
    _keep(place, seen)
    with _lock:
        _news[_name(place)] = (
            f"The certificate of {_name(place)} is its own; it is remembered, and another one "
            f"will be refused (SHA-256 {_short(seen)})."
        )
    return line


def agree(place: Place) -> None:
    """The certificate that was refused there last is the right one from now on."""
    with _lock:
        seen = _refused.pop(_name(place), "")
    if seen:
        _keep(place, seen)


def forget(place: Place) -> None:
    """Whatever certificate is seen there next is remembered."""
    _keep(place, "")


def take_news(place: Place) -> str:
    """A sentence, once, where a certificate was remembered there since the last time."""
    with _lock:
        return _news.pop(_name(place), "")


def _dialled(place: Place, deadline: float, context: ssl.SSLContext) -> ssl.SSLSocket:
    plain = socket.create_connection(place, max(_LEAST_S, deadline - time.monotonic()))
    try:
        plain.settimeout(max(_LEAST_S, deadline - time.monotonic()))
        return context.wrap_socket(plain, server_hostname=place[0])
    except BaseException:
        plain.close()
        raise


def _unverified() -> ssl.SSLContext:
    """For a certificate that is compared by whoever calls."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _fingerprint(line: ssl.SSLSocket) -> str:
    return hashlib.sha256(line.getpeercert(binary_form=True) or b"").hexdigest()


def _short(fingerprint: str) -> str:
    """Enough of it to compare by eye."""
    return ":".join(fingerprint[at : at + 2] for at in range(0, 16, 2)).upper()


def _name(place: Place) -> str:
    host, port = place[0].lower(), place[1]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _known() -> dict[str, str]:
    """Raises RobotError where the file cannot be read: then nobody is known for sure."""
    path = _file()
    try:
        with path.open("rb") as file:
            read = json.loads(file.read(_LARGEST))
        if not isinstance(read, dict) or not all(isinstance(each, str) for each in read.values()):
            raise ValueError
    except FileNotFoundError:
        read = {}
    except (OSError, ValueError, RecursionError) as error:
        why = reason(error) if isinstance(error, OSError) else "it is damaged"
        raise RobotError(
            f"{path} cannot be read ({why}), which holds the certificates of cameras and wire-pods "
            "that were seen before. Move it away; each is then remembered anew.",
            lasting=True,
        ) from error
    return {**read, **_unkept}


def _keep(place: Place, fingerprint: str) -> None:
    """Replaces the file as a whole, one process after the other; "" takes the place out."""
    file = _file()
    part = file.with_name(f"{file.name}-{os.getpid()}{PART}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with _lock, one_after_the_other(file.with_suffix(".lock"), _PATIENCE_S):
            known = {name: each for name, each in _known().items() if name != _name(place)}
            if fingerprint:
                known[_name(place)] = fingerprint
            newest = dict(list(known.items())[-_MOST:])
            part.write_text(json.dumps(newest, indent=1), encoding="utf-8")
            part.replace(file)
            _unkept.pop(_name(place), None)
    except OSError:  # for as long as the program runs, then
        with suppress(OSError):
            part.unlink(missing_ok=True)
        _unkept[_name(place)] = fingerprint


def _file() -> Path:
    folder = platformdirs.user_state_path(_APPLICATION, appauthor=False)
    return folder / "known-servers.json"
