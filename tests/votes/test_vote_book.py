"""Votes are on the disk when they are given, and never say more than they may."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from labeler.errors import UserError
from labeler.votes.ballot import Choice, Origin
from labeler.votes.verdict import Tally, count
from labeler.votes.vote_book import VoteBook
from labeler.votes.vote_table import COLUMNS, write_csv


def test_votes_outlive_the_program_and_the_round_goes_on(book: VoteBook, tmp_path: Path) -> None:
    opened = book.begin_round()
    book.cast(Choice.A)
    book.cast(Choice.SAME, Origin.PHONE, "mark")
    again = VoteBook(tmp_path)
    assert again.open_round == book.open_round
    assert again.begin_round().number == opened.number
    assert again.begin_round().sides == opened.sides
    assert [vote.choice for vote in again.begin_round().votes] == [Choice.A, Choice.SAME]
    assert again.damaged == 0


def test_each_round_draws_its_order_anew(book: VoteBook) -> None:
    orders = set()
    for _ in range(40):  # 40 alike in a row: once in a million million
        opened = book.begin_round()
        assert set(opened.sides) == {"pretrained", "scratch"}
        orders.add(opened.a)
        book.reveal()
    assert orders == {"pretrained", "scratch"}
    assert len({each.key for each in book.rounds}) == 40


def test_the_last_vote_can_be_taken_back_and_that_phone_may_vote_again(book: VoteBook) -> None:
    book.begin_round()
    assert book.cast(Choice.A, Origin.PHONE, "mark") is not None
    assert book.cast(Choice.B, Origin.PHONE, "mark") is None
    withdrawn = book.withdraw_last()
    assert withdrawn is not None
    assert withdrawn.choice is Choice.A
    again = book.cast(Choice.B, Origin.PHONE, "mark")
    assert again is not None
    assert again.number > withdrawn.number
    assert [vote.choice for vote in book.begin_round().votes] == [Choice.B]


def test_after_the_reveal_nothing_is_counted_or_taken_back(book: VoteBook) -> None:
    assert book.cast(Choice.A) is None
    book.begin_round()
    book.cast(Choice.A)
    revealed = book.reveal()
    assert revealed is not None
    assert not revealed.is_open
    assert book.cast(Choice.B) is None
    assert book.withdraw_last() is None
    assert book.reveal() is None
    assert book.rounds == (revealed,)


def test_a_vote_for_a_round_that_is_over_is_not_counted_in_the_next(book: VoteBook) -> None:
    first = book.begin_round()
    book.reveal()
    book.begin_round()
    assert book.cast(Choice.A, Origin.PHONE, "mark", first.number) is None
    assert book.begin_round().votes == ()


def test_votes_are_counted_by_what_a_and_b_were_in_their_round(book: VoteBook) -> None:
    for _ in range(6):
        opened = book.begin_round()
        book.cast(Choice.A if opened.a == "scratch" else Choice.B)
        book.cast(Choice.SAME)
        assert count(book.rounds[-1:]) == Tally(0, 0, 0)  # nobody was told yet
        book.reveal()
    assert count(book.rounds) == Tally(pretrained=0, scratch=6, same=6)


def test_a_torn_or_damaged_line_costs_itself_alone(book: VoteBook, tmp_path: Path) -> None:
    book.begin_round()
    book.cast(Choice.A)
    with book.path.open("ab") as stream:
        stream.write(b'{"event": "voted", "round": 1, "at": 1.0, "vo')
    torn = VoteBook(tmp_path)
    assert torn.damaged == 1
    torn.cast(Choice.B)
    lines = [
        '{"event": "voted", "round": 9, "at": 1, "vote": 7, "choice": "a", "origin": "phone"}',
        '{"event": "opened", "round": 2, "at": 1.0, "a": "the left one", "key": "00"}',
        '{"event": "bribed", "round": 1, "at": 1.0}',
        '{"event": "opened", "round": 1, "at": 1.0, "a": "scratch", "key": "00"}',
        '{"event": "voted", "round": 1, "at": NaN, "vote": 9, "choice": "a", "origin": "phone",'
        ' "voter": ""}',
        '{"event": "voted", "round": 1, "at": 1e300, "vote": 9, "choice": "a", "origin": "phone",'
        ' "voter": ""}',
        '{"event": "voted", "round": 1, "at": 1, "vote": 1, "choice": "a", "origin": "phone",'
        ' "voter": ""}',
        "[]",
        "null",
        '{"event": "opened", "round": 2, "at": 1.0, "a": "scratch", "key": "no hex"}',
    ]
    with book.path.open("a", encoding="utf-8") as stream:
        stream.write("\n".join(lines) + "\n")
    hostile = VoteBook(tmp_path)
    assert hostile.damaged == 1 + len(lines)
    assert [vote.choice for vote in hostile.begin_round().votes] == [Choice.A, Choice.B]


def test_a_vote_that_cannot_be_kept_is_said_and_not_counted(
    book: VoteBook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book.begin_round()
    before = book.path.read_bytes()

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("labeler.votes.vote_book.os.fsync", full)
    with pytest.raises(UserError, match="no space left on device"):
        book.cast(Choice.A)
    monkeypatch.undo()
    assert book.begin_round().votes == ()
    assert book.path.read_bytes() == before
    assert book.cast(Choice.B) is not None
    assert VoteBook(tmp_path).damaged == 0


@pytest.mark.skipif(os.name == "nt", reason="Windows opens no folder as a file either way")
def test_a_book_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "votes.jsonl").mkdir()
    with pytest.raises(UserError, match="not a plain file"):
        VoteBook(tmp_path)


def test_the_table_names_the_runs_only_where_they_were_revealed(
    book: VoteBook, tmp_path: Path
) -> None:
    first = book.begin_round()
    book.cast(Choice.A)
    book.cast(Choice.SAME, Origin.PHONE, "mark")
    book.reveal()
    book.begin_round()
    book.cast(Choice.B)
    out = tmp_path / "votes.csv"
    assert write_csv(book.rounds, out) == 3
    header, *rows = list(csv.reader(out.read_text(encoding="utf-8").splitlines()))
    assert tuple(header) == COLUMNS
    assert [row[3:] for row in rows] == [
        ["A", first.a, "computer"],
        ["same", "same", "phone"],
        ["B", "", "computer"],
    ]
    assert rows[0][2].endswith("+00:00")
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".part"] == []
    with pytest.raises(UserError, match="Cannot"):
        write_csv(book.rounds, tmp_path / "nowhere" / "votes.csv")
