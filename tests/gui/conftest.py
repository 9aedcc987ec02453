"""A simulated robot that all tests of the window share, known to the person's configuration."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from labeler.dataset.store import Dataset
from labeler.gui.background import finish_jobs
from labeler.gui.document import Document
from labeler.gui.live import LiveCamera
from labeler.gui.settings import Settings
from tests.cameras.camera_waits import Simulator
from tests.cameras.camera_wire import Wire


@pytest.fixture(scope="session")
def simulator() -> Iterator[Simulator]:
    with Simulator(seed=5) as running:
        yield running


@pytest.fixture
def wire(simulator: Simulator) -> Iterator[Wire]:
    """The cable to the shared robot; a test may pull it."""
    cable = Wire(simulator.robot.port)
    yield cable
    cable.close()


@pytest.fixture
def known_robot(simulator: Simulator, wire: Wire, isolated_home: Path) -> str:
    """The id of the shared robot, which stands in the SDK's configuration as a real one would."""
    robot = simulator.robot
    folder = isolated_home / ".anki_vector"
    folder.mkdir()
    (folder / "sdk_config.ini").write_text(
        f"[{robot.serial}]\ncert = {robot.cert}\nip = {robot.ip}\nname = {robot.name}\n"
        f"guid = {robot.guid}\nport = {wire.port}\n",
        encoding="utf-8",
    )
    return f"robot:{robot.serial}"


@pytest.fixture
def dataset(tmp_path: Path) -> Iterator[Dataset]:
    with Dataset.create(tmp_path / "kitchen") as fresh:
        yield fresh
        finish_jobs()


@pytest.fixture
def document(qtbot: QtBot, dataset: Dataset) -> Document:
    return Document(dataset)


@pytest.fixture
def live(qtbot: QtBot) -> Iterator[LiveCamera]:
    camera = LiveCamera()
    yield camera
    camera.stop()
    finish_jobs()


@pytest.fixture(autouse=True)
def without_proposals(isolated_home: Path) -> None:
    """Most tests of the window need none, and each would take a fifth of a second."""
    Settings().set_number("proposals", 0)
