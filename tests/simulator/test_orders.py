"""What the robot can be told to do is done, or answered with why not, and told."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable

import pytest
from anki_vector.connection import ControlPriorityLevel
from anki_vector.messaging import protocol
from anki_vector.util import degrees, distance_mm, speed_mmps

from tests.simulator.simulator_process import Client, SimulatorProcess, wait_until

CODES = protocol.ActionResult


@pytest.fixture
def driver(connect: Callable[..., Client]) -> Client:
    """The SDK's robot with control, standing still."""
    client = connect(behavior_control_level=ControlPriorityLevel.DEFAULT_PRIORITY)
    client.robot.motors.stop_all_motors()
    wait_until(lambda: not client.robot.status.are_wheels_moving)
    return client


def test_what_it_says_and_plays_is_told_and_answered_when_it_is_over(
    driver: Client, running_simulator: SimulatorProcess
) -> None:
    robot = driver.robot
    assert robot.behavior.say_text("I see a mug").state == protocol.SayTextResponse.FINISHED
    assert running_simulator.next_told("said") == "I see a mug"
    assert "GreetAfterLongTime" in robot.anim.anim_trigger_list
    head = robot.head_angle_rad
    playing = threading.Thread(
        target=robot.anim.play_animation_trigger, args=("GreetAfterLongTime",)
    )
    playing.start()
    wait_until(lambda: robot.status.is_animating)
    playing.join(60)
    assert running_simulator.next_told("played") == "GreetAfterLongTime"
    wait_until(lambda: not robot.status.is_animating)
    wait_until(lambda: robot.head_angle_rad == pytest.approx(head, abs=0.02))


def test_what_it_cannot_do_is_told_and_not_started(
    driver: Client, running_simulator: SimulatorProcess
) -> None:
    answer = driver.robot.behavior.find_faces()
    assert answer.result == protocol.BehaviorResults.Value("BEHAVIOR_WONT_ACTIVATE_STATE")
    assert running_simulator.next_told("asked") == "FindFaces"


def test_a_turn_ends_where_it_was_told_to(driver: Client) -> None:
    robot = driver.robot
    begun = robot.pose_angle_rad
    assert robot.behavior.turn_in_place(degrees(-90)).result.code == CODES.ACTION_RESULT_SUCCESS
    wait_until(lambda: not robot.status.are_wheels_moving)
    turned = math.degrees(math.remainder(robot.pose_angle_rad - begun, math.tau))
    assert turned == pytest.approx(-90, abs=2)
    robot.behavior.turn_in_place(degrees(0), is_absolute=1)
    wait_until(lambda: robot.pose_angle_rad == pytest.approx(0, abs=0.03))


def test_a_cliff_stops_it_and_is_told(driver: Client, running_simulator: SimulatorProcess) -> None:
    robot = driver.robot
    robot.motors.set_wheel_motors(30, -30)
    wait_until(lambda: robot.status.are_wheels_moving)
    running_simulator.order("cliff")
    wait_until(lambda: robot.status.is_cliff_detected and not robot.status.are_wheels_moving)
    code = robot.behavior.drive_straight(distance_mm(50), speed_mmps(50)).result.code
    assert code == CODES.MOTOR_STOPPED_MAKING_PROGRESS
    running_simulator.order("ground")
    wait_until(lambda: not robot.status.is_cliff_detected)


def test_an_exposure_is_taken_told_and_given_back_to_the_automatic(driver: Client) -> None:
    camera = driver.robot.camera
    feed = driver.feed()
    feed.wait_for(2)
    wait_until(lambda: camera.gain and camera.exposure_ms)
    camera.set_manual_exposure(1, 0.2)
    wait_until(lambda: camera.exposure_ms == 1 and not camera.is_auto_exposure_enabled)
    out_of_range = protocol.SetCameraSettingsRequest(exposure_ms=500, gain=1.0)
    assert "out of range" in driver.call("SetCameraSettings", out_of_range).status_message
    dark = min(len(frame.data) for frame in feed.wait_for(3))
    camera.enable_auto_exposure()
    wait_until(lambda: min(len(frame.data) for frame in feed.wait_for(1)) > 1.3 * dark)
    feed.end()


def test_low_battery_and_charger_are_told(
    driver: Client, running_simulator: SimulatorProcess
) -> None:
    simulator, robot = running_simulator, driver.robot
    simulator.order("low battery")
    low = protocol.BATTERY_LEVEL_LOW
    wait_until(lambda: robot.get_battery_state().battery_level == low)
    simulator.order("full battery")
    simulator.order("dock")
    wait_until(lambda: robot.status.is_on_charger)
    assert robot.get_battery_state().is_charging
    code = robot.behavior.drive_straight(distance_mm(50), speed_mmps(50)).result.code
    assert code == CODES.SHOULDNT_DRIVE_ON_CHARGER
    robot.behavior.drive_off_charger()
    wait_until(lambda: not robot.status.is_on_charger)
