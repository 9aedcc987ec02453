"""Does everything to a simulated robot that happens to real ones, while pictures are being taken.

Run: python tests/reliability/robot_faults.py --faults 100
A camera is live and pictures go into a dataset. Again and again, at random: the robot's process is
killed, it stalls, freezes, drops the connection, sends broken pictures, gets slow, or another
program takes its camera, also in the middle of a high-resolution photo. Each time the feed must be
back by itself with a whole picture. In the end every picture that was acknowledged is there, whole
and once, and nothing else. Prints a line a loss and a summary as JSON; the exit code is 1 where
anything was lost or did not come back.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from labeler.cameras.base import CameraState, Frame
from labeler.cameras.simulated import SimulatedCamera
from labeler.dataset.check import check
from labeler.dataset.images import add_picture
from labeler.dataset.picture import inspect
from labeler.dataset.store import Dataset
from labeler.errors import UserError
from labeler.simulator.faults import ending
from tests.script import run

PATIENCE = 30.0
"""Seconds within which a feed must be back. A busy machine takes its time to start a robot."""
KILL = "kill"
FAULTS = ("stall", "drop", "corrupt", "freeze", KILL, "slow 300 40", "take camera")
CALM = 3
"""Pictures that are kept between two faults."""
LASTING = (0.2, 4.0)
"""Seconds that a fault goes on: some are over before anybody notices."""


@dataclass
class Summary:
    """refused: pictures that came broken and were not kept. back: seconds from the fault's end to
    the next whole picture."""

    faults: int = 0
    by_kind: dict[str, int] = field(default_factory=dict)
    acknowledged: int = 0
    refused: int = 0
    photos: int = 0
    photos_failed: int = 0
    back_p50: float = 0.0
    back_p95: float = 0.0
    seconds: float = 0.0
    losses: list[str] = field(default_factory=list)


class Trial:
    """One camera, one dataset, and a person who never stops pressing the button."""

    def __init__(self, folder: Path, seed: int, lasting: tuple[float, float] = LASTING) -> None:
        self.summary = Summary()
        self.folder = folder
        self._random, self._lasting = Random(seed), lasting
        self._camera = SimulatedCamera(seed)
        self._dataset = Dataset.create(folder)
        self._session = self._dataset.add_session("faults", "simulated", time.time()).id
        self._hashes: set[str] = set()
        self._backs: list[float] = []
        self._last = 0

    def run(self, faults: int) -> Summary:
        began = time.monotonic()
        self._camera.start()
        try:
            self._shoot_until(self._is_back, "the first picture")
            for number in range(faults):
                self._suffer(
                    FAULTS[number] if number < len(FAULTS) else self._random.choice(FAULTS)
                )
        finally:
            self._camera.stop()
            self._dataset.close()
        self._look_for_losses()
        backs = sorted(self._backs) or [0.0]
        self.summary.back_p50 = round(statistics.median(backs), 2)
        self.summary.back_p95 = round(backs[int(0.95 * (len(backs) - 1))], 2)
        self.summary.seconds = round(time.monotonic() - began, 1)
        return self.summary

    def _suffer(self, fault: str) -> None:
        """One fault from its beginning until the feed is back."""
        self.summary.faults += 1
        self.summary.by_kind[fault] = self.summary.by_kind.get(fault, 0) + 1
        if fault == KILL:
            self._kill()
        else:
            self._camera.world.order(fault)
            end = time.monotonic() + self._random.uniform(*self._lasting)
            if self._random.random() < 0.3:
                self._take_photo()
            self._shoot_until(lambda: time.monotonic() > end, None)
            words = ending(fault)
            if words is not None:
                self._camera.world.order(words)
        ended = time.monotonic()
        self._last = self._newest_number()
        if self._shoot_until(self._is_back, fault):
            self._backs.append(time.monotonic() - ended)
            enough = self.summary.acknowledged + CALM
            self._shoot_until(lambda: self.summary.acknowledged >= enough, f"{fault}, calm again")

    def _kill(self) -> None:
        process = self._camera.process_id
        if process is not None:
            os.kill(process, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)

    def _newest_number(self) -> int:
        frame = self._camera.latest()
        return 0 if frame is None else frame.number

    def _is_back(self) -> bool:
        frame = self._camera.latest()
        if frame is None or frame.number <= self._last + 1:
            return False
        return self._camera.status().state is CameraState.LIVE and is_whole(frame)

    def _shoot_until(self, done: Callable[[], bool], what: str | None) -> bool:
        """Takes pictures meanwhile. What is waited for has to come true in time."""
        deadline, shot = time.monotonic() + PATIENCE, 0
        while not done():
            frame = self._camera.latest()
            if frame is not None and frame.number > shot and frame.age < 1.0:
                shot = frame.number
                self._keep(self._camera.with_pose(frame))
            if what is not None and time.monotonic() > deadline:
                self._lose(f"after {what}: no picture came back. {self._camera.status()}")
                return False
            time.sleep(0.02)
        return True

    def _take_photo(self) -> None:
        self.summary.photos += 1
        try:
            self._keep(self._camera.take_photo(high_resolution=True, timeout=2.0))
        except UserError:
            self.summary.photos_failed += 1

    def _keep(self, frame: Frame) -> None:
        name = f"{self._camera.name} {frame.number}.jpg"
        try:
            added = add_picture(
                self._dataset, frame.data, original_name=name, session_id=self._session
            )
        except UserError:
            self.summary.refused += 1
            return
        self._hashes.add(added.image.sha256)
        self.summary.acknowledged += added.is_new

    def _look_for_losses(self) -> None:
        """In the dataset as the next start finds it."""
        with Dataset.open(self.folder) as dataset:
            for finding in check(dataset):
                self._lose(str(finding))
            images = dataset.images()
            kept = [image.sha256 for image in images]
            if len(kept) != self.summary.acknowledged or set(kept) != self._hashes:
                self._lose(f"{self.summary.acknowledged} acknowledged, {len(kept)} kept")
            for image in images:
                data = dataset.path_of(image).read_bytes()
                if hashlib.sha256(data).hexdigest() != image.sha256:
                    self._lose(f"{image.file_name} has other bytes")

    def _lose(self, what: str) -> None:
        self.summary.losses.append(what)
        sys.stdout.write(f"LOST: {what}\n")


def is_whole(frame: Frame) -> bool:
    try:
        inspect(frame.data, "frame")
    except UserError:
        return False
    return True


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faults", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    words = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        summary = Trial(Path(folder) / "faults", words.seed).run(words.faults)
    sys.stdout.write(json.dumps(asdict(summary), indent=1) + "\n")
    return 1 if summary.losses else 0


if __name__ == "__main__":
    run(main, hours=12)
