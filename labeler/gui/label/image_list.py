"""The images of the filmstrip: a list of rows, with thumbnails made in the background."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QImage

from labeler.dataset.images import thumbnail
from labeler.dataset.model import Image
from labeler.dataset.store import Dataset
from labeler.errors import UserError
from labeler.gui.background import run_in_background

IMAGE_ROLE = Qt.ItemDataRole.UserRole
MOST_THUMBNAILS = 600
AT_A_TIME = 4
"""Thumbnails under way; what is asked for later is on the screen sooner, so the rest waits."""

_Index = QModelIndex | QPersistentModelIndex


class ImageList(QAbstractListModel):
    """IMAGE_ROLE gives the Image, DecorationRole its thumbnail (None while it is made)."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._dataset: Dataset | None = None
        self._images: list[Image] = []
        self._rows: dict[int, int] = {}
        self._thumbnails: OrderedDict[int, QImage] = OrderedDict()
        self._wanted: OrderedDict[int, None] = OrderedDict()
        self._under_way: set[int] = set()

    def show(self, dataset: Dataset, images: Sequence[Image]) -> None:
        """Replaces all rows."""
        self.beginResetModel()
        if dataset is not self._dataset:
            self._thumbnails.clear()
            self._under_way.clear()
        self._dataset = dataset
        self._images = list(images)
        self._rows = {image.id: row for row, image in enumerate(images)}
        self._wanted.clear()
        self.endResetModel()

    def append(self, images: Iterable[Image]) -> None:
        new = [image for image in images if image.id not in self._rows]
        if not new:
            return
        first = len(self._images)
        self.beginInsertRows(QModelIndex(), first, first + len(new) - 1)
        self._images += new
        self._rows.update({image.id: first + place for place, image in enumerate(new)})
        self.endInsertRows()

    def update_image(self, image: Image) -> None:
        """New values for a row that is shown; others are left alone."""
        row = self._rows.get(image.id)
        if row is not None:
            self._images[row] = image
            self.dataChanged.emit(self.index(row), self.index(row))

    def row_of(self, image_id: int) -> int | None:
        return self._rows.get(image_id)

    def image_at(self, row: int) -> Image:
        return self._images[row]

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._images)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        image = self._images[index.row()]
        if role == IMAGE_ROLE:
            return image
        if role == Qt.ItemDataRole.DecorationRole:
            return self._thumbnail(image)
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{image.original_name}, {image.width} × {image.height}, {image.state}"
        return None

    def _thumbnail(self, image: Image) -> QImage | None:
        known = self._thumbnails.get(image.id)
        if known is None and image.id not in self._under_way:
            self._wanted[image.id] = None
            self._wanted.move_to_end(image.id)
            self._make_next()
        return known

    def _make_next(self) -> None:
        while self._wanted and len(self._under_way) < AT_A_TIME:
            image_id, _ = self._wanted.popitem()
            if image_id in self._rows and image_id not in self._under_way:
                self._make(image_id)
        while len(self._wanted) > MOST_THUMBNAILS:
            self._wanted.popitem(last=False)

    def _make(self, image_id: int) -> None:
        dataset = self._dataset
        if dataset is None:
            return
        image = self._images[self._rows[image_id]]
        self._under_way.add(image_id)
        run_in_background(
            lambda report, should_stop: _load(dataset, image),
            on_done=lambda picture: self._keep(dataset, image_id, picture),
            on_error=lambda error: self._fail(dataset, image_id, error),
            owner=self,
        )

    def _keep(self, dataset: Dataset, image_id: int, picture: QImage) -> None:
        if dataset is not self._dataset:
            return
        self._under_way.discard(image_id)
        self._thumbnails[image_id] = picture
        while len(self._thumbnails) > MOST_THUMBNAILS:
            self._thumbnails.popitem(last=False)
        row = self._rows.get(image_id)
        if row is not None:
            self.dataChanged.emit(self.index(row), self.index(row))
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
