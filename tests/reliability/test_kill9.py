"""A window killed in the middle of the work loses nothing: the short version of kill9.py."""

from __future__ import annotations

from pathlib import Path

from tests.reliability.kill9 import clean_from_the_shell, kill


def test_a_killed_window_loses_no_edit_and_no_photo(tmp_path: Path) -> None:
    folder = tmp_path / "hurry"
    summary = kill(folder, kills=4, seed=7, most=25)
    assert summary.losses == 0
    assert summary.kills == 4
    assert summary.acknowledged >= 4
    assert clean_from_the_shell(folder)
