"""However much one client asks of the vote page, the others are answered."""

from __future__ import annotations

import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from http.client import HTTPException
from pathlib import Path

import pytest

from labeler.votes.ballot import Choice
from labeler.votes.ballot_box import BallotBox
from labeler.votes.phone_limits import Allowance, Connections, Deadlines, Phase
from labeler.votes.phone_server import PhonePage
from labeler.votes.vote_book import VoteBook
from tests.reliability.vote_attack import measure
from tests.votes.phones import Phone, is_gone, open_votes, open_wires, refused, rest_of


def _asked(page: PhonePage, method: str = "GET", **headers: str) -> bytes:
    """A request's line and headers; _ stands for -, and the Host is the page's unless told."""
    told = {"Host": f"{page.host}:{page.port}", **headers}
    lines = [f"{method} {page.path} HTTP/1.1"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in told.items() if value]
    return "\r\n".join([*lines, "", ""]).encode()


# Many connections


def test_twelve_addresses_with_sixteen_slow_connections_each_shut_nobody_out(
    page: PhonePage, book: VoteBook
) -> None:
    with ExitStack() as stack:
        for number in range(12):
            for wire in open_wires(page, f"127.0.2.{number + 1}", 16):
                stack.enter_context(wire)
                wire.sendall(_asked(page)[:-2])
        for number in range(20):
            phone = Phone(page, f"127.0.1.{number + 1}", timeout=2)  # a place is free after 3 s
            assert phone.get().status == 200
            assert phone.vote("a").status == 303
    assert len(open_votes(book)) == 20


def test_phones_are_answered_while_attackers_come_again_and_again(tmp_path: Path) -> None:
    figures = measure(tmp_path, "slow", seconds=1.5, addresses=12, each=16, phones=5)
    assert figures.shut_out == []
    assert len(figures.voters) == 5


def test_who_holds_sixteen_connections_closes_the_oldest_of_its_own_by_one_more(
    page: PhonePage,
) -> None:
    with ExitStack() as stack:
        other = stack.enter_context(open_wires(page, "127.0.0.9", 1)[0])
        mine = [stack.enter_context(wire) for wire in open_wires(page, "127.0.0.2", 17)]
        assert rest_of(mine[0]) == b""
        for wire in (other, *mine[1:]):
            wire.sendall(_asked(page))
            assert rest_of(wire).startswith(b"HTTP/1.0 200")


@pytest.fixture
def pairs() -> Iterator[list[tuple[socket.socket, socket.socket]]]:
    with ExitStack() as stack:
        pairs = [socket.socketpair() for _ in range(200)]
        for one, other in pairs:
            stack.enter_context(one)
            stack.enter_context(other)
        yield pairs


def _closed(pairs: list[tuple[socket.socket, socket.socket]]) -> list[int]:
    """Which of them the other end has found closed."""
    closed = []
    for number, (_, far) in enumerate(pairs):
        far.setblocking(False)
        try:
            if far.recv(1) == b"":
                closed.append(number)
        except BlockingIOError:
            continue
    return closed


def test_where_all_places_are_taken_the_one_who_holds_most_gives_one_up(
    pairs: list[tuple[socket.socket, socket.socket]],
) -> None:
    connections = Connections()
    for number in range(128):
        connections.admit(pairs[number][0], f"guest {number // 16}" if number < 32 else str(number))
    assert _closed(pairs) == []
    connections.enter(pairs[0][0], Phase.ANSWER)
    connections.admit(pairs[128][0], "one more")
    assert _closed(pairs) == [1]  # not the oldest, which is being answered
    connections.admit(pairs[129][0], "and another")
    assert _closed(pairs) == [1, 16]
    for number in range(130, 170):
        connections.admit(pairs[number][0], f"late {number}")
    alone = [number for number in _closed(pairs) if number >= 32]
    assert alone == list(range(32, 32 + len(alone)))  # the oldest of those with one alone


def test_an_address_that_opens_connections_without_end_is_let_in_no_more(
    pairs: list[tuple[socket.socket, socket.socket]],
) -> None:
    now = [0.0]
    connections = Connections(clock=lambda: now[0])
    admitted = [connections.admit(near, "one") for near, _ in pairs]
    assert admitted.count(True) == 120
    assert connections.admit(pairs[0][0], "another")
    now[0] = 1.0
    assert [connections.admit(near, "one") for near, _ in pairs].count(True) == 30


# Slow ones


@pytest.mark.parametrize(
    ("begin", "slow"),
    [
        (b"", "line"),
        (b"GET /", "line"),
        (b"GET / HTTP/1.1\r\n", "headers"),
        (b"GET / HTTP/1.1\r\nX: y\r\n", "headers"),
        (b"body", "body"),
    ],
)
def test_a_slow_client_is_cut_off_in_whatever_it_is_slow(
    box: BallotBox, book: VoteBook, begin: bytes, slow: str
) -> None:
    page = PhonePage(box, deadlines=Deadlines(**{slow: 0.3}))
    head = _asked(page, "POST", Content_Length="16")
    try:
        with open_wires(page, "127.0.0.1", 1)[0] as wire:
            wire.sendall(head if begin == b"body" else begin)
            began = time.monotonic()
            answer = rest_of(wire)
            assert time.monotonic() - began < 2.5  # the other phases have three seconds each
        assert answer == b"" or b" 400 " in answer
        assert Phone(page).get().status == 200
    finally:
        page.close()
    assert open_votes(book) == []


def test_no_phase_of_a_connection_lasts_longer_than_five_seconds(
    pairs: list[tuple[socket.socket, socket.socket]],
) -> None:
    now = [0.0]
    connections = Connections(clock=lambda: now[0])
    for number, phase in enumerate(Phase):
        connections.admit(pairs[number][0], str(number))
        connections.enter(pairs[number][0], phase)
    now[0] = 1.0
    connections.end_late_ones()
    assert _closed(pairs) == []  # a phone in a bad network has that long
    now[0] = 5.0
    connections.end_late_ones()
    assert _closed(pairs) == [0, 1, 2, 3]


def test_slow_clients_are_gone_from_a_page_that_is_closed(box: BallotBox) -> None:
    page = PhonePage(box)
    wires = open_wires(page, "127.0.0.1", 16)
    try:
        page.close()
        assert [rest_of(wire) for wire in wires] == [b""] * 16
        assert is_gone(page)
    finally:
        for wire in wires:
            wire.close()


# Large and broken ones


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\n\r\n", b"414"),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 9000 + b"\r\n\r\n", b"431"),
        (b"GET / HTTP/1.1\r\n" + b"X: yyyyyyyyyy\r\n" * 600 + b"\r\n", b"431"),
    ],
    ids=["line", "header", "headers"],
)
def test_a_request_of_more_than_8192_bytes_is_refused(
    page: PhonePage, request_: bytes, status: bytes
) -> None:
    """Sent and read by one socket: what is left unread at the end may take the answer away."""
    answer = refused(page, request_)
    assert answer == b"" or answer.split(b" ")[1] == status
    assert b"200" not in answer[:20]


@pytest.mark.parametrize(("size", "status"), [(8192, 200), (8193, 431)])
def test_a_request_may_have_8192_bytes_and_no_more(page: PhonePage, size: int, status: int) -> None:
    head = _asked(page, X="")[:-2] + b"X: "
    request = head + b"x" * (size - len(head) - 4) + b"\r\n\r\n"
    assert len(request) == size
    answer = refused(page, request)
    assert (int(answer.split(b" ")[1]) if answer else 431) == status


def test_what_was_cut_off_is_no_request(page: PhonePage, book: VoteBook) -> None:
    assert refused(page, _asked(page)[:-2]) == b""
    assert refused(page, _asked(page)[:-6]) == b""
    phone = Phone(page)
    phone.get()
    head = _asked(page, "POST", Content_Length="40", Cookie=phone.cookie)
    assert refused(page, head + b"round=1&choice=a").split(b" ")[1] == b"400"
    assert open_votes(book) == []


# Under another name


@pytest.mark.parametrize(
    "host",
    ["evil.example:{port}", "evil.example", "127.0.0.1", "127.0.0.1:1", "", "{host}, {host}"],
)
def test_under_another_name_than_its_own_nothing_is_told_or_counted(
    page: PhonePage, book: VoteBook, host: str
) -> None:
    told = host.format(port=page.port, host=f"{page.host}:{page.port}")
    phone = Phone(page)
    phone.get()
    body = b"round=1&choice=a"
    for request in (
        _asked(page, Host=told),
        _asked(page, "POST", Host=told, Cookie=phone.cookie, Content_Length="16") + body,
    ):
        answer = refused(page, request)
        assert answer.split(b" ")[1] == b"421"
        assert page.path.encode() not in answer
        assert b"Set-Cookie" not in answer
    assert open_votes(book) == []


def test_a_name_for_this_computer_does_not_tell_whether_an_address_is_the_secret_one(
    page: PhonePage,
) -> None:
    answers = [
        refused(page, _asked(page, Host="evil.example").replace(page.path.encode(), path))
        for path in (page.path.encode(), b"/", b"/guess")
    ]
    assert len({answer.split(b"\r\n")[0] for answer in answers}) == 1


# Many requests


def test_a_thousand_requests_are_slowed_down_and_others_go_on_voting(
    page: PhonePage, book: VoteBook
) -> None:
    hasty = Phone(page)
    outcomes: Counter[int] = Counter()
    began = time.monotonic()
    for _ in range(1000):
        try:
            outcomes[hasty.get().status] += 1
        except (OSError, HTTPException):
            outcomes[0] += 1  # closed without an answer
    spent = time.monotonic() - began
    assert set(outcomes) <= {200, 429, 0}
    assert 40 <= outcomes[200] <= 41 + 10 * spent
    assert outcomes[429] > 0
    calm = Phone(page, "127.0.0.3")
    calm.get()
    assert calm.vote("a").status == 303
    assert open_votes(book) == [Choice.A]


def test_the_allowance_refills_with_time_and_forgets_the_oldest() -> None:
    now = [0.0]
    allowance = Allowance(clock=lambda: now[0])
    taken = [allowance.take("one") for _ in range(100)]
    assert sum(taken) == 40
    now[0] = 1.0
    assert sum(allowance.take("one") for _ in range(100)) == 10
    for number in range(5000):
        assert allowance.take(str(number))
    assert len(allowance._buckets) <= 2048
