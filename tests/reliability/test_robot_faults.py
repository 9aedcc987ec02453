"""A robot that fails comes back and no picture is lost: the short version of robot_faults.py."""

from __future__ import annotations

from pathlib import Path

from tests.reliability.robot_faults import Trial


def test_the_feed_comes_back_after_each_fault_and_every_picture_is_there(tmp_path: Path) -> None:
    summary = Trial(tmp_path / "faults", seed=3, lasting=(0.1, 0.5)).run(faults=3)
    assert summary.losses == []
    assert summary.faults == 3
    assert summary.acknowledged >= 9
