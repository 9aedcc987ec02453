"""Pictures that are on the screen or soon will be: decoded ahead, in bounded memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from labeler.errors import UserError
from labeler.gui.background import run_in_background
from labeler.gui.label.picture import Picture, decode

MOST_BYTES = 400_000_000
AT_ONCE_BYTES = 200_000
"""Files up to this size (a robot's photo: 30 KB) take a few milliseconds: no need to wait."""


class PictureCache(QObject):
    """ready carries a path whose picture can be had now; failed a path and its sentence."""

    ready = Signal(object)
    failed = Signal(object, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pictures: OrderedDict[Path, Picture] = OrderedDict()
        self._under_way: set[Path] = set()

    def get(self, path: Path) -> Picture | None:
        """The picture, or None while it is being decoded; ready or failed tells when."""
        known = self._pictures.get(path)
        if known is not None:
            self._pictures.move_to_end(path)
            return known
        if _is_quick(path):
            return self._decode_now(path)
        self._decode_later(path)
        return None

    def prefetch(self, path: Path) -> None:
        """Decodes it in the background, for the next step in the direction of travel."""
        if path not in self._pictures:
            self._decode_later(path)

    def clear(self) -> None:
        self._pictures.clear()

    def _decode_now(self, path: Path) -> Picture | None:
        try:
            picture = decode(path)
        except UserError as error:
            self.failed.emit(path, str(error))
            return None
        self._keep(path, picture)
        return picture

    def _decode_later(self, path: Path) -> None:
        if path in self._under_way:
            return
        self._under_way.add(path)
        run_in_background(
            lambda report, should_stop: decode(path),
            on_done=self._when_done(path),
            on_error=self._when_failed(path),
            owner=self,
        )

    def _when_done(self, path: Path) -> Callable[[Picture], None]:
        def done(picture: Picture) -> None:
            self._under_way.discard(path)
            self._keep(path, picture)
            self.ready.emit(path)

        return done

    def _when_failed(self, path: Path) -> Callable[[Exception], None]:
        def failed(error: Exception) -> None:
            self._under_way.discard(path)
            if not isinstance(error, UserError):
                raise error
            self.failed.emit(path, str(error))

        return failed

    def _keep(self, path: Path, picture: Picture) -> None:
        self._pictures[path] = picture
        while len(self._pictures) > 1 and self._size() > MOST_BYTES:
            self._pictures.popitem(last=False)

    def _size(self) -> int:
        return sum(picture.bytes for picture in self._pictures.values())


def _is_quick(path: Path) -> bool:
    try:
        return path.stat().st_size <= AT_ONCE_BYTES
    except OSError:
        return True  # decoding will say what is wrong with it
