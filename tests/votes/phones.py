"""Phones that vote over a real socket, kind ones and others."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from urllib.parse import urlencode

from labeler.votes.ballot import Choice
from labeler.votes.phone_server import PhonePage
from labeler.votes.vote_book import VoteBook


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: str


class Phone:
    """Keeps its cookie as a browser does. Connects from its own loopback address, if asked."""

    def __init__(self, page: PhonePage, address: str = "127.0.0.1", timeout: float = 60) -> None:
        self._page = page
        self.address = address
        self._timeout = timeout
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
            self._page.host,
            self._page.port,
            timeout=self._timeout,
            source_address=(self.address, 0),
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


def open_wires(page: PhonePage, address: str, count: int) -> list[socket.socket]:
    """Connections from that address on which nothing is asked yet."""
    place = (page.host, page.port)
    return [socket.create_connection(place, 60, (address, 0)) for _ in range(count)]


def open_votes(book: VoteBook) -> list[Choice]:
    """Those of the open round."""
    opened = book.open_round
    assert opened is not None
    return [vote.choice for vote in opened.votes]
