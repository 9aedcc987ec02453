"""A recorded feed played again and again, as if it were live."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

from anki_vector.messaging import protocol
from google.protobuf.message import DecodeError

from labeler.simulator.frames import CameraFrame
from labeler.simulator.recording import COUNTED, RecordedFrame, Recording, no_feed

TOLERANCE = 1e-3
"""Seconds by which a picture may be early, so that rounding drops none."""


class Playback:
    """What the feed shows. It begins with the first picture that is asked for; numbers and time
    stamps go on rising when it begins again. seconds are the world's."""

    def __init__(self, recording: Recording) -> None:
        """Raises UserError where a state in it is none."""
        self._check(recording)
        self._recording = recording
        self._begun: float | None = None
        self._times = [frame.at for frame in recording.frames]
        first, last = recording.frames[0], recording.frames[-1]
        self._numbers = last.number - first.number + 1
        self._stamps = last.time_stamp - first.time_stamp + round(1000 * self._rest)

    @staticmethod
    def _check(recording: Recording) -> None:
        for frame in recording.frames:
            try:
                protocol.RobotState.FromString(frame.state)
            except DecodeError as error:
                recording.close()
                why = f"what stands beside picture {frame.number} is no robot's state"
                raise no_feed(recording.path, why) from error

    @property
    def _rest(self) -> float:
        return self._recording.seconds - self._times[-1]

    def frame(self, seconds: float) -> CameraFrame:
        """The newest picture, byte for byte as it was recorded."""
        if self._begun is None:
            self._begun = seconds
        times, found = self._at(seconds)
        picture = self._recording.picture(found)
        number = (found.number + times * self._numbers) % COUNTED
        return CameraFrame(number, self._later(found.time_stamp, times), picture)

    def state(self, seconds: float) -> Any:
        """The robot_state that belongs to it."""
        times, found = self._at(seconds)
        state = protocol.RobotState.FromString(found.state)
        if times and state.last_image_time_stamp:
            state.last_image_time_stamp = self._later(state.last_image_time_stamp, times)
        return state

    def close(self) -> None:
        self._recording.close()

    def _later(self, stamp: int, times: int) -> int:
        return (stamp + times * self._stamps) % COUNTED

    def _at(self, seconds: float) -> tuple[int, RecordedFrame]:
        since = seconds - (seconds if self._begun is None else self._begun)
        times, within = divmod(since + TOLERANCE, self._recording.seconds)
        place = max(0, bisect_right(self._times, within) - 1)
        return int(times), self._recording.frames[place]
