"""This session's photos in two columns, the newest first."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from labeler.dataset.model import Image
from labeler.dataset.store import Dataset
from labeler.gui.capture.flaw_words import flaw_badge, flaw_words
from labeler.gui.capture.taking_words import taking_words
from labeler.gui.capture.thumbnails import Thumbnails
from labeler.gui.counts import counted
from labeler.gui.key_hint import KeyHint
from labeler.gui.side_panel import keep_keys

Index = QModelIndex | QPersistentModelIndex
_GAP = 8
_FLAW_INK = QColor("#ffc46b")
_IMAGE = Qt.ItemDataRole.UserRole + 1


class PhotoModel(QAbstractListModel):
    """The images of one session; the row of the newest is 0."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.thumbnails = Thumbnails(self)
        self.thumbnails.loaded.connect(self._tell_changed)
        self._dataset: Dataset | None = None
        self._images: list[Image] = []

    def show(self, dataset: Dataset, images: list[Image]) -> None:
        """Replaces all rows; images come the oldest first."""
        self.beginResetModel()
        if dataset is not self._dataset:
            self.thumbnails.clear()
        self._dataset, self._images = dataset, images[::-1]
        self.endResetModel()

    def add(self, image: Image) -> None:
        self.beginInsertRows(QModelIndex(), 0, 0)
        self._images.insert(0, image)
        self.endInsertRows()

    def refresh(self, image_id: int) -> None:
        """The image's boxes were changed."""
        row = self._row(image_id)
        if row is not None and self._dataset is not None:
            self._images[row] = self._dataset.image(image_id)
            self._tell_changed(image_id)

    def refresh_all(self) -> None:
        """The boxes of many images were changed."""
        if self._dataset is not None and self._images:
            found = self._dataset.images_of([image.id for image in self._images])
            now = {image.id: image for image in found}
            self._images = [now.get(image.id, image) for image in self._images]
            self.dataChanged.emit(self.index(0), self.index(len(self._images) - 1))

    def thumbnail(self, image: Image) -> QPixmap | None:
        return self.thumbnails.get(self._dataset, image) if self._dataset is not None else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._images)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._images):
            return None
        image = self._images[index.row()]
        if role == _IMAGE:
            return image
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            words = self.tr("{name}, {width} × {height}, {boxes}").format(
                name=image.original_name,
                width=image.width,
                height=image.height,
                boxes=counted(image.annotation_count, "box"),
            )
            flaw = "" if image.flaw is None else flaw_words(image.flaw)
            return "\n".join(filter(None, (words, taking_words(image), flaw)))
        return None

    def _row(self, image_id: int) -> int | None:
        return next((at for at, each in enumerate(self._images) if each.id == image_id), None)

    def _tell_changed(self, image_id: int) -> None:
        row = self._row(image_id)
        if row is not None:
            self.dataChanged.emit(self.index(row), self.index(row))


class PhotoStrip(QListView):
    """A double click or Return asks for the image's id to be labelled."""

    image_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.photos = PhotoModel(self)
        self.setModel(self.photos)
        self.setItemDelegate(_Delegate(self))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setMinimumHeight(120)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.viewport().setAutoFillBackground(False)
        self.setAccessibleName(self.tr("Photos of this session"))
        KeyHint(self, "capture.take_photo", self._show_key)
        self.activated.connect(self._request)
        keep_keys(self, Qt.Key.Key_Return, Qt.Key.Key_Enter)

    def resizeEvent(self, event: QResizeEvent) -> None:
        # The layout leaves room for a scroll bar, whether there is one or not.
        room = self.width() - self.verticalScrollBar().sizeHint().width() - 4
        width = room // 2
        self.setGridSize(QSize(width, (width - _GAP) * 9 // 16 + _GAP))
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.photos.rowCount():
            return
        painter = QPainter(self.viewport())
        painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        where = self.viewport().rect().adjusted(0, 4, 0, 0)
        flags = int(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        words = self.tr("No photos yet. {0} takes one, and holding it takes five a second.")
        painter.drawText(where, flags | int(Qt.TextFlag.TextWordWrap), words.format(self._key))

    def _show_key(self, key: str) -> None:
        self._key = key or self.tr("The button")
        self.viewport().update()

    def _request(self, index: QModelIndex) -> None:
        image = index.data(_IMAGE)
        if image is not None:
            self.image_requested.emit(image.id)


class _Delegate(QStyledItemDelegate):
    """The thumbnail cropped to its place, and how many boxes it has."""

    def __init__(self, strip: PhotoStrip) -> None:
        super().__init__(strip)
        self._strip = strip

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return self._strip.gridSize()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        image: Image = index.data(_IMAGE)
        area: QRect = option.rect
        palette: QPalette = option.palette
        state: QStyle.StateFlag = option.state
        where = QRectF(area).adjusted(1, 1, 1 - _GAP, 1 - _GAP)
        painter.save()
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        pixmap = self._strip.photos.thumbnail(image)
        if pixmap is None or pixmap.isNull():
            painter.fillRect(where, palette.color(QPalette.ColorRole.Mid))
        else:
            painter.drawPixmap(where, pixmap, _cropped(pixmap, where))
        if image.annotation_count:
            _paint_badge(painter, str(image.annotation_count), where, QColor("white"))
        if image.flaw is not None:
            above = where.adjusted(0, 0, 0, painter.fontMetrics().height() + 6 - where.height())
            _paint_badge(painter, flaw_badge(image.flaw), above, _FLAW_INK)
        self._paint_edge(painter, palette, state, where)
        painter.restore()

    def _paint_edge(
        self, painter: QPainter, palette: QPalette, state: QStyle.StateFlag, where: QRectF
    ) -> None:
        chosen = bool(state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_HasFocus))
        if chosen or state & QStyle.StateFlag.State_MouseOver:
            color = palette.color(QPalette.ColorRole.Accent)
            color.setAlphaF(1.0 if chosen else 0.5)
            painter.setPen(color)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(where.adjusted(-0.5, -0.5, 0.5, 0.5))


def _cropped(pixmap: QPixmap, where: QRectF) -> QRectF:
    """The middle of the pixmap that has the shape of its place."""
    size = where.size().scaled(QRectF(pixmap.rect()).size(), Qt.AspectRatioMode.KeepAspectRatio)
    part = QRectF(0, 0, size.width(), size.height())
    part.moveCenter(QRectF(pixmap.rect()).center())
    return part


def _paint_badge(painter: QPainter, text: str, where: QRectF, ink: QColor) -> None:
    """In the lower right corner, light on dark whatever the picture is like."""
    metrics = painter.fontMetrics()
    width = metrics.horizontalAdvance(text) + 8
    label = QRectF(where.right() - width - 3, where.bottom() - metrics.height() - 3, width, 0)
    label.setHeight(metrics.height())
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(20, 20, 20, 190))
    painter.drawRoundedRect(label, 3, 3)
    painter.setPen(ink)
    painter.drawText(label, Qt.AlignmentFlag.AlignCenter, text)
