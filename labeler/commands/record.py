"""`vector-labeler record`: keeps a robot's feed in a file that the simulated robot replays."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from labeler.cameras.base import Camera, Frame
from labeler.cameras.waiting import next_frame
from labeler.commands.capture import add_trust, camera_named, tell_remark
from labeler.dataset.words import counted
from labeler.errors import UserError

if TYPE_CHECKING:
    from labeler.simulator.recording import Recorder


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("feed", type=Path, help="a new file; nothing is written over")
    parser.add_argument(
        "--robot",
        required=True,
        metavar="NAME",
        help="a configured robot's name or serial, 'simulated', or another camera: "
        "webcam:0, video:FILE, folder:FOLDER",
    )
    parser.add_argument("--seconds", type=float, default=60.0, help="how long (60); Ctrl+C ends it")
    parser.add_argument("--frames", type=int, help="end after this many pictures")
    add_trust(parser)
    parser.add_argument("--seed", type=int, default=0, help="the simulated robot's world")


def run(arguments: argparse.Namespace) -> int:
    """0 when all is recorded, also after Ctrl+C: what came until then is a whole feed."""
    from labeler.simulator.recording import Recorder

    if not arguments.seconds > 0 or (arguments.frames is not None and arguments.frames < 1):
        raise UserError("--seconds and --frames go from 1 on.")
    camera = camera_named(arguments.robot, arguments.seed, trusts_new=arguments.trusts_new)
    camera.start()
    try:
        first = next_frame(camera)  # before the file, so that a failed start leaves no trace
        tell_remark(camera)
        recorder = Recorder(arguments.feed, camera.name)
        if recorder.remark:
            sys.stderr.write(f"{recorder.remark}\n")
        count = _record(camera, recorder, first, arguments)
    finally:
        camera.stop()
    sys.stdout.write(
        f"Recorded {counted(count, 'picture')} of {camera.name} in {arguments.feed}. "
        f"To show them: vector-labeler simulator --replay {arguments.feed}\n"
    )
    return 0


def _record(camera: Camera, recorder: Recorder, first: Frame, arguments: argparse.Namespace) -> int:
    most = arguments.frames or sys.maxsize
    keep = _keeper(recorder, first)
    frame, count = first, 0
    try:
        while True:
            keep(frame)
            count += 1
            if count >= most or frame.received - first.received >= arguments.seconds:
                return count
            frame = next_frame(camera, frame.number)
    except KeyboardInterrupt:
        return count
    finally:
        recorder.close()


def _keeper(recorder: Recorder, first: Frame) -> Callable[[Frame], None]:
    from labeler.simulator.messages import remembered_state

    def keep(frame: Frame) -> None:
        at = frame.received - first.received
        stamp = 1 + round(1000 * at)  # 0 would say that there was no picture yet
        pose = frame.pose
        state = remembered_state(
            stamp,
            frame.head_angle_rad or 0.0,
            None if pose is None else (pose.x_mm, pose.y_mm, pose.heading_rad),
            frame.readings.lift_mm or 0.0,
        )
        recorder.add(at, frame.number, stamp, state.SerializeToString(), frame.data)

    return keep
