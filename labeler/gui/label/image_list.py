"""The images of the filmstrip as a virtual list: all ids, and only the rows that are looked at."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from labeler.dataset.model import Image
from labeler.dataset.store import Dataset
from labeler.errors import UserError
from labeler.gui.label.thumbnails import Thumbnails

IMAGE_ROLE = Qt.ItemDataRole.UserRole
PAGE = 64
"""Rows that are read from the dataset at once."""
MOST_ROWS = 1024
"""Rows kept in memory, about a megabyte."""

_Index = QModelIndex | QPersistentModelIndex


class ImageList(QAbstractListModel):
    """IMAGE_ROLE gives the Image, DecorationRole its thumbnail (None while it is made)."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._dataset: Dataset | None = None
        self._ids: array[int] = array("q")
        self._rows: dict[int, int] | None = None
        self._read: OrderedDict[int, Image] = OrderedDict()
        self.thumbnails = Thumbnails(self)
        self.thumbnails.made.connect(self._repaint)

    def show(self, dataset: Dataset, image_ids: array[int]) -> None:
        """Replaces all rows, in this order."""
        self.beginResetModel()
        self.thumbnails.use(dataset)
        self._dataset = dataset
        self._ids = image_ids
        self._rows = None
        self._read.clear()
        self.endResetModel()

    def append(self, image_ids: Sequence[int]) -> None:
        """Adds rows at the end; those that are there already are left where they are."""
        new = [image_id for image_id in image_ids if self.row_of(image_id) is None]
        if not new:
            return
        first = len(self._ids)
        self.beginInsertRows(QModelIndex(), first, first + len(new) - 1)
        self._ids.extend(new)
        if self._rows is not None:
            self._rows.update((each, first + place) for place, each in enumerate(new))
        self.endInsertRows()

    def update_image(self, image_id: int) -> None:
        """The image has new values: its row is read again when it is next looked at."""
        self._read.pop(image_id, None)
        self._repaint(image_id)

    def forget_rows(self) -> None:
        """Many images have new values: all rows are read again when they are next looked at."""
        self._read.clear()
        if self._ids:
            self.dataChanged.emit(self.index(0), self.index(len(self._ids) - 1))

    @property
    def image_ids(self) -> array[int]:
        """All ids in the order of the rows. Not to be changed."""
        return self._ids

    def row_of(self, image_id: int) -> int | None:
        if self._rows is None:
            self._rows = {each: row for row, each in enumerate(self._ids)}
        return self._rows.get(image_id)

    def id_at(self, row: int) -> int:
        return self._ids[row]

    def image_at(self, row: int) -> Image:
        """Reads the page of rows around it where it is not known. Raises UserError."""
        image_id = self._ids[row]
        known = self._read.get(image_id)
        if known is None:
            self._read_page(row)
            return self._read[image_id]
        self._read.move_to_end(image_id)
        return known

    def rows_in_memory(self) -> int:
        return len(self._read)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._ids)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or role not in _ROLES:
            return None
        try:
            image = self.image_at(index.row())
        except (UserError, KeyError):  # the drive is gone: the next step says so, not each tile
            return None
        except ValueError:  # closed to be restored, and something repaints before the next one
            return None
        if role == IMAGE_ROLE:
            return image
        if role == Qt.ItemDataRole.DecorationRole:
            return self.thumbnails.get(image)
        return _in_words(image)

    def _read_page(self, row: int) -> None:
        assert self._dataset is not None  # there is a row
        first = row // PAGE * PAGE
        page = self._ids[first : first + PAGE]
        missing = [image_id for image_id in page if image_id not in self._read]
        for image in self._dataset.images_of(missing):
            self._read[image.id] = image
        while len(self._read) > MOST_ROWS:
            self._read.popitem(last=False)

    def _repaint(self, image_id: int) -> None:
        row = self.row_of(image_id)
        if row is not None:
            self.dataChanged.emit(self.index(row), self.index(row))


_ROLES = (
    IMAGE_ROLE,
    Qt.ItemDataRole.DecorationRole,
    Qt.ItemDataRole.ToolTipRole,
    Qt.ItemDataRole.AccessibleTextRole,
)


def _in_words(image: Image) -> str:
    words = [f"{image.original_name}, {image.width} × {image.height}, {image.state}"]
    if image.annotation_count:
        words.append(f"boxes: {image.annotation_count}")
    if image.verified:
        words.append("verified")
    if image.suggestion_count:
        words.append(f"suggestions: {image.suggestion_count}")
    if image.note:
        words.append(f"note: {image.note}")
    return ", ".join(words)
