"""A simulated robot that stopped is started again, and its certificate is nobody's task."""

from __future__ import annotations

import logging
import os
import shutil
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from labeler.cameras.base import CameraState
from labeler.cameras.robots import RobotConfig
from labeler.cameras.simulated import RESTARTED, SimulatedCamera
from tests.cameras.camera_waits import frames_of, wait_until

OF_REAL_ONES = ("certificate", "token", "set the robot up", "set it up", "authorised", "configure")


class Sentences:
    """All that a camera says."""

    def __init__(self, camera: SimulatedCamera) -> None:
        self._camera = camera
        self.said: list[str] = []
        camera.tell(self._hear)

    def _hear(self) -> None:
        status = self._camera.status()
        if status.message and status.message not in self.said[-1:]:
            self.said.append(status.message)


@pytest.fixture
def camera() -> Iterator[SimulatedCamera]:
    running = SimulatedCamera(seed=3)
    running.start()
    yield running
    running.stop()


def _kill(camera: SimulatedCamera) -> None:
    assert camera.process_id is not None
    os.kill(camera.process_id, signal.SIGKILL)


def _end(camera: SimulatedCamera) -> None:
    """As a system that shuts down does: it says goodbye, its certificate first."""
    assert camera.process_id is not None
    os.kill(camera.process_id, signal.SIGTERM)


def _clean_up(camera: SimulatedCamera) -> None:
    """As one who empties the temporary folder, under a robot that lives, and then its line ends."""
    link = camera._link
    assert link is not None
    shutil.rmtree(link.robot.cert.parent)
    link.close()
    camera._feed_end = ""
    camera._news.set()


def _is_back(camera: SimulatedCamera) -> bool:
    status = camera.status()
    return (status.state, status.message) == (CameraState.LIVE, RESTARTED)


def test_a_simulated_robot_that_stopped_while_it_is_watched_is_started_again_and_says_so(
    camera: SimulatedCamera, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    frames_of(camera, 1)
    assert camera.process_id is not None
    assert os.getpgid(camera.process_id) != os.getpgid(0)  # Ctrl+C is not meant for it
    sentences = Sentences(camera)
    for stop in (_kill, _end, _clean_up):
        before, heard = camera.process_id, len(sentences.said)
        stop(camera)
        wait_until(lambda before=before: camera.process_id not in (None, before))
        wait_until(lambda: _is_back(camera))
        assert RESTARTED in sentences.said[heard:]
    assert not [word for word in OF_REAL_ONES if word in " ".join(sentences.said).lower()]
    told = [each.getMessage() for each in caplog.records if "ended by itself" in each.msg]
    assert len(told) == 3
    assert "(code -9): it said nothing" in told[0]
    assert "told to end by SIGTERM" in told[1]


def test_one_that_is_not_connected_at_that_moment_is_started_again_as_well(
    camera: SimulatedCamera,
) -> None:
    frames_of(camera, 1)
    camera.world.enter(idle := object())
    camera.stop()
    _kill(camera)
    sentences = Sentences(camera)
    camera.start()
    wait_until(lambda: camera.status().state is CameraState.LIVE)
    assert camera.status().message == RESTARTED
    assert not [word for word in OF_REAL_ONES if word in " ".join(sentences.said).lower()]
    camera.world.leave(idle, 1.0)


def test_a_certificate_or_token_that_does_not_fit_is_mended_without_a_word_of_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    camera = SimulatedCamera(seed=3)
    find = camera.world.robot
    wrong = [
        lambda found: replace(found, guid="none"),
        lambda found: replace(found, cert=tmp_path / "gone.cert"),
    ]

    def robot(*words: Any) -> RobotConfig:
        found = find(*words)
        return wrong.pop()(found) if wrong else found

    monkeypatch.setattr(camera.world, "robot", robot)
    sentences = Sentences(camera)
    camera.start()
    try:
        wait_until(lambda: _is_back(camera))
    finally:
        camera.stop()
    assert wrong == []
    assert not [word for word in OF_REAL_ONES if word in " ".join(sentences.said).lower()]
