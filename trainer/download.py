"""One file over HTTP: it resumes where it broke off and gives up where it stalls."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage, HTTPResponse
from pathlib import Path
from queue import Empty, Full, Queue
from ssl import SSLError
from threading import Event, Thread
from time import monotonic
from typing import IO
from urllib.parse import urlsplit
from urllib.request import Request

CHUNK = 64 * 1024
SIZE_LIMIT = 2**30
"""Bytes. No published detector comes near; a server that sends more shall not fill the disk."""

_ALIVE_BYTES = 16 * 1024
_ATTEMPTS = 4


class DownloadError(Exception):
    """Its text ends a sentence for the person: "nothing came for 20 seconds"."""


class DownloadStoppedError(Exception):
    """Somebody asked to stop. What has come stays, so that the next call resumes."""


class _BrokenOffError(DownloadError):
    """The connection ended early: worth another try, from where it broke off."""


class _CannotResumeError(DownloadError):
    """The server has no such rest of the file: worth another try, from the start."""


@dataclass(frozen=True, slots=True)
class _Head:
    """start: where in the file the answer begins. total: bytes of the whole file, 0 if unsaid."""

    start: int
    total: int


class _End:
    """The answer is over."""


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows to other places of the web, but never from a safe connection to an open one."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        kinds = ("https",) if req.type == "https" else ("http", "https")
        target = urlsplit(newurl)
        if target.scheme not in kinds:
            fp.close()
            raise DownloadError(
                f"the server sends on to {target.scheme}://{target.hostname}, which is not safe"
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


_Item = _Head | bytes | _End | Exception


def download(
    url: str,
    part: Path,
    *,
    is_right: Callable[[Path], bool],
    on_bytes: Callable[[int, int], None],
    should_stop: Callable[[], bool],
    timeout: float,
) -> bool:
    """Fills the file part with what url holds, going on from what part holds already.

    Gives whether it came in several pieces, which need not be those of one file.

    is_right tells a whole file from a part of it where the server claims a length that it does
    not send; whether what arrived is right is for the caller to check. on_bytes is called with
    the bytes so far and in all (0 where the server does not say). timeout is in seconds: it is a
    stall when fewer than 16 KiB come in that time, name lookup included. The proxy of the
    environment is followed.

    Raises DownloadError, DownloadStoppedError, and OSError where part cannot be written.
    """
    is_pieced = False
    for attempt in range(_ATTEMPTS):
        before = size_of(part)
        is_pieced = is_pieced or before > 0
        try:
            _download_once(url, part, on_bytes, should_stop, timeout)
            break
        except _CannotResumeError:
            part.unlink()
            if attempt + 1 == _ATTEMPTS:
                raise
        except _BrokenOffError:
            if is_right(part):
                break
            if attempt + 1 == _ATTEMPTS or size_of(part) == before:
                raise
    return is_pieced


def size_of(path: Path) -> int:
    """Bytes; 0 where there is no such file."""
    return path.stat().st_size if path.exists() else 0


def _download_once(
    url: str,
    part: Path,
    on_bytes: Callable[[int, int], None],
    should_stop: Callable[[], bool],
    timeout: float,
) -> None:
    start = size_of(part)
    request = Request(url, headers={"User-Agent": "vector-labeler"})
    if start:
        request.add_header("Range", f"bytes={start}-")
    items: Queue[_Item] = Queue(maxsize=16)
    cancelled = Event()
    Thread(target=_pump, args=(request, items, cancelled, timeout), daemon=True).start()
    try:
        _write(items, part, start, on_bytes, should_stop, timeout)
    finally:
        cancelled.set()


def _pump(request: Request, items: Queue[_Item], cancelled: Event, timeout: float) -> None:
    """Runs on a thread of its own: a name lookup can hang for minutes and nothing interrupts it."""

    def put(item: _Item) -> None:
        while not cancelled.is_set():
            with suppress(Full):
                items.put(item, timeout=0.5)
                break

    try:
        # An opener of its own: urlopen would keep the proxy that the first call of the process saw.
        opener = urllib.request.build_opener(_Redirects)
        with opener.open(request, timeout=timeout) as answer:
            put(_head_of(answer))
            while not cancelled.is_set() and (data := answer.read1(CHUNK)):
                put(data)
            put(_End())
    except urllib.error.HTTPError as error:
        error.close()
        put(error)
    except Exception as error:  # it travels to the thread that waits, bugs included
        put(error)


def _head_of(answer: HTTPResponse) -> _Head:
    span = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", answer.headers.get("Content-Range", ""))
    if answer.status == 206 and span:
        return _Head(int(span[1]), 0 if span[2] == "*" else int(span[2]))
    return _Head(0, answer.length or 0)


def _write(
    items: Queue[_Item],
    part: Path,
    start: int,
    on_bytes: Callable[[int, int], None],
    should_stop: Callable[[], bool],
    timeout: float,
) -> None:
    head = _next(items, monotonic() + timeout, should_stop, timeout)
    assert isinstance(head, _Head)
    if head.start not in (0, start):
        raise _CannotResumeError(
            "the server went on at another place of the file than it was asked to"
        )
    with part.open("ab" if head.start else "wb") as file:
        received, alive_bytes, deadline = head.start, head.start, monotonic() + timeout
        on_bytes(received, head.total)
        while not isinstance(data := _next(items, deadline, should_stop, timeout), _End):
            assert isinstance(data, bytes)
            file.write(data)
            received += len(data)
            on_bytes(received, head.total)
            if received > SIZE_LIMIT:
                raise DownloadError("the server sends more than any file of weights holds")
            if received - alive_bytes >= _ALIVE_BYTES:
                alive_bytes, deadline = received, monotonic() + timeout
    if received < head.total:
        raise _BrokenOffError(f"the connection broke off after {_megabytes(received, head.total)}")


def _next(
    items: Queue[_Item], deadline: float, should_stop: Callable[[], bool], timeout: float
) -> _Item:
    while True:
        if should_stop():
            raise DownloadStoppedError
        if monotonic() > deadline:
            raise DownloadError(f"hardly anything came for {timeout:g} seconds")
        try:
            item = items.get(timeout=0.1)
        except Empty:
            continue
        if isinstance(item, OSError | HTTPException):
            raise _failure(item, timeout) from item
        if isinstance(item, Exception):
            raise item
        return item


def _failure(error: OSError | HTTPException, timeout: float) -> DownloadError:
    """The fault in plain words."""
    if isinstance(error, urllib.error.HTTPError):
        kind = _CannotResumeError if error.code == 416 else DownloadError
        reason = "".join(str(error.reason).splitlines()[:1])
        return kind(f"the server answered {error.code} {reason}")
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, TimeoutError):
        return DownloadError(f"nothing came for {timeout:g} seconds")
    if isinstance(cause, SSLError):
        return DownloadError(f"no safe connection ({cause.reason})")
    if isinstance(error, urllib.error.URLError):
        said = cause.strerror if isinstance(cause, OSError) and cause.strerror else str(cause)
        return DownloadError(f"no connection ({said})")
    return _BrokenOffError("the connection broke off")


def _megabytes(received: int, total: int) -> str:
    return f"{received / 1e6:.1f} of {total / 1e6:.1f} MB"
