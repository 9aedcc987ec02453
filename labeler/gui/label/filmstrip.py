"""The column of images at the left: which are shown, and which is the current one."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from labeler.dataset.model import Image, ImageState
from labeler.dataset.queries import Counts
from labeler.gui.label.image_list import IMAGE_ROLE, ImageList
from labeler.gui.theme import colors

WIDTH = 176
_TILE = QSize(WIDTH - 22, 92)


class Filmstrip(QWidget):
    """chosen carries the id of the image the person went to; filter_changed the state or None."""

    chosen = Signal(int)
    filter_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(WIDTH)
        self.images = ImageList(self)
        self.filter = QComboBox(self)
        self.filter.setAccessibleName(self.tr("Which images are shown"))
        self.filter.setToolTip(self.tr("Which images are shown"))
        self.filter.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for state in (None, ImageState.UNLABELLED, ImageState.LABELLED, ImageState.EMPTY):
            self.filter.addItem("", state)
        self.view = QListView(self)
        self.view.setModel(self.images)
        self.view.setItemDelegate(TileDelegate(self.view))
        self.view.setUniformItemSizes(True)
        self.view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        self.view.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.view.setAccessibleName(self.tr("Images"))
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 4, 0)
        column.setSpacing(6)
        column.addWidget(self.filter)
        column.addWidget(self.view, 1)
        self.show_counts(Counts(0, 0, 0))
        self.filter.currentIndexChanged.connect(self._tell_filter)
        self.view.selectionModel().currentChanged.connect(self._tell_chosen)

    def state(self) -> ImageState | None:
        """What is shown; None: all images."""
        state: ImageState | None = self.filter.currentData()
        return state

    def show_all(self) -> None:
        self.filter.setCurrentIndex(0)

    def show_counts(self, counts: Counts) -> None:
        words = (
            self.tr("All ({n})").format(n=counts.total),
            self.tr("To do ({n})").format(n=counts.unlabelled),
            self.tr("Labelled ({n})").format(n=counts.labelled),
            self.tr("Empty ({n})").format(n=counts.empty),
        )
        for place, text in enumerate(words):
            self.filter.setItemText(place, text)

    def go_to(self, image_id: int) -> bool:
        """Makes an image the current one. False where it is not among those shown."""
        row = self.images.row_of(image_id)
        if row is None:
            return False
        self.view.setCurrentIndex(self.images.index(row))
        return True

    def step(self, by: int) -> Image | None:
        """The image so many rows away from the current one, or None past the end."""
        row = self.view.currentIndex().row() + by
        return self.images.image_at(row) if 0 <= row < self.images.rowCount() else None

    def ahead(self, count: int, direction: int) -> list[Image]:
        """The images that come next, the nearest first. direction: 1 down the list, -1 up."""
        places = (self.step(direction * far) for far in range(1, count + 1))
        return [image for image in places if image is not None]

    def current(self) -> Image | None:
        index = self.view.currentIndex()
        return self.images.image_at(index.row()) if index.isValid() else None

    def _tell_filter(self) -> None:
        self.filter_changed.emit(self.state())

    def _tell_chosen(self, current: QModelIndex, previous: QModelIndex) -> None:
        if current.isValid():
            self.chosen.emit(self.images.image_at(current.row()).id)


class TileDelegate(QStyledItemDelegate):
    """A thumbnail with the number of its boxes, or a tick where nothing is there."""

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return _TILE

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        image: Image = index.data(IMAGE_ROLE)
        picture: QImage | None = index.data(Qt.ItemDataRole.DecorationRole)
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        tile = rect.adjusted(2, 3, -2, -3)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        _paint_thumbnail(painter, tile, picture)
        _paint_badge(painter, tile, image)
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(QPen(QColor(colors().accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(tile, 3, 3)
        painter.restore()


def _paint_thumbnail(painter: QPainter, tile: QRect, picture: QImage | None) -> None:
    painter.fillRect(tile, QColor(colors().ground))
    if picture is None or picture.width() <= 1:
        return
    wide = picture.width() * tile.height() > picture.height() * tile.width()
    size = picture.size().scaled(
        tile.size(),
        Qt.AspectRatioMode.KeepAspectRatioByExpanding
        if wide and picture.width() * tile.height() < 1.25 * picture.height() * tile.width()
        else Qt.AspectRatioMode.KeepAspectRatio,
    )
    where = QRect(tile.topLeft(), size)
    where.moveCenter(tile.center())
    painter.setClipRect(tile)
    painter.drawImage(where, picture)
    painter.setClipping(False)


def _paint_badge(painter: QPainter, tile: QRect, image: Image) -> None:
    if image.state is ImageState.UNLABELLED:
        return
    words = str(image.annotation_count) if image.annotation_count else "∅"
    font = painter.font()
    font.setBold(True)
    font.setPointSizeF(font.pointSizeF() * 0.85)
    painter.setFont(font)
    width = painter.fontMetrics().horizontalAdvance(words) + 10
    badge = QRect(tile.right() - width - 3, tile.bottom() - 19, width, 16)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colors().good) if image.verified else QColor(20, 20, 20, 190))
    painter.drawRoundedRect(badge, 3, 3)
    painter.setPen(QColor("white"))
    painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, words)
