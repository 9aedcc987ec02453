"""Proposes boxes on the image on show, before anything is learned; a person takes them or not."""

from __future__ import annotations

from collections import OrderedDict
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage

from labeler.dataset.detected import DETECTOR
from labeler.dataset.model import BBox
from labeler.errors import UserError
from labeler.gui.background import Job, run_in_background
from labeler.gui.counts import counted
from labeler.gui.document import Document
from labeler.gui.label.canvas import Canvas
from labeler.gui.label.editor import Editor
from labeler.gui.label.picture import Picture
from labeler.gui.label.proposal_finder import Proposed, find_proposals
from labeler.gui.settings import Settings

_CHOICE = "proposals"
_STAY_MS = 60
"""Nothing is sought while pictures are passed quickly."""
_SHORTEST_SEEN = 640
"""Pixels of the longer side: what is sought in."""
_SAME = 0.5
"""A proposal that overlaps a box or a suggestion by so much (IoU) says nothing new."""
_MOST_KEPT = 64
"""Images whose proposals are remembered: 0.1 MB each."""


class Proposing(QObject):
    """Shows proposals on the canvas. They are no rows: never counted, trained on, or exported.

    changed: other proposals are shown, or none.
    """

    changed = Signal()

    def __init__(
        self, document: Document, editor: Editor, canvas: Canvas, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._document, self._editor, self._canvas = document, editor, canvas
        self._found: OrderedDict[int, Proposed] = OrderedDict()
        self._job: Job | None = None
        self._sought: int | None = None
        self._is_stopped = False
        self._stay = QTimer(self, singleShot=True, interval=_STAY_MS)
        self._stay.timeout.connect(self._seek)
        self.is_on = bool(Settings().number(_CHOICE, 1))

    @property
    def is_seeking(self) -> bool:
        """Whether more may come for the image on show."""
        return self._stay.isActive() or self._job is not None

    @property
    def words(self) -> str:
        """A line about what is shown."""
        if not self.is_on:
            return ""
        if self._canvas.faint.sure:
            count = counted(self._canvas.faint.sure, "proposal")
            return self.tr("{n}: a click takes one").format(n=count)
        return self.tr("Looking…") if self.is_seeking else self.tr("None here")

    def begin(self) -> None:
        """Another dataset was opened."""
        self._forget()
        self.follow()

    def set_on(self, on: bool) -> None:
        self.is_on = on
        Settings().set_number(_CHOICE, int(on))
        self.follow()
        self.changed.emit()

    def toggle(self) -> None:
        self.set_on(not self.is_on)
        self._document.say(
            self.tr("Boxes are proposed.") if self.is_on else self.tr("No boxes are proposed.")
        )

    def follow(self) -> None:
        """Another image is on show, a better picture of it, or other boxes."""
        image_id = self._wanted()
        if self._job is not None and self._sought != image_id:
            self._job.cancel()
        if image_id is None or self._is_whole(image_id):
            self._stay.stop()
        elif self._job is None and not self._stay.isActive():
            self._stay.start()
        self._show(image_id)

    def take(self) -> None:
        """The one that the pointer aims at, else the surest, becomes a box."""
        faint = self._canvas.faint
        bbox = faint.aimed or next(iter(faint.boxes), None)
        if bbox is not None:
            self._canvas.draw_requested.emit(bbox)
        else:
            self._document.say(self._why_none())

    def turn(self) -> None:
        """Aims at the next proposal under the pointer."""
        if not self._canvas.faint.turn():
            self._document.say(self.tr("There is no other proposal under the pointer."))

    def fit_boxes(self) -> None:
        """The selected boxes get the edges of the things that they mean."""
        image_id = self._editor.image_id
        found = None if image_id is None else self._found.get(image_id)
        if found is None:
            self._document.say(self._why_none())
            return
        selected = set(self._editor.selection)
        placed = {
            box.id: bbox
            for box in self._canvas.boxes
            if box.id in selected
            and (bbox := found.fitted(box.bbox)) is not None
            and bbox != box.bbox
        }
        if placed:
            self._editor.reshape(placed)
        else:
            self._document.say(self.tr("No thing was found that fits better. Nothing changed."))

    def stop(self) -> None:
        """The window closes."""
        self._is_stopped = True
        self._stay.stop()
        if self._job is not None:
            self._job.cancel()

    def _wanted(self) -> int | None:
        """The image on show, where things are to be sought on it."""
        image = self._editor.image() if self.is_on and not self._is_stopped else None
        return None if image is None or not self._canvas.editable else image.id

    def _is_whole(self, image_id: int) -> bool:
        """Whether things were sought on it as closely as it gets."""
        found = self._found.get(image_id)
        return found is not None and found.is_whole

    def _show(self, image_id: int | None) -> None:
        found = self._found.get(image_id) if image_id is not None else None
        boxes = () if found is None or self._is_answered(image_id) else found.offered
        new = tuple(bbox for bbox in boxes if not self._is_known(bbox))
        if new != self._canvas.faint.boxes:
            surest = set(boxes[: found.sure] if found is not None else ())
            self._canvas.faint.show(new, sum(bbox in surest for bbox in new))
        self.changed.emit()

    def _is_answered(self, image_id: int | None) -> bool:
        """Whether the person, or a trained model, has said what is here."""
        image = self._editor.image()
        if image_id is None or image is None or image.verified:
            return True
        offered = self._document.dataset.suggestions(image_id)
        shown = self._editor.shows_suggestions
        return shown and any(each.source == DETECTOR for each in offered)

    def _is_known(self, bbox: BBox) -> bool:
        return any(box.bbox.iou(bbox) >= _SAME for box in self._canvas.boxes)

    def _seek(self) -> None:
        image_id, picture = self._wanted(), self._canvas.picture
        seen = _seen(picture) if picture is not None else None
        if image_id is None or self._job is not None or picture is None or seen is None:
            return  # whoever brings a better picture comes here again
        self._sought = image_id
        size = (picture.width, picture.height)
        self._job = run_in_background(
            lambda report, should_stop: find_proposals(seen, size, report, should_stop),
            on_progress=partial(self._take, image_id),
            on_done=partial(self._take_all, image_id),
            on_error=self._fail,
            owner=self,
        )
        self.changed.emit()

    def _take(self, image_id: int, found: Proposed) -> None:
        if image_id != self._sought:
            return  # another dataset was opened meanwhile
        self._found[image_id] = found
        self._found.move_to_end(image_id)
        while len(self._found) > _MOST_KEPT:
            self._found.popitem(last=False)
        if image_id == self._wanted():
            self._show(image_id)

    def _take_all(self, image_id: int, found: Proposed) -> None:
        self._job = None
        self._take(image_id, found)
        self.follow()

    def _fail(self, error: Exception) -> None:
        self._job = None
        if not isinstance(error, UserError):
            raise error
        self.is_on = False  # until the next start: it would fail on each picture
        self.changed.emit()
        self._document.report(error)

    def _forget(self) -> None:
        self._found.clear()
        self._sought = None
        self._stay.stop()
        if self._job is not None:
            self._job.cancel()

    def _why_none(self) -> str:
        if not self.is_on:
            return self.tr("Proposals are off: switch on Propose boxes at the right.")
        if self.is_seeking:
            return self.tr("Still looking for things on this image.")
        return self.tr("Nothing is proposed here. Draw a box.")


def _seen(picture: Picture) -> QImage | None:
    """A copy large enough to seek in, or None where only a smaller one is there yet."""
    chosen = picture.levels[0]
    is_small = max(chosen.width(), chosen.height()) < _SHORTEST_SEEN
    if is_small and not picture.is_whole:
        return None
    for level in picture.levels[1:]:
        if max(level.width(), level.height()) >= _SHORTEST_SEEN:
            chosen = level
    return chosen
