"""Right, wrong, missed: the person's word on a picture, which joins the dataset with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from PySide6.QtCore import QObject, Signal

from labeler.dataset.changes import Edit
from labeler.dataset.detected import DETECTOR, Detected, offer_detected
from labeler.dataset.edits import verify
from labeler.dataset.model import BBox, ImageState
from labeler.dataset.store import Dataset
from labeler.dataset.suggestion_edits import accept
from labeler.gui.document import Document
from labeler.gui.photo_keeper import Kept
from labeler.gui.preview.frame_keeping import FrameKeeping
from labeler.gui.preview.showing import Shown
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


class Judging(QObject):
    """Counts verdicts on the detector in use. changed: the tally or the joined frames did.

    A right frame's boxes are accepted at once, as one edit that can be undone: a person has looked.
    Those of other frames wait as suggestions.
    """

    changed = Signal()

    def __init__(
        self, document: Document, frames: FrameKeeping, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.tally = Tally()
        self._document = document
        self._frames = frames
        self._joined: list[int] = []
        self._last: Shown | None = None
        self._turn = 0
        for signal in (document.annotations_changed, document.image_state_changed):
            signal.connect(self._follow)
        document.many_images_changed.connect(self.changed)
        document.dataset_opened.connect(self._forget)

    @property
    def joined(self) -> int:
        """How many frames have joined the dataset through a verdict since the last training."""
        return len(self._joined)

    def waiting(self) -> list[int]:
        """The ids of those among them that are still to be labelled, in their order."""
        dataset = self._document.dataset
        return [each for each in self._joined if _is_to_do(dataset, each)]

    def judge(self, verdict: Verdict, shown: Shown | None, model: str) -> bool:
        """False where the picture cannot be judged; the reason is told. model: its name."""
        if shown is None:
            self._document.say(
                self.tr("Nothing to judge: there is no picture with detections yet.")
            )
            return False
        frame = shown.sight.picture.frame
        if self._last is not None and frame is self._last.sight.picture.frame:
            self._document.say(self.tr("This picture is judged already. The next one is coming."))
            return False
        found = [
            (each.detection.name, each.detection.bbox, each.detection.score)
            for each in shown.stored
        ]
        turn, hidden = self._turn, sorted(shown.switched_off)
        is_kept = self._frames.keep(
            shown.sight.picture, lambda kept: self._take(kept, verdict, found, model, turn, hidden)
        )
        if is_kept:
            self._last = shown
        return is_kept

    def reset(self) -> None:
        """The tally begins again; frames that have joined stay."""
        self._turn += 1
        self.tally = Tally()
        self.changed.emit()

    def begin_training(self) -> None:
        """What has joined is learned from now, but for what is still to be labelled."""
        self._joined = self.waiting()
        self.reset()

    def _forget(self) -> None:
        self._joined = []
        self._last = None
        self.reset()

    def _follow(self, image_id: int) -> None:
        if image_id in self._joined:
            self.changed.emit()

    def _take(
        self,
        kept: Kept,
        verdict: Verdict,
        found: Sequence[tuple[str, tuple[float, float, float, float], float]],
        model: str,
        turn: int,
        hidden: Sequence[str],
    ) -> None:
        image = kept.image
        if turn == self._turn:  # else the verdict was on another detector
            self.tally = self.tally.with_one(verdict)
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
            for name, box, score in found
            if name.casefold() in ids
            and (bbox := _clipped(box, image.width, image.height)) is not None
        ]
        unknown = sorted({name for name, _, _ in found if name.casefold() not in ids})
        self._document.offer(lambda data: offer_detected(data, model, {image.id: offered}))
        is_whole = not unknown and not hidden and _has_all(kept.dataset, image.id, offered)
        if verdict is Verdict.RIGHT and is_whole:
            self._document.attempt(
                lambda data: _as_right(data, image.id),
                self.tr("Right: the picture joined the dataset with its boxes.")
                if offered
                else self.tr("Right: the picture joined the dataset, confirmed empty."),
            )
        else:
            self._tell(verdict, unknown, hidden)
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


def _clipped(box: tuple[float, float, float, float], width: int, height: int) -> BBox | None:
    if box[2] <= 0 or box[3] <= 0:
        return None
    return BBox(*box).clipped(width, height)
