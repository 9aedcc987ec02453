"""The controls for exposure: there for robots alone, obeyed, remembered for each robot."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from labeler.cameras.exposure import Exposure, ExposureLimits, HasExposure
from labeler.dataset.model import NO_READINGS
from labeler.dataset.store import Dataset
from labeler.errors import UserError
from labeler.gui.capture.exposure_row import ExposureRow
from labeler.gui.capture.workspace import CaptureWorkspace
from labeler.gui.document import Document
from labeler.gui.live import LiveCamera
from tests.gui.live_waits import Heard, show, until, wait_for_picture


@pytest.fixture
def heard(document: Document) -> Heard:
    return Heard(document)


@pytest.fixture
def workspace(qtbot: QtBot, document: Document, live: LiveCamera, heard: Heard) -> CaptureWorkspace:
    shown = CaptureWorkspace(document, live)
    show(qtbot, shown)
    return shown


def test_the_row_tells_what_is_wished_within_the_limits(qtbot: QtBot) -> None:
    row = ExposureRow()
    qtbot.addWidget(row)
    row.show_limits(ExposureLimits(2, 50, 0.5, 3.5))
    row.show_exposure(Exposure(False, 99, 2.0))
    assert row.exposure_wished() == Exposure(False, 50, 2.0)
    assert (row.exposure.minimum(), row.exposure.accessibleName()) == (2, "Exposure 50 ms")
    assert row.gain.accessibleName() == "Gain 2.0"
    with qtbot.waitSignal(row.wished) as wished:
        row.exposure.setValue(10)
        row.exposure.setValue(20)
    assert wished.args == [Exposure(False, 20, 2.0)]
    row.automatic.click()
    assert row.exposure.isHidden()
    assert row.gain.isHidden()


def test_exposure_by_hand_goes_to_the_robot_into_the_photo_and_is_there_the_next_time(
    qtbot: QtBot,
    workspace: CaptureWorkspace,
    live: LiveCamera,
    known_robot: str,
    dataset: Dataset,
    heard: Heard,
) -> None:
    row = workspace.exposure
    assert row.isHidden()
    live.choose(known_robot)
    wait_for_picture(qtbot, live)
    until(qtbot, lambda: not row.isHidden())
    until(qtbot, lambda: (frame := live.newest()) and frame.readings.exposure_ms)
    chosen = frame.readings if (frame := live.newest()) is not None else NO_READINGS
    qtbot.keyClick(workspace, Qt.Key.Key_E)
    begun = row.exposure_wished()  # where the robot's own choice was
    assert begun.gain == pytest.approx(chosen.gain, abs=0.1)
    row.exposure.setValue(40)
    until(qtbot, lambda: (frame := live.newest()) and frame.readings.exposure_ms == 40)
    qtbot.keyClick(workspace, Qt.Key.Key_Space)
    until(qtbot, lambda: dataset.counts().total == 1)
    (image,) = dataset.images()
    assert (image.readings.exposure_ms, image.readings.auto_exposure) == (40.0, False)
    photos = workspace.strip.photos
    until(qtbot, lambda: photos.rowCount() == 1)
    words = str(photos.data(photos.index(0), Qt.ItemDataRole.ToolTipRole)).split("\n")[1]
    assert words.startswith("head ")
    assert ", exposure 40 ms, gain " in words
    assert ", battery " in words
    live.stop()
    assert row.isHidden()
    live.choose(known_robot)
    until(qtbot, lambda: (frame := live.newest()) and frame.readings.exposure_ms == 40)
    assert row.exposure_wished().exposure_ms == 40
    assert not heard.failures


def test_what_the_robot_does_not_take_is_told_and_the_row_shows_what_stays(
    qtbot: QtBot,
    workspace: CaptureWorkspace,
    live: LiveCamera,
    known_robot: str,
    heard: Heard,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_wish: Exposure) -> None:
        raise UserError("It did not take the exposure.")

    row = workspace.exposure
    live.choose(known_robot)
    until(qtbot, lambda: not row.isHidden())
    row.show_exposure(Exposure(False, 30, 1.0))
    row.exposure.setValue(40)
    assert isinstance(live.camera, HasExposure)
    switch = live.camera.exposure
    until(qtbot, lambda: switch.wish.exposure_ms == 40 and not switch.wish.automatic)
    monkeypatch.setattr(switch, "set", refuse)
    row.automatic.click()
    until(qtbot, lambda: heard.failures)
    assert heard.failures == ["It did not take the exposure."]
    assert not row.automatic.isChecked()
    assert row.exposure_wished().exposure_ms == 40
