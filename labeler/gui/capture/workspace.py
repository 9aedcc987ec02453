"""The Capture workspace: the live picture is the workspace, and one big button keeps it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from labeler.cameras.base import Camera, CameraStatus, Frame
from labeler.cameras.catalogue import CameraChoice
from labeler.cameras.robots import CONFIGURE
from labeler.errors import UserError
from labeler.gui.capture.camera_list import CameraList
from labeler.gui.capture.photo_strip import PhotoStrip
from labeler.gui.capture.session import SessionField, new_session_name
from labeler.gui.capture.shutter import Shutter
from labeler.gui.capture.shutter_bar import ShutterBar
from labeler.gui.document import Document
from labeler.gui.live import STALE, LiveCamera, LivePicture
from labeler.gui.live_files import ask_for_file, needs_file
from labeler.gui.live_health import LiveHealth
from labeler.gui.photo_keeper import Kept, PhotoKeeper, Shot
from labeler.gui.picture_view import PictureView
from labeler.gui.side_panel import SidePanel, heading
from labeler.gui.workspace import Action, Workspace


@runtime_checkable
class PhotoTaker(Protocol):
    """A camera that takes stills of its own, as robots do."""

    def take_photo(self, high_resolution: bool = False) -> Frame: ...


class CaptureWorkspace(Workspace):
    """image_requested carries the id of an image of this session that is to be labelled."""

    image_requested = Signal(int)

    def __init__(self, document: Document, live: LiveCamera, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = self.tr("Capture")
        self._document = document
        self._live = live
        self._is_active = False
        self.keeper = PhotoKeeper(self)
        self.shutter = Shutter(live, self)
        self.view = PictureView(self)
        self.health = LiveHealth(live, self.view)
        self.bar = ShutterBar(self)
        self.cameras = CameraList(self)
        self.session = SessionField(self)
        self.strip = PhotoStrip(self)
        self._count = heading("", self.strip)
        self._no_robot = QLabel(self)
        self._clock = QTimer(self)
        self._lay_out()
        self._connect()
        self._show_dataset()
        self._show_cameras()

    def actions_table(self) -> list[Action]:
        bar = self.bar
        return [
            Action(
                "take_photo",
                self.tr("Take photo"),
                ("Space",),
                self.shutter.press_key,
                self.tr("Take a photo; hold for five a second"),
            ),
            Action("photo_clock", self.tr("A photo every few seconds"), ("I",), bar.every.toggle),
            Action(
                "high_resolution",
                self.tr("High resolution"),
                ("H",),
                lambda: bar.high_resolution.isVisible() and bar.high_resolution.toggle(),
            ),
            Action("new_session", self.tr("New session"), ("N",), self.begin_session),
            Action("stop", self.tr("Stop taking photos"), ("Esc",), self.stop_taking),
        ]

    def activated(self) -> None:
        self._is_active = True
        self._live.watch(self, watching=True)
        self._show_cameras()
        if self._live.picture is not None:
            self._show_picture(self._live.picture)
        self.health.refresh()
        self.view.setFocus()

    def deactivated(self) -> None:
        self._is_active = False
        self._live.watch(self, watching=False)
        self.stop_taking()

    def shut_down(self) -> None:
        self.deactivated()
        self.keeper.finish()

    def take_photo(self) -> None:
        """Keeps the newest picture, unless it is not one of now."""
        camera, frame = self._live.camera, self._live.newest()
        if camera is None or frame is None:
            self._refuse(self.tr("Not kept: there is no picture yet."))
        elif frame.age > STALE:
            self._refuse(
                self.tr("Not kept: this picture is {seconds} s old. {why}").format(
                    seconds=int(frame.age), why=self._live.status.message
                )
            )
        elif not self.bar.high_resolution.isChecked():
            self._keep(camera, lambda: camera.with_pose(frame))
        elif isinstance(camera, PhotoTaker) and self.keeper.waiting == 0:
            self._keep(camera, lambda: camera.take_photo(high_resolution=True))

    def begin_session(self) -> None:
        """New photos go into a session of their own; its name can be changed."""
        taken = [*(each.name for each in self._document.dataset.sessions()), self.session.name]
        self.session.set_name(new_session_name(taken))
        self._show_session()
        self._document.say(
            self.tr('New session: "{name}". It begins with the next photo.').format(
                name=self.session.name
            )
        )

    def stop_taking(self) -> None:
        """Ends a burst and the photos by the clock."""
        self.shutter.release()
        self.bar.every.setChecked(False)

    def _keep(self, camera: Camera, take: Callable[[], Frame]) -> None:
        self.view.flash()
        self.keeper.keep(Shot(self._document.dataset, self.session.name, camera.name, take))

    def _refuse(self, sentence: str) -> None:
        self.shutter.release()
        self._document.say(sentence.strip())

    def _tell_kept(self, kept: Kept) -> None:
        if not kept.is_new:
            self._document.say(
                self.tr("This very picture is in the dataset already; it was not added again.")
            )
            return
        if kept.session.name == self.session.name:
            self.strip.photos.add(kept.image)
            self.strip.scrollToTop()
            self._show_count()
        self._document.notify_images_added([kept.image.id])
        words = self.tr("Photo {number} kept, {size}").format(
            number=self.strip.photos.rowCount(), size=_size(kept.size_bytes)
        )
        self._document.say(f"{words}{self._untouched()}.")

    def _untouched(self) -> str:
        kind = self._live.choice.kind if self._live.choice is not None else ""
        if kind in ("robot", "simulated"):
            return self.tr(", untouched from the robot")
        return self.tr(", untouched") if kind == "folder" else ""

    def _tell_failed(self, error: UserError) -> None:
        self.stop_taking()
        self._document.report(error)

    def _set_clock(self, seconds: int) -> None:
        if seconds:
            self._clock.start(1000 * seconds)
            self.take_photo()
        else:
            self._clock.stop()

    def _choose_camera(self, choice: CameraChoice) -> None:
        if needs_file(choice):
            ask_for_file(self, choice, self._live.choose)
        else:
            self._live.choose(choice)

    def _show_cameras(self) -> None:
        choices = self._live.choices()
        self.cameras.show_choices(choices, self._live.choice)
        self.cameras.show_status(self._live.status, self._live.name)
        self._no_robot.setVisible(not any(each.kind == "robot" for each in choices))
        chosen = self._live.choice
        self.bar.set_robot(chosen is None or chosen.kind in ("robot", "simulated"))
        if self._live.camera is None:
            self.view.show_picture(self.view.image.copy(0, 0, 0, 0))

    def _show_status(self, status: CameraStatus) -> None:
        self.cameras.show_status(status, self._live.name)

    def _show_picture(self, picture: LivePicture) -> None:
        if self._is_active:
            self.view.show_picture(picture.image)

    def _show_dataset(self) -> None:
        names = [each.name for each in self._document.dataset.sessions()]
        self.session.set_name(new_session_name(names))
        self._show_session()

    def _leave_dataset(self) -> None:
        """Photos that wait belong to the dataset that is about to be closed."""
        self.stop_taking()
        self.keeper.wait()
        self._show_dataset()

    def _show_session(self) -> None:
        dataset, name = self._document.dataset, self.session.name
        ids = [each.id for each in dataset.sessions() if each.name == name]
        images = [image for each in ids for image in dataset.images(session_id=each)]
        self.strip.photos.show(dataset, images)
        self._show_count()

    def _show_count(self) -> None:
        count = self.strip.photos.rowCount()
        words = (
            self.tr("This session: 1 photo") if count == 1 else self.tr("This session: {0} photos")
        )
        self._count.setText(words.format(count))

    def _connect(self) -> None:
        live, document, bar = self._live, self._document, self.bar
        live.picture_arrived.connect(self._show_picture)
        live.status_changed.connect(self._show_status)
        live.camera_changed.connect(self._show_cameras)
        self.cameras.camera_chosen.connect(self._choose_camera)
        self.shutter.photo_requested.connect(self.take_photo)
        self.keeper.kept.connect(self._tell_kept)
        self.keeper.failed.connect(self._tell_failed)
        bar.shutter.pressed.connect(self.shutter.press)
        bar.shutter.released.connect(self.shutter.release)
        bar.interval_changed.connect(self._set_clock)
        self._clock.timeout.connect(self.take_photo)
        self.session.name_changed.connect(self._show_session)
        self.session.new_requested.connect(self.begin_session)
        self.strip.image_requested.connect(self.image_requested)
        document.annotations_changed.connect(self.strip.photos.refresh)
        document.dataset_opened.connect(self._leave_dataset)

    def _lay_out(self) -> None:
        self._no_robot.setText(
            self.tr("Your own robot joins this list after\n{0}").format(CONFIGURE)
        )
        self._no_robot.setWordWrap(True)
        self._no_robot.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._no_robot.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        panel = SidePanel(self)
        panel.add(self.cameras, self.tr("Camera"))
        panel.add(self._no_robot)
        panel.add(self.session, self.tr("Session"))
        panel.rows.addWidget(self._count)
        panel.add(self.strip, stretch=1)
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addWidget(self.view, 1)
        left.addWidget(self.bar)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(left, 1)
        row.addWidget(panel)


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1_000_000 else f"{max(1, round(count / 1000))} KB"
