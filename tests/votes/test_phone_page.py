"""Phones vote once each through a page that gives nothing away and fears no client."""

from __future__ import annotations

import socket
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from labeler.errors import UserError
from labeler.votes.ballot import Choice
from labeler.votes.ballot_box import VOTES_AN_ADDRESS, BallotBox
from labeler.votes.lan import lan_address
from labeler.votes.phone_limits import AT_ONCE, MOST_OF_ONE, Allowance
from labeler.votes.phone_server import PhonePage
from labeler.votes.qr import squares
from labeler.votes.vote_book import VoteBook
from tests.votes.phones import Phone, is_gone, refused, rest_of

SECURITY = (
    "content-security-policy",
    "cache-control",
    "x-content-type-options",
    "x-frame-options",
    "referrer-policy",
)


@pytest.fixture
def told() -> list[int]:
    """Grows with each vote that the window is told of."""
    return []


@pytest.fixture
def box(book: VoteBook, told: list[int]) -> BallotBox:
    book.begin_round()
    return BallotBox(book, lambda: told.append(1))


@pytest.fixture
def page(box: BallotBox) -> Iterator[PhonePage]:
    opened = PhonePage(box)
    yield opened
    opened.close()


def _votes(book: VoteBook) -> list[Choice]:
    opened = book.open_round
    assert opened is not None
    return [vote.choice for vote in opened.votes]


# Kind phones


def test_a_phone_votes_by_three_buttons_and_once(
    page: PhonePage, book: VoteBook, told: list[int]
) -> None:
    phone = Phone(page)
    ballot = phone.get()
    assert ballot.status == 200
    assert [f'value="{choice}"' in ballot.body for choice in ("a", "b", "same")] == [True] * 3
    voted = phone.vote("b")
    assert (voted.status, voted.headers["location"]) == (303, page.path)
    assert "Your vote is counted" in phone.get().body
    again = phone.vote("a")
    assert again.status == 409
    assert "voted already" in again.body
    assert _votes(book) == [Choice.B]
    assert told == [1]


def test_the_page_gives_nothing_away_and_needs_no_script(page: PhonePage, book: VoteBook) -> None:
    ballot = Phone(page).get()
    assert "<script" not in ballot.body
    opened = book.open_round
    assert opened is not None
    for secret in ("scratch", "pretrained", "random weights", opened.key, str(book.path)):
        assert secret not in ballot.body + str(ballot.headers)
    assert "viewport" in ballot.body
    assert "script-src" not in ballot.headers["content-security-policy"]
    assert ballot.headers["content-security-policy"].startswith("default-src 'none'")
    cookie = ballot.headers["set-cookie"]
    assert all(word in cookie for word in ("HttpOnly", "SameSite=Strict", "Path=/;"))


def test_between_the_rounds_phones_wait_and_then_may_vote_again(
    page: PhonePage, book: VoteBook
) -> None:
    phone = Phone(page)
    phone.get()
    phone.vote("a")
    book.reveal()
    waiting = phone.get()
    assert "No vote is open" in waiting.body
    assert 'http-equiv="refresh"' in waiting.body
    assert phone.vote("a").status == 409
    book.begin_round()
    assert 'value="a"' in phone.get().body
    assert phone.vote("b", 1).status == 409  # the page of the round before
    assert phone.vote("b", 2).status == 303
    assert _votes(book) == [Choice.B]


def test_a_vote_taken_back_at_the_computer_may_be_given_again(
    page: PhonePage, book: VoteBook
) -> None:
    phone = Phone(page)
    phone.get()
    phone.vote("a")
    book.withdraw_last()
    assert 'value="a"' in phone.get().body
    assert phone.vote("same").status == 303
    assert _votes(book) == [Choice.SAME]


def test_closing_ends_it_at_once(page: PhonePage, book: VoteBook) -> None:
    phone = Phone(page)
    phone.get()
    began = time.monotonic()
    with socket.create_connection((page.host, page.port), timeout=60) as waiting:
        waiting.sendall(b"GET ")
        page.close()
        assert time.monotonic() - began < 4  # the request itself has five seconds
        assert rest_of(waiting) == b""
    assert is_gone(page)
    page.close()
    assert _votes(book) == []


def test_a_page_that_is_opened_again_knows_who_has_voted(
    box: BallotBox, page: PhonePage, book: VoteBook
) -> None:
    phone = Phone(page)
    phone.get()
    phone.vote("a")
    page.close()
    again = PhonePage(box)
    try:
        same = Phone(again)
        same.cookie = phone.cookie
        assert "Your vote is counted" in same.get().body
        assert same.vote("b").status == 409
    finally:
        again.close()
    assert _votes(book) == [Choice.A]


def test_each_page_has_another_secret_and_is_for_this_computer_alone_at_first(
    box: BallotBox, page: PhonePage
) -> None:
    other = PhonePage(box)
    try:
        assert other.path != page.path
        assert len(other.path) > 20
        assert page.url == f"http://127.0.0.1:{page.port}{page.path}"
    finally:
        other.close()
    with pytest.raises(UserError, match="cannot be opened at"):
        PhonePage(box, "192.0.2.77")  # an address that no computer has


def test_the_address_in_the_network_is_one_that_a_page_can_be_opened_at(box: BallotBox) -> None:
    try:
        host = lan_address()
    except UserError:
        pytest.skip("this computer is in no network")
    opened = PhonePage(box, host)
    answer = Phone(opened, host).get()
    opened.close()
    assert answer.status == 200


def test_a_qr_code_has_its_three_corners() -> None:
    code = squares("http://192.168.1.20:40001/uVJ8sHnOQ9mJcM3xw1Jd0w")
    assert len(code) == len(code[0]) >= 21
    corners = (code[3][3], code[3][-4], code[-4][3])
    assert corners == (True, True, True)
    assert all(code[0][:7])
    assert not any(code[7][:8])


# Others


@pytest.mark.parametrize(
    "path",
    ["/", "/favicon.ico", "/../votes.jsonl", "/%2e%2e/votes.jsonl", "/v/" + "x" * 22, "//", "*"],
)
def test_there_is_no_other_route(page: PhonePage, path: str) -> None:
    for method in ("GET", "POST"):
        answer = Phone(page).ask(method, path, b"round=1&choice=a" if method == "POST" else None)
        assert answer.status == 404
        assert "set-cookie" not in answer.headers
        assert page.path not in answer.body
        assert all(name in answer.headers for name in SECURITY)


def test_a_token_that_is_nearly_right_is_wrong(page: PhonePage, book: VoteBook) -> None:
    phone = Phone(page)
    phone.get()
    for path in (page.path[:-1], page.path + "/", page.path + "?a=1", page.path.swapcase()):
        assert phone.ask("POST", path, b"round=1&choice=a").status == 404
    assert _votes(book) == []


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "TRACE", "HEAD", "PATCH", "BREW"])
def test_other_methods_are_refused_with_the_same_headers(page: PhonePage, method: str) -> None:
    answer = Phone(page).ask(method)
    assert answer.status == 405
    assert all(name in answer.headers for name in SECURITY)
    assert answer.headers["server"] == "vote"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"round=1", 400),
        (b"round=1&choice=c", 400),
        (b"round=one&choice=a", 400),
        (b"round=1&choice=a&x=1&y=2&z=3", 400),
        (b"\xff\xfe=1", 400),
        (b"round=99999999999999999999999999&choice=a", 409),
        (b"round=1&choice=" + b"a" * 400, 413),
    ],
)
def test_a_form_that_is_not_ours_counts_nothing(
    page: PhonePage, book: VoteBook, body: bytes, status: int
) -> None:
    phone = Phone(page)
    phone.get()
    assert phone.ask("POST", None, body).status == status
    assert _votes(book) == []


def test_a_body_of_gigabytes_is_refused_unread(page: PhonePage, book: VoteBook) -> None:
    head = f"POST {page.path} HTTP/1.1\r\nHost: x\r\n"
    for length in ("5000000000", "9" * 500, "-1", "+5", "1e9", "٣"):
        answer = refused(page, f"{head}Content-Length: {length}\r\n\r\n".encode())
        assert answer.split(b" ")[1] in (b"413", b"411")
    chunked = refused(page, f"{head}Transfer-Encoding: chunked\r\n\r\n5\r\nround".encode())
    assert chunked.split(b" ")[1] == b"411"
    assert _votes(book) == []


@pytest.mark.parametrize(
    "request_",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET " + b"/" * 20_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 5_000 + b"\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\r\n\r\n",
        b"GET\r\n\r\n",
        b"\x00" * 500 + b"\r\n",
    ],
    ids=["tls", "long line", "many headers", "version", "nothing", "half", "zeros"],
)
def test_what_is_no_request_ends_and_the_page_lives_on(page: PhonePage, request_: bytes) -> None:
    answer = refused(page, request_)
    assert b"200" not in answer[:20]
    assert b"Traceback" not in answer
    assert Phone(page).get().status == 200


def test_a_mark_of_ones_own_making_is_none(page: PhonePage, book: VoteBook) -> None:
    phone = Phone(page)
    for cookie in ("", "vote=me.too", "vote=", 'vote="; x', f"vote={'a' * 3000}", "vote=é"):
        phone.cookie = cookie.encode().decode("latin-1")
        assert phone.vote("a").status == 403
    assert _votes(book) == []


def test_a_form_on_another_site_cannot_vote(page: PhonePage, book: VoteBook) -> None:
    phone = Phone(page)
    phone.get()
    assert phone.vote("a", Origin="http://evil.example").status == 403
    assert phone.vote("a", Origin="null").status == 403
    assert _votes(book) == []
    assert phone.vote("a", Origin=f"http://{page.host}:{page.port}").status == 303


def test_who_throws_the_mark_away_votes_only_a_few_times(page: PhonePage, book: VoteBook) -> None:
    outcomes = []
    for _ in range(VOTES_AN_ADDRESS + 2):
        phone = Phone(page)  # a new private window each time
        phone.get()
        outcomes.append(phone.vote("a").status)
    assert outcomes == [303] * VOTES_AN_ADDRESS + [403] * 2
    other = Phone(page, "127.0.0.2")
    other.get()
    assert other.vote("b").status == 303
    assert Counter(_votes(book)) == {Choice.A: VOTES_AN_ADDRESS, Choice.B: 1}


def test_twenty_clicks_at_once_are_one_vote(page: PhonePage, book: VoteBook) -> None:
    phone = Phone(page)
    phone.get()
    with ThreadPoolExecutor(10) as hands:
        outcomes = Counter(hands.map(lambda _: phone.vote("a").status, range(20)))
    assert outcomes[303] == 1
    assert _votes(book) == [Choice.A]


def test_a_thousand_requests_are_slowed_down_and_others_go_on_voting(
    page: PhonePage, book: VoteBook
) -> None:
    hasty = Phone(page)
    statuses: Counter[int] = Counter()
    for _ in range(1000):
        statuses[hasty.get().status] += 1
    assert set(statuses) == {200, 429}
    assert statuses[429] > statuses[200] >= AT_ONCE
    calm = Phone(page, "127.0.0.3")
    calm.get()
    assert calm.vote("a").status == 303
    assert _votes(book) == [Choice.A]


def test_the_allowance_refills_with_time_and_forgets_the_oldest() -> None:
    now = [0.0]
    allowance = Allowance(lambda: now[0])
    taken = [allowance.take("one") for _ in range(100)]
    assert sum(taken) == AT_ONCE
    now[0] = 1.0
    assert sum(allowance.take("one") for _ in range(100)) == 10
    for number in range(5000):
        assert allowance.take(str(number))
    assert len(allowance._buckets) <= 2048


def test_a_slow_client_is_cut_off_and_cannot_keep_others_out(box: BallotBox) -> None:
    page = PhonePage(box, deadline_s=1.5)
    wires = [socket.create_connection((page.host, page.port), timeout=60) for _ in range(40)]
    try:
        for wire in wires[:MOST_OF_ONE]:
            wire.sendall(f"GET {page.path} HTTP/1.1\r\nX: ".encode())
        assert Phone(page, "127.0.0.2").get().status == 200
        assert [rest_of(wire) for wire in wires[:MOST_OF_ONE]] == [b""] * MOST_OF_ONE
        end = time.monotonic() + 30
        while is_gone(page):  # until the last of them is forgotten
            assert time.monotonic() < end
    finally:
        for wire in wires:
            wire.close()
        page.close()
