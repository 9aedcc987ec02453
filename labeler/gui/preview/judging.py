"""Right, wrong, missed: the person's word on a picture, which joins the dataset with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count as counter

from PySide6.QtCore import QObject, Signal

from labeler.cameras.base import Frame
from labeler.dataset.changes import Edit
from labeler.dataset.detected import DETECTOR, Detected, offer_detected
from labeler.dataset.edits import verify
from labeler.dataset.model import BBox, ImageState
from labeler.dataset.store import Dataset
from labeler.dataset.suggestion_edits import accept
from labeler.gui.document import Document
from labeler.gui.photo_keeper import Kept
from labeler.gui.preview.frame_keeping import FrameKeeping
from labeler.gui.preview.looking import Pane
from labeler.gui.preview.tally import Tally, Verdict
from labeler.track.steady import Box


@dataclass(slots=True, eq=False)
class _Said:
    """A verdict on its way into the dataset, or there. found: name, box, score of each thing shown.

    number: rises with each. counts: its picture is in the dataset, with what was accepted by it:
    the journal's entry, 0 where that was nothing. joined: the image that has joined through it.
    """

    number: int
    verdict: Verdict
    found: tuple[tuple[str, Box, float], ...]
    hidden: tuple[str, ...]
    model: str
    counts: bool = False
    entry: int = 0
    joined: int = 0
    is_taken_back: bool = False


@dataclass(slots=True)
class _Count:
    """The verdicts on one of the two detectors since its tally began. last: judged last."""

    said: list[_Said] = field(default_factory=list)
    last: Frame | None = None

    @property
    def tally(self) -> Tally:
        tally = Tally()
        for each in self.said:
            tally = tally.with_one(each.verdict) if each.counts else tally
        return tally


class Judging(QObject):
    """Counts verdicts on the detectors in use, each by itself. changed: a tally or the joined did.

    A right frame's boxes are accepted at once, as one edit that can be undone: a person has looked.
    Those of other frames wait as suggestions.
    """

    changed = Signal()

    def __init__(
        self, document: Document, frames: FrameKeeping, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._frames = frames
        self._joined: list[int] = []
        self._first, self._second = _Count(), _Count()
        self._numbers = counter(1)
        for signal in (document.annotations_changed, document.image_state_changed):
            signal.connect(self._follow)
        document.many_images_changed.connect(self.changed)
        document.edit_replayed.connect(self._follow_history)
        document.dataset_opened.connect(self._forget)

    @property
    def tally(self) -> Tally:
        """Of the first detector."""
        return self._first.tally

    @property
    def tally_beside(self) -> Tally:
        """Of the second one."""
        return self._second.tally

    @property
    def joined(self) -> int:
        """How many frames have joined the dataset through a verdict since the last training."""
        return len(self._joined)

    def waiting(self) -> list[int]:
        """The ids of those among them that are still to be labelled, in their order."""
        dataset = self._document.dataset
        return [each for each in self._joined if _is_to_do(dataset, each)]

    def judge(self, verdict: Verdict, pane: Pane | None, *, is_beside: bool = False) -> bool:
        """False where the picture cannot be judged; the reason is told.

        pane: what the detector shows; is_beside: it is the second one.
        """
        if pane is None:
            self._document.say(
                self.tr("Nothing to judge: there is no picture with detections yet.")
            )
            return False
        count, shown = self._count(is_beside=is_beside), pane.shown
        frame = shown.sight.picture.frame
        if frame is count.last:
            self._document.say(self.tr("This picture is judged already. Backspace undoes that."))
            return False
        found = [each.detection for each in shown.stored]
        said = _Said(
            next(self._numbers),
            verdict,
            tuple((each.name, each.bbox, each.score) for each in found),
            tuple(sorted(shown.switched_off)),
            pane.model.name,
        )
        is_kept = self._frames.keep(shown.sight.picture, lambda kept: self._take(kept, said))
        if is_kept:
            count.last = frame
            count.said.append(said)
        return is_kept

    def obstacle_to_take_back(self) -> str:
        """Why there is none, or nothing."""
        if self._first.said or self._second.said:
            return ""
        return self.tr("There is no verdict to undo.")

    def take_back(self) -> None:
        """The last verdict counts no more; what was accepted by it waits again."""
        said = max((*self._first.said, *self._second.said), key=_number, default=None)
        if said is None:
            self._document.say(self.obstacle_to_take_back())
            return
        with self._document.reporting():
            self._document.refuse_if_busy()  # the verdict would go, and its boxes stay
            self._take_back(said)

    def _take_back(self, said: _Said) -> None:
        count = self._first if said in self._first.said else self._second
        count.said.remove(said)
        count.last = None
        said.is_taken_back = True
        if said.joined in self._joined:
            self._joined.remove(said.joined)
        words = self.tr("Taken back.")
        if said.entry or said.joined:
            words = self.tr("Taken back. The picture stays in the dataset, to be labelled.")
        if said.entry in self._document.history.undoable:
            self._document.attempt(lambda data: data.edit_of(said.entry).inverse(), words)
        else:
            self._document.say(words)
        self.changed.emit()

    def reset(self, *, is_beside: bool = False) -> None:
        """The tally begins again; frames that have joined stay. is_beside: that of the second."""
        count = self._count(is_beside=is_beside)
        count.said.clear()
        count.last = None  # it may be judged anew, say on another detector
        self.changed.emit()

    def begin_training(self) -> None:
        """What has joined is learned from now, but for what is still to be labelled."""
        self._joined = self.waiting()
        self._reset_both()

    def _count(self, *, is_beside: bool) -> _Count:
        return self._second if is_beside else self._first

    def _forget(self) -> None:
        self._joined = []
        self._reset_both()

    def _reset_both(self) -> None:
        self.reset()
        self.reset(is_beside=True)

    def _follow(self, image_id: int) -> None:
        if image_id in self._joined:
            self.changed.emit()

    def _follow_history(self) -> None:
        """A verdict whose boxes are taken back by undo does not count, until they are there again.

        One that accepted nothing has nothing to be taken back by it.
        """
        stands = set(self._document.history.undoable)
        for said in (*self._first.said, *self._second.said):
            said.counts = said.entry in stands if said.entry else said.counts
        self.changed.emit()

    def _take(self, kept: Kept, said: _Said) -> None:
        image = kept.image
        said.counts = True
        is_work = kept.is_new or _is_to_do(kept.dataset, image.id)
        if is_work and image.id not in self._joined and not said.is_taken_back:
            self._joined.append(image.id)
            said.joined = image.id
        if not is_work:
            self._document.say(
                self.tr(
                    "This picture is in the dataset already, labelled: its boxes stay as they are."
                )
            )
            self.changed.emit()
            return
        ids = {each.name.casefold(): each.id for each in kept.dataset.categories()}
        offered = [
            Detected(ids[name.casefold()], bbox, score)
            for name, box, score in said.found
            if name.casefold() in ids
            and (bbox := _clipped(box, image.width, image.height)) is not None
        ]
        unknown = sorted({name for name, _, _ in said.found if name.casefold() not in ids})
        self._document.offer(lambda data: offer_detected(data, said.model, {image.id: offered}))
        is_whole = not unknown and not said.hidden and _has_all(kept.dataset, image.id, offered)
        if said.verdict is Verdict.RIGHT and is_whole and not said.is_taken_back:
            said.entry = self._accept(image.id, has_boxes=bool(offered))
        elif not said.is_taken_back:
            self._tell(said.verdict, unknown, said.hidden)
        self.changed.emit()

    def _accept(self, image_id: int, *, has_boxes: bool) -> int:
        """The journal's entry; 0 where nothing was accepted."""
        before = self._document.history.undoable[-1:]
        self._document.attempt(
            lambda data: _as_right(data, image_id),
            self.tr("Right: the picture was added to the dataset with its boxes.")
            if has_boxes
            else self.tr("Right: the picture was added to the dataset, confirmed empty."),
        )
        after = self._document.history.undoable[-1:]
        return after[0] if after and after != before else 0

    def _tell(self, verdict: Verdict, unknown: Sequence[str], hidden: Sequence[str]) -> None:
        words = {
            Verdict.RIGHT: self.tr("Right: the picture was added to the dataset."),
            Verdict.WRONG: self.tr("Wrong: the picture was added to the dataset, to be corrected."),
            Verdict.MISSED: self.tr(
                "Missed: the picture was added to the dataset, to be completed."
            ),
        }[verdict]
        if unknown:
            words += self.tr(" Not classes here: {0}.").format(", ".join(unknown))
        if hidden:
            words += self.tr(" Found, but switched off: {0}.").format(", ".join(hidden))
        self._document.say(words)


def _number(said: _Said) -> int:
    return said.number


def _is_to_do(dataset: Dataset, image_id: int) -> bool:
    try:
        return dataset.image(image_id).state is ImageState.UNLABELLED
    except KeyError:
        return False


def _has_all(dataset: Dataset, image_id: int, offered: Sequence[Detected]) -> bool:
    """Whether each box that was shown waits to be accepted, not one of another source for it."""
    if not _is_to_do(dataset, image_id):
        return True
    waiting = [each for each in dataset.suggestions(image_id) if each.source == DETECTOR]
    return len(waiting) == len(offered)


def _as_right(dataset: Dataset, image_id: int) -> Edit:
    """Accepts what the detector found; where that is nothing, there is nothing."""
    if not _is_to_do(dataset, image_id):
        return Edit("Right", ())
    offered = [each.id for each in dataset.suggestions(image_id) if each.source == DETECTOR]
    return accept(dataset, offered) if offered else verify(dataset, image_id)


def _clipped(box: Box, width: int, height: int) -> BBox | None:
    if box[2] <= 0 or box[3] <= 0:
        return None
    return BBox(*box).clipped(width, height)
