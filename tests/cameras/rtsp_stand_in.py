"""A camera that speaks RTSP (RFC 2326) and sends JPEGs in RTP (RFC 2435), over TCP alone."""

from __future__ import annotations

import base64
import hashlib
import itertools
import secrets
import socket
import socketserver
import struct
import threading
from contextlib import suppress
from functools import partial
from types import TracebackType
from typing import Any
from urllib.request import parse_http_list, parse_keqv_list

from labeler.simulator.certificate import Certificate
from tests.cameras.tls import with_tls

FRAME_S = 0.03
_PIECE = 1400
_SDP = (
    "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=camera\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\n"
    "m=video 0 RTP/AVP 26\r\na=control:track\r\n"
)


class RtspStandIn:
    """/live shows pictures; with a password only to those who know it. Others are not there.

    jpeg: what is shown, baseline with the usual Huffman tables and 4:2:0; may change at any time.
    """

    def __init__(self, jpeg: bytes, tls: Certificate | None = None) -> None:
        self.jpeg = jpeg
        self._tls = tls
        self.password = ""
        self.wants_digest = False  # else the password as it is; each connection has its own nonce
        self.hangs_up = False  # where a password lacks; its nonce is then good for the next one
        self.asked: list[str] = []  # methods, and each transport
        self.flowing = threading.Event()
        self.flowing.set()
        self.lines: set[socket.socket] = set()
        self.port = 0
        self.switch_on()

    def switch_on(self) -> None:
        """At the same port as before."""
        self._server = _Server(("127.0.0.1", self.port), partial(_Visit, self))
        self.port = self._server.server_address[1]
        if self._tls is not None:
            self._server.socket = with_tls(self._server.socket, self._tls)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def switch_off(self) -> None:
        """All connections break, new ones are refused."""
        self._server.shutdown()
        self._server.server_close()
        for line in tuple(self.lines):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def freeze(self) -> None:
        """Connections stay and no picture comes any more."""
        self.flowing.clear()

    def thaw(self) -> None:
        self.flowing.set()

    def __enter__(self) -> RtspStandIn:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.flowing.set()
        self.switch_off()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Not on stderr: of a client that turned round at the sight of its certificate."""


class _Visit(socketserver.StreamRequestHandler):
    """One connection."""

    def __init__(self, camera: RtspStandIn, *more: Any) -> None:
        self._camera = camera
        self._writing = threading.Lock()
        self._gone = threading.Event()
        self._nonce = "once" if camera.hangs_up else secrets.token_hex(8)
        super().__init__(*more)

    def handle(self) -> None:
        self._camera.lines.add(self.connection)
        with suppress(OSError):
            while not self._gone.is_set() and (request := self._request()):
                self._answer(*request)
        self._gone.set()
        self._camera.lines.discard(self.connection)

    def _request(self) -> tuple[str, str, dict[str, str]] | None:
        while (first := self.rfile.read(1)) == b"$":  # what the viewer reports of the feed
            _, length = struct.unpack(">BH", self.rfile.read(3))
            self.rfile.read(length)
        words = (first + self.rfile.readline()).decode().split()
        headers = {}
        while line := self.rfile.readline().decode().strip():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        return (words[0], words[1], headers) if len(words) == 3 else None

    def _answer(self, method: str, url: str, headers: dict[str, str]) -> None:
        self._camera.asked.append(method)
        if method == "OPTIONS":
            self._say(headers, 200, "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN")
        elif not self._is_known(method, headers.get("authorization", "")):
            digest = f'WWW-Authenticate: Digest realm="camera", nonce="{self._nonce}"'
            basic = 'WWW-Authenticate: Basic realm="camera"'
            self._say(headers, 401, digest if self._camera.wants_digest else basic)
            if self._camera.hangs_up:
                self._gone.set()
        elif "/live" not in url:
            self._say(headers, 404)
        elif method == "DESCRIBE":
            self._say(headers, 200, "Content-Type: application/sdp", body=_SDP)
        elif method == "SETUP":
            self._camera.asked.append(headers["transport"])
            is_tcp = "interleaved" in headers["transport"]
            self._say(headers, 200 if is_tcp else 461, f"Transport: {headers['transport']}")
        elif method == "PLAY":
            self._say(headers, 200)
            threading.Thread(target=self._show, daemon=True).start()
        else:
            self._say(headers, 200)

    def _is_known(self, method: str, told: str) -> bool:
        password = self._camera.password
        if not password or not self._camera.wants_digest:
            wanted = base64.b64encode(f"ann:{password}".encode()).decode()
            return not password or told == f"Basic {wanted}"
        fields = parse_keqv_list(parse_http_list(told.removeprefix("Digest ")))
        who, what = _md5(f"ann:camera:{password}"), _md5(f"{method}:{fields.get('uri')}")
        return fields.get("response") == _md5(f"{who}:{self._nonce}:{what}")

    def _say(self, asked: dict[str, str], status: int, *lines: str, body: str = "") -> None:
        head = [f"RTSP/1.0 {status} so", f"CSeq: {asked['cseq']}", "Session: 7", *lines]
        head.append(f"Content-Length: {len(body)}")
        with self._writing:
            self.wfile.write("\r\n".join([*head, "", body]).encode())

    def _show(self) -> None:
        numbers = itertools.count()
        with suppress(OSError):
            for frame in itertools.count():
                self._camera.flowing.wait(60)
                for packet in rtp_packets(
                    self._camera.jpeg, int(90_000 * FRAME_S * frame), numbers
                ):
                    with self._writing:
                        self.wfile.write(struct.pack(">cBH", b"$", 0, len(packet)) + packet)
                if self._gone.wait(FRAME_S):
                    return


def _md5(words: str) -> str:
    return hashlib.md5(words.encode()).hexdigest()


def rtp_packets(jpeg: bytes, stamp: int, numbers: itertools.count[int]) -> list[bytes]:
    """One picture, with its quantisation tables in the first packet."""
    tables, width, height, scan = _parts(jpeg)
    packets = []
    for at in range(0, len(scan), _PIECE):
        piece = scan[at : at + _PIECE]
        is_last = at + _PIECE >= len(scan)
        number = next(numbers) % 0x10000
        head = struct.pack(">BBHII", 0x80, 26 | (0x80 if is_last else 0), number, stamp, 7)
        head += struct.pack(">IBBBB", at, 1, 255, width // 8, height // 8)
        if at == 0:
            head += struct.pack(">BBH", 0, 0, len(tables)) + tables
        packets.append(head + piece)
    return packets


def _parts(jpeg: bytes) -> tuple[bytes, int, int, bytes]:
    """Quantisation tables, width, height, and the compressed data without its end marker."""
    tables, width, height, at = b"", 0, 0, 2
    while True:
        marker, length = struct.unpack(">HH", jpeg[at : at + 4])
        body = jpeg[at + 4 : at + 2 + length]
        at += 2 + length
        if marker == 0xFFDB:
            tables += b"".join(body[begin + 1 : begin + 65] for begin in range(0, len(body), 65))
        elif marker == 0xFFC0:
            height, width = struct.unpack(">HH", body[1:5])
        elif marker == 0xFFDA:
            return tables, width, height, jpeg[at:-2]
