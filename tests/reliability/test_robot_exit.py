"""The window's process ends, whatever its robot does: the worst fault. robot_exit.py tries all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cameras.camera_waits import Simulator
from tests.reliability.robot_exit import FAULTS, exit_seconds

(WORST,) = (each for each in FAULTS if each.name == "a photo that never comes")


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator(seed=11) as running:
        yield running


def test_a_window_ends_in_the_middle_of_a_fault(simulator: Simulator) -> None:
    assert exit_seconds(WORST, simulator) < 8
