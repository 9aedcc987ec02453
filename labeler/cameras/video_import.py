"""A video file as pictures of a dataset: so many a second, in a session of their own."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from labeler.cameras.pixels import as_jpeg, open_capture
from labeler.cameras.video import frame_rate
from labeler.dataset.intake import Intake, Looked, NewSession, look
from labeler.dataset.model import Image
from labeler.dataset.progress import OnProgress, ShouldStop, ignore_progress, never_stop
from labeler.dataset.store import Dataset
from labeler.errors import UserError

SUFFIXES = (".mp4", ".mov", ".avi", ".mkv", ".webm", ".m4v", ".mpg", ".mpeg")
"""What a video file's name ends in; whether it can be read shows when it is opened."""
PER_SECOND = 2.0
"""Pictures a second unless told: enough for boxes to be carried from one to the next."""
MOST_PER_SECOND = 240.0


@dataclass(frozen=True, slots=True)
class VideoReport:
    """What became of a video. duplicates: pictures that the dataset had already; fault: why it
    ended before the video did, as where the disk is full.
    """

    added: tuple[Image, ...]
    duplicates: int
    fault: UserError | None = None


def import_video(
    dataset: Dataset,
    path: Path,
    per_second: float = PER_SECOND,
    on_progress: OnProgress = ignore_progress,
    should_stop: ShouldStop = never_stop,
) -> VideoReport:
    """Adds per_second pictures for each second of the video, as JPEG of quality 95, in order.

    They are captured when the file was last written, plus their place in it, so that a sequence
    stays one. All of them are one edit, which undo takes back. Stopping keeps what was added so
    far, and so does a full disk. Raises UserError for a file that is no video, a rate that is no
    positive number, a disk that takes nothing at all.
    """
    if not (math.isfinite(per_second) and 0 < per_second <= MOST_PER_SECOND):
        raise UserError(
            f"A video gives between 0 and {MOST_PER_SECOND:g} pictures a second, not "
            f"{per_second:g}."
        )
    if not path.is_file():
        raise UserError(f"The video {path} does not exist.")
    begun = path.stat().st_mtime
    frames = enumerate(_pictures(path, per_second, on_progress, should_stop))
    duplicates = 0
    with Intake(dataset) as intake:
        for (number, (seconds, _)), looked in intake.look(frames, _look):
            if intake.fault:
                break
            if isinstance(looked, UserError):  # ours is no picture: a fault of this program
                raise looked
            if intake.is_known(looked):
                duplicates += 1
                continue
            name = f"{path.stem}-{number:05}.jpg"
            intake.stage(looked, original_name=name, captured_at=begun + seconds)
        session = NewSession(path.stem, "video", begun)
        added = intake.keep(session, f"Import {path.name}")
        fault = intake.fault
        if fault and not added:
            raise fault
    if not added and not duplicates and not should_stop():
        raise UserError(f"The video {path} holds no pictures.")
    return VideoReport(tuple(added), duplicates, fault)


def _look(frame: tuple[int, tuple[float, bytes]]) -> Looked:
    number, (_, data) = frame
    return look(data, f"picture {number}")


def _pictures(
    path: Path, per_second: float, on_progress: OnProgress, should_stop: ShouldStop
) -> Iterator[tuple[float, bytes]]:
    """(seconds from its start, JPEG) of the frames that are taken."""
    import cv2

    capture = open_capture(path)
    if capture is None:
        raise UserError(f"The video {path} cannot be read: not a video, or damaged.")
    try:
        rate = frame_rate(capture)
        claimed = capture.get(cv2.CAP_PROP_FRAME_COUNT)
        total = int(claimed) if math.isfinite(claimed) and claimed > 0 else 0
        due, number = 0.0, 0
        while not should_stop() and capture.grab():
            if number / rate >= due - 1e-9:
                ok, pixels = capture.retrieve()
                if ok:
                    yield number / rate, as_jpeg(pixels)
                due += 1 / per_second
            number += 1
            on_progress(min(number, total), total)
    finally:
        capture.release()
