"""A web server on this machine that plays the place where weights are published."""

from __future__ import annotations

import hashlib
import os
import re
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

# before torch is imported: its threads shall sleep, not spin, while other tests want the cores
os.environ.setdefault("OMP_WAIT_POLICY", "passive")


@dataclass
class Site:
    """What the server serves and how badly it behaves. asked: (path, Range header) in order."""

    base: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    ranges: bool = True
    cut_after: int | None = None
    cuts_left: int = 0
    stall_after: int | None = None
    claim_length: int | None = None
    say_length: bool = True
    drips: bool = False
    redirects: dict[str, str] = field(default_factory=dict)
    range_shift: int = 0
    after_first: dict[str, bytes] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    def publish(self, name: str, data: bytes) -> str:
        """Serves the data under its name and the beginning of its hash; returns the URL."""
        file_name = f"{name}-{hashlib.sha256(data).hexdigest()[:8]}.pth"
        self.files["/" + file_name] = data
        return self.base + file_name


class _Handler(BaseHTTPRequestHandler):
    site: Site

    def do_GET(self) -> None:
        site, wanted = self.site, self.headers.get("Range")
        site.asked.append((self.path, wanted))
        path = re.sub("^http://[^/]+", "", self.path)
        if path in site.redirects:
            self.send_response(302)
            self.send_header("Location", site.redirects[path])
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if path not in site.files:
            self.send_error(404)
            return
        data, start = site.files[path], 0
        if wanted and site.ranges:
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            if start >= len(data):
                self.send_error(416)
                return
        self._send(data, start)
        site.files.update(site.after_first)

    def _send(self, data: bytes, start: int) -> None:
        site = self.site
        self.send_response(206 if start else 200)
        if start:
            first = start + site.range_shift
            self.send_header("Content-Range", f"bytes {first}-{len(data) - 1}/{len(data)}")
        if site.say_length:
            self.send_header("Content-Length", str(site.claim_length or len(data) - start))
        self.end_headers()
        end = len(data)
        if site.cut_after is not None and site.cuts_left > 0:
            site.cuts_left -= 1
            end = min(end, start + site.cut_after)
        if site.stall_after is not None:
            self.wfile.write(data[start : start + site.stall_after])
            site.released.wait(30)
            return
        if site.drips:
            self._drip(data[start:end])
            return
        self.wfile.write(data[start:end])

    def _drip(self, data: bytes) -> None:
        """A few bytes again and again, until nobody listens any more."""
        with suppress(OSError):
            for number in range(0, len(data), 100):
                self.wfile.write(data[number : number + 100])
                if self.site.released.wait(0.02):
                    return

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: the tests look at site.asked."""


def handler_of(site: Site) -> type[BaseHTTPRequestHandler]:
    """What a server needs to play this site."""
    return type("Handler", (_Handler,), {"site": site})


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    site = Site()
    with ThreadingHTTPServer(("127.0.0.1", 0), handler_of(site)) as server:
        server.daemon_threads = False  # so that closing waits for them
        site.base = f"http://127.0.0.1:{server.server_address[1]}/"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield site
        site.released.set()
        server.shutdown()
        thread.join()
