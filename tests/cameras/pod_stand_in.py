"""A wire-pod's web server, as far as setting up a robot needs it."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler
from types import TracebackType

from labeler.simulator.certificate import Certificate
from tests.cameras.tls import QuietServer, with_tls


class PodStandIn:
    """Knows robots as (serial, address, token) and certificates by serial."""

    def __init__(self, tls: Certificate | None = None) -> None:
        self.robots: list[tuple[str, str, str]] = []
        self.certificates: dict[str, bytes] = {}
        self.answer: bytes | None = None  # instead of everything
        self._goes_on = threading.Event()
        self._goes_on.set()
        self._server = QuietServer(("127.0.0.1", 0), self._handler())
        if tls is not None:
            self._server.socket = with_tls(self._server.socket, tls)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    def hang(self) -> None:
        """Takes requests and answers none of them."""
        self._goes_on.clear()

    def body(self, path: str) -> bytes:
        if self.answer is not None:
            return self.answer
        if path == "/api-sdk/get_sdk_info":
            return json.dumps(
                {
                    "global_guid": "everybodys",
                    "robots": [
                        {"esn": serial, "ip_address": address, "guid": token, "activated": True}
                        for serial, address, token in self.robots
                    ],
                }
            ).encode()
        serial = path.removeprefix("/session-certs/")
        return self.certificates.get(serial, b"error: cert does not exist")

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        pod = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                pod._goes_on.wait(60)
                body = pod.body(self.path)
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *words: object) -> None:
                """Not on stderr."""

        return Handler

    def __enter__(self) -> PodStandIn:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._goes_on.set()
        self._server.shutdown()
        self._server.server_close()
