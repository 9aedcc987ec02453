"""Keeps the strip of pictures up to date with the newest weights, on a worker thread."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage

from labeler.errors import UserError
from labeler.gui import times
from labeler.gui.background import Job, run_in_background
from labeler.gui.train.strip import Row, Strip
from labeler.runs.history import MODEL, newest_model
from labeler.runs.showcase import (
    Look,
    ShownPicture,
    choose_pictures,
    load_looks,
    look,
    save_looks,
)

_PICTURES = 6
_ROWS = 2
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Shown:
    """The run on show: its pictures, once they are read, and the looks at them."""

    run: Path
    pictures: list[ShownPicture]
    looks: list[Look]
    is_live: bool


class Showcase(QObject):
    """Fills the strip for one run at a time. What comes late for another run is dropped."""

    def __init__(self, strip: Strip) -> None:
        super().__init__(strip)
        self._strip = strip
        self._shown: _Shown | None = None
        self._job: Job | None = None
        self._wanted: float | None = None

    def show_run(self, run: Path, seconds: float | None, *, is_live: bool) -> None:
        """Begins with a run. seconds: how long its model has learned; None where it has none.

        is_live: more is to come, until finish().
        """
        self.clear()
        self._shown = _Shown(run, [], [], is_live)
        self._wanted = seconds
        self._job = run_in_background(
            lambda _report, _stop: (choose_pictures(run, _PICTURES), load_looks(run)),
            on_done=lambda found: self._take_pictures(run, *found),
            on_error=lambda error: self._miss(run, error),
            owner=self,
        )

    def look_again(self, seconds: float) -> None:
        """The run on show has other weights now, after so many seconds."""
        looks = self._shown.looks if self._shown is not None else []
        if looks and looks[-1].seconds == seconds:
            return
        self._wanted = seconds
        self._look_if_free()

    def finish(self, seconds: float | None) -> None:
        """The run on show ended with a model that learned so long; None: without one."""
        if self._shown is not None:
            self._shown.is_live = False
            self._show_looks()
        if seconds is not None:
            self.look_again(seconds)

    def clear(self) -> None:
        self._shown, self._wanted, self._job = None, None, None
        self._strip.show_pictures([])
        self._strip.show_rows([])

    def _take_pictures(self, run: Path, pictures: list[ShownPicture], looks: list[Look]) -> None:
        if self._shown is None or self._shown.run != run:
            return
        self._job = None
        self._shown.pictures, self._shown.looks = pictures, looks
        images = [(shown.image_id, _image(shown)) for shown in pictures]
        self._strip.show_pictures(images, self._nothing_to_show())
        if looks and looks[-1].seconds == self._wanted:
            self._wanted = None
        self._show_looks()
        self._look_if_free()

    def _look_if_free(self) -> None:
        shown = self._shown
        if shown is None or not shown.pictures or self._wanted is None or self._job is not None:
            return
        seconds, self._wanted = self._wanted, None
        run, pictures = shown.run, tuple(shown.pictures)
        model = newest_model(run) if shown.is_live else run / MODEL
        self._job = run_in_background(
            lambda _report, _stop: look(model, pictures, seconds),
            on_done=lambda new: self._take_look(run, new),
            on_error=lambda error: self._miss(run, error),
            owner=self,
        )

    def _take_look(self, run: Path, new: Look) -> None:
        if self._shown is None or self._shown.run != run:
            return
        self._job = None
        self._shown.looks = [*self._shown.looks[:1], new]
        self._show_looks()
        try:
            save_looks(run, self._shown.looks)
        except OSError as error:
            _log.warning("cannot keep the looks of %s: %s", run, error)
        self._look_if_free()

    def _show_looks(self) -> None:
        assert self._shown is not None
        looks = self._shown.looks
        if len(looks) == 2 and looks[0].seconds == looks[1].seconds:
            looks = looks[1:]
        rows = [Row(times.duration(each.seconds), each.found) for each in looks]
        if self._shown.is_live:
            awaited = Row(self.tr("soon"), {}, is_awaited=True)
            rows += [awaited] * (_ROWS - len(rows))
        self._strip.show_rows(rows)

    def _miss(self, run: Path, error: Exception) -> None:
        """No pictures is no disaster: the curves still tell. A bug travels on."""
        if not isinstance(error, UserError):
            raise error
        _log.warning("%s: %s", run, error)
        if self._shown is not None and self._shown.run == run:
            self._job = None
            if not self._shown.pictures:
                self._strip.show_pictures([], self._nothing_to_show())
            self._look_if_free()  # the run may have ended meanwhile, and with it its newest model

    def _nothing_to_show(self) -> str:
        return self.tr(
            "None of the pictures it was checked with can be shown: there are none, or "
            "they were moved."
        )


def _image(shown: ShownPicture) -> QImage:
    height, width, _ = shown.rgb.shape
    data = shown.rgb.tobytes()
    return QImage(data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
