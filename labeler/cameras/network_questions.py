"""One question to a web or RTSP server, asked again with a password where it wants one.

Both times over the same connection: some cameras' challenges are good for no other.
"""

from __future__ import annotations

import http.client
import io
import socket
import time
from collections.abc import Callable
from email.message import Message

Login = Callable[[list[str]], str | None]
"""From the values of WWW-Authenticate to that of Authorization; None where it has no answer."""

_LEAST = 0.2
_LONGEST = 1 << 16


def ask_http(
    place: tuple[str, int], method: str, uri: str, timeout: float, login: Login | None = None
) -> int:
    """The status. Raises OSError (TimeoutError among them), ValueError, HTTPException."""
    deadline = time.monotonic() + timeout
    line = http.client.HTTPConnection(*place, timeout=timeout)
    try:
        line.request(method, uri)
        answer = line.getresponse()
        told = _answer_to(login, answer.status, answer.headers)
        if told is None:
            return answer.status
        answer.read(_LONGEST)
        if not answer.isclosed():
            line.close()  # the next question opens it again
        line.timeout = _left(deadline)
        if line.sock is not None:
            line.sock.settimeout(line.timeout)
        try:
            return _status(line, method, uri, told)
        except ConnectionError:  # it hung up after its first answer
            line.close()
            return _status(line, method, uri, told)
    finally:
        line.close()


def ask_rtsp(
    place: tuple[str, int], method: str, uri: str, timeout: float, login: Login | None = None
) -> int:
    """As ask_http does."""
    deadline = time.monotonic() + timeout
    with socket.create_connection(place, timeout) as line, line.makefile("rb") as file:
        status, headers = _put(line, file, _question(method, uri, 1))
        told = _answer_to(login, status, headers)
        if told is None:
            return status
        try:
            file.read(min(_LONGEST, int(headers.get("Content-Length", "0"))))
            line.settimeout(_left(deadline))
            return _put(line, file, _question(method, uri, 2, told))[0]
        except ConnectionError:  # it hung up after its first answer
            pass
    left = _left(deadline)
    with socket.create_connection(place, left) as line, line.makefile("rb") as file:
        return _put(line, file, _question(method, uri, 1, told))[0]


def _answer_to(login: Login | None, status: int, headers: Message) -> str | None:
    if status != 401 or login is None:
        return None
    return login(headers.get_all("WWW-Authenticate", []))


def _left(deadline: float) -> float:
    return max(_LEAST, deadline - time.monotonic())


def _status(line: http.client.HTTPConnection, method: str, uri: str, told: str) -> int:
    line.request(method, uri, headers={"Authorization": told})
    return line.getresponse().status


def _question(method: str, uri: str, number: int, told: str = "") -> bytes:
    lines = [f"{method} {uri} RTSP/1.0", f"CSeq: {number}", "Accept: application/sdp"]
    if told:
        lines.append(f"Authorization: {told}")
    return "\r\n".join([*lines, "", ""]).encode()


def _put(line: socket.socket, file: io.BufferedReader, question: bytes) -> tuple[int, Message]:
    line.sendall(question)
    first = file.readline(100)  # "RTSP/1.0 200 OK"
    if not first:
        raise ConnectionResetError
    return int(first[9:12]), http.client.parse_headers(file)
