"""Right, wrong, missed: the person's word on a picture, which joins the dataset with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

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
from labeler.track.steady import Box
from labeler.votes.statistics import exact_interval


class Verdict(StrEnum):
    """RIGHT: all that is there is found, and nothing else. WRONG: something that is not there, or
    under a wrong name. MISSED: something is there and not found.
    """

    RIGHT = "right"
    WRONG = "wrong"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Tally:
    """How many pictures were judged so."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def judged(self) -> int:
        return self.right + self.wrong + self.missed

    @property
    def interval(self) -> tuple[float, float]:
        """For the share that is right, 0 to 1: exact, 95 %."""
        return exact_interval(self.right, self.judged)

    def with_one(self, verdict: Verdict) -> Tally:
        count = getattr(self, verdict.value)
        return replace(self, **{verdict.value: count + 1})


@dataclass(slots=True)
class _Count:
    """Of the verdicts on one of the two detectors.

    last: what was judged last. turn: rises with each reset: what was said before counts no more.
    """

    tally: Tally = Tally()
    last: Frame | None = None
    turn: int = 0


@dataclass(frozen=True, slots=True)
class _Said:
    """A verdict on its way into the dataset. found: name, box, score of each thing shown then."""

    verdict: Verdict
    found: tuple[tuple[str, Box, float], ...]
    hidden: tuple[str, ...]
    model: str
    count: _Count
    turn: int


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
        for signal in (document.annotations_changed, document.image_state_changed):
            signal.connect(self._follow)
        document.many_images_changed.connect(self.changed)
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
            self._document.say(self.tr("This picture is judged already. The next one is coming."))
            return False
        found = [each.detection for each in shown.stored]
        said = _Said(
            verdict,
            tuple((each.name, each.bbox, each.score) for each in found),
            tuple(sorted(shown.switched_off)),
            pane.model.name,
            count,
            count.turn,
        )
        is_kept = self._frames.keep(shown.sight.picture, lambda kept: self._take(kept, said))
        if is_kept:
            count.last = frame
        return is_kept

    def reset(self, *, is_beside: bool = False) -> None:
        """The tally begins again; frames that have joined stay. is_beside: that of the second."""
        count = self._count(is_beside=is_beside)
        count.turn += 1
        count.tally = Tally()
        self.changed.emit()

    def begin_training(self) -> None:
        """What has joined is learned from now, but for what is still to be labelled."""
        self._joined = self.waiting()
        self._reset_both()

    def _count(self, *, is_beside: bool) -> _Count:
        return self._second if is_beside else self._first

    def _forget(self) -> None:
        self._joined = []
        self._first.last = self._second.last = None
        self._reset_both()

    def _reset_both(self) -> None:
        self.reset()
        self.reset(is_beside=True)

    def _follow(self, image_id: int) -> None:
        if image_id in self._joined:
            self.changed.emit()

    def _take(self, kept: Kept, said: _Said) -> None:
        image = kept.image
        if said.turn == said.count.turn:  # else the verdict was on another detector
            said.count.tally = said.count.tally.with_one(said.verdict)
        is_work = kept.is_new or _is_to_do(kept.dataset, image.id)
        if is_work and image.id not in self._joined:
            self._joined.append(image.id)
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
        if said.verdict is Verdict.RIGHT and is_whole:
            self._document.attempt(
                lambda data: _as_right(data, image.id),
                self.tr("Right: the picture joined the dataset with its boxes.")
                if offered
                else self.tr("Right: the picture joined the dataset, confirmed empty."),
            )
        else:
            self._tell(said.verdict, unknown, said.hidden)
        self.changed.emit()

    def _tell(self, verdict: Verdict, unknown: Sequence[str], hidden: Sequence[str]) -> None:
        words = {
            Verdict.RIGHT: self.tr("Right: the picture joined the dataset."),
            Verdict.WRONG: self.tr("Wrong: the picture joined the dataset, to be corrected."),
            Verdict.MISSED: self.tr("Missed: the picture joined the dataset, to be completed."),
        }[verdict]
        if unknown:
            words += self.tr(" Not classes here: {0}.").format(", ".join(unknown))
        if hidden:
            words += self.tr(" Found, but switched off: {0}.").format(", ".join(hidden))
        self._document.say(words)


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
