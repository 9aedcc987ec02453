"""One simulated robot for all tests, and SDK clients of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from labeler.simulator.render import Renderer
from tests.simulator.simulator_process import Client, SimulatorProcess

SEED = 1


@pytest.fixture(scope="session")
def running_simulator() -> Iterator[SimulatorProcess]:
    simulator = SimulatorProcess("--port", "0", "--seed", str(SEED), "--log")
    yield simulator
    simulator.end()


@pytest.fixture(scope="session")
def renderer() -> Renderer:
    return Renderer(SEED)


@pytest.fixture
def connect(
    running_simulator: SimulatorProcess, isolated_home: Path
) -> Iterator[Callable[..., Client]]:
    """Connects SDK robots, and disconnects them when the test ends."""
    folder = isolated_home / ".anki_vector"
    folder.mkdir()
    config = Path(running_simulator.ready["config"]).read_text(encoding="utf-8")
    (folder / "sdk_config.ini").write_text(config, encoding="utf-8")
    clients: list[Client] = []

    def make(**options: object) -> Client:
        clients.append(Client(running_simulator.ready, **options))
        return clients[-1]

    yield make
    for client in clients:
        client.close()
