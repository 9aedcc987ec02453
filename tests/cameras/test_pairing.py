"""Which head angle and pose belong to which picture."""

from __future__ import annotations

from anki_vector.messaging import protocol

from labeler.cameras.pairing import TOLERANCE_MS, RobotStance, StanceHistory
from labeler.dataset.model import Pose


def stance(stamp: int, head: float) -> RobotStance:
    return RobotStance(stamp, head, Pose(0.0, 0.0, 0.0))


def test_a_stance_takes_position_heading_and_head_from_the_robots_message() -> None:
    state = protocol.RobotState(
        pose=protocol.PoseStruct(x=10.0, y=-20.0),
        pose_angle_rad=0.5,
        head_angle_rad=0.25,
        last_image_time_stamp=1234,
    )
    assert RobotStance.from_message(state) == RobotStance(1234, 0.25, Pose(10.0, -20.0, 0.5))


def test_the_first_stance_after_a_picture_is_its_own() -> None:
    history = StanceHistory()
    for stamp, head in [(100, 0.1), (200, 0.2), (200, 0.3), (300, 0.4)]:
        history.add(stance(stamp, head))
    assert history.exact(200) == stance(200, 0.2)
    assert history.match(200) == stance(200, 0.2)


def test_without_its_own_the_nearest_in_time_stands_in() -> None:
    history = StanceHistory()
    assert history.match(100) is None
    history.add(stance(100, 0.1))
    history.add(stance(200, 0.2))
    assert history.exact(180) is None
    assert history.match(180) == stance(200, 0.2)
    assert history.match(200 + TOLERANCE_MS) == stance(200, 0.2)
    assert history.match(201 + TOLERANCE_MS) is None
