"""The picture of the image on show: on the canvas as soon as there is one, or why there is none."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from labeler.dataset.thumbnails import thumbnail_path
from labeler.errors import UserError
from labeler.gui.document import Document
from labeler.gui.label.canvas import Canvas
from labeler.gui.label.editor import Editor
from labeler.gui.label.geometry import Size
from labeler.gui.label.picture import Picture, from_thumbnail
from labeler.gui.label.picture_cache import PictureCache


class PictureOnCanvas(QObject):
    """Follows the editor's image when show() is called, and the cache by itself.

    shown: another picture, or a better one of the image, is on the canvas.
    """

    shown = Signal()

    def __init__(
        self,
        document: Document,
        editor: Editor,
        canvas: Canvas,
        pictures: PictureCache,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._editor = editor
        self._canvas = canvas
        self._pictures = pictures
        pictures.ready.connect(self._show_ready)
        pictures.failed.connect(self._show_failed)

    def show(self) -> None:
        """What there is of it now, at first perhaps its thumbnail."""
        image = self._editor.image()
        if image is None:
            return
        size = Size(image.width, image.height)
        # First without a picture: a fault that the cache reports at once is to stay on show.
        dataset, opening = self._document.dataset, self.tr("Opening…")
        self._canvas.show_picture(None, size, opening)
        try:
            path = dataset.path_of(image)
        except UserError as error:
            self._canvas.show_picture(None, size, str(error))
            return
        picture = self._pictures.get(path)
        if picture is not None and (picture.width, picture.height) != (size.width, size.height):
            self._show_strange(path, picture)
            return
        if picture is None and self._canvas.message == opening:
            picture = from_thumbnail(thumbnail_path(dataset, image), image.width, image.height)
        if picture is not None:
            self._canvas.show_picture(picture, size)
        self.shown.emit()

    def _show_strange(self, path: Path, picture: Picture) -> None:
        """Boxes would lie beside what they were drawn around."""
        if not self._pictures.try_carefully(path):
            told = self.tr("{file} is not the picture that was added: it is now {size} pixels.")
            size = f"{picture.width} \N{MULTIPLICATION SIGN} {picture.height}"
            self._show_failed(path, told.format(file=path, size=size))

    def _show_ready(self, path: Path) -> None:
        if path == self._current_path():
            self.show()

    def _show_failed(self, path: Path, sentence: str) -> None:
        image = self._editor.image()
        if image is not None and path == self._current_path():
            told = self.tr("{fault}\nIts boxes are kept. Check, in the menu, tells more.")
            size = Size(image.width, image.height)
            self._canvas.show_picture(None, size, told.format(fault=sentence))

    def _current_path(self) -> Path | None:
        image = self._editor.image()
        with suppress(UserError):
            return None if image is None else self._document.dataset.path_of(image)
        return None
