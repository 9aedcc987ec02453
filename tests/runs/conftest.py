"""An empty dataset for each test of runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from labeler.dataset.store import Dataset


@pytest.fixture
def dataset(tmp_path: Path) -> Iterator[Dataset]:
    with Dataset.create(tmp_path / "mugs") as fresh:
        yield fresh
