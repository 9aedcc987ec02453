"""Small pictures of stored images, loaded away from the GUI thread, the newest few remembered."""

from __future__ import annotations

from collections import OrderedDict

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPixmap

from labeler.dataset.model import Image
from labeler.dataset.store import Dataset
from labeler.dataset.thumbnails import thumbnail
from labeler.errors import UserError
from labeler.gui.background import run_in_background

_REMEMBERED = 300
_SIDE = 260
"""Pixels of the longest side that are kept in memory: twice of what a column shows."""


class Thumbnails(QObject):
    """loaded carries an image's id."""

    loaded = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pixmaps: OrderedDict[int, QPixmap] = OrderedDict()
        self._waiting: set[int] = set()
        self._generation = 0

    def clear(self) -> None:
        """Another dataset: its ids mean other images."""
        self._pixmaps.clear()
        self._waiting.clear()
        self._generation += 1

    def get(self, dataset: Dataset, image: Image) -> QPixmap | None:
        """None until loaded tells that it is here; a file that is broken gives an empty one."""
        pixmap = self._pixmaps.get(image.id)
        if pixmap is not None:
            self._pixmaps.move_to_end(image.id)
        elif image.id not in self._waiting:
            self._load(dataset, image)
        return pixmap

    def _load(self, dataset: Dataset, image: Image) -> None:
        self._waiting.add(image.id)
        generation = self._generation
        run_in_background(
            lambda _report, _stop: _small(dataset, image),
            on_done=lambda small: self._take(generation, image.id, small),
            on_error=lambda _error: self._take(generation, image.id, QImage()),
            owner=self,
        )

    def _take(self, generation: int, image_id: int, small: QImage) -> None:
        if generation != self._generation:
            return
        self._waiting.discard(image_id)
        self._pixmaps[image_id] = QPixmap.fromImage(small)
        while len(self._pixmaps) > _REMEMBERED:
            self._pixmaps.popitem(last=False)
        self.loaded.emit(image_id)


def _small(dataset: Dataset, image: Image) -> QImage:
    try:
        picture = QImage(str(thumbnail(dataset, image)))
    except UserError:  # a damaged file: `check` and the label list say which
        return QImage()
    return picture.scaled(
        QSize(_SIDE, _SIDE),
        Qt.AspectRatioMode.KeepAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )
