"""Thumbnails of the filmstrip: made in the background, those last asked for first, few kept."""

from __future__ import annotations

from collections import OrderedDict

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from labeler.dataset.model import Image
from labeler.dataset.store import Dataset
from labeler.dataset.thumbnails import thumbnail
from labeler.errors import UserError
from labeler.gui.background import run_in_background

MOST_BYTES = 48_000_000
"""Decoded thumbnails kept in memory: about 200 of a robot's photos, twenty screens full."""
AT_A_TIME = 4
"""Under way; what is asked for later is on the screen sooner, so the rest waits."""
_MOST_WANTED = 100


class Thumbnails(QObject):
    """made carries an image's id whose thumbnail can be had now."""

    made = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._dataset: Dataset | None = None
        self._kept: OrderedDict[int, QImage] = OrderedDict()
        self._bytes = 0
        self._wanted: OrderedDict[int, Image] = OrderedDict()
        self._under_way: set[int] = set()

    @property
    def bytes(self) -> int:
        """What the thumbnails in memory take now."""
        return self._bytes

    def use(self, dataset: Dataset) -> None:
        """Another dataset: its ids mean other images."""
        if dataset is not self._dataset:
            self._kept.clear()
            self._bytes = 0
            self._under_way.clear()
            self._wanted.clear()
        self._dataset = dataset

    def get(self, image: Image) -> QImage | None:
        """None while it is made; 1 x 1 where the picture is gone or broken."""
        known = self._kept.get(image.id)
        if known is not None:
            self._kept.move_to_end(image.id)
        elif image.id not in self._under_way:
            self._wanted[image.id] = image
            self._wanted.move_to_end(image.id)
            self._make_next()
        return known

    def _make_next(self) -> None:
        while self._wanted and len(self._under_way) < AT_A_TIME:
            self._make(self._wanted.popitem()[1])
        while len(self._wanted) > _MOST_WANTED:
            self._wanted.popitem(last=False)

    def _make(self, image: Image) -> None:
        dataset = self._dataset
        if dataset is None:
            return
        self._under_way.add(image.id)
        run_in_background(
            lambda report, should_stop: _load(dataset, image),
            on_done=lambda picture: self._keep(dataset, image.id, picture),
            on_error=lambda error: self._fail(dataset, image.id, error),
            owner=self,
        )

    def _keep(self, dataset: Dataset, image_id: int, picture: QImage) -> None:
        if dataset is not self._dataset:
            return
        self._under_way.discard(image_id)
        self._kept[image_id] = picture
        self._bytes += picture.sizeInBytes()
        while self._bytes > MOST_BYTES and len(self._kept) > 1:
            self._bytes -= self._kept.popitem(last=False)[1].sizeInBytes()
        self.made.emit(image_id)
        self._make_next()

    def _fail(self, dataset: Dataset, image_id: int, error: Exception) -> None:
        """A picture that is gone or broken keeps an empty tile; the canvas says why."""
        if dataset is not self._dataset:
            return  # it was closed under the job
        self._keep(dataset, image_id, QImage(1, 1, QImage.Format.Format_RGB32))
        if not isinstance(error, UserError):
            raise error


def _load(dataset: Dataset, image: Image) -> QImage:
    path = thumbnail(dataset, image)
    picture = QImage(str(path))
    if picture.isNull():
        path.unlink(missing_ok=True)  # half written by a crash of long ago: it can be made again
        picture = QImage(str(thumbnail(dataset, image)))
    return picture
