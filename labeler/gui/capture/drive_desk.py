"""What Capture has for driving: switch, keys, pad, sweep, posing partner, empty pictures."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from labeler.gui.capture.drive import Drive
from labeler.gui.capture.drive_bar import DriveBar
from labeler.gui.capture.drive_forms import posing_form, sweep_form
from labeler.gui.capture.drive_keys import HeldKeys
from labeler.gui.capture.drive_run import DriveRun
from labeler.gui.capture.empty_pictures import CheckButton, EmptyPictures
from labeler.gui.document import Document
from labeler.gui.live import LiveCamera


class DriveDesk(QObject):
    """Makes the parts and connects them. run.frame_taken asks for a picture to be kept."""

    def __init__(self, document: Document, live: LiveCamera, window: QWidget) -> None:
        super().__init__(window)
        self._document = document
        self._window = window
        self.drive = Drive(document, live, self)
        self.keys = HeldKeys(self.drive)
        self.bar = DriveBar(self.drive, live, window)
        self.run = DriveRun(self.drive, live, document, self.bar.job)
        self.check_button = CheckButton(document, window)
        self.bar.sweep.clicked.connect(self.ask_sweep)
        self.bar.partner.clicked.connect(self.ask_partner)
        self.check_button.clicked.connect(self.check_empty)
        document.dataset_opened.connect(self.leave)

    def stop(self) -> None:
        """Whatever moves stands; control stays."""
        self.run.stop()
        self.drive.stop()

    def leave(self) -> None:
        """Nobody looks any more, so nothing moves any more."""
        self.run.stop()
        self.drive.switch_off()

    def ask_sweep(self) -> None:
        """What the sweep is to do; it begins with the answer."""
        if self._may_begin():
            sweep_form(self._window, self.run.sweep).open()

    def ask_partner(self) -> None:
        """Who is to pose, and how; it begins with the answer."""
        if not self._may_begin():
            return
        partners = self.run.partners()
        if not partners:
            self._document.say(
                self.tr(
                    'There is no second robot to pose. Set one up first: "Set up a robot…" under '
                    "the list of cameras."
                )
            )
            return
        names = [partner.name for partner in partners]
        posing_form(self._window, names, lambda wish, at: self.run.pose(wish, partners[at])).open()

    def check_empty(self) -> None:
        """Pictures that should be empty, one by one."""
        if self.check_button.isHidden():
            self._document.say(self.tr("No picture waits to be called empty."))
        else:
            EmptyPictures(self._document, self._window).open()

    def _may_begin(self) -> bool:
        obstacle = self._obstacle()
        if obstacle:
            self._document.say(obstacle)
        return not obstacle

    def _obstacle(self) -> str:
        """Why the robot should not begin to move by itself, or nothing."""
        if not self.drive.is_on:
            return self.tr("Switch Drive on first (M): the robot moves by itself for this.")
        if self.run.is_busy:
            return self.tr("The robot drives by itself already. Esc ends that.")
        if self._document.dataset.read_only:
            return self.tr("This dataset is open read-only, so no picture would be kept.")
        return ""
