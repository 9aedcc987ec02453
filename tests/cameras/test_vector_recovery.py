"""A picture that stops is noticed, said, and comes back by itself; stopping never takes long."""

from __future__ import annotations

import gc
import time
from dataclasses import replace

import pytest

from labeler.cameras.base import CameraState
from labeler.cameras.faults import Cause
from labeler.cameras.robots import RobotConfig
from labeler.cameras.simulated import SimulatedCamera
from tests.cameras.camera_waits import (
    Simulator,
    end_process,
    frames_of,
    wait_for_state,
    wait_until,
)
from tests.cameras.camera_wire import Wire
from tests.cameras.conftest import CameraMaker
from tests.cameras.raw_client import RawClient

PROMPT = 3.0
"""Seconds in which everything that is asked of a robot ends, whatever the robot does."""


def test_a_freeze_is_noticed_in_two_seconds_and_the_picture_comes_back(
    wired_robot: RobotConfig, wire: Wire, vector_camera: CameraMaker
) -> None:
    camera = vector_camera(wired_robot)
    frames_of(camera, 3)
    wire.freeze()
    began = time.monotonic()
    status = wait_for_state(camera, CameraState.LOST)
    assert 1.0 < time.monotonic() - began < 6.0  # promised are two seconds; machines are busy
    assert "does not answer any more. Connecting again." in status.message
    wire.mend()
    frames_of(camera, 2)
    wait_for_state(camera, CameraState.LIVE)


def test_a_death_is_noticed_at_once_and_a_restarted_robot_found_again(
    wired_robot: RobotConfig,
    wire: Wire,
    vector_camera: CameraMaker,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("labeler.cameras.vector.SILENCE", 3600.0)  # nobody misses it first
    camera = vector_camera(wired_robot)
    last = frames_of(camera, 3)[-1]
    wire.cut()
    status = wait_for_state(camera, CameraState.LOST)
    assert "Connecting again." in status.message
    wait_until(lambda: "refuses the connection" in camera.status().message)
    wire.mend()
    wait_for_state(camera, CameraState.LIVE)
    wait_until(lambda: (frame := camera.latest()) and frame.number > last.number + 2)
    camera.stop()
    gc.collect()
    assert [record.getMessage() for record in caplog.records] == []


def test_another_program_that_stops_the_picture_is_told_and_the_picture_comes_back(
    simulated_robot: RobotConfig, vector_camera: CameraMaker
) -> None:
    camera = vector_camera(simulated_robot)
    with RawClient(simulated_robot) as raw:
        raw.watch()
        frames_of(camera, 3)
        wait_until(lambda: len(raw.images) > 3)
        raw.end_feeds()
        status = wait_for_state(camera, CameraState.LOST)
    assert f"Another program stopped the picture of {simulated_robot.name}" in status.message
    wait_for_state(camera, CameraState.LIVE)


def test_a_robot_that_answers_but_sends_no_picture_is_told_and_comes_back(
    simulator: Simulator, vector_camera: CameraMaker
) -> None:
    camera = vector_camera(simulator.robot)
    frames_of(camera, 2)
    with simulator.fault("freeze", "thaw"):
        status = wait_for_state(camera, CameraState.LOST)
    assert "answers but sends no picture. Connecting again." in status.message
    wait_for_state(camera, CameraState.LIVE)


def test_stopping_a_frozen_camera_takes_no_time(
    wired_robot: RobotConfig, wire: Wire, vector_camera: CameraMaker
) -> None:
    camera = vector_camera(wired_robot)
    frames_of(camera, 1)
    wire.freeze()
    began = time.monotonic()
    camera.stop()
    assert time.monotonic() - began < PROMPT
    assert camera.status().state is CameraState.CLOSED


def test_stopping_while_the_connection_is_made_takes_no_time(
    wired_robot: RobotConfig, wire: Wire, vector_camera: CameraMaker
) -> None:
    for connection in (1, 2, 3):  # the preflight's two, then the SDK's
        wire.freeze_connection(connection)
        camera = vector_camera(wired_robot)
        wait_until(lambda: wire.is_frozen)
        began = time.monotonic()
        camera.stop()
        assert time.monotonic() - began < PROMPT
        wire.mend()


def test_a_stopped_camera_reports_nothing_more(
    simulated_robot: RobotConfig, vector_camera: CameraMaker
) -> None:
    camera = vector_camera(simulated_robot)
    frames_of(camera, 2)
    camera.stop()
    frozen = camera.latest()
    with RawClient(simulated_robot) as raw:
        raw.watch()
        wait_until(lambda: len(raw.images) > 3)
    assert camera.latest() is frozen
    assert camera.status().state is CameraState.CLOSED


def test_the_robots_new_address_is_used_once_its_network_is_back(
    simulated_robot: RobotConfig, wired_robot: RobotConfig, wire: Wire, vector_camera: CameraMaker
) -> None:
    addresses = [wired_robot]
    camera = vector_camera(wired_robot)
    camera._locate = lambda: addresses[0]
    frames_of(camera, 1)
    addresses[0] = replace(simulated_robot, ip="vector-nowhere.invalid")
    wire.cut()  # and the computer's own network is away, which knows its name
    wait_until(lambda: "is not known on this network" in camera.status().message)
    assert camera.status().state is CameraState.LOST
    addresses[0] = simulated_robot
    wait_for_state(camera, CameraState.LIVE)


def test_the_simulated_camera_starts_its_robot_revives_it_and_takes_it_along() -> None:
    camera = SimulatedCamera(seed=3)
    camera.start()
    try:
        wait_for_state(camera, CameraState.LIVE)
        first = camera.process_id
        assert first is not None
        end_process(first)
        wait_for_state(camera, CameraState.LOST)
        wait_for_state(camera, CameraState.LIVE)
        assert camera.process_id not in (None, first)
    finally:
        began = time.monotonic()
        camera.stop()
    assert time.monotonic() - began < PROMPT
    assert camera.process_id is None


def test_the_pause_before_the_next_attempt_is_told_and_ends_at_a_word(
    wired_robot: RobotConfig,
    wire: Wire,
    vector_camera: CameraMaker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("labeler.cameras.vector.PAUSES", (0.1, 60.0))
    camera = vector_camera(wired_robot)
    frames_of(camera, 1)
    wire.cut()
    wait_until(lambda: (at := camera.status().retry_at) and at > time.monotonic() + 30)
    assert camera.status().cause is Cause.ADDRESS
    wire.mend()
    camera.retry_now()
    status = wait_for_state(camera, CameraState.LIVE)
    assert (status.retry_at, status.cause) == (None, None)
    wire.cut()
    wire.mend()
    wait_for_state(camera, CameraState.LOST)
    wait_for_state(camera, CameraState.LIVE, timeout=30.0)  # a new loss is tried at once again
    wire.cut()
    wait_until(lambda: (at := camera.status().retry_at) and at > time.monotonic() + 30)
    began = time.monotonic()
    camera.stop()
    assert time.monotonic() - began < PROMPT
