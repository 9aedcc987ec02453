"""The window's icons: monochrome SVG files, tinted with the palette's own colour."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPalette, QPixmap

_PLACES = (Path(__file__).parents[2] / "assets" / "icons", Path(__file__).parents[1] / "icons")
"""In a checkout, and beside the code where it was installed."""
_SIDES = (16, 20, 24, 32, 48)
_APPLICATION_SIDES = (16, 32, 48, 64, 128, 256)


def icon(name: str, color: QColor | None = None) -> QIcon:
    """An icon by its file's name; an empty one where the file is missing."""
    normal = color or QGuiApplication.palette().color(QPalette.ColorRole.ButtonText)
    faint = QGuiApplication.palette().color(QPalette.ColorRole.PlaceholderText)
    made = QIcon()
    for side in (*_SIDES, *(2 * side for side in _SIDES)):
        made.addPixmap(pixmap(name, side, normal), QIcon.Mode.Normal)
        made.addPixmap(pixmap(name, side, faint), QIcon.Mode.Disabled)
    return made


def application_icon() -> QIcon:
    """The program's own picture, which has colours of its own."""
    made = QIcon()
    for side in _APPLICATION_SIDES:
        made.addPixmap(pixmap("vector-labeler", side, QColor("black")))
    return made


def dot(color: QColor, side: int = 10, ratio: float = 2.0) -> QIcon:
    """A small filled circle: how something is."""
    picture = QPixmap(QSize(side, side) * ratio)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawEllipse(QRectF(1, 1, side - 2, side - 2))
    painter.end()
    return QIcon(picture)


def pixmap(name: str, side: int, color: QColor) -> QPixmap:
    """The icon as a square picture of so many device pixels."""
    from PySide6.QtSvg import QSvgRenderer  # not needed for the first picture of the window

    picture = QPixmap(side, side)
    picture.fill(Qt.GlobalColor.transparent)
    drawing = _drawing(name).replace("currentColor", color.name())
    if drawing:
        painter = QPainter(picture)
        QSvgRenderer(QByteArray(drawing.encode())).render(painter)
        painter.end()
    return picture


def file_of(name: str) -> Path | None:
    """The icon's file; None where the program was installed without it."""
    files = (place / f"{name}.svg" for place in _PLACES)
    return next((file for file in files if file.is_file()), None)


def _drawing(name: str) -> str:
    file = file_of(name)
    return file.read_text(encoding="utf-8") if file else ""
