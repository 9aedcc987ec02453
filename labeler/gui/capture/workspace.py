"""The Capture workspace: the live picture is the workspace, and one big button keeps it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from labeler.cameras.base import CameraState, CameraStatus
from labeler.cameras.catalogue import CameraChoice
from labeler.dataset.edits import set_session_note
from labeler.gui.capture import keys
from labeler.gui.capture.camera_list import CameraList
from labeler.gui.capture.count_down import CountDown
from labeler.gui.capture.coverage_card import CoverageCard
from labeler.gui.capture.drive_desk import DriveDesk
from labeler.gui.capture.exposing import Exposing
from labeler.gui.capture.exposure_row import ExposureRow
from labeler.gui.capture.photo_strip import PhotoStrip
from labeler.gui.capture.photographer import Photographer
from labeler.gui.capture.session import SessionField, new_session_name
from labeler.gui.capture.shutter_bar import ShutterBar
from labeler.gui.capture.skip_row import SkipRow
from labeler.gui.decode import LivePicture
from labeler.gui.document import Document
from labeler.gui.key_hint import hint_tooltip
from labeler.gui.live import LiveCamera
from labeler.gui.live_files import ask_for_file, needs_file
from labeler.gui.live_health import LiveHealth
from labeler.gui.photo_keeper import Kept
from labeler.gui.picture_view import PictureView
from labeler.gui.robot_dialogs import ask_to_move, ask_to_set_up
from labeler.gui.robot_watch import RobotWatch
from labeler.gui.side_panel import SidePanel, heading, keep_keys
from labeler.gui.unkept_words import before_closing, before_leaving
from labeler.gui.workspace import Action, Workspace


class CaptureWorkspace(Workspace):
    """image_requested carries the id of an image of this session that is to be labelled."""

    image_requested = Signal(int)

    def __init__(self, document: Document, live: LiveCamera, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = self.tr("Capture")
        self._document = document
        self._live = live
        self._is_active = False
        self._remark = ""
        self._is_begun = False
        self.view = PictureView(self)
        self.health = LiveHealth(live, self.view)
        self.count_down = CountDown(self.view)
        self.bar = ShutterBar(self)
        self.driving = DriveDesk(document, live, self)
        self.bar.add(self.driving.bar.switch)
        self.cameras = CameraList(self)
        self.exposure = ExposureRow(self)
        self._exposing = Exposing(document, live, self.exposure, self)
        self.session = SessionField(self)
        self.coverage = CoverageCard(document, self)
        self.skip = SkipRow(self)
        self.strip = PhotoStrip(self)
        self.photographer = Photographer(document, live, self.session, self)
        self._count = heading("", self.strip)
        self.robots = RobotWatch(live, self)
        self.robots.used_here = lambda: self.driving.run.partner_id
        self.driving.run.is_there = self.robots.is_there
        self.set_up = QPushButton(self.tr("Set up a robot…"), self)
        self._lay_out()
        self._connect()
        self._begin()
        self._show_cameras()

    def actions_table(self) -> list[Action]:
        return keys.actions(self)

    def activated(self) -> None:
        self._is_active = True
        self._live.watch(self, watching=True)
        self._show_cameras()
        self.robots.start()
        if self._live.picture is not None:
            self._show_picture(self._live.picture)
        self.health.refresh()
        self.view.setFocus()

    def deactivated(self) -> None:
        self._is_active = False
        self._live.watch(self, watching=False)
        self.robots.stop()
        self.stop_taking()
        self.driving.leave()

    def closing_question(self) -> str:
        return before_closing(self.photographer.count_unkept())

    def leaving_question(self) -> str:
        return before_leaving(self.photographer.count_unkept())

    def main_part(self) -> QWidget:
        return self.view

    def shut_down(self) -> None:
        self.deactivated()
        self.coverage.stop()
        self.photographer.finish()

    def toggle_automatic_exposure(self) -> None:
        """Where the camera's can be set."""
        if not self.exposure.isHidden():
            self.exposure.automatic.toggle()

    def begin_session(self) -> None:
        """New photos go into a session of their own; its name can be changed."""
        self._begin(self.session.name)
        self._document.say(
            self.tr('New session: "{name}". It begins with the next photo.').format(
                name=self.session.name
            )
        )

    def set_up_robot(self, choice: CameraChoice | None = None) -> None:
        """Asks for what is needed to reach a robot, or this one again, and tries it."""
        ask_to_set_up(self, self._live, choice).finished.connect(self.robots.look)

    def stop_taking(self) -> None:
        """Ends a burst and the photos by the clock, and whatever moves."""
        self._stop_shutter()
        self.driving.stop()

    def _stop_shutter(self) -> None:
        self.photographer.shutter.release()
        self.bar.every.setChecked(False)

    def _beep(self) -> None:
        """The person may be at the other end of the room, with the object in the hand."""
        if self.photographer.clock.is_running and self.bar.every.beeps.isChecked():
            QApplication.beep()

    def _begin(self, *taken: str) -> None:
        names = [each.name for each in self._document.dataset.sessions()]
        self.session.set_name(new_session_name([*names, *taken]))
        self.photographer.begin_counting()
        self._show_session()

    def _change_dataset(self) -> None:
        """Photos that wait belong to the dataset that is about to be closed."""
        self.stop_taking()
        self.photographer.keep_what_waits()
        self.session.show_note("")
        self._begin()

    def _show_kept(self, kept: Kept) -> None:
        if kept.session.name == self.session.name:
            note = self.session.note.text().strip()
            if not self._is_begun and note != kept.session.note:
                self._keep_note(note)  # it was changed while the photo was on its way
            self._is_begun = True
            self.strip.photos.add(kept.image)
            self.strip.scrollToTop()
            self._show_count()

    def _choose_camera(self, choice: CameraChoice) -> None:
        if needs_file(choice):
            ask_for_file(self, choice, self._live.choose)
        else:
            self._live.choose(choice)

    def _ask_address(self, choice: CameraChoice) -> None:
        ask_for_file(self, choice, self._live.choose)

    def _move_robot(self, choice: CameraChoice) -> None:
        ask_to_move(self, self._live, choice).finished.connect(self.robots.look)

    def _show_cameras(self) -> None:
        choices, chosen = self._live.choices(), self._live.choice
        self.cameras.show_choices(choices, chosen)
        self.cameras.show_status(self._live.status)
        self.bar.set_robot(chosen is None or chosen.kind in ("robot", "simulated"))
        if self._live.picture is None:
            self.view.show_picture(QImage())

    def _show_status(self, status: CameraStatus) -> None:
        self.cameras.show_status(status)
        if status.state is not CameraState.LIVE:
            self._remark = ""  # the card over the picture says what there is to say
        elif status.message != self._remark:
            self._remark = status.message
            if self._is_active and status.message:
                self._document.say(status.message)  # a folder's files that are no pictures

    def _show_picture(self, picture: LivePicture) -> None:
        if self._is_active:
            self.view.show_picture(picture.image)

    def _show_session(self) -> None:
        dataset, name = self._document.dataset, self.session.name
        sessions = [each for each in dataset.sessions() if each.name == name]
        images = [image for each in sessions for image in dataset.images(session_id=each.id)]
        self.strip.photos.show(dataset, images)
        self._show_count()
        if sessions or self._is_begun:  # else the note waits for the first photo
            self.session.show_note(sessions[-1].note if sessions else "")
        self._is_begun = bool(sessions)

    def _tell_session(self, name: str) -> None:
        """A typed name is another session, not another name for the one that has photos."""
        if self._is_begun:
            words = self.tr(
                'Photos go into the session "{name}" now. Those before stay where they are.'
            )
            self._document.say(words.format(name=name))

    def _keep_note(self, note: str) -> None:
        name = self.session.name
        self._document.attempt(lambda dataset: set_session_note(dataset, name, note))

    def _show_count(self) -> None:
        count = self.strip.photos.rowCount()
        words = self.tr("{0} photo") if count == 1 else self.tr("{0} photos")
        self._count.setText(self.tr("This session: {0}").format(words.format(count)))

    def _connect(self) -> None:
        live, document, bar = self._live, self._document, self.bar
        photographer, shutter = self.photographer, self.photographer.shutter
        live.picture_arrived.connect(self._show_picture)
        live.status_changed.connect(self._show_status)
        live.camera_changed.connect(self._show_cameras)
        self.cameras.camera_chosen.connect(self._choose_camera)
        self.cameras.move_requested.connect(self._move_robot)
        self.cameras.set_up_requested.connect(self.set_up_robot)
        self.cameras.address_requested.connect(self._ask_address)
        self.cameras.removal_requested.connect(live.forget)
        self.set_up.clicked.connect(lambda: self.set_up_robot())
        self.robots.seen_changed.connect(self.cameras.show_seen)
        self.robots.choices_changed.connect(self._show_cameras)
        photographer.taken.connect(self.view.flash)
        photographer.kept.connect(self._show_kept)
        photographer.skipped.connect(self.skip.show_count)
        photographer.set_skips_flawed(self.skip.switch.isChecked())
        self.skip.switched.connect(photographer.set_skips_flawed)
        photographer.stopped.connect(self._stop_shutter)
        photographer.failed.connect(self.driving.run.give_up)
        shutter.newest_key = self.driving.keys.newest
        self.driving.run.frame_taken.connect(photographer.keep_frame)
        photographer.keeper.kept.connect(self.driving.run.count)  # after what is said of it
        photographer.keeper.skipped.connect(self.driving.run.count)
        bar.shutter.pressed.connect(shutter.press)
        bar.shutter.released.connect(shutter.release)
        bar.every.changed.connect(photographer.set_clock)
        photographer.clock.counted.connect(bar.every.show_taken)
        photographer.clock.waits.connect(self.count_down.show_wait)
        photographer.clock.stopped.connect(self.count_down.hide)
        photographer.taken.connect(self._beep)
        bar.high_resolution_changed.connect(photographer.set_high_resolution)
        self.session.name_changed.connect(photographer.begin_counting)
        self.session.name_changed.connect(self._tell_session)
        self.session.name_changed.connect(self._show_session)
        self.session.new_requested.connect(self.begin_session)
        self.session.noted.connect(self._keep_note)
        self.strip.image_requested.connect(self.image_requested)
        document.annotations_changed.connect(self.strip.photos.refresh)
        document.images_removed.connect(self._show_session)
        document.many_images_changed.connect(self.strip.photos.refresh_all)
        document.sessions_changed.connect(self._show_session)
        document.dataset_opened.connect(self._change_dataset)

    def _lay_out(self) -> None:
        self.set_up.setAccessibleName(self.tr("Set up a robot"))
        words = self.tr("Let this computer into a robot that wire-pod knows")
        hint_tooltip(self.set_up, "capture.set_up_robot", words)
        keep_keys(self.set_up, Qt.Key.Key_Space)
        panel = SidePanel(self)
        panel.add(self.cameras, self.tr("Camera"))
        panel.add(self.set_up)
        QWidget.setTabOrder(self.cameras, self.set_up)  # it was made last
        panel.add(self.exposure)
        panel.add(self.session, self.tr("Session"))
        panel.add(self.coverage)
        panel.rows.addWidget(self._count)
        panel.add(self.skip)
        panel.rows.addWidget(self.driving.check_button)
        panel.add(self.strip, stretch=1)
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addWidget(self.view, 1)
        left.addWidget(self.driving.bar)
        left.addWidget(self.bar)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(left, 1)
        row.addWidget(panel)
