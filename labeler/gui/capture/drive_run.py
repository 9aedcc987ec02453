"""A sweep or a posing partner under way: in the background, with progress, Cancel and a result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple, cast

from PySide6.QtCore import QObject, Signal

from labeler.cameras.base import Camera, Frame
from labeler.cameras.catalogue import CameraChoice, open_camera
from labeler.cameras.driving import Driver
from labeler.cameras.driving_moves import PhotoRobot
from labeler.cameras.posing import with_partner
from labeler.cameras.posing_plan import PosingWish
from labeler.cameras.sweep import DriveResult, SweepWish, plan_sweep, sweep
from labeler.dataset.edits import TO_CHECK
from labeler.dataset.store import Dataset
from labeler.errors import UserError
from labeler.gui.capture.drive import Drive
from labeler.gui.capture.drive_forms import picture_count
from labeler.gui.document import Document
from labeler.gui.job_bar import JobBar
from labeler.gui.live import LiveCamera
from labeler.gui.photo_keeper import Kept, Skipped


class Partner(NamedTuple):
    """A robot's name on screen, how its camera is made, and its choice in the list, if any."""

    name: str
    make_camera: Callable[[], Camera]
    choice_id: str = ""


class DriveRun(QObject):
    """frame_taken carries a Frame to keep, the note that its image gets, its camera's name, and the
    run's number.

    It comes only as long as the dataset is open for which the frame was taken. The result is told
    once count() has heard of each frame whether it was kept.
    """

    frame_taken = Signal(object, str, str, int)
    _arrived = Signal(object, object, str, str)
    """The same from the thread that drives, with the dataset before it."""

    def __init__(self, drive: Drive, live: LiveCamera, document: Document, job: JobBar) -> None:
        super().__init__(drive)
        self._drive = drive
        self._live = live
        self._document = document
        self._job = job
        self._gave_up = False
        self._number = 0
        self._waiting = self._kept = self._skipped = 0
        self._result: DriveResult | None = None
        self._camera: Camera | None = None
        self.is_there: Callable[[str], bool] = lambda _choice_id: True
        """Whether a robot, by the id of its choice, answered when it was looked at."""
        self.partner_id = ""
        """The camera, by its choice, that a run uses beside the one on show."""
        drive.ended.connect(job.stop)
        job.failed.connect(self._fail)
        job.ended.connect(self._end)
        self._arrived.connect(self._pass_on)

    @property
    def is_busy(self) -> bool:
        return self._job.is_busy

    def partners(self) -> list[Partner]:
        """The robots that could pose before the one on show: a simulated one sees no real one."""
        shown = self._live.choice
        if shown is not None and shown.kind == "simulated":
            return _in_the_same_world(self._live.camera)
        return self._configured()

    def sweep(self, wish: SweepWish) -> None:
        """Begins at once, where Drive is on and nothing else drives."""
        driver = self._free_driver()
        if driver is None:
            return
        camera = cast(PhotoRobot, driver.robot)
        stops = plan_sweep(wish)
        dataset = self._document.dataset

        def keep(frame: Frame) -> None:
            self._arrived.emit(dataset, frame, "", camera.name)

        def work(on_progress: Any, should_stop: Any) -> DriveResult:
            return sweep(driver, camera, stops, keep, on_progress, should_stop)

        self._begin(self.tr("Sweep"), work)

    def pose(self, wish: PosingWish, partner: Partner) -> None:
        """As sweep() does, with a second robot that is connected and steered meanwhile."""
        driver = self._free_driver()
        if driver is None:
            return
        camera = cast(PhotoRobot, driver.robot)
        dataset = self._document.dataset

        def keep(frame: Frame, negative: bool) -> None:
            self._arrived.emit(dataset, frame, TO_CHECK if negative else "", camera.name)

        def work(on_progress: Any, should_stop: Any) -> DriveResult:
            return with_partner(
                driver, partner.make_camera(), camera, wish, keep, on_progress, should_stop
            )

        self.partner_id = partner.choice_id
        self._begin(self.tr("Posing partner"), work)

    def stop(self) -> None:
        """What was taken stays."""
        self._job.stop()

    def give_up(self) -> None:
        """A photo was not kept, which was told: more of them would not be, either."""
        if self.is_busy or self._result is not None:
            self._gave_up = True
            self._job.stop()
            self._tell()

    def count(self, outcome: Kept | Skipped) -> None:
        """What became of a photo, which may be another one's."""
        if outcome.shot != self._number or not self._waiting:
            return
        self._waiting -= 1
        if isinstance(outcome, Skipped):
            self._skipped += 1
        elif outcome.is_new:
            self._kept += 1
        self._tell()

    def _pass_on(self, dataset: Dataset, frame: Frame, note: str, camera_name: str) -> None:
        if dataset is self._document.dataset:  # else another one was opened meanwhile
            self._waiting += 1
            self.frame_taken.emit(frame, note, camera_name, self._number)

    def _free_driver(self) -> Driver | None:
        driver = self._drive.driver
        if driver is None:
            self._document.say(self.tr("Switch Drive on first (M)."))
        elif self.is_busy:
            self._document.say(self.tr("The robot drives by itself already. Esc ends that."))
            return None
        return driver

    def _begin(self, title: str, work: Callable[..., DriveResult]) -> None:
        self._title, self._gave_up = title, False
        self._camera = self._live.camera
        self._number += 1
        self._waiting = self._kept = self._skipped = 0
        self._result = None
        self._drive.release_all()
        self._job.run(title, work, self._take)
        self._drive.set_busy(is_busy=True)

    def _end(self) -> None:
        self.partner_id = ""
        self._drive.set_busy(is_busy=False)

    def _fail(self, error: Exception) -> None:
        if not isinstance(error, UserError):
            raise error
        self._document.report(error)

    def _take(self, result: DriveResult) -> None:
        self._drive.notice_end()
        if self._live.camera is not self._camera:  # another was chosen: no fault of the robot's
            result = replace(result, fault=None)
        self._result = result
        self._tell()

    def _tell(self) -> None:
        """Nothing as long as photos are on their way, unless they may never come."""
        result = self._result
        if result is None or (self._waiting and not self._gave_up):
            return
        self._result = None
        sentence = self._sentence(result) + self._skipped_words()
        if result.fault is not None:
            self._document.report(UserError(sentence, details=result.fault.details))
        self._drive.tell(sentence)

    def _sentence(self, result: DriveResult) -> str:
        words = {
            "what": self._title,
            "taken": self._kept,
            "planned": picture_count(result.planned),
            "pictures": picture_count(self._kept),
        }
        if result.fault is not None:
            return self.tr(
                "{what} ended after {taken} of {planned}, which are kept. {why} "
                "Then begin it again."
            ).format(**words, why=result.fault)
        if self._gave_up:
            return self.tr("{what} ended: a picture could not be kept.").format(**words)
        if result.is_whole:
            return self.tr("{what} done: {pictures}.").format(**words)
        return self.tr("{what} ended by you: {taken} of {planned} kept.").format(**words)

    def _skipped_words(self) -> str:
        if not self._skipped:
            return ""
        one, more = self.tr("{0} poor shot was skipped."), self.tr("{0} poor shots were skipped.")
        return " " + (one if self._skipped == 1 else more).format(self._skipped)

    def _configured(self) -> list[Partner]:
        shown = self._live.choice
        others = [
            choice
            for choice in self._live.choices()
            if choice.kind == "robot" and (shown is None or choice.id != shown.id)
        ]
        others.sort(key=lambda choice: not self.is_there(choice.id))  # the rest may wake yet
        return [Partner(choice.name, _opener(choice), choice.id) for choice in others]


def _opener(choice: CameraChoice) -> Callable[[], Camera]:
    return lambda: open_camera(choice)


def _in_the_same_world(camera: Camera | None) -> list[Partner]:
    """The second robot of a simulated world."""
    from labeler.cameras.simulated import SimulatedCamera

    if not isinstance(camera, SimulatedCamera) or camera.world.robots < 2:
        return []
    number = 1 if camera.number == 0 else 0
    name = f"Vector-SIM{number + 1}"
    return [Partner(name, lambda: SimulatedCamera(world=camera.world, number=number))]
