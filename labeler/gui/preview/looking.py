"""From the camera's pictures to what is shown of them: models, pace, score, classes, numbers."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from labeler.cameras.base import Frame
from labeler.gui.class_colors import class_colors
from labeler.gui.decode import LivePicture
from labeler.gui.document import Document
from labeler.gui.live import LiveCamera
from labeler.gui.preview.detecting import Detecting, LoadedModel, Sight
from labeler.gui.preview.effort import Effort
from labeler.gui.preview.pace import Pace
from labeler.gui.preview.showing import Showing, Shown


@dataclass(frozen=True, slots=True, eq=False)
class Pane:
    """What one detector shows of a picture."""

    model: LoadedModel
    shown: Shown


class Looking(QObject):
    """shown carries a Shown for each picture that was looked at, redrawn one for the same again.

    loaded carries a LoadedModel, and whether it took the place of an older state of its file;
    bare a LivePicture that no model looks at, or none has looked at before; broken a sentence, and
    whether it is about the second model; eased: less is asked of the machine, or
    more again; held: whether the picture in view is held from now on.
    """

    shown = Signal(object)
    redrawn = Signal(object)
    loaded = Signal(object, bool)
    bare = Signal(object)
    broken = Signal(str, bool)
    eased = Signal()
    held = Signal(bool)

    def __init__(self, document: Document, live: LiveCamera, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.model: LoadedModel | None = None
        self.beside: LoadedModel | None = None
        self.last: Shown | None = None
        self.last_beside: Shown | None = None
        """Of the second model, on the same picture."""
        self.is_held = False
        self.pace = Pace()
        self.effort = Effort()
        self.showing = Showing()
        self.showing_beside = Showing()
        self._document = document
        self._live = live
        self._paths: tuple[Path | None, Path | None] = (None, None)
        self._failed = [False, False]
        self._since = 0.0
        self.detecting = Detecting(self)
        self.detecting.loaded.connect(self._take_model)
        self.detecting.saw.connect(self._take_sight)
        self.detecting.failed.connect(self._take_failure)

    @property
    def pane(self) -> Pane | None:
        """Of the first model on the newest picture; None before it has looked at any."""
        return _pane(self.model, self.last)

    @property
    def pane_beside(self) -> Pane | None:
        """The same of the second model; None without one."""
        return _pane(self.beside, self.last_beside)

    @property
    def is_loading(self) -> bool:
        """Whether the first model is chosen, and not there yet."""
        return self._paths[0] is not None and self.model is None and not self._failed[0]

    def use(self, model: Path | None, beside: Path | None = None) -> None:
        """These models from the next picture on; the camera goes on meanwhile."""
        before, self._paths = self._paths, (model, beside)
        if model != before[0]:
            self.model = None
        if beside != before[1]:
            self.beside = None
        self.restart()
        failed, self._failed = self._failed, [False, False]
        if any(failed):  # the same file once more is tried anew
            self.detecting.use(None if failed[0] else model, None if failed[1] else beside)
        self.detecting.use(model, beside)

    def take_up(self, model: Path) -> None:
        """Another checkpoint in the first one's place: that one is on show until this is loaded."""
        self._paths = (model, self._paths[1])
        self.detecting.use(*self._paths)

    def hold(self, *, on: bool) -> None:
        """The picture in view stays there, to be judged in peace, or the newest comes again.

        Another camera or model ends it by itself.
        """
        if on is self.is_held:
            return
        self.is_held = on
        self.held.emit(on)
        if not on:
            self.resume()
            if self._live.picture is not None:
                self.look(self._live.picture)

    def restart(self) -> None:
        """Another camera or another model."""
        self.last = self.last_beside = None
        self.pace.restart()
        self.effort.restart()
        self.showing.restart()
        self.showing_beside.restart()
        self.hold(on=False)

    def resume(self) -> None:
        """Somebody watches again: what came while nobody did was not dropped."""
        self.pace.restart()

    def leave_camera(self) -> None:
        """Another camera: nothing of the one before is shown, judged or recorded any more."""
        self._since = time.monotonic()
        self.restart()

    def wants(self, frame: Frame) -> bool:
        """Whether its picture is worth decoding; asked once for each frame of the camera."""
        picture = self._live.picture
        if self.is_held:
            return False
        if self.model is not None:
            self.pace.offer(frame.number)
        if self.model is None or self.last is None or picture is None:
            return True
        side = max(picture.image.width(), picture.image.height())
        return self.effort.wants(frame.number, side)

    def look(self, picture: LivePicture) -> None:
        """The camera's newest picture that was decoded."""
        if self.is_held:
            return
        if self.model is None or self.last is None:
            self.bare.emit(picture)
        if self.model is None:
            if self._failed[0]:
                self.detecting.look(picture)  # its file may have been mended
        else:
            self.detecting.look(picture, self.effort.longest)

    def draw_again(self) -> None:
        """The same picture, under what was chosen meanwhile."""
        if self.last is not None:
            self.last = self.showing.show(self.last.sight)
            if self.last_beside is not None:
                self.last_beside = self.showing_beside.show(self.last_beside.sight)
            self.redrawn.emit(self.last)

    def take_colors(self) -> None:
        """As the dataset's classes have them now."""
        categories = self._document.dataset.categories()
        for model, showing in ((self.model, self.showing), (self.beside, self.showing_beside)):
            showing.colors = class_colors(model.names if model is not None else {}, categories)
        self.draw_again()

    def finish(self) -> None:
        self.detecting.finish()

    def _take_model(self, loaded: LoadedModel) -> None:
        if loaded.path != self._paths[loaded.is_beside]:
            return
        before = self.beside if loaded.is_beside else self.model
        self._failed[loaded.is_beside] = False
        if loaded.is_beside:
            self.beside = loaded
        else:
            self.model = loaded
        self.hold(on=False)
        self.take_colors()
        self.loaded.emit(loaded, before is not None and before.path == loaded.path)
        if self._live.picture is not None:
            self.look(self._live.picture)

    def _take_failure(self, sentence: str, is_beside: bool) -> None:
        self._failed[is_beside] = True
        self.hold(on=False)
        if is_beside:
            self.beside = self.last_beside = None
        else:
            self.model = self.last = self.last_beside = None
        self.broken.emit(sentence, is_beside)

    def _take_sight(self, sight: Sight) -> None:
        frame = sight.picture.frame
        is_past = frame.received < self._since or self._live.picture is None
        if is_past or self.model is None or self.is_held:
            return  # of the camera or model before
        late_ms = 1000 * (time.monotonic() - frame.received)
        self.pace.note(frame.number, sight.milliseconds, late_ms=late_ms)
        was_slow = self.effort.is_slow
        self.effort.note(sight.milliseconds)
        self.last = self.showing.show(sight)
        self.last_beside = self._show_beside(sight)
        self.shown.emit(self.last)
        if self.effort.is_slow != was_slow:
            self.eased.emit()

    def _show_beside(self, sight: Sight) -> Shown | None:
        if sight.beside is None or self.beside is None:
            return None  # or it is of the second model before
        return self.showing_beside.show(replace(sight, detections=sight.beside, beside=None))


def _pane(model: LoadedModel | None, shown: Shown | None) -> Pane | None:
    return None if model is None or shown is None else Pane(model, shown)
