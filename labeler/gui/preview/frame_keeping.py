"""Keeping the picture in view for the dataset: there the detector was wrong, or is missed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QLocale, QObject

from labeler.cameras.base import Frame
from labeler.errors import UserError
from labeler.gui.decode import LivePicture
from labeler.gui.document import Document
from labeler.gui.live import STALE, LiveCamera
from labeler.gui.photo_keeper import Kept, PhotoKeeper, Shot


class FrameKeeping(QObject):
    """Its pictures go into a session of their own, one for each day and camera."""

    def __init__(self, document: Document, live: LiveCamera, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._live = live
        self._keeper = PhotoKeeper(self)
        self._then: dict[int, Callable[[Kept], object]] = {}
        self._shots = 0
        self._is_held = False
        self._keeper.kept.connect(self._tell_kept)
        self._keeper.failed.connect(self._tell_failed)
        document.dataset_opened.connect(self._wait)

    def keep(
        self, picture: LivePicture | None, then: Callable[[Kept], object] | None = None
    ) -> bool:
        """False where it may not be kept; the reason is told.

        then: what is done once it is in the dataset, in place of a sentence.
        """
        camera = self._live.camera
        if camera is None or picture is None:
            self._document.say(self.tr("Not kept: there is no picture yet."))
            return False
        frame = picture.frame
        if self._is_stale(frame, camera.latest() or frame):
            self._document.say(
                self.tr("Not kept: this picture is {0} s old. The camera has stopped.").format(
                    int(frame.age)
                )
            )
            return False
        self._shots += 1
        if then is not None:
            self._then[self._shots] = then
        self._keeper.keep(
            Shot(
                self._document.dataset,
                self._session_name(),
                camera.name,
                lambda: camera.with_pose(frame),
                number=self._shots,
            )
        )
        return True

    def take_held(self, is_held: bool) -> None:
        """Whether the person holds the picture in view, and so knows of its age."""
        self._is_held = is_held

    def _is_stale(self, frame: Frame, newest: Frame) -> bool:
        """Whether it is taken for the present and is the past: the camera sends nothing newer.

        What a slow detector shows is older than the camera's newest. Files do not age.
        """
        choice = self._live.choice
        is_file = choice is not None and choice.kind in ("video", "folder")
        return not (self._is_held or is_file) and min(frame.age, newest.age) > STALE

    def count_unkept(self) -> int:
        """Pictures that would be lost now, after a moment for those that can still be kept."""
        self._keeper.wait()
        return self._keeper.unkept

    def finish(self) -> None:
        """Keeps what waits; for a window that closes."""
        self._keeper.finish()

    def _wait(self) -> None:
        """What waits belongs to the dataset that is about to be closed."""
        self._keeper.wait()

    def _session_name(self) -> str:
        today = datetime.now()
        month = QLocale().standaloneMonthName(today.month)
        return self.tr("{day}, kept in Preview").format(day=f"{today.day} {month}")

    def _tell_kept(self, kept: Kept) -> None:
        then = self._then.pop(kept.shot, None)
        if kept.dataset is not self._document.dataset:
            return
        if kept.is_new:
            self._document.notify_images_added([kept.image.id])
        if then is not None:
            then(kept)
        elif kept.is_new:
            self._document.say(self.tr("Added to the dataset, to be labelled."))
        else:
            self._document.say(self.tr("This picture is in the dataset already."))

    def _tell_failed(self, error: UserError) -> None:
        self._document.report(error)  # what is held may still be kept, and is awaited
