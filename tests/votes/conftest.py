"""An empty book of votes for each test, and the page for phones on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from labeler.votes.ballot_box import BallotBox
from labeler.votes.phone_server import PhonePage
from labeler.votes.vote_book import VoteBook


@pytest.fixture
def book(tmp_path: Path) -> VoteBook:
    return VoteBook(tmp_path)


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
