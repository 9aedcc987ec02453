"""What is wrong with the detections worth showing, sorted by kind.

After TIDE (Bolya, Foley, Hays and Hoffman: "TIDE: A General Toolbox for Identifying Object
Detection Errors", ECCV 2020, https://arxiv.org/abs/2008.08115), for one threshold. Each false
detection is of one kind, by what it overlaps most closely: half or more before a tenth. What
overlaps a box of another class by less than half and none of its own (TIDE's "both") counts as
wrong class.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from trainer.matching import MOST_FOUND, Bools, Floats, ImageBoxes, Ints, match, overlaps_of
from trainer.measured import Kind

_HALF, _TENTH = 0.5, 0.1


@dataclass(frozen=True, slots=True)
class Mistake:
    """found and truth: rows of the detection and of the true box in `image`; -1 for none."""

    kind: Kind
    image: ImageBoxes
    found: int
    truth: int


@dataclass(frozen=True, slots=True, eq=False)
class Judgement:
    """All detections from a threshold on. hits and wanted: of the categories by id."""

    mistakes: tuple[Mistake, ...]
    hits: dict[int, int]
    shown: dict[int, int]
    wanted: dict[int, int]


def judge(images: Sequence[ImageBoxes], category_ids: Sequence[int], threshold: float) -> Judgement:
    """Detections count from `threshold` on, and hit at an overlap of .5 by COCO's matching.

    What lies in a crowd region is neither hit nor mistake.
    """
    mistakes: list[Mistake] = []
    hits, shown, wanted = (dict.fromkeys(category_ids, 0) for _ in range(3))
    for image in images:
        sheet = _Sheet.of(image, threshold)
        for number in category_ids:
            own = sheet.categories == number
            hits[number] += int((own & (sheet.partner >= 0) & ~sheet.spare).sum())
            shown[number] += int((own & ~sheet.spare).sum())
            wanted[number] += int(((image.true_categories == number) & ~image.crowd).sum())
        mistakes += _mistakes(sheet)
    return Judgement(tuple(mistakes), hits, shown, wanted)


@dataclass(frozen=True, slots=True, eq=False)
class _Sheet:
    """One image's detections from the threshold on: what each took, and all overlaps.

    rows: their places in the image. partner: a true box or -1. spare: neither true nor false.
    """

    image: ImageBoxes
    rows: Ints
    categories: Ints
    partner: Ints
    spare: Bools
    overlaps: Floats

    @classmethod
    def of(cls, image: ImageBoxes, threshold: float) -> _Sheet:
        rows = _that_count(image, threshold)
        categories = image.categories[rows]
        overlaps = overlaps_of(image.boxes[rows], image.true_boxes, image.crowd)
        partner = np.full(len(rows), -1, np.int64)
        spare = np.zeros(len(rows), np.bool_)
        for number in np.unique(categories).tolist():
            ours = np.flatnonzero(categories == number)
            theirs = np.flatnonzero(image.true_categories == number)
            theirs = theirs[np.argsort(image.crowd[theirs], kind="stable")]
            crowd = image.crowd[theirs]
            taken = match(overlaps[np.ix_(ours, theirs)], crowd, crowd)[0]
            for row, place in zip(ours.tolist(), taken.tolist(), strict=True):
                if place >= 0:
                    spare[row] = crowd[place]
                    partner[row] = theirs[place]
        return cls(image, rows, categories, partner, spare, overlaps)


def _that_count(image: ImageBoxes, threshold: float) -> Ints:
    rows = np.flatnonzero(image.scores >= threshold)
    of_each = [
        rows[image.categories[rows] == number][:MOST_FOUND]
        for number in np.unique(image.categories[rows]).tolist()
    ]
    return np.sort(np.concatenate([rows[:0], *of_each]))


def _mistakes(sheet: _Sheet) -> Iterator[Mistake]:
    image = sheet.image
    excused = set(sheet.partner[sheet.partner >= 0].tolist())
    for place in np.flatnonzero(sheet.partner < 0).tolist():
        kind, truth = _kind_of(sheet, place)
        if kind in (Kind.WRONG_PLACE, Kind.WRONG_CLASS):
            excused.add(truth)
        yield Mistake(kind, image, int(sheet.rows[place]), truth)
    for truth in np.flatnonzero(~image.crowd).tolist():
        if truth not in excused:
            yield Mistake(Kind.MISSED, image, -1, truth)


def _kind_of(sheet: _Sheet, place: int) -> tuple[Kind, int]:
    """Of a detection that hit nothing: what it is, and the true box it speaks of."""
    real = np.where(sheet.image.crowd, 0.0, sheet.overlaps[place])
    same = sheet.image.true_categories == sheet.categories[place]
    own, own_at = _largest(np.where(same, real, 0.0))
    other, other_at = _largest(np.where(same, 0.0, real))
    for kind, overlap, truth, least in (
        (Kind.TWICE, own, own_at, _HALF),
        (Kind.WRONG_CLASS, other, other_at, _HALF),
        (Kind.WRONG_PLACE, own, own_at, _TENTH),
        (Kind.WRONG_CLASS, other, other_at, _TENTH),
    ):
        if overlap >= least:
            return kind, truth
    return Kind.BACKGROUND, -1


def _largest(overlaps: Floats) -> tuple[float, int]:
    if not overlaps.size:
        return 0.0, -1
    at = int(overlaps.argmax())
    return float(overlaps[at]), at
