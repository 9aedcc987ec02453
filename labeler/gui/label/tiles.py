"""How an image looks in the filmstrip: its thumbnail, and small marks of what is known of it."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from labeler.dataset.model import Image, ImageState
from labeler.gui.label.image_list import IMAGE_ROLE
from labeler.gui.theme import DARK, LIGHT, colors

TILE_HEIGHT = 95
_SHADE = QColor(20, 20, 20, 190)
_TICK = ((-4, 0), (-1, 3), (4, -3))


class TileDelegate(QStyledItemDelegate):
    """Below right the number of boxes, or an empty set; a tick where a person verified it. Above
    right a dot for suggestions that wait and a sheet for a note."""

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(TILE_HEIGHT, TILE_HEIGHT)  # a list makes its rows as wide as it is itself

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        image: Image | None = index.data(IMAGE_ROLE)
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        tile = rect.adjusted(2, 3, -2, -3)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(tile, QColor(colors().ground))
        if image is not None:
            picture: QImage | None = index.data(Qt.ItemDataRole.DecorationRole)
            _paint_thumbnail(painter, tile, picture)
            _paint_badge(painter, tile, image)
            _paint_marks(painter, tile, image)
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(QPen(QColor(colors().accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(tile, 3, 3)
        painter.restore()


def _paint_thumbnail(painter: QPainter, tile: QRect, picture: QImage | None) -> None:
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
    """The number of boxes; green with a tick where a person said that it is right."""
    if image.state is ImageState.UNLABELLED:
        return
    words = str(image.annotation_count) if image.annotation_count else "∅"
    font = painter.font()
    font.setBold(True)
    font.setPointSizeF(font.pointSizeF() * 0.85)
    painter.setFont(font)
    tick = 13 if image.verified else 0
    width = painter.fontMetrics().horizontalAdvance(words) + 10 + tick
    badge = QRect(tile.right() - width - 3, tile.bottom() - 19, width, 16)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(LIGHT.good) if image.verified else _SHADE)
    painter.drawRoundedRect(badge, 3, 3)
    painter.setPen(QColor("white"))
    painter.drawText(badge.adjusted(tick, 0, 0, 0), Qt.AlignmentFlag.AlignCenter, words)
    if tick:
        painter.setPen(QPen(QColor("white"), 1.8))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        middle = QPointF(badge.left() + 10, badge.center().y() + 1)
        painter.drawPolyline(QPolygonF([middle + QPointF(x, y) for x, y in _TICK]))


def _paint_marks(painter: QPainter, tile: QRect, image: Image) -> None:
    corner = QPoint(tile.right() - 12, tile.top() + 12)
    if image.suggestion_count:
        _paint_ground(painter, corner)
        painter.setPen(QPen(QColor(DARK.accent_over), 1.8, Qt.PenStyle.DotLine))
        painter.drawEllipse(corner, 5, 5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(DARK.accent_over))
        painter.drawEllipse(corner, 3, 3)
        corner -= QPoint(20, 0)
    if image.note:
        _paint_ground(painter, corner)
        painter.setPen(QPen(QColor("white"), 1))
        start = QPointF(corner) + QPointF(-4, 0.5)  # in the middle of a pixel, so it is crisp
        for row, width in ((-3, 8), (0, 8), (3, 5)):
            painter.drawLine(start + QPointF(0, row), start + QPointF(width, row))


def _paint_ground(painter: QPainter, middle: QPoint) -> None:
    """A dark disc, so that a mark can be told from every picture."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_SHADE)
    painter.drawEllipse(middle, 9, 9)
    painter.setBrush(Qt.BrushStyle.NoBrush)
