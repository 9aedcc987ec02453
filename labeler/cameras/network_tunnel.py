"""A way for FFmpeg to a camera that speaks TLS, which FFmpeg itself would not verify."""

from __future__ import annotations

import select
import socket
import ssl
import threading
from contextlib import suppress

from labeler.cameras.faults import RobotError
from labeler.cameras.server_trust import Place, open_tls

_PIECE = 1 << 16
_POLL_S = 0.2
_MOST = 8
"""Connections at a time. A film needs one or two."""


class TlsTunnel:
    """Whoever connects to its port on this computer speaks with the camera, over verified TLS.

    It is as open as the port: the camera still wants its password. Raises as open_tls does.
    """

    def __init__(self, place: Place, timeout: float) -> None:
        self._place = place
        self._timeout = timeout
        self._first: ssl.SSLSocket | None = open_tls(place, timeout)
        self._is_over = threading.Event()
        self._places = threading.Semaphore(_MOST)
        self._door = socket.create_server(("127.0.0.1", 0))
        self._door.settimeout(_POLL_S)
        self.port = int(self._door.getsockname()[1])
        threading.Thread(target=self._let_in, name="tunnel", daemon=True).start()

    def close(self) -> None:
        """From any thread; what goes through it ends."""
        self._is_over.set()

    def _let_in(self) -> None:
        try:
            while not self._is_over.is_set():
                try:
                    plain, _ = self._door.accept()
                except TimeoutError:
                    continue
                if self._places.acquire(blocking=False):
                    threading.Thread(
                        target=self._serve, args=(plain,), name="tunnel", daemon=True
                    ).start()
                else:
                    plain.close()
        finally:
            self._door.close()
            if self._first is not None:
                self._first.close()

    def _serve(self, plain: socket.socket) -> None:
        try:
            with plain, suppress(OSError, RobotError):
                first, self._first = self._first, None
                with first or open_tls(self._place, self._timeout) as secure:
                    self._pass_on(plain, secure)
        finally:
            self._places.release()

    def _pass_on(self, plain: socket.socket, secure: ssl.SSLSocket) -> None:
        """Both ways on one thread: a TLS line may not be read and written at the same time."""
        plain.settimeout(self._timeout)
        secure.settimeout(self._timeout)
        while not self._is_over.is_set():
            ready: list[socket.socket] = [secure] if secure.pending() else []
            if not ready:
                ready = select.select([plain, secure], [], [], _POLL_S)[0]
            for one in ready:
                piece = one.recv(_PIECE)
                if not piece:
                    return
                (secure if one is plain else plain).sendall(piece)
