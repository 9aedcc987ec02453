"""A killed trainer loses nothing but a while: the short version of kill_trainer.py."""

from __future__ import annotations

import sys
from pathlib import Path

if sys.platform != "win32":  # there is no forkserver, and no SIGKILL

    def test_a_killed_trainer_goes_on_and_learns_the_same(tmp_path: Path) -> None:
        from tests.reliability.kill_trainer import kill

        summary = kill(tmp_path / "runs", kills=2, seed=7, epochs=2.0, longest_side=64)
        assert summary.losses == 0
        assert summary.kills == 2
        assert summary.runs >= 1
