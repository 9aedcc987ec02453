"""Requests to the page that phones vote on: over real sockets, from addresses of this machine."""

from __future__ import annotations

import io
import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, suppress
from random import Random

from labeler.votes.ballot_box import BallotBox
from labeler.votes.phone_server import PhonePage
from labeler.votes.vote_book import VoteBook
from tests.reliability.attacks.verdict import Ground, require
from tests.votes.phones import Phone, open_votes

_PATIENCE_S = 8.0
_ANSWERS = (200, 303, 400, 403, 404, 405, 408, 409, 411, 413, 414, 421, 429, 431, 501, 505)


def vote_requests(chance: Random, ground: Ground) -> bool:
    """One request of a stranger, then one of an honest phone, which is answered all the same.

    True where the stranger's was answered with the page or counted."""
    book = VoteBook(ground.place)
    book.begin_round()
    heard = io.StringIO()
    with redirect_stderr(heard), _open(BallotBox(book, lambda: None)) as page:
        honest = Phone(page, _address(chance, 1))
        require(honest.get().status == 200, "an honest phone gets no page")
        request, may_count = _request(chance, page, honest.cookie)
        began = time.monotonic()
        answer = _asked(page, request, _address(chance, 2), slowly=chance.random() < 0.02)
        require(time.monotonic() - began < _PATIENCE_S, "a connection is held open")
        status = _status(answer)
        votes = len(open_votes(book))
        require(votes <= int(may_count), "a forged vote was counted", request)
        require((status == 303) == (votes == 1), "what is told is not what was counted", answer)
        phone = Phone(page, _address(chance, 3))
        phone.get()
        require(phone.vote("a").status == 303, "an honest phone cannot vote any more")
        require(page.path.encode() not in answer or status == 200 or votes == 1, "the secret")
    require(not heard.getvalue(), "the server wrote on stderr", heard.getvalue())
    require(VoteBook(ground.place).damaged == 0, "the book of votes is damaged")
    return status in (200, 303)


@contextmanager
def _open(box: BallotBox) -> Iterator[PhonePage]:
    page = PhonePage(box)
    try:
        yield page
    finally:
        page.close()


def _address(chance: Random, part: int) -> str:
    return f"127.0.{part}.{chance.randrange(1, 255)}"


def _status(answer: bytes) -> int:
    """0 where the connection was closed without a word."""
    if not answer:
        return 0
    if answer.startswith(b"<!doctype html>"):  # as HTTP/0.9, to a request without a version
        require(b"<form" not in answer, "a page without its rules", answer[:200])
        return 0
    found = re.match(rb"HTTP/1\.[01] (\d{3}) [ -~]*\r\n", answer)
    require(found is not None, "an answer that is no HTTP", answer[:200])
    assert found is not None
    status = int(found[1])
    require(status in _ANSWERS, f"the answer {status}", answer[:300])
    head, _, body = answer.partition(b"\r\n\r\n")
    require(b"Traceback" not in body, "a traceback in an answer", body[:300])
    require(b"no-store" in head and b"default-src 'none'" in head, "an answer without its rules")
    return status


def _asked(page: PhonePage, request: bytes, address: str, *, slowly: bool) -> bytes:
    received = b""
    with socket.create_connection((page.host, page.port), _PATIENCE_S, (address, 0)) as wire:
        with suppress(OSError):
            if slowly:
                half = len(request) // 2
                wire.sendall(request[:half])
                time.sleep(0.05)
                request = request[half:]
            wire.sendall(request)
            wire.shutdown(socket.SHUT_WR)
        with suppress(OSError):
            while piece := wire.recv(65536):
                received += piece
                require(len(received) < 1 << 20, "an answer without an end")
    return received


def _request(  # noqa: C901 - one change a case
    chance: Random, page: PhonePage, cookie: str
) -> tuple[bytes, bool]:
    """Its bytes, and whether a vote in it may count."""
    line = f"{chance.choice(('GET', 'POST'))} {page.path} HTTP/1.1"
    body = chance.choice((b"round=1&choice=a", b"round=1&choice=same", b"round=1&choice=b"))
    headers = [f"Host: {page.host}:{page.port}", f"Content-Length: {len(body)}"]
    headers += [f"Cookie: {cookie}"]
    for _ in range(chance.choice((0, 1, 1, 2, 3))):
        headers += [""] * (3 - len(headers))
        match chance.randrange(8):
            case 0:
                line = chance.choice(_lines(page, chance))
            case 1:
                headers[0] = chance.choice(_hosts(page))
            case 2:
                headers[1] = "Content-Length: " + chance.choice(_LENGTHS)
            case 3:
                headers[2] = "Cookie: " + chance.choice(_cookies(cookie, chance))
            case 4:
                headers.append(chance.choice(_HEADERS))
            case 5:
                body = chance.choice(_BODIES)
                headers[1] = f"Content-Length: {len(body)}"
            case 6:
                headers += [
                    f"X-{n}: {'y' * chance.choice((1, 9000))}"
                    for n in range(chance.choice((3, 200)))
                ]
            case 7:
                del headers[chance.randrange(len(headers) + 1) :]
    text = (
        "\r\n".join([line, *filter(None, headers)]).encode("latin-1", "replace")
        + b"\r\n\r\n"
        + body
    )
    if chance.random() < 0.3:
        data = bytearray(text)
        for _ in range(chance.choice((1, 5, 50))):
            at = chance.randrange(len(data))
            data[at : at + chance.choice((0, 1))] = chance.randbytes(1)
        if chance.random() < 0.3:
            del data[chance.randrange(len(data)) :]
        text = bytes(data)
    return text, cookie.encode() in text


def _lines(page: PhonePage, chance: Random) -> tuple[str, ...]:
    path = page.path
    return (
        *("GET / HTTP/1.1", f"GET {path}/ HTTP/1.1", f"GET {path}?x=1 HTTP/1.1"),
        *(f"GET /{path} HTTP/1.1", f"GET {path[:-1]} HTTP/1.1", f"GET {path.upper()} HTTP/1.1"),
        *(f"GET /..{path} HTTP/1.1", "GET /../../etc/passwd HTTP/1.1", f"OPTIONS {path} HTTP/1.1"),
        *(f"PUT {path} HTTP/1.1", f"GET {path} HTTP/9.9", f"GET {path} HTTP/0.9", f"GET {path}"),
        *(f"POST {path} HTTP/1.0", f"GET http://evil.example{path} HTTP/1.1", f"HEAD {path}"),
        *(
            f"GET {path} HTTP/1.1 x",
            "",
            " ",
            "CONNECT x:80 HTTP/1.1",
            f"GET {'/x' * 8000} HTTP/1.1",
        ),
        *(f"POST {path} HTTP/{'1' * 3000}.1", f"G\0T {path} HTTP/1.1", f"HEAD {path} HTTP/1.1"),
        f"{'A' * chance.choice((20, 70_000))} {path} HTTP/1.1",
    )


def _hosts(page: PhonePage) -> tuple[str, ...]:
    own = f"{page.host}:{page.port}"
    return (
        *("Host: evil.example", "Host: localhost", "Host:", f"Host: {own}\r\nHost: evil.example"),
        *(
            f"Host: {page.host}",
            f"Host: {own}.",
            f"Host: {own}\t",
            f"Host : {own}",
            f" Host: {own}",
        ),
        *(f"X-Forwarded-Host: {own}", f"Host: {own}\r\n evil", f"Host: [::1]:{page.port}"),
    )


_LENGTHS = ("-1", "0", "5", "256", "257", "9" * 30, "1e3", "0x10", "٣", "16, 16", "+16", "", "16 ")
_HEADERS = (
    *("Origin: http://evil.example", "Origin: null", "Transfer-Encoding: chunked", ": x", "x"),
    *("Expect: 100-continue", "Upgrade: websocket", "Connection: keep-alive", "Content-Length: 5"),
    *("Content-Type: application/json", "Cookie: a=b", "\x00: \x00", "Range: bytes=0-", "A" * 9000),
)
_BODIES = (
    *(b"", b"round=1", b"choice=a", b"round=2&choice=a", b"round=-1&choice=a", b"round=x&choice=a"),
    *(b"round=" + b"9" * 240, b"round=1&choice=c", b"round=1&choice=a&choice=b", b"&" * 250),
    *(b"round=%00&choice=%00", b"\xff" * 100, b"round=1&choice=a" + b"x" * 5000, b"{}", b"=" * 99),
    *(
        b"round=1_0&choice=a",
        b"round=\xd9\xa1&choice=a",
        b"round=+1&choice=a",
        b"choice=a&round=01",
    ),
)


def _cookies(cookie: str, chance: Random) -> tuple[str, ...]:
    return (
        *("", "vote", "vote=", "vote=x.y", cookie[:-1], cookie + "x", cookie.replace(".", "")),
        *(
            cookie.swapcase(),
            f'vote="{"é" * 50}"',
            "vote=" + "a" * 6000,
            "a=b; " * 300,
            "vote=\xff.\xfe",
        ),
        *(f"{cookie}; vote=x.y", f"vote=x.y; {cookie}", "$Version=1; vote=a.b", "vote=.", ";=;"),
    )
