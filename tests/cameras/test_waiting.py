"""What the verbs of the shell wait for: a picture of now, or a reason why there is none."""

from __future__ import annotations

import time

import pytest

from labeler.cameras.base import Camera, CameraState, CameraStatus, Frame
from labeler.cameras.faults import Cause
from labeler.cameras.link import battery_fraction
from labeler.cameras.waiting import next_frame
from labeler.errors import UserError


class Still(Camera):
    """Shows what the test gives it."""

    patience = 0.2

    def start(self) -> None:
        """Nothing runs."""

    def stop(self, timeout: float = 2.0) -> None:
        """Nothing runs."""


@pytest.mark.parametrize("age", [0.0, 5.0])
def test_only_a_picture_of_now_is_taken(age: float) -> None:
    camera = Still("still")
    frame = Frame(b"jpeg", 3, received=time.monotonic() - age)
    camera._publish(frame)
    camera._set_status(CameraStatus(CameraState.LIVE))
    if age:
        with pytest.raises(UserError, match="No picture from still for"):
            next_frame(camera)
    else:
        assert next_frame(camera) is frame


def test_the_picture_of_before_is_not_taken_again() -> None:
    camera = Still("still")
    camera._publish(Frame(b"jpeg", 3))
    camera._set_status(CameraStatus(CameraState.LIVE))
    with pytest.raises(UserError, match="No picture from still"):
        next_frame(camera, after=3)


def test_a_camera_that_failed_says_why_and_what_to_type() -> None:
    camera = Still("still")
    camera._set_status(CameraStatus(CameraState.FAILED, "It is gone.", cause=Cause.TOKEN))
    with pytest.raises(UserError, match="It is gone") as caught:
        next_frame(camera)
    assert "anki_vector.configure" in caught.value.in_shell


@pytest.mark.parametrize(
    ("volts", "share"), [(4.3, 1.0), (4.1, 1.0), (3.85, 0.5), (3.6, 0.0), (3.2, 0.0)]
)
def test_a_battery_is_full_at_4_1_volts_and_nearly_empty_at_3_6(volts: float, share: float) -> None:
    assert battery_fraction(volts) == pytest.approx(share)
    assert battery_fraction(0.0) is None  # a robot that does not know it yet
