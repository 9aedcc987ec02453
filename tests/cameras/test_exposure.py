"""Exposure and gain by hand: held within limits, kept over connections, given back, told."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import pytest
from anki_vector.messaging import protocol

from labeler.cameras.base import CameraState
from labeler.cameras.exposure import USUAL_LIMITS, Exposure, ExposureLimits, ExposureSwitch
from labeler.cameras.link import RobotLink
from labeler.cameras.robots import RobotConfig
from labeler.dataset.model import Readings
from labeler.errors import UserError
from tests.cameras.camera_waits import Simulator, frames_of, wait_for_state, wait_until
from tests.cameras.conftest import CameraMaker

BY_HAND = Exposure(automatic=False, exposure_ms=30, gain=2.0)


class RefusalError(Exception):
    def code(self) -> Any:
        return type("Code", (), {"name": "UNIMPLEMENTED"})


class Robot:
    """The far end of a link: remembers what it was told, or refuses."""

    robot = RobotConfig("00e1", "Vector-T1", "127.0.0.1", Path("none"), "secret")

    def __init__(self, fault: Exception | None = None, most_gain: float = 3.5) -> None:
        self.fault = fault
        self.most_gain = most_gain
        self.told: list[Any] = []

    async def call(self, method: str, request: Any, timeout: float = 1.0) -> Any:
        if self.fault is not None:
            raise self.fault
        if method == "GetCameraConfig":
            return protocol.CameraConfigResponse(
                min_camera_exposure_time_ms=2,
                max_camera_exposure_time_ms=50,
                min_camera_gain=0.5,
                max_camera_gain=self.most_gain,
            )
        self.told.append((request.enable_auto_exposure, request.exposure_ms, request.gain))
        return None

    def submit(self, work: Coroutine[Any, Any, Any]) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(asyncio.run(work))
        except Exception as error:
            future.set_exception(error)
        return future

    def link(self) -> RobotLink:
        return cast(RobotLink, self)


@pytest.fixture
def told() -> list[Readings]:
    return []


@pytest.fixture
def switch(told: list[Readings]) -> ExposureSwitch:
    return ExposureSwitch(told.append)


def test_a_wish_is_held_within_what_the_camera_takes() -> None:
    limits = ExposureLimits(2, 50, 0.5, 3.5)
    assert limits.hold(Exposure(False, 99, 9.0)) == Exposure(False, 50, 3.5)
    assert limits.hold(Exposure(False, 0, 0.0)) == Exposure(False, 2, 0.5)
    assert limits.hold(BY_HAND) == BY_HAND


def test_what_was_set_is_told_of_the_pictures_to_come(
    switch: ExposureSwitch, told: list[Readings]
) -> None:
    robot = Robot()
    switch.begin(robot.link())
    assert (robot.told, told) == ([], [])  # nobody wished anything: the robot is left alone
    assert switch.limits() == ExposureLimits(2, 50, 0.5, 3.5)
    switch.set(BY_HAND)
    switch.set(Exposure())
    assert robot.told == [(False, 30, 2.0), (True, 0, 0.0)]
    by_hand = Readings(exposure_ms=30.0, gain=2.0, auto_exposure=False)
    assert told == [by_hand, Readings(auto_exposure=True)]


@pytest.mark.parametrize("gain", [float("inf"), float("nan"), 0.1, 1e30])
def test_limits_that_no_camera_can_have_are_not_believed(
    switch: ExposureSwitch, gain: float
) -> None:
    switch.begin(Robot(most_gain=gain).link())
    assert switch.limits() == USUAL_LIMITS


def test_it_is_set_again_after_a_reconnection_and_given_back_at_the_end(
    switch: ExposureSwitch, told: list[Readings]
) -> None:
    first, busy, second = Robot(), Robot(TimeoutError()), Robot()
    switch.begin(first.link())
    switch.set(BY_HAND)
    switch.end(first.link(), for_good=False)
    assert first.told == [(False, 30, 2.0)]
    switch.begin(busy.link())
    assert len(told) == 1  # it did not take it: its pictures are not said to have it
    switch.end(busy.link(), for_good=False)
    switch.begin(second.link())
    assert second.told == [(False, 30, 2.0)]
    assert len(told) == 2
    switch.end(second.link(), for_good=True)
    assert second.told[-1] == (True, 0, 0.0)


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (RefusalError(), "does not let programs set the exposure"),
        (TimeoutError(), "did not take the exposure"),
    ],
)
def test_a_robot_that_cannot_or_does_not_answer_is_told_and_goes_on(
    switch: ExposureSwitch, told: list[Readings], fault: Exception, sentence: str
) -> None:
    robot = Robot(fault)
    switch.begin(robot.link())
    assert switch.limits() == USUAL_LIMITS
    with pytest.raises(UserError, match=sentence) as caught:
        switch.set(BY_HAND)
    assert "Vector-T1" in str(caught.value)
    assert "secret" not in f"{caught.value} {caught.value.details}"
    robot.fault = None
    switch.end(robot.link(), for_good=True)
    assert (robot.told, told) == ([], [])  # it never had it


def test_without_a_connection_it_stays_as_it_is(switch: ExposureSwitch) -> None:
    assert switch.limits() == USUAL_LIMITS
    with pytest.raises(UserError, match="not connected"):
        switch.set(BY_HAND)


def test_frames_of_the_robot_carry_the_exposure_battery_and_lift(
    vector_camera: CameraMaker, simulated_robot: RobotConfig
) -> None:
    camera = vector_camera(simulated_robot)
    wait_for_state(camera, CameraState.LIVE)
    assert camera.exposure.limits().most_ms > 1
    camera.exposure.set(BY_HAND)

    def carries_all() -> bool:
        frame = camera.latest()
        told = frame.readings if frame is not None else Readings()
        by_hand = (told.exposure_ms, told.gain, told.auto_exposure) == (30.0, 2.0, False)
        return by_hand and None not in (told.battery, told.lift_mm)

    wait_until(carries_all)


def test_a_robot_that_never_answers_is_told_in_a_few_seconds_and_the_picture_goes_on(
    vector_camera: CameraMaker, simulator: Simulator
) -> None:
    """Both questions at once, as they are all that this test waits for."""
    camera = vector_camera(simulator.robot)
    seen = frames_of(camera, 1)[-1]
    with (
        simulator.fault("hang SetCameraSettings", "answer SetCameraSettings"),
        simulator.fault("hang GetCameraConfig", "answer GetCameraConfig"),
        ThreadPoolExecutor() as pool,
    ):
        began = time.monotonic()
        limits = pool.submit(camera.exposure.limits)
        with pytest.raises(UserError, match=r"did not take the exposure\. The picture goes on"):
            camera.exposure.set(BY_HAND)
        assert limits.result() == USUAL_LIMITS
        assert time.monotonic() - began < 10  # three as a rule; machines are busy
    assert frames_of(camera, 1)[-1].number > seen.number + 5
    assert camera.exposure.wish == Exposure()
