"""Phones vote once each through a page that gives nothing away and fears no client."""

from __future__ import annotations

import socket
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from labeler.errors import UserError
from labeler.votes.ballot import Choice
from labeler.votes.ballot_box import BallotBox
from labeler.votes.lan import lan_address
from labeler.votes.phone_server import PhonePage
from labeler.votes.qr import squares
from labeler.votes.vote_book import VoteBook
from tests.votes.phones import Phone, is_gone, open_votes, refused, rest_of

SECURITY = (
    "content-security-policy",
    "cache-control",
    "x-content-type-options",
    "x-frame-options",
    "referrer-policy",
)


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
    assert open_votes(book) == [Choice.B]
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
    assert "the next vote appears here by itself" in waiting.body
    assert 'http-equiv="refresh"' in waiting.body
    assert phone.vote("a").status == 409
    book.begin_round()
    assert 'value="a"' in phone.get().body
    late = phone.vote("b", 1)  # the page of the round before
    assert (late.status, "This vote is over." in late.body) == (409, True)
    assert phone.vote("b", 2).status == 303
    assert open_votes(book) == [Choice.B]


def test_a_vote_taken_back_at_the_computer_may_be_given_again(
    page: PhonePage, book: VoteBook
) -> None:
    phone = Phone(page)
    phone.get()
    phone.vote("a")
    book.withdraw_last()
    assert 'value="a"' in phone.get().body
    assert phone.vote("same").status == 303
    assert open_votes(book) == [Choice.SAME]


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
    assert open_votes(book) == []


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
    assert open_votes(book) == [Choice.A]


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
        assert "There is no vote at this address." in answer.body
        assert "set-cookie" not in answer.headers
        assert page.path not in answer.body
        assert all(name in answer.headers for name in SECURITY)


def test_a_token_that_is_nearly_right_is_wrong(page: PhonePage, book: VoteBook) -> None:
    phone = Phone(page)
    phone.get()
    for path in (page.path[:-1], page.path + "/", page.path + "?a=1", page.path.swapcase()):
        assert phone.ask("POST", path, b"round=1&choice=a").status == 404
    assert open_votes(book) == []


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
    assert open_votes(book) == []


def test_a_body_of_gigabytes_is_refused_unread(page: PhonePage, book: VoteBook) -> None:
    head = f"POST {page.path} HTTP/1.1\r\nHost: {page.host}:{page.port}\r\n"
    for length in ("5000000000", "9" * 500, "-1", "+5", "1e9", "٣"):
        answer = refused(page, f"{head}Content-Length: {length}\r\n\r\n".encode())
        assert answer.split(b" ")[1] in (b"413", b"411")
    chunked = refused(page, f"{head}Transfer-Encoding: chunked\r\n\r\n5\r\nround".encode())
    assert chunked.split(b" ")[1] == b"411"
    assert open_votes(book) == []


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
    assert open_votes(book) == []


def _mark(box: BallotBox, book: VoteBook) -> str:
    opened = book.open_round
    assert opened is not None
    return f"vote={box.new_mark(opened)}"


def test_a_mark_of_another_pair_or_of_a_round_before_is_none(
    page: PhonePage, box: BallotBox, book: VoteBook, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    other = VoteBook(tmp_path / "other")
    other.begin_round()
    phone = Phone(page)
    phone.cookie = _mark(BallotBox(other, lambda: None), other)
    assert phone.vote("a").status == 403
    phone.cookie = of_first = _mark(box, book)
    book.reveal()
    book.begin_round()
    assert phone.vote("a", 2).status == 403
    phone.cookie = _mark(box, book)
    assert phone.vote("a", 2).status == 303
    assert of_first != phone.cookie
    assert open_votes(book) == [Choice.A]


def test_the_file_of_votes_holds_nothing_that_a_phone_could_vote_with(
    page: PhonePage, book: VoteBook
) -> None:
    phone = Phone(page)
    phone.get()
    identity, _, signature = phone.cookie.removeprefix("vote=").partition(".")
    assert phone.vote("a").status == 303
    kept = book.path.read_text("utf-8")
    assert '"voted"' in kept
    assert identity not in kept
    assert signature not in kept


def test_a_form_on_another_site_cannot_vote(page: PhonePage, book: VoteBook) -> None:
    phone = Phone(page)
    phone.get()
    assert phone.vote("a", Origin="http://evil.example").status == 403
    assert phone.vote("a", Origin="null").status == 403
    assert open_votes(book) == []
    assert phone.vote("a", Origin=f"http://{page.host}:{page.port}").status == 303


def test_who_throws_the_mark_away_votes_only_a_few_times(page: PhonePage, book: VoteBook) -> None:
    outcomes = []
    for _ in range(5):
        phone = Phone(page)  # a new private window each time
        phone.get()
        outcomes.append(phone.vote("a").status)
    assert outcomes == [303] * 3 + [403] * 2
    other = Phone(page, "127.0.0.2")
    other.get()
    assert other.vote("b").status == 303
    assert Counter(open_votes(book)) == {Choice.A: 3, Choice.B: 1}


def test_twenty_clicks_at_once_are_one_vote(page: PhonePage, book: VoteBook) -> None:
    phone = Phone(page)
    phone.get()
    with ThreadPoolExecutor(10) as hands:
        outcomes = Counter(hands.map(lambda _: phone.vote("a").status, range(20)))
    assert outcomes[303] == 1
    assert open_votes(book) == [Choice.A]


def test_a_request_of_the_oldest_kind_gets_no_page_without_its_rules(page: PhonePage) -> None:
    host = f"Host: {page.host}:{page.port}"
    assert refused(page, f"GET {page.path}\r\n{host}\r\n\r\n".encode()) == b""
