"""Pictures that are on the screen or soon will be: decoded ahead, in bounded memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from labeler.errors import UserError
from labeler.gui.background import run_in_background
from labeler.gui.label.picture import (
    Picture,
    decode,
    decode_carefully,
    decode_if_quick,
    decode_smaller_than,
    glimpse,
)

MOST_BYTES = 400_000_000
"""All pictures together that are kept beside the one on the screen."""
MOST_BYTES_AHEAD = MOST_BYTES // 5
"""The largest picture (15 megapixels) that is decoded whole before it is wanted: room for four
wishes. Of larger ones only the glimpse waits (3 to 8 MB)."""
STAY_MS = 60
"""Whole pictures are decoded once the person stays this long: while D is held, both cores are
wanted for the glimpses of what comes next."""


class PictureCache(QObject):
    """ready: of the path on the screen there is a picture now, or a better one. failed carries
    that path and a sentence.

    Wishes are the picture on the screen and those that may come next. At most two decodings run,
    one of a glimpse and one of a whole picture, however fast wishes come; a new list of wishes
    replaces the old one.
    """

    ready = Signal(object)
    failed = Signal(object, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pictures: OrderedDict[Path, Picture] = OrderedDict()
        self._current: Path | None = None
        self._ahead: tuple[Path, ...] = ()
        self._running: dict[bool, Path | None] = {False: None, True: None}
        """What is being decoded: whole under True, as a glimpse under False."""
        self._tried: set[tuple[Path, bool]] = set()
        """What was decoded, or could not be, of the wishes."""
        self._careful: set[Path] = set()
        """What Qt turns in another way than it was when it was added: one of a million photos."""
        self._passing = QTimer(self, singleShot=True, interval=STAY_MS)
        self._passing.timeout.connect(self._decode_next)

    @property
    def is_at_rest(self) -> bool:
        """Whether nothing is decoded, nor will be without a new wish."""
        return self._running == {False: None, True: None} and not self._passing.isActive()

    def get(self, path: Path) -> Picture | None:
        """What there is of the picture, perhaps a glimpse. Where ready may bring more, it will.

        The path becomes the first wish. Takes less than 50 ms.
        """
        self._leave_current_for(path)
        if path in self._pictures:
            self._pictures.move_to_end(path)
        else:
            self._decode_now(path)
        self._follow_wishes()
        return self._pictures.get(path)

    def look_ahead(self, paths: Sequence[Path]) -> None:
        """What may be wanted next, the likeliest first."""
        self._ahead = tuple(paths)
        self._follow_wishes()

    def try_carefully(self, path: Path) -> bool:
        """The picture on the screen has not the size it should have: it is decoded anew, otherwise.

        False where it was that already, so that the file itself must have changed.
        """
        if path in self._careful:
            return False
        self._careful.add(path)
        self._pictures.pop(path, None)
        self._tried = {each for each in self._tried if each[0] != path} | {(path, False)}
        self._decode_next()
        return True

    def clear(self) -> None:
        """Forgets pictures and wishes; what is being decoded is not told any more."""
        self._passing.stop()
        self._pictures.clear()
        self._tried.clear()
        self._careful.clear()
        self._current, self._ahead = None, ()

    def _wishes(self) -> list[Path]:
        first = [self._current] if self._current is not None else []
        return [*first, *(path for path in self._ahead if path != self._current)]

    def _leave_current_for(self, path: Path) -> None:
        left = self._pictures.get(self._current) if self._current is not None else None
        if self._current not in (None, path) and left and left.bytes > MOST_BYTES_AHEAD:
            self._pictures[self._current] = left.reduced()
        if path != self._current:
            self._passing.start()
        self._current = path
        if self._running[True] != path:
            self._tried.discard((path, True))  # while it was ahead it may have been too large

    def _decode_now(self, path: Path) -> None:
        if path in self._careful:
            return
        self._tried.discard((path, False))
        try:
            picture = decode_if_quick(path)
        except UserError as error:
            self._tried |= {(path, False), (path, True)}
            self.failed.emit(path, str(error))
            return
        if picture is not None:
            self._pictures[path] = picture

    def _follow_wishes(self) -> None:
        wishes = set(self._wishes())
        self._tried = {each for each in self._tried if each[0] in wishes}
        self._make_room(wishes)
        self._decode_next()

    def _make_room(self, wishes: set[Path]) -> None:
        size = sum(each.bytes for path, each in self._pictures.items() if path != self._current)
        for path in [path for path in self._pictures if path not in wishes]:
            if size <= MOST_BYTES:
                break
            size -= self._pictures.pop(path).bytes

    def _decode_next(self) -> None:
        for whole in (False, True):
            if self._running[whole] is None and (not whole or self._may_take_long()):
                path = next((path for path in self._wishes() if self._is_due(path, whole)), None)
                if path is not None:
                    self._decode_later(path, whole)

    def _may_take_long(self) -> bool:
        """Whether the person stays, or has nothing sharper than a thumbnail to look at."""
        has_glimpse = self._current in self._pictures or self._running[False] == self._current
        return not (self._passing.isActive() and has_glimpse)

    def _is_due(self, path: Path, whole: bool) -> bool:
        return (path, whole) not in self._tried and self._is_better(path, whole)

    def _is_better(self, path: Path, whole: bool) -> bool:
        """Whether such a picture would be more than what there is."""
        picture = self._pictures.get(path)
        return picture is None or (whole and not picture.is_whole)

    def _decode_later(self, path: Path, whole: bool) -> None:
        self._running[whole] = path
        self._tried.add((path, whole))
        work: Callable[[], Picture | None] = partial(glimpse, path)
        if path in self._careful:
            work = partial(decode_carefully, path)
        elif whole and path == self._current:
            work = partial(decode, path)
        elif whole:
            work = partial(decode_smaller_than, path, MOST_BYTES_AHEAD)
        is_careful = path in self._careful
        run_in_background(
            lambda report, should_stop: work(),
            on_done=lambda picture: self._take(path, whole, picture, is_careful=is_careful),
            on_error=partial(self._fail, path, whole),
            owner=self,
        )

    def _take(self, path: Path, whole: bool, picture: Picture | None, *, is_careful: bool) -> None:
        self._running[whole] = None
        is_current = path == self._current
        if path in self._careful and not is_careful:
            picture = None  # begun before it was known to need care
        if picture is None and whole and is_current:
            self._tried.discard((path, True))  # it was too large only to be decoded ahead
        if picture is not None and not is_current and picture.bytes > MOST_BYTES_AHEAD:
            picture = picture.reduced()  # the person went on while it was decoded
        is_news = picture is not None and self._is_better(path, picture.is_whole)
        if picture is not None and is_news:
            self._pictures[path] = picture
        self._follow_wishes()
        if is_news and path == self._current:
            self.ready.emit(path)

    def _fail(self, path: Path, whole: bool, error: Exception) -> None:
        self._running[whole] = None
        self._decode_next()
        if not isinstance(error, UserError):
            raise error
        if path == self._current:
            self.failed.emit(path, str(error))
