"""What the window says in each fault of a robot, and whether a picture is lost meanwhile.

Run: python tests/reliability/fault_words.py [--only freeze stall]
A window is live on a simulated robot that stands in the SDK's configuration, as a real one would.
In each fault the shutter is held, a photo in high resolution is asked for, then one more of the
feed; where the fault is one of driving, Drive is on and the robot is told to go forwards. Whatever
sentence comes to stand on the screen is written down: the card over the picture with its buttons,
the status line, the banner, the bar of Drive, the battery at the top. Then the fault ends, and the
picture has to be back with a photo. In the end every photo that was acknowledged is in the dataset,
whole and once. Prints a table in Markdown; the exit code is 1 where one is missing, or where no
picture came back.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from labeler.cameras.base import CameraState, Frame
from labeler.cameras.driving import DrivingState
from labeler.cameras.robots import config_path
from labeler.cameras.sdk_config import put_robot
from labeler.dataset.check import check
from labeler.dataset.store import Dataset
from labeler.gui import theme
from labeler.gui.capture.drive import Direction
from labeler.gui.capture.workspace import CaptureWorkspace
from labeler.gui.main_window import MainWindow
from labeler.gui.photo_keeper import Kept
from labeler.simulator.faults import ending
from tests.cameras.camera_waits import Simulator
from tests.gui.label_window import close, open_window
from tests.reliability.robot_faults import is_whole
from tests.script import run

PATIENCE = 30.0
GONE = 1.0
"""A picture that stays away for less than these seconds is hardly missed."""
BURST = 1.2
"""Seconds for which the shutter is held."""


@dataclass(frozen=True, slots=True)
class Case:
    """A fault, how many seconds it lasts, and whether the robot is driven in it."""

    fault: str
    lasting: float = 6.0
    is_driven: bool = False


CASES = (
    Case("freeze"),
    Case("stall"),
    Case("drop"),
    Case("slow 200 100"),
    Case("corrupt truncated", 5.0),
    Case("corrupt garbage", 5.0),
    Case("corrupt empty", 5.0),
    Case("reject token"),
    Case("take camera", 4.0),
    Case("low battery", 12.0),  # it is asked for every ten seconds
    Case("take control", 4.0, is_driven=True),
    Case("deny control", 8.0, is_driven=True),
    Case("cliff", 4.0, is_driven=True),
    Case("dock", 4.0, is_driven=True),
    Case("hang CaptureSingleImage", 9.0),
)


@dataclass
class Told:
    """What came of a case. gone: the longest time without a whole picture; back: from the fault's
    end to the next one, None where none came."""

    case: Case
    sentences: list[str] = field(default_factory=list)
    kept: int = 0
    gone: float = 0.0
    back: float | None = 0.0
    _known: set[str] = field(default_factory=set)

    def hear(self, sentence: str, *more: str) -> None:
        """Those that differ in a number alone are written down once. more stands beside it."""
        plain = re.sub(r"\d+", "", sentence)
        if sentence and plain not in self._known and not plain.startswith("Photo  kept,"):
            self._known.add(plain)
            self.sentences.append(" ".join([sentence, *filter(None, more)]))

    def forget(self) -> None:
        self.sentences.clear()
        self._known.clear()

    @property
    def line(self) -> str:
        how = "stayed" if self.gone < GONE else f"{self.back} s after its end"
        if self.back is None:
            how = "not back"
        words = "<br>".join(each.replace("|", "/") for each in self.sentences) or "(nothing)"
        return f"| `{self.case.fault}` | {words} | {self.kept} | {how} |"


class Person:
    """Somebody at a window that is live on a robot, who goes on whatever the robot does."""

    def __init__(self, folder: Path, robot: Simulator) -> None:
        self.robot = robot
        Dataset.create(folder / "faults").close()
        self.window: MainWindow = open_window(folder / "faults", folder / "settings.ini")
        self.window.use_camera(f"robot:{robot.robot.serial}")
        capture = self.window.workspace("capture")
        assert isinstance(capture, CaptureWorkspace)
        self.capture = capture
        self.photographer, self.drive = capture.photographer, capture.driving.drive
        self.kept: list[Kept] = []
        self._told = Told(Case("nothing"))
        self._frames: list[tuple[float, Frame]] = []
        self.window.live.frame_arrived.connect(
            lambda frame: self._frames.append((time.monotonic(), frame))
        )
        self.photographer.kept.connect(self.kept.append)
        self.window.document.said.connect(lambda sentence: self._told.hear(sentence))
        self.window.document.failed.connect(lambda sentence, _details: self._told.hear(sentence))
        self._until(self._is_well)

    def suffer(self, case: Case) -> Told:
        """One fault from before its beginning until all is well again."""
        self._until(self._is_well)
        self._frames.clear()
        told = self._told = Told(case)
        kept, denied = len(self.kept), case.fault == "deny control"
        if case.is_driven and not denied:
            self._take_wheels()
        began = time.monotonic()
        self.robot.order(case.fault)
        if denied:
            self.drive.switch_on()
        self._act(case, began + case.lasting)
        end = ending(case.fault)
        ended = time.monotonic() if end is not None else began
        if end is not None:
            self.robot.order(end)
        if case.fault == "low battery":
            told.hear(self.window.pill.text().strip())
        told.back = self._recovery(ended)
        told.gone = self._longest_gap(began)
        self.drive.switch_off()
        self._hold_shutter()
        self._keep_all()
        told.kept = len(self.kept) - kept
        return told

    def _act(self, case: Case, end: float) -> None:
        """A burst, a photo in high resolution, and one more of the feed."""
        if case.is_driven and self.drive.is_on:
            self.drive.press(Direction.FORWARD)
        self._hold_shutter()
        self.drive.release_all()
        self._keep_all()
        self.photographer.set_high_resolution(True)
        self.photographer.shutter.tap()
        self.photographer.set_high_resolution(False)
        self._live_until(lambda: time.monotonic() > end - 1.0)
        self.photographer.shutter.tap()
        self._live_until(lambda: time.monotonic() > end)

    def _hold_shutter(self) -> None:
        shutter, end = self.photographer.shutter, time.monotonic() + BURST
        shutter.press()
        self._live_until(lambda: time.monotonic() > end)
        shutter.release()

    def _keep_all(self) -> None:
        """Until every photo so far is kept, and that was told."""
        self._until(lambda: self.photographer.keeper.waiting == 0)
        self._live()

    def _take_wheels(self) -> None:
        self.drive.switch_on()
        self._until(lambda: self.drive.state is not DrivingState.ASKING)
        self._told.forget()  # how it is driven is no news of the fault

    def _recovery(self, ended: float) -> float | None:
        """Seconds; a person presses what the card offers where the robot is given up."""
        pressed = False
        deadline = ended + PATIENCE
        while not (back := [at for at, frame in self._frames if at > ended and is_whole(frame)]):
            if time.monotonic() > deadline:
                return None
            if self.window.live.status.state is CameraState.FAILED and not pressed:
                pressed = True
                self.capture.health.buttons[0].click()
            self._live()
        return round(back[0] - ended, 1)

    def _longest_gap(self, began: float) -> float:
        times = [began, *(at for at, frame in self._frames if at > began and is_whole(frame))]
        gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
        return max([*gaps, time.monotonic() - times[-1]])

    def _is_well(self) -> bool:
        newest = self.window.live.newest()
        is_live = self.window.live.status.state is CameraState.LIVE
        return is_live and newest is not None and newest.age < 0.5 and is_whole(newest)

    def _until(self, done: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        self._live_until(lambda: done() or time.monotonic() > deadline)
        if not done():
            raise TimeoutError(f"{self._told.case.fault}: {self.window.live.status}")

    def _live_until(self, done: Callable[[], bool]) -> None:
        while not done():
            self._live()

    def _live(self) -> None:
        """Lets the window live for a moment, and reads what it shows."""
        end = time.monotonic() + 0.03
        while time.monotonic() < end:
            QApplication.processEvents()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            time.sleep(0.004)
        card, told = self.capture.health, self._told
        if not card.isHidden():
            offers = [f"[{button.text()}]" for button in card.buttons]
            told.hear(card.sentence.text(), card.hint.text(), *offers)
        if self.drive.message:
            told.hear(self.drive.message)


def losses(folder: Path, kept: list[Kept]) -> list[str]:
    """What is wrong with the dataset as the next start finds it."""
    with Dataset.open(folder) as dataset:
        found = [str(finding) for finding in check(dataset)]
        images = {image.sha256: image for image in dataset.images()}
        wanted = [each.image.sha256 for each in kept]
        if sorted(wanted) != sorted(image.sha256 for image in dataset.images()):
            found.append(f"{len(wanted)} acknowledged, {len(dataset.images())} there")
        for sha256 in wanted:
            image = images.get(sha256)
            data = b"" if image is None else dataset.path_of(image).read_bytes()
            if hashlib.sha256(data).hexdigest() != sha256:
                found.append(f"a photo is not what it was: {sha256}")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", metavar="FAULT", default=[])
    words = parser.parse_args()
    cases = [case for case in CASES if not words.only or case.fault.split()[0] in words.only]
    application = QApplication([])
    theme.install(application)
    with tempfile.TemporaryDirectory() as folder, Simulator(seed=7) as robot:
        os.environ["HOME"] = folder
        known = robot.robot
        values = {"cert": str(known.cert), "ip": known.ip, "name": known.name, "guid": known.guid}
        put_robot(config_path(), known.serial, {**values, "port": str(known.port)})
        person = Person(Path(folder), robot)
        sys.stdout.write("| fault | words on the screen | photos kept | the picture |\n")
        sys.stdout.write("|---|---|---|---|\n")
        lines = []
        for case in cases:
            lines.append(person.suffer(case))
            sys.stdout.write(lines[-1].line + "\n")
            sys.stdout.flush()
        close(person.window)
        lost = losses(Path(folder) / "faults", person.kept)
    sys.stdout.write(f"\n{len(person.kept)} photos acknowledged, losses: {lost or 'none'}\n")
    return 1 if lost or any(told.back is None for told in lines) else 0


if __name__ == "__main__":
    run(main)
