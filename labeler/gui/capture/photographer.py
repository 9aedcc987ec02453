"""Takes photos: decides whether the newest picture may be kept, hands it on, tells how it went."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal

from labeler.cameras.base import Camera, Frame
from labeler.errors import UserError
from labeler.gui.capture.shutter import Shutter
from labeler.gui.document import Document
from labeler.gui.live import STALE, LiveCamera
from labeler.gui.photo_keeper import Kept, PhotoKeeper, Shot


@runtime_checkable
class PhotoTaker(Protocol):
    """A camera that takes stills of its own, as robots do."""

    def take_photo(self, high_resolution: bool = False) -> Frame: ...


class Photographer(QObject):
    """At a press, while the press is held, or by the clock.

    taken: a photo is on its way to the dataset. kept carries a Kept that is new. stopped: photos
    by the clock ended for a reason that was told.
    """

    taken = Signal()
    kept = Signal(object)
    stopped = Signal()

    def __init__(
        self,
        document: Document,
        live: LiveCamera,
        session_name: Callable[[], str],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._high_resolution = False
        self.shutter = Shutter(live, self)
        self.keeper = PhotoKeeper(self)
        self._document = document
        self._live = live
        self._session_name = session_name
        self._clock = QTimer(self)
        self._clock.timeout.connect(self.take_photo)
        self.shutter.photo_requested.connect(self.take_photo)
        self.keeper.kept.connect(self._tell_kept)
        self.keeper.failed.connect(self._tell_failed)

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
        elif not self._high_resolution:
            self._keep(camera, lambda: camera.with_pose(frame))
        elif isinstance(camera, PhotoTaker) and self.keeper.waiting == 0:
            self._keep(camera, lambda: camera.take_photo(high_resolution=True))

    def keep_frame(self, frame: Frame, image_note: str = "") -> None:
        """Keeps a picture that was chosen already, with this note."""
        camera = self._live.camera
        if camera is not None:
            self._keep(camera, lambda: frame, image_note)

    def set_clock(self, seconds: int) -> None:
        """A photo now and then every so many seconds; 0 ends it."""
        if seconds:
            self._clock.start(1000 * seconds)
            self.take_photo()
        else:
            self._clock.stop()

    def set_high_resolution(self, wanted: bool) -> None:
        """From now on stills of the robot's own instead of pictures of its feed."""
        self._high_resolution = wanted

    def finish(self) -> None:
        """Ends a burst and keeps what was taken; for a dataset or window that closes."""
        self.shutter.release()
        self._clock.stop()
        self.keeper.finish()

    def _keep(self, camera: Camera, take: Callable[[], Frame], image_note: str = "") -> None:
        dataset, session = self._document.dataset, self._session_name()
        self.keeper.keep(Shot(dataset, session, camera.name, take, image_note=image_note))
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
        else:
            self._document.say(
                self.tr("This very picture is in the dataset already; it was not added again.")
            )

    def _tell_failed(self, error: UserError) -> None:
        self.shutter.release()
        self.stopped.emit()
        self._document.report(error)

    def _sentence(self, kept: Kept) -> str:
        return self.tr("Photo {number} kept, {size}{how}.").format(
            number=kept.number, size=_size(kept.size_bytes), how=self._untouched()
        )

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
