"""Phones that vote over a real socket, kind ones and others."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from urllib.parse import urlencode

from labeler.votes.phone_server import PhonePage


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: str


class Phone:
    """Keeps its cookie as a browser does. Connects from its own loopback address, if asked."""

    def __init__(self, page: PhonePage, address: str = "127.0.0.1") -> None:
        self._page = page
        self._address = address
        self.cookie = ""

    def get(self, path: str | None = None) -> Answer:
        return self.ask("GET", path)

    def vote(self, choice: str, round_: int = 1, **headers: str) -> Answer:
        form = urlencode({"round": round_, "choice": choice})
        return self.ask("POST", None, form.encode(), **headers)

    def ask(
        self, method: str, path: str | None = None, body: bytes | None = None, **headers: str
    ) -> Answer:
        """path None: the secret one. headers: with _ for -."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookie:
            sent["Cookie"] = self.cookie
        connection = HTTPConnection(
            self._page.host, self._page.port, timeout=60, source_address=(self._address, 0)
        )
        try:
            connection.request(method, path or self._page.path, body, sent)
            return self._taken(connection.getresponse())
        finally:
            connection.close()

    def _taken(self, response: HTTPResponse) -> Answer:
        headers = {name.lower(): value for name, value in response.getheaders()}
        if "set-cookie" in headers:
            self.cookie = headers["set-cookie"].split(";")[0]
        return Answer(response.status, headers, response.read().decode())


def refused(page: PhonePage, request: bytes) -> bytes:
    """What comes back for these very bytes until the server ends the connection."""
    with socket.create_connection((page.host, page.port), timeout=60) as wire:
        try:
            wire.sendall(request)
            wire.shutdown(socket.SHUT_WR)
        except OSError:
            return b""  # refused before all was sent
        return rest_of(wire)


def is_gone(page: PhonePage) -> bool:
    try:
        Phone(page).get()
    except (OSError, HTTPException):
        return True
    return False


def rest_of(wire: socket.socket) -> bytes:
    """All that still comes until the server ends the connection, however it ends it."""
    received = b""
    try:
        while piece := wire.recv(4096):
            received += piece
    except ConnectionError:
        return received
    return received
