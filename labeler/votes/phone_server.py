"""The page that phones vote on: one secret address, one form, and nothing else."""

from __future__ import annotations

import hmac
import logging
import secrets
import threading
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from labeler.dataset.files import reason
from labeler.errors import UserError
from labeler.votes.ballot import Choice
from labeler.votes.ballot_box import BallotBox, Outcome
from labeler.votes.phone_limits import Allowance, Connections, Deadlines, Phase, Rationed
from labeler.votes.phone_page import HEADERS, ballot_page, told_page

LOOPBACK = "127.0.0.1"
COOKIE = "vote"
_TOKEN_BYTES = 16
_MOST_BODY = 256
_POLL_S = 0.05
_USUAL_PORT = 80
_COOKIE_S = 12 * 3600

_log = logging.getLogger(__name__)

_TOLD = {
    Outcome.VOTED_BEFORE: (HTTPStatus.CONFLICT, "This phone has voted already."),
    Outcome.UNSIGNED: (
        HTTPStatus.FORBIDDEN,
        "This browser stores no cookies, so its vote cannot be counted. Allow cookies "
        "for this page, or vote at the computer.",
    ),
    Outcome.TOO_MANY: (
        HTTPStatus.FORBIDDEN,
        "Several votes have come from here already. Please vote at the computer.",
    ),
    Outcome.CLOSED: (HTTPStatus.CONFLICT, "This vote is over."),
    Outcome.NOT_KEPT: (
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "The vote could not be saved. Please tell the person at the computer.",
    ),
}


class PhonePage:
    """Serves from its making until close(). url is what phones open; without its token: nothing.

    host: LOOPBACK, or this computer's own address in the network (labeler.votes.lan). port 0: any
    free one. Answers only who asks for it under that very address and port, so that a web site
    whose name is made to lead here reaches nothing. Raises UserError where the address cannot be
    used.
    """

    def __init__(
        self,
        box: BallotBox,
        host: str = LOOPBACK,
        port: int = 0,
        deadlines: Deadlines | None = None,
    ) -> None:
        self.host = host
        self.path = f"/{secrets.token_urlsafe(_TOKEN_BYTES)}"
        try:
            self._server = _Server((host, port), box, self.path, deadlines)
        except OSError as error:
            raise UserError(
                f"The page for phones cannot be opened at {host}: {reason(error)}."
            ) from error
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_POLL_S,), daemon=True, name="phone page"
        )
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}{self.path}"

    def close(self) -> None:
        """Nothing is answered and nothing counted any more once this returns. Twice is no harm."""
        self._server.end()
        self._thread.join(2.0)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(
        self, address: tuple[str, int], box: BallotBox, path: str, deadlines: Deadlines | None
    ) -> None:
        self.box = box
        self.path = path
        self.allowance = Allowance()
        self.is_over = threading.Event()
        self.connections = Connections(deadlines)
        super().__init__(address, _Handler)

    @property
    def authority(self) -> str:
        """What a browser writes as Host when it opens the page."""
        host, port = str(self.server_address[0]), int(self.server_address[1])
        return host if port == _USUAL_PORT else f"{host}:{port}"

    def server_bind(self) -> None:
        """Without the look-up of the host's name, which may take seconds in a strange network."""
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "vote", self.server_address[1]

    def verify_request(self, request: Any, client_address: Any) -> bool:
        return self.connections.admit(request, str(client_address[0]))

    def shutdown_request(self, request: Any) -> None:
        self.connections.forget(request)
        super().shutdown_request(request)

    def service_actions(self) -> None:
        self.connections.end_late_ones()

    def handle_error(self, request: Any, client_address: Any) -> None:
        _log.debug("a client went away in the middle", exc_info=True)

    def end(self) -> None:
        if not self.is_over.is_set():
            self.is_over.set()
            self.shutdown()
            self.server_close()
            self.connections.end_all()


class _Handler(BaseHTTPRequestHandler):
    """Answers GET and POST of the one secret path. Everything else is not found."""

    server: _Server

    def setup(self) -> None:
        super().setup()
        self._asked = Rationed(self.rfile)
        self.rfile = self._asked  # type: ignore[assignment] # the part that is used

    def parse_request(self) -> bool:
        """False, and answered where that makes sense, for one too large, cut off, or none at all.

        http.server would take headers that were cut off for whole ones.
        """
        self.command, self.requestline, self.request_version = "", "", "HTTP/1.0"
        if self._asked.is_spent:
            self.send_error(HTTPStatus.REQUEST_URI_TOO_LONG)
            return False
        self.server.connections.enter(self.connection, Phase.HEADERS)
        if not super().parse_request():
            return False
        if self._asked.is_spent:
            self.send_error(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            return False
        self.close_connection = True
        return not self._asked.is_cut

    def do_GET(self) -> None:
        if not self._may_go_on():
            return
        opened = self.server.box.open_round
        if opened is None:
            self._tell(HTTPStatus.OK, "No vote is open right now.", _WAIT, looks_again=True)
            return
        mark = self._mark()
        if self.server.box.has_voted(opened, mark):
            self._tell(HTTPStatus.OK, "Thank you. Your vote is counted.", _WAIT, looks_again=True)
            return
        more = {}
        if not self.server.box.knows(opened, mark):
            more["Set-Cookie"] = (
                f"{COOKIE}={self.server.box.new_mark(opened)}; Path=/; HttpOnly; SameSite=Strict; "
                f"Max-Age={_COOKIE_S}"
            )
        self._answer(HTTPStatus.OK, ballot_page(self.path, opened.number), more)

    def do_POST(self) -> None:
        if not self._may_go_on():
            return
        wish = self._wish()
        if wish is None:
            return
        number, choice = wish
        address = str(self.client_address[0])
        outcome = self.server.box.cast(number, choice, self._mark(), address)
        if outcome is Outcome.COUNTED:
            self._answer(HTTPStatus.SEE_OTHER, b"", {"Location": self.path})
        else:
            self._tell(*_TOLD[outcome], looks_again=outcome is not Outcome.UNSIGNED)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Also called by http.server itself, for what is no request at all."""
        status = HTTPStatus(code)
        self.close_connection = True
        if status is HTTPStatus.NOT_IMPLEMENTED:
            status = HTTPStatus.METHOD_NOT_ALLOWED
        if status is HTTPStatus.NOT_FOUND:
            self._tell(status, "There is no vote at this address.", _SCAN_ANEW)
        else:
            self._tell(status, status.phrase)

    def version_string(self) -> str:
        return "vote"

    def log_message(self, format: str, *args: Any) -> None:
        words = (format % args).replace(self.server.path, "/…")  # the log is often sent around
        _log.debug("%s: %s", self.client_address[0], words)

    def _may_go_on(self) -> bool:
        """Whether the path is the secret one, and this address has not asked too much.

        Nothing is told to who reached this computer under another name (DNS rebinding): the Host
        is looked at before the path.
        """
        if self.server.is_over.is_set():
            return False
        if self.request_version == "HTTP/0.9":  # its answer would have no headers, so no rules
            self.close_connection = True
            return False
        if not self.server.allowance.take(str(self.client_address[0])):
            self._answer(
                HTTPStatus.TOO_MANY_REQUESTS, told_page("A little slower, please."), _LATER
            )
            return False
        if [each.strip() for each in self.headers.get_all("Host", [])] != [self.server.authority]:
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
            return False
        if not hmac.compare_digest(self.path.encode(), self.server.path.encode()):
            self.send_error(HTTPStatus.NOT_FOUND)
            return False
        return True

    def _wish(self) -> tuple[int, Choice] | None:
        """Which round and which button; answers by itself where the form is not ours."""
        origin = self.headers.get("Origin")
        length = self.headers.get("Content-Length", "")
        if origin is not None and origin != f"http://{self.server.authority}":
            self.send_error(HTTPStatus.FORBIDDEN)
        elif self.headers.get("Transfer-Encoding") or not (length.isascii() and length.isdigit()):
            self.send_error(HTTPStatus.LENGTH_REQUIRED)
        elif len(length) > 6 or int(length) > _MOST_BODY:
            self.send_error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        else:
            self.server.connections.enter(self.connection, Phase.BODY)
            body = self.rfile.read(int(length))
            found = _read_form(body) if len(body) == int(length) else None
            if found is None:
                self.send_error(HTTPStatus.BAD_REQUEST)
            return found
        return None

    def _mark(self) -> str:
        try:
            cookies = SimpleCookie(self.headers.get("Cookie", ""))
        except CookieError:
            return ""
        return cookies[COOKIE].value if COOKIE in cookies else ""

    def _tell(
        self, status: HTTPStatus, words: str, more: str = "", *, looks_again: bool = False
    ) -> None:
        self._answer(status, told_page(words, more, looks_again=looks_again))

    def _answer(self, status: HTTPStatus, page: bytes, more: dict[str, str] | None = None) -> None:
        self.server.connections.enter(self.connection, Phase.ANSWER)
        self.send_response(status)
        for name, value in {**HEADERS, **(more or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)


_LATER = {"Retry-After": "5"}
_WAIT = "Keep this page open: the next vote appears here by itself."
_SCAN_ANEW = "The address changes whenever voting starts. Scan the code on the big screen again."


def _read_form(body: bytes) -> tuple[int, Choice] | None:
    try:
        fields = parse_qs(body.decode("ascii"), strict_parsing=True, max_num_fields=4)
        return int(fields["round"][0]), Choice(fields["choice"][0])
    except (KeyError, ValueError):
        return None
