"""Takes photos: decides whether the newest picture may be kept, hands it on, tells how it went."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from PySide6.QtCore import QCoreApplication, QObject, Signal

from labeler.cameras.base import Frame
from labeler.errors import UserError
from labeler.gui.capture.flaw_words import flaw_words
from labeler.gui.capture.photo_clock import PhotoClock
from labeler.gui.capture.session import SessionField
from labeler.gui.capture.shutter import Shutter
from labeler.gui.document import Document
from labeler.gui.live import STALE, LiveCamera
from labeler.gui.photo_keeper import Kept, PhotoKeeper, Shot, Skipped

_PHOTO_PATIENCE = 1.0
"""Seconds that a photo may still take when its dataset is about to be closed."""


@runtime_checkable
class PhotoTaker(Protocol):
    """A camera that takes stills of its own, as robots do."""

    def take_photo(self, high_resolution: bool = False) -> Frame: ...

    def give_up_photo(self) -> None: ...


class Photographer(QObject):
    """At a press, while the press is held, or by the clock.

    clock says when photos by the clock are due. taken: a photo is on its way to the dataset. kept
    carries a Kept that is new, skipped how many shots were not kept for a flaw so far. stopped:
    photos by the clock ended for a reason that was told. failed: a photo was not kept, as told.
    """

    taken = Signal()
    kept = Signal(object)
    skipped = Signal(int)
    stopped = Signal()
    failed = Signal()

    def __init__(
        self,
        document: Document,
        live: LiveCamera,
        session: SessionField,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._high_resolution = False
        self._skips_flawed = False
        self._skipped = 0
        self.shutter = Shutter(live, self)
        self.keeper = PhotoKeeper(self)
        self._document = document
        self._live = live
        self._session = session
        self.clock = PhotoClock(self)
        self.clock.due.connect(self.take_photo)
        self.clock.ended.connect(self._tell_ended)
        self.shutter.photo_requested.connect(self._take)
        self.keeper.kept.connect(self._tell_kept)
        self.keeper.skipped.connect(self._tell_skipped)
        self.keeper.failed.connect(self._tell_failed)

    def take_photo(self) -> None:
        """Keeps the newest picture, unless it is not one of now."""
        self._take(self._live.newest())

    def _take(self, frame: Frame | None) -> None:
        camera = self._live.camera
        if camera is None or frame is None:
            self._refuse(self.tr("Not kept: there is no picture yet."))
        elif frame.age > STALE:
            self._refuse(
                self.tr("Not kept: this picture is {seconds} s old. {why}").format(
                    seconds=int(frame.age), why=self._live.status.message
                )
            )
        elif not self._high_resolution:
            self._keep(camera.name, lambda: camera.with_pose(frame))
        elif isinstance(camera, PhotoTaker) and self.keeper.waiting == 0:
            self._keep(camera.name, lambda: camera.take_photo(high_resolution=True))

    def keep_frame(self, frame: Frame, image_note: str, camera_name: str, number: int = 0) -> None:
        """Keeps a picture that this camera took and that was chosen already, with this note.

        number: as in Shot.
        """
        self._keep(camera_name, lambda: frame, image_note, number)

    def set_clock(self, seconds: int, photos: int = 0) -> None:
        """A photo now and then every so many seconds, so many or without end; 0 s ends it."""
        if seconds:
            self.clock.begin(seconds, photos)
        else:
            self.clock.stop()

    def set_high_resolution(self, wanted: bool) -> None:
        """From now on stills of the robot's own instead of pictures of its feed."""
        self._high_resolution = wanted

    def set_skips_flawed(self, wanted: bool) -> None:
        """From now on shots with a flaw are not kept, which is told of each."""
        self._skips_flawed = wanted

    def begin_counting(self) -> None:
        """Another session: nothing was skipped in it."""
        self._skipped = 0
        self.skipped.emit(0)

    def keep_what_waits(self) -> None:
        """For a dataset that is about to be closed. A photo that never comes holds up nothing."""
        if not self.keeper.wait(_PHOTO_PATIENCE):
            camera = self._live.camera
            if isinstance(camera, PhotoTaker):
                camera.give_up_photo()
            self.keeper.wait()

    def count_unkept(self) -> int:
        """Photos that would be lost now, after a moment for those that can still be kept."""
        self.keep_what_waits()
        return self.keeper.unkept

    def finish(self) -> None:
        """Ends a burst and keeps what was taken; for a dataset or window that closes."""
        self.shutter.release()
        self.clock.stop()
        self.keeper.finish()

    def _keep(
        self,
        camera_name: str,
        take: Callable[[], Frame],
        image_note: str = "",
        number: int = 0,
    ) -> None:
        session = self._session
        self.keeper.keep(
            Shot(
                self._document.dataset,
                session.name,
                camera_name,
                take,
                session.note.text().strip(),
                self._skips_flawed,
                image_note,
                number,
            )
        )
        self.taken.emit()

    def _refuse(self, sentence: str) -> None:
        self.shutter.release()
        self._document.say(sentence.strip())

    def _tell_kept(self, kept: Kept) -> None:
        if kept.dataset is not self._document.dataset:
            return
        if kept.is_new:
            self.kept.emit(kept)
            self._document.notify_images_added([kept.image.id])
            self._document.say(self._sentence(kept))
            self.clock.count()
        else:
            self._document.say(
                self.tr("This very picture is in the dataset already; it was not added again.")
            )

    def _tell_ended(self, photos: int) -> None:
        self.stopped.emit()
        self._document.say(self.tr("All {0} photos by the clock are kept.").format(photos))

    def _tell_skipped(self, skipped: Skipped) -> None:
        if skipped.dataset is not self._document.dataset:
            return
        if skipped.session_name == self._session.name:
            self._skipped += 1
            self.skipped.emit(self._skipped)
        why = flaw_words(skipped.flaw)
        self._document.say(self.tr("Not kept: {why}").format(why=why[0].lower() + why[1:]))

    def _tell_failed(self, error: UserError) -> None:
        self.shutter.release()
        self.stopped.emit()
        self.failed.emit()
        self._document.report(error)

    def _sentence(self, kept: Kept) -> str:
        sentence = self.tr("Photo {number} kept, {size}{how}.").format(
            number=kept.number, size=_size(kept.size_bytes), how=self._untouched()
        )
        flaw = kept.image.flaw
        return sentence if flaw is None else f"{sentence} {flaw_words(flaw)}"

    def _untouched(self) -> str:
        kind = self._live.choice.kind if self._live.choice is not None else ""
        if kind in ("robot", "simulated"):
            return self.tr(", untouched from the robot")
        return self.tr(", untouched") if kind == "folder" else ""


def _size(count: int) -> str:
    if count >= 1_000_000:
        return _tr("{0:.1f} MB").format(count / 1e6)
    return _tr("{0} KB").format(max(1, round(count / 1000)))


def _tr(text: str) -> str:
    return QCoreApplication.translate("Photographer", text)
