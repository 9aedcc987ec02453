"""Whether a network camera is there, and why it gives no picture."""

from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from labeler.cameras.deadline import GLANCE, in_background
from labeler.cameras.network_login import authorization
from labeler.cameras.presence import DEADLINE, Presence, Sighting

if TYPE_CHECKING:
    from labeler.cameras.network import NetworkAddress

_LEAST = 0.2


def why_closed(address: NetworkAddress, timeout: float) -> str:
    """A sentence: why there is no picture at this address, and what to do."""
    deadline = time.monotonic() + timeout
    gone = _gone(address, timeout)
    if gone is not None:
        return gone.sentence
    parts = urlsplit(address.url)
    try:
        status = _status(address, max(_LEAST, deadline - time.monotonic()), asks_for_picture=True)
    except TimeoutError:
        return _silent(address).sentence
    if status in (401, 403):
        return _locked(address).sentence
    if status == 404:
        path = parts.path or "/"
        return f"{_name(address)} has no picture at {path}. Its app shows the right address."
    return (
        f"{_name(address)} sends nothing that is a video. Its app shows the address of its video."
    )


def look(address: NetworkAddress, timeout: float = DEADLINE) -> Sighting:
    """Blocks up to timeout. Asks for no picture: some cameras have one viewer at a time."""
    deadline = time.monotonic() + timeout
    gone = _gone(address, timeout)
    if gone is not None:
        return gone
    try:
        status = _status(address, max(_LEAST, deadline - time.monotonic()), asks_for_picture=False)
    except TimeoutError:  # it is busy with its one viewer
        status = None
    return _locked(address) if status in (401, 403) else Sighting(Presence.READY)


def look_at_network(
    addresses: list[NetworkAddress],
    on_seen: Callable[[Mapping[str, Sighting]], None],
    should_stop: Callable[[], bool],
    timeout: float = DEADLINE,
) -> dict[str, Sighting]:
    """All at once, by their urls, each told as soon as it is known. Blocks up to timeout."""
    deadline = time.monotonic() + timeout
    looks = {
        each: in_background(partial(look, each, timeout), f"look at {each.host}")
        for each in addresses
    }
    seen: dict[str, Sighting] = {}
    while looks and not should_stop():
        is_late = time.monotonic() > deadline + _LEAST  # the network looks for a name
        done = [each for each, future in looks.items() if future.done() or is_late]
        for each in done:
            future = looks.pop(each)
            seen[each.url] = future.result() if future.done() else _silent(each)
        if done:
            on_seen(dict(seen))
        else:
            time.sleep(GLANCE)
    return seen


def _gone(address: NetworkAddress, timeout: float) -> Sighting | None:
    """None where something listens."""
    try:
        with socket.create_connection(address.place, timeout):
            return None
    except TimeoutError:
        return _silent(address)
    except ConnectionRefusedError:
        why = "refuses the connection. Has its app started the camera, on this port?"
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "no such name"
        why = f"cannot be reached ({reason}). Is its address right?"
    return Sighting(Presence.NOT_THERE, f"{_name(address)} {why}")


def _silent(address: NetworkAddress) -> Sighting:
    why = "does not answer. Is its app running, in the same network?"
    return Sighting(Presence.ASLEEP, f"{_name(address)} {why}")


def _locked(address: NetworkAddress) -> Sighting:
    why = "wants a name and a password, or others than these."
    return Sighting(Presence.NEEDS_PASSWORD, f"{_name(address)} {why}")


def _name(address: NetworkAddress) -> str:
    return f"The camera at {address.host}"


def _status(address: NetworkAddress, timeout: float, *, asks_for_picture: bool) -> int | None:
    """What the camera says of the address; None where that cannot be asked in plain words.

    asks_for_picture: as it would be asked for; else by a question that wants nothing.
    Raises TimeoutError.
    """
    parts = urlsplit(address.url)
    if parts.scheme == "http":
        method = "GET" if asks_for_picture else "HEAD"
        return _answer(address, _ask_http, method, (parts.path or "/") + address.rest, timeout)
    if parts.scheme == "rtsp" and asks_for_picture:
        # It begins no stream (RFC 2326).
        return _answer(address, _ask_rtsp, "DESCRIBE", f"{address.url}{address.rest}", timeout)
    return None


_Asking = Callable[[tuple[str, int], str, str, dict[str, str], float], tuple[int, list[str]]]
"""Place, method, uri, headers and timeout; the status and what is wanted for a password."""


def _answer(
    address: NetworkAddress, ask: _Asking, method: str, uri: str, timeout: float
) -> int | None:
    deadline = time.monotonic() + timeout
    try:
        status, challenges = ask(address.place, method, uri, {}, timeout)
        if status == 401 and address.user:
            told = authorization(address.user, address.password, method, uri, challenges)
            if told is not None:
                left = max(_LEAST, deadline - time.monotonic())
                status, _ = ask(address.place, method, uri, {"Authorization": told}, left)
    except TimeoutError:
        raise
    except (OSError, ValueError, http.client.HTTPException):
        return None
    return status


def _ask_http(
    place: tuple[str, int], method: str, uri: str, headers: dict[str, str], timeout: float
) -> tuple[int, list[str]]:
    line = http.client.HTTPConnection(*place, timeout=timeout)
    try:
        line.request(method, uri, headers=headers)
        answer = line.getresponse()
        return answer.status, answer.headers.get_all("WWW-Authenticate", [])
    finally:
        line.close()


def _ask_rtsp(
    place: tuple[str, int], method: str, uri: str, headers: dict[str, str], timeout: float
) -> tuple[int, list[str]]:
    lines = [f"{method} {uri} RTSP/1.0"]
    for name, value in {"CSeq": "1", "Accept": "application/sdp", **headers}.items():
        lines.append(f"{name}: {value}")
    with socket.create_connection(place, timeout) as line, line.makefile("rb") as file:
        line.sendall("\r\n".join([*lines, "", ""]).encode())
        status = int(file.readline(100)[9:12])  # "RTSP/1.0 200 OK"
        return status, http.client.parse_headers(file).get_all("WWW-Authenticate", [])
