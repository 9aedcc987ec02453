"""An empty book of votes for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from labeler.votes.vote_book import VoteBook


@pytest.fixture
def book(tmp_path: Path) -> VoteBook:
    return VoteBook(tmp_path)
