"""A network cable between a camera and the simulated robot, which a test can pull."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress

BLOCK = 65536


class Wire:
    """Forwards TCP from a port of its own. Encrypted bytes pass through untouched.

    freeze(): everything stands still, as when the Wi-Fi is gone. cut(): every connection breaks
    and new ones are refused, as when the robot is switched off. mend() ends both.
    """

    def __init__(self, port: int) -> None:
        self._target = port
        self._flowing = threading.Event()
        self._flowing.set()
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self.freeze_from: int | None = None
        self._connections = 0
        self._listener = self._listen(0)
        self.port: int = self._listener.getsockname()[1]

    @property
    def is_frozen(self) -> bool:
        return not self._flowing.is_set()

    def freeze(self) -> None:
        self._flowing.clear()

    def freeze_connection(self, number: int) -> None:
        """Stands still from the connection with this number on (1 is the next one)."""
        self.freeze_from = self._connections + number

    def cut(self) -> None:
        self._flowing.set()
        self._end(self._listener)
        with self._lock:
            sockets, self._sockets = self._sockets, []
        for end in sockets:
            self._end(end)

    def mend(self) -> None:
        self.freeze_from = None
        self._flowing.set()
        if self._listener.fileno() == -1:
            self._listener = self._listen(self.port)

    def close(self) -> None:
        self.cut()
        for thread in self._threads:
            thread.join(2.0)

    def _listen(self, port: int) -> socket.socket:
        listener = socket.create_server(("127.0.0.1", port))
        self._start(self._accept, listener)
        return listener

    def _start(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)  # type: ignore[arg-type]
        thread.start()
        self._threads.append(thread)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            self._connections += 1
            if self.freeze_from is not None and self._connections >= self.freeze_from:
                self.freeze()
            try:
                far = socket.create_connection(("127.0.0.1", self._target), timeout=5.0)
            except OSError:
                self._end(near)
                continue
            far.settimeout(None)
            for end in (near, far):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._sockets += [near, far]
            self._start(self._pump, near, far)
            self._start(self._pump, far, near)

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(BLOCK):
                self._flowing.wait()
                sink.sendall(data)
        for end in (source, sink):
            self._end(end)

    @staticmethod
    def _end(end: socket.socket) -> None:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
