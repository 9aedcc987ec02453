"""One question to a web or RTSP server, asked again with a password where it wants one.

Both times over the same connection: some cameras' challenges are good for no other.
"""

from __future__ import annotations

import http.client
import io
import socket
import time
from email.message import Message

from labeler.cameras.network_login import Login
from labeler.cameras.server_trust import TrustedConnection, open_tls

_LEAST = 0.2
_LONGEST = 1 << 16


def ask_http(
    place: tuple[str, int],
    method: str,
    uri: str,
    timeout: float,
    login: Login | None = None,
    *,
    is_tls: bool = False,
) -> int:
    """The status. Raises OSError (TimeoutError among them), ValueError, HTTPException, and
    CertificateChangedError.
    """
    answer, line = open_http(place, method, uri, timeout, login, is_tls=is_tls)
    answer.close()
    line.close()
    return answer.status


def open_http(
    place: tuple[str, int],
    method: str,
    uri: str,
    timeout: float,
    login: Login | None = None,
    *,
    is_tls: bool = False,
) -> tuple[http.client.HTTPResponse, socket.socket]:
    """The answer, its body unread, and its line. Both want to be closed. Raises as
    ask_http does.
    """
    deadline = time.monotonic() + timeout
    asking = _connection(place, timeout, is_tls=is_tls)
    try:
        answer, line = _ask(asking, method, uri)
        told = _answer_to(login, answer.status, answer.headers)
        if told is None:
            return answer, line
        answer.read(_LONGEST)
        if not answer.isclosed():
            asking.close()  # the next question opens it again
        asking.timeout = _left(deadline)
        if asking.sock is not None:
            asking.sock.settimeout(asking.timeout)
        try:
            return _ask(asking, method, uri, told)
        except ConnectionError:  # it hung up after its first answer
            asking.close()
            return _ask(asking, method, uri, told)
    except BaseException:
        asking.close()
        raise


def ask_rtsp(
    place: tuple[str, int],
    method: str,
    uri: str,
    timeout: float,
    login: Login | None = None,
    *,
    is_tls: bool = False,
) -> int:
    """As ask_http does."""
    dial = open_tls if is_tls else socket.create_connection
    deadline = time.monotonic() + timeout
    with dial(place, timeout) as line, line.makefile("rb") as file:
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
    with dial(place, left) as line, line.makefile("rb") as file:
        return _put(line, file, _question(method, uri, 1, told))[0]


def _answer_to(login: Login | None, status: int, headers: Message) -> str | None:
    if status != 401 or login is None:
        return None
    return login(headers.get_all("WWW-Authenticate", []))


def _left(deadline: float) -> float:
    return max(_LEAST, deadline - time.monotonic())


def _connection(
    place: tuple[str, int], timeout: float, *, is_tls: bool
) -> http.client.HTTPConnection:
    if not is_tls:
        return http.client.HTTPConnection(*place, timeout=timeout)
    return TrustedConnection(*place, timeout=timeout)


def _ask(
    asking: http.client.HTTPConnection, method: str, uri: str, told: str = ""
) -> tuple[http.client.HTTPResponse, socket.socket]:
    asking.request(method, uri, headers={"Authorization": told} if told else {})
    line = asking.sock  # the answer may take it away
    return asking.getresponse(), line


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
