"""Waiting for a camera's next frame, as the verbs of the shell do."""

from __future__ import annotations

import time

from labeler.cameras.base import Camera, CameraState, CameraStatus, Frame
from labeler.cameras.faults import IN_SHELL
from labeler.cameras.worker import SILENCE
from labeler.errors import UserError

GLANCE = 0.005


def next_frame(camera: Camera, after: int = 0) -> Frame:
    """The newest frame with a number above `after`, never a stale one.

    Raises UserError with the camera's own sentence when none comes.
    """
    deadline = time.monotonic() + camera.patience
    while True:
        frame = camera.latest()
        if frame is not None and frame.number > after and frame.age < SILENCE:
            return camera.with_pose(frame)
        status = camera.status()
        if status.state in (CameraState.FAILED, CameraState.CLOSED):
            raise _told(status.message or f"The camera {camera.name} is closed.", status)
        if time.monotonic() > deadline:
            reason = status.message or "It is connected."
            raise _told(
                f"No picture from {camera.name} for {camera.patience:.0f} s. {reason}", status
            )
        time.sleep(GLANCE)


def _told(sentence: str, status: CameraStatus) -> UserError:
    command = IN_SHELL.get(status.cause, "") if status.cause is not None else ""
    return UserError(sentence, in_shell=command)
