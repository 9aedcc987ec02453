"""A phone that shows its camera over HTTP, as its apps do: one JPEG after the other."""

from __future__ import annotations

import base64
import threading
import time
from contextlib import suppress
from functools import partial
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import Any

from labeler.simulator.certificate import Certificate
from tests.cameras.tls import QuietServer, with_tls

FRAME_S = 0.03


class NetworkCameraStandIn:
    """/video shows pictures, /shot one; with a password only to those who know it. Others are not
    there.

    wrapping: what is told before the first picture, before each (of so many bytes), and behind it.
    """

    def __init__(self, jpeg: bytes, tls: Certificate | None = None, port: int = 0) -> None:
        self.jpeg = jpeg
        self.kind = "multipart/x-mixed-replace; boundary=next"
        self.wrapping = (
            "",
            "--next\r\nContent-Type: image/jpeg\r\nContent-Length: {}\r\n\r\n",
            "\r\n",
        )
        self.password = ""
        self.refusal = 0  # a status that all get
        self.further = ""  # where all are sent on to
        self.ends_after = 0  # pictures of one visit, then it hangs up
        self.visits = 0
        self.asked: list[tuple[str, str | None]] = []  # path and Authorization of all
        self.flowing = threading.Event()
        self.flowing.set()
        self._server = QuietServer(("127.0.0.1", port), partial(_Visit, self))
        if tls is not None:
            self._server.socket = with_tls(self._server.socket, tls)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def freeze(self) -> None:
        """Connections stay and nothing comes any more."""
        self.flowing.clear()

    def thaw(self) -> None:
        self.flowing.set()

    def __enter__(self) -> NetworkCameraStandIn:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.flowing.set()
        self._server.shutdown()
        self._server.server_close()


class _Visit(BaseHTTPRequestHandler):
    """One request."""

    def __init__(self, phone: NetworkCameraStandIn, *more: Any) -> None:
        self._phone = phone
        super().__init__(*more)

    def do_HEAD(self) -> None:
        if self._is_allowed():
            self.send_response(200)
            self.end_headers()

    def do_GET(self) -> None:
        if not self._is_allowed():
            return
        if self._phone.further:
            self.send_response(302)
            self.send_header("Location", self._phone.further)
            self.end_headers()
            return
        shows = {"/video": self._show, "/shot": self._show_one}.get(self.path.partition("?")[0])
        if shows is None or self._phone.refusal:
            self.send_error(self._phone.refusal or 404)
            return
        self._phone.visits += 1
        with suppress(OSError):
            shows()

    def log_message(self, *words: object) -> None:
        """Not on stderr."""

    def _is_allowed(self) -> bool:
        self._phone.asked.append((self.path, self.headers["Authorization"]))
        wanted = base64.b64encode(f"ann:{self._phone.password}".encode()).decode()
        if not self._phone.password or self.headers["Authorization"] == f"Basic {wanted}":
            return True
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="phone"')
        self.end_headers()
        return False

    def _show(self) -> None:
        phone = self._phone
        self.send_response(200)
        self.send_header("Content-Type", phone.kind)
        self.end_headers()
        first, before, behind = phone.wrapping
        self.wfile.write(first.encode())
        shown = 0
        while not phone.ends_after or shown < phone.ends_after:
            phone.flowing.wait(60)
            head = before.format(len(phone.jpeg))
            self.wfile.write(head.encode() + phone.jpeg + behind.encode())
            shown += 1
            time.sleep(FRAME_S)

    def _show_one(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "image/jpeg")
        self.end_headers()
        self.wfile.write(self._phone.jpeg)
