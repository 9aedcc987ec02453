"""A robot whose battery empties says so once, in the status line and beside its name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from labeler.cameras.base import CameraState, CameraStatus
from labeler.dataset.store import Dataset
from labeler.gui.battery_words import BatteryWords
from labeler.gui.document import Document
from labeler.gui.live import LiveCamera
from labeler.gui.main_window import MainWindow
from labeler.gui.robot_pill import RobotPill
from labeler.gui.settings import Settings

LIVE = CameraStatus(CameraState.LIVE, frames_per_second=15.0, battery=0.8)


def at(battery: float | None) -> CameraStatus:
    return replace(LIVE, battery=battery)


def test_it_is_said_once_until_the_robot_was_charged() -> None:
    words = BatteryWords()
    steps = (0.8, 0.09, 0.04, 0.12, 0.08, None, 0.05, 0.6, 0.09)
    said = [bool(words.sentence("Vector-A1B2", at(battery))) for battery in steps]
    assert said == [False, True, False, False, False, False, False, False, True]


def test_another_robot_says_it_for_itself() -> None:
    words = BatteryWords()
    first, second = (words.sentence(name, at(0.04)) for name in ("Vector-A1B2", "Vector-C3D4"))
    assert "Vector-A1B2 is nearly empty (4 %)" in first
    assert "Vector-C3D4" in second


def test_the_window_says_it_and_the_pill_tells_why_its_dot_warns(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Dataset.create(tmp_path / "mugs") as dataset:
        window = MainWindow(Document(dataset), Settings(tmp_path / "window.ini"))
        qtbot.addWidget(window)
        said: list[str] = []
        window.document.said.connect(said.append)
        monkeypatch.setattr(LiveCamera, "status", property(lambda _live: at(0.04)))
        window.live.status_changed.emit(at(0.04))
        assert "nearly empty (4 %)" in "".join(said)
        assert window.pill.toolTip() in said
        film = f"{'long ' * 60}.mp4"
        window.pill.show_status(film, LIVE)
        assert window.pill.sizeHint().width() < 400  # or the window would be wider than its screen
        assert film in window.pill.accessibleName()
        window.close()


def test_the_dot_is_drawn_once_for_each_colour(qtbot: QtBot) -> None:
    pill = RobotPill()
    qtbot.addWidget(pill)

    def dot_of(status: CameraStatus) -> int:
        pill.show_status("Vector-A1B2", status)
        return pill.icon().cacheKey()

    live, lost = dot_of(LIVE), dot_of(CameraStatus(CameraState.LOST))
    assert lost != live
    assert dot_of(replace(LIVE, frames_per_second=14.0)) == live
