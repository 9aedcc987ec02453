"""The window's process ends, whatever its robot does: the two worst faults."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cameras.camera_waits import Simulator
from tests.reliability.robot_exit import FAULTS, Fault, exit_seconds

WORST = [
    each for each in FAULTS if each.name in ("gone while connecting", "a photo that never comes")
]


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator(seed=11) as running:
        yield running


@pytest.mark.parametrize("fault", WORST, ids=lambda fault: fault.name)
def test_a_window_ends_in_the_middle_of_a_fault(fault: Fault, simulator: Simulator) -> None:
    assert exit_seconds(fault, simulator) < 8
