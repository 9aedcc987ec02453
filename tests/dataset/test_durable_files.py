"""What cannot be written is told in words, whatever else fails on that disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from labeler.dataset.files import replace_durably, write_durably
from labeler.errors import UserError


def test_a_place_where_not_even_deleting_works_is_told(tmp_path: Path) -> None:
    """As on a disk that became read-only: what is left of the file cannot be deleted either."""
    (tmp_path / "no folder").touch()
    with pytest.raises(UserError, match="Cannot write"):
        write_durably(tmp_path / "no folder" / "picture.jpg", b"data")


def test_a_name_that_cannot_be_made_durable_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_folder: Path) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("labeler.dataset.files.sync_folder", fail)
    (tmp_path / "a").write_bytes(b"data")
    with pytest.raises(UserError, match="input/output error"):
        replace_durably(tmp_path / "a", tmp_path / "b")
