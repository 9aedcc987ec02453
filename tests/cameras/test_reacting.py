"""A robot that speaks, shows a mood and turns: control for the moment, deadlines, sentences."""

from __future__ import annotations

import math
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future
from typing import Any

import pytest

from labeler.cameras.base import CameraState
from labeler.cameras.driving import Driver
from labeler.cameras.reacting import angle_towards, animate, say, turn
from labeler.cameras.vector import VectorCamera
from labeler.errors import UserError
from tests.cameras.camera_waits import Simulator, wait_for_state, wait_until


@pytest.fixture(scope="module")
def robot() -> Iterator[Simulator]:
    with Simulator(seed=11) as running:
        yield running


@pytest.fixture(scope="module")
def camera(robot: Simulator) -> Iterator[VectorCamera]:
    """Connected, without control."""
    shown = VectorCamera("robot", lambda: robot.robot)
    shown.start()
    wait_for_state(shown, CameraState.LIVE, 30.0)
    yield shown
    shown.stop()


def heading(camera: VectorCamera) -> float:
    frame = camera.latest()
    assert frame is not None
    pose = camera.with_pose(frame).pose
    assert pose is not None
    return pose.heading_rad


def test_control_is_given_back_after_each_of_them(camera: VectorCamera) -> None:
    say(camera, "Hi")
    wait_until(lambda: not camera.has_control)
    animate(camera, "GreetAfterLongTime")
    wait_until(lambda: not camera.has_control)


def test_it_turns_towards_what_was_seen_at_the_left(camera: VectorCamera) -> None:
    camera.request_control(5.0)  # so that the robot does not go its own way meanwhile
    try:
        before = heading(camera)
        turn(camera, angle_towards((0.0, 100.0, 120.0, 120.0), 640))
        turned = math.remainder(heading(camera) - before, math.tau)
        assert turned == pytest.approx(math.radians(39), abs=math.radians(12))
        assert camera.has_control  # whoever had it goes on having it
    finally:
        camera.release_control(2.0)


def test_who_begins_to_drive_while_it_speaks_goes_on_driving(
    camera: VectorCamera, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver, order = Driver(camera), camera.order

    def meanwhile(method: str, request: Any, timeout: float) -> Future[Any]:
        if method == "SayText":
            driver.take()
        return order(method, request, timeout)

    monkeypatch.setattr(camera, "order", meanwhile)
    say(camera, "Hi")
    assert camera.has_control
    assert driver.is_on
    driver.release()
    wait_until(lambda: not camera.has_control)
    assert driver.status.message == ""


def test_who_stops_driving_while_it_speaks_leaves_control_until_it_has_spoken(
    camera: VectorCamera, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver, order = Driver(camera), camera.order
    driver.take()
    held: list[bool] = []

    def meanwhile(method: str, request: Any, timeout: float) -> Future[Any]:
        if method == "SayText":
            driver.release()
            held.append(camera.has_control)
        return order(method, request, timeout)

    monkeypatch.setattr(camera, "order", meanwhile)
    say(camera, "Hi")
    assert held == [True]
    wait_until(lambda: not camera.has_control)


def test_control_that_is_not_given_is_a_sentence(
    camera: VectorCamera, robot: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("labeler.cameras.reacting.CONTROL_S", 0.5)
    denied = robot.fault("deny control", "allow control")
    with denied, pytest.raises(UserError, match="control"):
        say(camera, "Hi")


def test_a_webcam_can_neither_speak_nor_turn() -> None:
    class Webcam:
        name = "Webcam 0"

    for act in (lambda: say(Webcam(), "Hi"), lambda: turn(Webcam(), 0.0)):
        with pytest.raises(UserError, match=r"Webcam 0 is no robot"):
            act()


class Deaf:
    """Answers every order with the same fault, and notes what it was asked for."""

    name = "Vector-A1B2"

    def __init__(self, fault: Exception) -> None:
        self.fault = fault
        self.asked: list[str] = []

    def request_control(self, timeout: float, holder: object) -> None:
        self.asked.append("request")

    def release_control(self, timeout: float, holder: object) -> None:
        self.asked.append("release")

    def order(self, method: str, request: Any, timeout: float) -> Future[Any]:
        self.asked.append(method)
        future: Future[Any] = Future()
        future.set_exception(self.fault)
        return future


def test_control_that_would_come_too_late_is_not_wanted_any_more() -> None:
    class Slow(Deaf):
        def request_control(self, timeout: float, holder: object) -> None:
            super().request_control(timeout, holder)
            raise UserError("It did not hand over control.")

    robot = Slow(RuntimeError())
    with pytest.raises(UserError, match="did not hand over"):
        say(robot, "Hi")
    assert robot.asked == ["request", "release"]


class Refused(Exception):  # noqa: N818 - as gRPC raises it
    def __init__(self, code: str) -> None:
        self._code = code

    def code(self) -> Any:
        import grpc

        return grpc.StatusCode[self._code]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Refused("UNIMPLEMENTED"), "does not know how to do this"),
        (TimeoutError(), "did not finish within 15 s"),
        (Refused("DEADLINE_EXCEEDED"), "did not finish within 15 s"),
        (ConnectionError(), "not connected"),
        (Refused("UNAVAILABLE"), "not connected"),
        (CancelledError(), "not connected"),
        (RuntimeError(), "did not do it"),
    ],
)
def test_a_fault_is_a_sentence_and_control_is_given_back(fault: Exception, words: str) -> None:
    robot = Deaf(fault)
    with pytest.raises(UserError, match=words):
        say(robot, "Hi")
    assert robot.asked == ["request", "SayText", "release"]


@pytest.mark.parametrize(("x", "degrees"), [(290.0, 0.0), (-30.0, 45.0), (610.0, -45.0)])
def test_the_edge_of_the_picture_is_half_the_view_aside(x: float, degrees: float) -> None:
    angle = angle_towards((x, 0.0, 60.0, 60.0), 640)
    assert math.degrees(angle) == pytest.approx(degrees)
