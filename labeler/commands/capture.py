"""`vector-labeler capture`: photographs through a camera into a dataset."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from labeler.cameras.base import Camera, Frame
from labeler.cameras.catalogue import KINDS, open_camera
from labeler.cameras.network import NetworkCamera
from labeler.cameras.robots import find_robot
from labeler.cameras.server_trust import forget
from labeler.cameras.waiting import next_frame
from labeler.commands.target import open_or_create
from labeler.dataset.edits import clean_note
from labeler.dataset.images import add_picture
from labeler.dataset.intake import BadFile, whole_picture
from labeler.dataset.judging import Judging
from labeler.dataset.model import Session
from labeler.dataset.store import Dataset
from labeler.errors import UserError

MOST_REPEATS, MOST_KNOWN, MOST_DAMAGED = 20, 300, 20
"""Pictures in a row before giving up: that came before in this sitting, that the dataset had before
it (a simulated robot begins its day as it did the last time, a film starts again), or damaged."""


Taker = Callable[[int], Frame]
"""Takes one picture, given the number of the last one."""


@dataclass(slots=True)
class Sitting:
    """One run of the verb: what it works on, and what it has added so far.

    The session begins with the first whole picture, so that a failed start leaves no trace.
    """

    dataset: Dataset
    camera: Camera
    name: str
    note: str = ""
    session: Session | None = None
    image_ids: list[int] = field(default_factory=list)
    duplicates: int = 0
    repeats: int = 0
    known_in_a_row: int = 0
    seen: set[int] = field(default_factory=set)
    damaged: int = 0
    damaged_in_a_row: int = 0
    remark: str = ""
    flaws: Counter[str] = field(default_factory=Counter)
    judging: Judging = field(default_factory=Judging)

    def store(self, frame: Frame) -> None:
        """Adds the bytes untouched; passes over what is no whole picture, as a bad network leaves
        one now and then. Raises UserError when nothing new or nothing whole comes any more.
        """
        try:
            self._store(frame)
        except BadFile as error:
            self.damaged += 1
            self.damaged_in_a_row += 1
            if self.damaged_in_a_row >= MOST_DAMAGED:
                raise UserError(
                    f"{self.camera.name} gives only damaged pictures ({MOST_DAMAGED} in a row). "
                    f"The last one: {error}"
                ) from error
        else:
            self.damaged_in_a_row = 0

    def _store(self, frame: Frame) -> None:
        file_name = _file_name(self.camera, frame)
        if self.session is None:
            whole_picture(frame.data, file_name)
            self.session = self.dataset.add_session(
                self.name, self.camera.name, frame.captured_at, self.note
            )
        added = add_picture(
            self.dataset,
            frame.data,
            original_name=file_name,
            session_id=self.session.id,
            captured_at=frame.captured_at,
            head_angle_rad=frame.head_angle_rad,
            pose=frame.pose,
            readings=frame.readings,
        )
        if added.is_new:
            self.image_ids.append(added.image.id)
            self.repeats = self.known_in_a_row = 0
            self.seen.add(added.image.id)
            marked = self.judging.mark(self.dataset, self.name, added.image, frame.data)
            if marked.flaw is not None:
                self.flaws[marked.flaw.value] += 1
            return
        self.duplicates += 1
        self.known_in_a_row += 1
        self.repeats += added.image.id in self.seen
        self.seen.add(added.image.id)
        if self.repeats >= MOST_REPEATS or self.known_in_a_row >= MOST_KNOWN:
            raise UserError(f"{self.camera.name} gives only pictures that the dataset has already.")

    def recount(self) -> None:
        """Asks the store, for an interruption between storing a picture and counting it."""
        if self.session is not None:
            images = self.dataset.images(session_id=self.session.id)
            self.image_ids = [image.id for image in images]

    def tell_remark(self) -> None:
        """What the camera itself has to say while it is live, once."""
        remark = self.camera.status().message
        if remark and remark != self.remark:
            sys.stderr.write(f"{remark}\n")
        self.remark = remark

    def summary(self, *, stopped: bool) -> dict[str, object]:
        """For --json."""
        return {
            "dataset": str(self.dataset.folder),
            "camera": self.camera.name,
            "session_id": None if self.session is None else self.session.id,
            "session": self.name,
            "added": len(self.image_ids),
            "duplicates": self.duplicates,
            "damaged": self.damaged,
            "image_ids": self.image_ids,
            "flaws": dict(self.flaws),
            "stopped": stopped,
        }

    def sentence(self, *, stopped: bool) -> str:
        """For people."""
        again = f" {self.duplicates} were there already." if self.duplicates else ""
        return (
            f"{'Stopped. ' if stopped else ''}{_pictures(len(self.image_ids))} from "
            f'{self.camera.name} in the session "{self.name}" of '
            f"{self.dataset.folder}.{again}{self._damaged()}{self._poor()}"
        )

    def _damaged(self) -> str:
        if not self.damaged:
            return ""
        were = (
            "1 damaged picture was"
            if self.damaged == 1
            else f"{self.damaged} damaged pictures were"
        )
        return f" {were} passed over."

    def _poor(self) -> str:
        """Which of them are hardly worth their place; they were kept all the same."""
        if not self.flaws:
            return ""
        told = ", ".join(f"{count} {flaw}" for flaw, count in self.flaws.most_common())
        return f" Marked as poor: {told}."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dataset", type=Path, help="its folder; made when it does not exist")
    parser.add_argument(
        "--robot",
        required=True,
        metavar="NAME",
        help="a configured robot's name or serial, 'simulated', or another camera: "
        "webcam:0, video:FILE, folder:FOLDER, or a network camera's http:// or rtsp:// address",
    )
    parser.add_argument("--count", type=_positive(int), required=True, help="how many pictures")
    parser.add_argument(
        "--interval",
        type=_positive(float),
        default=0.0,
        metavar="S",
        help="seconds between two pictures (default: every frame)",
    )
    parser.add_argument("--session", metavar="NAME", help="the session's name (default: the time)")
    parser.add_argument("--note", default="", help="a note on the session: where, which light")
    parser.add_argument("--seed", type=int, default=0, help="the simulated robot's world")
    parser.add_argument(
        "--high-resolution", action="store_true", help="1280x720 photos instead of 640x360 frames"
    )
    add_trust(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(arguments: argparse.Namespace) -> int:
    """0 when all pictures were taken; 130 after Ctrl+C, with those kept that were taken."""
    camera = camera_named(arguments.robot, arguments.seed, trusts_new=arguments.trusts_new)
    taker = _taker(camera, arguments.high_resolution)
    with open_or_create(arguments.dataset) as dataset:
        camera.start()
        try:
            return _capture(dataset, camera, taker, arguments)
        finally:
            camera.stop()


def add_trust(parser: argparse.ArgumentParser) -> None:
    """The option that stands for the window's button."""
    parser.add_argument(
        "--trust-new-certificate",
        dest="trusts_new",
        action="store_true",
        help="of an https:// or rtsps:// camera that was set up anew and shows another one",
    )


def camera_named(word: str, seed: int = 0, *, trusts_new: bool = False) -> Camera:
    """A camera by its id, or a configured robot by name or serial. Raises UserError.

    trusts_new: whatever certificate a network camera shows next is remembered.
    """
    kind, _, rest = word.partition(":")
    if rest.startswith("//"):
        camera = open_camera(f"network:{word}")
        if trusts_new and isinstance(camera, NetworkCamera):
            forget(camera.address.place)
        return camera
    if kind in KINDS and (rest or kind == "simulated"):
        return open_camera(word, seed=seed)
    return open_camera(f"robot:{find_robot(word).serial}")


def _taker(camera: Camera, high_resolution: bool) -> Taker:
    if not high_resolution:
        return lambda after: next_frame(camera, after)
    take_photo = getattr(camera, "take_photo", None)
    if take_photo is None:
        raise UserError(f"The camera {camera.name} has no high resolution. Leave the option out.")

    def take(after: int) -> Frame:
        next_frame(camera, after)
        frame: Frame = take_photo(high_resolution=True)
        return frame

    return take


def _capture(dataset: Dataset, camera: Camera, take: Taker, arguments: argparse.Namespace) -> int:
    frame = take(0)
    name = arguments.session or time.strftime("Capture %Y-%m-%d %H:%M:%S")
    sitting = Sitting(dataset, camera, name, clean_note(arguments.note))
    stopped = False
    try:
        _take_all(sitting, take, frame, arguments.count, arguments.interval)
    except KeyboardInterrupt:
        stopped = True
        sitting.recount()
    except UserError as error:
        kept = f"{error} {_pictures(len(sitting.image_ids))} of {arguments.count} were kept."
        raise UserError(kept, details=error.details, in_shell=error.in_shell) from error
    if arguments.json:
        sys.stdout.write(json.dumps(sitting.summary(stopped=stopped)) + "\n")
    else:
        sys.stdout.write(sitting.sentence(stopped=stopped) + "\n")
    return 130 if stopped else 0


def _take_all(sitting: Sitting, take: Taker, frame: Frame, count: int, interval: float) -> None:
    due = time.monotonic()
    while True:
        sitting.tell_remark()
        before = len(sitting.image_ids)
        sitting.store(frame)
        if len(sitting.image_ids) > before:
            _progress(len(sitting.image_ids), count)
        if len(sitting.image_ids) >= count:
            return
        due = max(due + interval, time.monotonic())
        time.sleep(max(0.0, due - time.monotonic()))
        frame = take(frame.number)


def tell_remark(camera: Camera) -> None:
    """What the camera itself has to say while it is live, such as of its certificate."""
    if remark := camera.status().message:
        sys.stderr.write(f"{remark}\n")


def _file_name(camera: Camera, frame: Frame) -> str:
    stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(frame.captured_at))
    suffix = "png" if frame.data.startswith(b"\x89PNG") else "jpg"
    return f"{camera.name} {stamp}-{frame.number:05d}.{suffix}"


def _progress(done: int, count: int) -> None:
    """One line that counts up on a terminal; a line every tenth of the way elsewhere."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{done} of {count} pictures" + ("\n" if done == count else ""))
    elif done == count or done % max(1, count // 10) == 0:
        sys.stderr.write(f"{done} of {count} pictures\n")
    sys.stderr.flush()


def _pictures(count: int) -> str:
    return "1 picture" if count == 1 else f"{count} pictures"


def _positive(kind: type[int] | type[float]) -> Callable[[str], float]:
    def convert(word: str) -> float:
        number = kind(word)
        if not 0 < number < 1e9:
            raise ValueError
        return number

    convert.__name__ = "positive number"
    return convert
