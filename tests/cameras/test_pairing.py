"""Which head angle and pose belong to which picture."""

from __future__ import annotations

from anki_vector.messaging import protocol

from labeler.cameras.pairing import Pairing, RobotStance
from labeler.dataset.model import Pose, Readings


def stance(stamp: int, head: float) -> RobotStance:
    return RobotStance(stamp, head, Pose(0.0, 0.0, 0.0))


def test_a_stance_takes_position_heading_head_and_lift_from_the_robots_message() -> None:
    state = protocol.RobotState(
        pose=protocol.PoseStruct(x=10.0, y=-20.0),
        pose_angle_rad=0.5,
        head_angle_rad=0.25,
        lift_height_mm=40.0,
        last_image_time_stamp=1234,
    )
    assert RobotStance.from_message(state) == RobotStance(1234, 0.25, Pose(10.0, -20.0, 0.5), 40.0)


def test_the_first_stance_after_a_picture_is_its_own() -> None:
    pairing = Pairing()
    for stamp, head in [(100, 0.1), (200, 0.2), (200, 0.3), (300, 0.4)]:
        pairing.add(stance(stamp, head))
    assert pairing.exact(200) == stance(200, 0.2)
    assert pairing.match(200) == stance(200, 0.2)


def test_without_its_own_the_nearest_in_time_stands_in() -> None:
    pairing = Pairing()
    assert pairing.match(100) is None
    pairing.add(stance(100, 0.1))
    pairing.add(stance(200, 0.2))
    assert pairing.exact(180) is None
    assert pairing.match(180) == stance(200, 0.2)
    assert pairing.match(333) == stance(200, 0.2)  # two pictures later, at 15 a second
    assert pairing.match(467) is None  # four: it may look elsewhere by now


def test_a_frame_takes_the_nearest_stance_and_is_corrected_when_its_own_arrives() -> None:
    pairing = Pairing()
    pairing.add(stance(100, 0.1))
    frame = pairing.frame(b"jpeg", number=7, stamp=150)
    assert (frame.data, frame.number, frame.head_angle_rad) == (b"jpeg", 7, 0.1)
    assert pairing.corrected(frame) is None
    pairing.add(stance(150, 0.2))
    corrected = pairing.corrected(frame)
    assert corrected is not None
    assert (corrected.number, corrected.received) == (7, frame.received)
    assert corrected.head_angle_rad == 0.2


def test_a_frame_without_any_stance_has_no_pose() -> None:
    frame = Pairing().frame(b"jpeg", number=1, stamp=150)
    assert frame.head_angle_rad is None
    assert frame.pose is None


def test_a_frame_carries_what_the_robot_told_last_and_takes_the_lift_from_its_stance() -> None:
    pairing = Pairing()
    pairing.tell_battery(0.5)
    pairing.tell_exposure(Readings(exposure_ms=20.0, gain=1.5, auto_exposure=True))
    frame = pairing.frame(b"jpeg", number=1, stamp=150)
    assert frame.readings == Readings(None, 0.5, 20.0, 1.5, True)
    pairing.tell_battery(0.4)
    pairing.add(RobotStance(150, 0.2, Pose(0.0, 0.0, 0.0), 33.0))
    corrected = pairing.corrected(frame)
    assert corrected is not None
    assert corrected.readings == Readings(33.0, 0.5, 20.0, 1.5, True)  # the battery of its moment
