"""A phone that shows its camera over HTTP, as its apps do: one JPEG after the other."""

from __future__ import annotations

import base64
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

FRAME_S = 0.03


class NetworkCameraStandIn:
    """/video shows pictures; with a password only to those who know it. Others are not there."""

    def __init__(self, jpeg: bytes) -> None:
        self.jpeg = jpeg
        self.password = ""
        self.ends_after = 0  # pictures of one visit, then it hangs up
        self.visits = 0
        self._flowing = threading.Event()
        self._flowing.set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    def freeze(self) -> None:
        """Connections stay and nothing comes any more."""
        self._flowing.clear()

    def thaw(self) -> None:
        self._flowing.set()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        camera = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                wanted = base64.b64encode(f"ann:{camera.password}".encode()).decode()
                if camera.password and self.headers["Authorization"] != f"Basic {wanted}":
                    self.send_response(401)
                    self.send_header("WWW-Authenticate", 'Basic realm="phone"')
                    self.end_headers()
                elif self.path.partition("?")[0] != "/video":
                    self.send_error(404)
                else:
                    camera.visits += 1
                    with suppress(OSError):
                        self._show()

            def _show(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=next")
                self.end_headers()
                shown = 0
                while not camera.ends_after or shown < camera.ends_after:
                    camera._flowing.wait(60)
                    head = (
                        f"--next\r\nContent-Type: image/jpeg\r\nContent-Length: {len(camera.jpeg)}"
                    )
                    self.wfile.write(f"{head}\r\n\r\n".encode() + camera.jpeg + b"\r\n")
                    shown += 1
                    time.sleep(FRAME_S)

            def log_message(self, *words: object) -> None:
                """Not on stderr."""

        return Handler

    def __enter__(self) -> NetworkCameraStandIn:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._flowing.set()
        self._server.shutdown()
        self._server.server_close()
