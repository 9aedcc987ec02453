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
from labeler.cameras.network_login import login_of
from labeler.cameras.network_questions import ask_http, ask_rtsp
from labeler.cameras.network_web import ask
from labeler.cameras.presence import DEADLINE, Presence, Sighting

if TYPE_CHECKING:
    from labeler.cameras.network_address import NetworkAddress

_LEAST = 0.2
_NO_ANSWER = (OSError, ValueError, http.client.HTTPException)


def why_closed(address: NetworkAddress, timeout: float) -> str:
    """A sentence: why there is no picture at this address, and what to do."""
    deadline = time.monotonic() + timeout
    gone = _gone(address, timeout)
    if gone is not None:
        return gone.sentence
    try:
        status, kind = _told(address, max(_LEAST, deadline - time.monotonic()))
    except TimeoutError:
        return _silent(address).sentence
    return why_refused(address, status, kind)


def why_refused(address: NetworkAddress, status: int | None, kind: str) -> str:
    """The same, where it is known what it answers and of which kind."""
    parts = urlsplit(address.url)
    if status in (401, 403):
        return _locked(address).sentence
    if status == 404:
        path = parts.path or "/"
        return f"{_name(address)} has no picture at {path}. Its app shows the right address."
    if status == 503:
        return f"{_name(address)} is busy. Does somebody else watch through it?"
    if status == 200 and kind.startswith("text/html"):
        return (
            f"{_name(address)} shows a web page at {parts.path or '/'}. The address of its video "
            "is another one, often with /video at its end."
        )
    return (
        f"{_name(address)} sends nothing that is a video. Its app shows the address of its video."
    )


def look(address: NetworkAddress, timeout: float = DEADLINE) -> Sighting:
    """Blocks up to timeout. Asks for no picture: some cameras have one viewer at a time.

    Nothing secret is sent: many cameras shut out whoever brings a wrong password again and again.
    So one whose password or query is known is ready, be they right or wrong.
    """
    deadline = time.monotonic() + timeout
    gone = _gone(address, timeout)
    if gone is not None:
        return gone
    parts = urlsplit(address.url)
    if parts.scheme != "http" or address.user or address.rest:
        return Sighting(Presence.READY)
    try:
        left = max(_LEAST, deadline - time.monotonic())
        status = ask_http(address.place, "HEAD", parts.path or "/", left)
    except _NO_ANSWER:  # it may be busy with its one viewer
        status = None
    return _locked(address) if status in (401, 403) else Sighting(Presence.READY)


def look_at_network(
    addresses: list[NetworkAddress],
    on_seen: Callable[[Mapping[str, Sighting]], None],
    should_stop: Callable[[], bool],
    timeout: float = DEADLINE,
) -> dict[str, Sighting]:
    """All at once, by their ids, each told as soon as it is known. Blocks up to timeout.

    What one of them raises comes when all others have been told.
    """
    deadline = time.monotonic() + timeout
    looks = {
        each: in_background(partial(look, each, timeout), f"look at {each.host}")
        for each in addresses
    }
    seen: dict[str, Sighting] = {}
    faults: list[BaseException] = []
    while looks and not should_stop():
        is_late = time.monotonic() > deadline + _LEAST  # the network looks for a name
        done = [each for each, future in looks.items() if future.done() or is_late]
        for each in done:
            future = looks.pop(each)
            fault = future.exception() if future.done() else None
            if fault is not None:
                faults.append(fault)
            else:
                seen[each.id] = future.result() if future.done() else _silent(each)
        if done:
            on_seen(dict(seen))
        else:
            time.sleep(GLANCE)
    if faults:
        raise faults[0]
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


def _told(address: NetworkAddress, timeout: float) -> tuple[int | None, str]:
    """The status it answers where its picture is asked for, and the kind of what it sends; None
    where that cannot be asked in plain words. Raises TimeoutError.
    """
    try:
        if address.url.startswith("http"):
            answer, line = ask(address, timeout)
            answer.close()
            line.close()
            return answer.status, answer.headers.get("Content-Type", "").lower()
        # It begins no stream (RFC 2326).
        uri = f"{address.url}{address.rest}"
        login, is_tls = login_of(address, "DESCRIBE", uri), address.is_tls
        return ask_rtsp(address.place, "DESCRIBE", uri, timeout, login, is_tls=is_tls), ""
    except TimeoutError:
        raise
    except _NO_ANSWER:
        pass
    return None, ""
