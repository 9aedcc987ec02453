"""The simulated robot through the unmodified SDK, over TLS."""

from __future__ import annotations

import io
import math
import threading
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import anki_vector
import pytest
from anki_vector.connection import ControlPriorityLevel
from anki_vector.exceptions import VectorControlTimeoutException, VectorUnauthenticatedException
from anki_vector.messaging import protocol
from anki_vector.util import degrees
from PIL import Image

from labeler.cameras.link import battery_fraction
from labeler.cameras.single_calls import SESSION
from labeler.simulator.faults import Faults
from labeler.simulator.messages import battery_state
from labeler.simulator.truth import read_truth
from tests.simulator.simulator_process import Client, SimulatorProcess, wait_until

Connect = Callable[..., Client]
CONTROL = ControlPriorityLevel.DEFAULT_PRIORITY


def size_of(jpeg: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(jpeg)) as image:
        image.load()
        return image.size


def test_the_sdk_connects_by_the_written_configuration(
    connect: Connect, running_simulator: SimulatorProcess
) -> None:
    connect()  # writes the configuration into the SDK's own place
    with anki_vector.Robot(running_simulator.ready["serial"], default_logging=False) as robot:
        assert robot.get_battery_state().battery_volts > 3.5
        assert robot.get_version_state().os_version
        assert robot.camera.config.focal_length.x == pytest.approx(340)
        assert robot.pose.origin_id == 1
        assert robot.status.is_picked_up is False


def test_a_wrong_token_is_turned_away(
    connect: Connect, running_simulator: SimulatorProcess
) -> None:
    connect()
    with pytest.raises(VectorUnauthenticatedException):
        Client({**running_simulator.ready, "guid": "wrong"})


def test_its_token_is_given_only_to_who_knows_the_word_that_wire_pod_lets_through(
    connect: Connect, running_simulator: SimulatorProcess
) -> None:
    client = connect()
    answers = protocol.UserAuthenticationResponse
    for word in (b"", b"guess", SESSION[:-1], SESSION + b"x", SESSION.lower()):
        told = client.call(
            "UserAuthentication",
            protocol.UserAuthenticationRequest(user_session_id=word, client_name=b"stranger"),
        )
        assert told.code == answers.UNAUTHORIZED
        assert told.client_token_guid == b""
    asked = protocol.UserAuthenticationRequest(user_session_id=SESSION, client_name=b"class room")
    told = client.call("UserAuthentication", asked)
    assert told.code == answers.AUTHORIZED
    assert told.client_token_guid.decode() == running_simulator.ready["guid"]


def test_the_feed_sends_small_jpegs_that_carry_their_true_boxes(connect: Connect) -> None:
    feed = connect().feed()
    for message in feed.wait_for(4):
        assert size_of(message.data) == (640, 360)
        truth = read_truth(message.data)
        assert (truth.width, truth.height) == (640, 360)
    feed.end()


def test_frames_are_numbered_and_stamped_fifteen_a_second(connect: Connect) -> None:
    client = connect()
    feed = client.feed()
    frames = feed.wait_for(4)
    for old, new in pairwise(frames):
        ticks = new.image_id - old.image_id
        assert ticks >= 1
        assert new.frame_time_stamp - old.frame_time_stamp == pytest.approx(
            ticks * 1000 / 15, abs=1
        )
    stamps = lambda: {frame.frame_time_stamp for frame in feed.frames}  # noqa: E731
    wait_until(lambda: client.robot.last_image_time_stamp in stamps())
    feed.end()


@pytest.mark.parametrize(("high", "size"), [(False, (640, 360)), (True, (1280, 720))])
def test_a_single_photo_has_the_size_that_was_asked_for(
    connect: Connect, high: bool, size: tuple[int, int]
) -> None:
    photo = connect().photo(high_resolution=high)
    assert size_of(photo.data) == size
    assert read_truth(photo.data).width == size[0]
    assert photo.image_encoding == 7  # JPEG_COLOR


def test_the_end_of_one_feed_silences_the_other_without_an_error(connect: Connect) -> None:
    one, two = connect(), connect()
    first, second = one.feed(), two.feed()
    first.wait_for(1)
    second.wait_for(1)
    assert one.streaming()
    second.end()
    wait_until(lambda: not one.streaming())
    seen = len(first.frames)
    states: list[int] = []
    one.robot.events.subscribe(lambda *_: states.append(1), anki_vector.events.Events.robot_state)
    wait_until(lambda: len(states) > 3)
    assert len(first.frames) <= seen + 1
    assert first.error is None
    one.call("EnableImageStreaming", protocol.EnableImageStreamingRequest(enable=True))
    first.wait_for(2)
    first.end()


def test_a_photo_silences_the_feed(connect: Connect) -> None:
    client = connect()
    feed = client.feed()
    feed.wait_for(1)
    client.photo()
    assert not client.streaming()
    assert feed.error is None
    feed.end()


def test_wheels_move_the_robot_and_its_picture_only_with_control(connect: Connect) -> None:
    watcher, driver = connect(), connect(behavior_control_level=CONTROL)
    turn = protocol.DriveWheelsRequest(left_wheel_mmps=-60, right_wheel_mmps=60)
    heading = lambda: driver.robot.pose_angle_rad  # noqa: E731
    driver.call("StopAllMotors", protocol.StopAllMotorsRequest())
    wait_until(lambda: not driver.robot.status.are_wheels_moving)
    begin, before = heading(), driver.photo().data
    watcher.call("DriveWheels", turn)
    assert driver.robot.left_wheel_speed_mmps == 0
    driver.robot.motors.set_wheel_motors(-60, 60)
    wait_until(lambda: abs(math.remainder(heading() - begin, math.tau)) > 0.5)
    driver.robot.motors.stop_all_motors()
    wait_until(lambda: not driver.robot.status.are_wheels_moving)
    assert driver.photo().data != before


def test_head_and_lift_go_where_they_are_sent(connect: Connect) -> None:
    robot = connect(behavior_control_level=CONTROL).robot
    robot.behavior.set_head_angle(degrees(-10))
    wait_until(lambda: robot.head_angle_rad == pytest.approx(math.radians(-10), abs=0.01))
    robot.behavior.set_head_angle(degrees(25))
    wait_until(lambda: robot.head_angle_rad == pytest.approx(math.radians(25), abs=0.01))
    robot.behavior.set_lift_height(1.0)
    wait_until(lambda: robot.lift_height_mm == pytest.approx(92, abs=1))
    robot.motors.set_head_motor(-2)
    wait_until(lambda: robot.head_angle_rad < math.radians(-21))


def test_a_more_urgent_client_takes_control_and_the_first_is_told(connect: Connect) -> None:
    first = connect(behavior_control_level=CONTROL).robot
    lost = threading.Event()

    async def wait_for_loss() -> None:
        await first.conn.control_lost_event.wait()
        lost.set()

    first.conn.run_soon(wait_for_loss())
    connect(behavior_control_level=ControlPriorityLevel.OVERRIDE_BEHAVIORS_PRIORITY)
    assert lost.wait(60)


def test_control_can_be_denied(connect: Connect, running_simulator: SimulatorProcess) -> None:
    robot = connect().robot
    running_simulator.order("deny control")
    try:
        with pytest.raises(VectorControlTimeoutException):
            robot.conn.request_control(timeout=0.5).result()
    finally:
        running_simulator.order("allow control")


def test_a_frozen_robot_sends_nothing_until_it_thaws(
    connect: Connect, running_simulator: SimulatorProcess
) -> None:
    client = connect()
    feed = client.feed()
    feed.wait_for(1)
    running_simulator.order("freeze")
    states: list[Any] = []
    wait_until(lambda: quiet(feed.frames, states))
    running_simulator.order("thaw")
    feed.wait_for(2)
    feed.end()


def quiet(frames: list[Any], last: list[Any]) -> bool:
    """Whether nothing came since the call 30 calls ago."""
    last.append(len(frames))
    return len(last) > 30 and last[-1] == last[-30]


def test_its_battery_lasts_a_school_day_or_as_long_as_it_is_told(connect: Connect) -> None:
    connect()  # the SDK wants its own file, whatever stands in it
    for hours, share in ((0.0, 0.99), (1.0, 0.9), (8.0, 0.25)):
        told = battery_state(3600 * hours, Faults())
        fraction = battery_fraction(told.battery_volts)
        assert fraction is not None
        assert fraction >= share
        assert told.battery_level == protocol.BATTERY_LEVEL_NOMINAL
    low = battery_state(1.0, Faults(low_battery=True))
    assert low.battery_level == protocol.BATTERY_LEVEL_LOW
    running = SimulatorProcess("--battery", "0.001", "--pace", "20")
    client = Client(running.ready)
    request = protocol.BatteryStateRequest()
    wait_until(lambda: client.call("BatteryState", request).battery_volts < 3.61)
    client.close()
    running.end()
