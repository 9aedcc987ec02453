"""Average precision and recall by COCO's definition, of the images and of resamples of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.matching import OVERLAPS, Bools, Floats, Ints, Ranking, boxes_by_image, rank
from trainer.measured import Measure
from trainer.predict import Detection

RESAMPLES = 1000
FEWEST_IMAGES = 5
"""With fewer images than this, drawing them again tells nothing."""

_RECALLS: Floats = np.linspace(0.0, 1.0, 101)
_LOOK_RESAMPLES = 200
_CELLS = 1_000_000
"""So many numbers are worked on at once: 8 MB an array."""
_SEED = 0
_PERFECT = 1 - 1e-9


@dataclass(frozen=True, slots=True)
class Summary:
    """COCO's AP (overlaps .50 to .95), AP50 and AR (100 detections), means over the categories."""

    ap: Measure
    ap50: Measure
    ar: Measure


def summarise(rankings: Sequence[Ranking], resamples: int = 0) -> Summary:
    """With the intervals where resamples are asked for and there are images enough.

    A category without a true box does not count, as in COCO. In each drawing the score is that
    which COCO's evaluation gives on the drawn images. The same images give the same interval.
    """
    wanted = np.array([ranking.wanted for ranking in rankings])
    boxed = int(wanted.any(axis=0).sum()) if rankings else 0
    return measured(drawn_scores(rankings, resamples), boxed)


def summarise_each(
    rankings: Sequence[Ranking], resamples: int = 0
) -> tuple[Summary, tuple[Summary, ...]]:
    """summarise() of all categories together and of each alone, for the price of one."""
    if not rankings:
        return summarise(rankings, resamples), ()
    weights = _weights(len(rankings[0].wanted), resamples)
    drawn = np.stack([_scores([ranking], weights) for ranking in rankings])
    boxed = [int((ranking.wanted > 0).sum()) for ranking in rankings]
    known = ~np.isnan(drawn)
    count = known.sum(axis=0)
    total = np.where(known, drawn, 0.0).sum(axis=0)
    mean = np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)
    some = int(np.any([ranking.wanted for ranking in rankings], axis=0).sum())
    each = tuple(measured(scores, images) for scores, images in zip(drawn, boxed, strict=True))
    return measured(mean, some), each


def drawn_scores(rankings: Sequence[Ranking], resamples: int) -> Floats:
    """(1 + resamples, 3): AP, AP50 and AR of the images as they are, then of each drawing of them.

    Of the same images the drawings are the same whatever was found in them, so two detectors can
    be compared drawing by drawing. Fewer images than tell anything: the first row alone.
    """
    images = len(rankings[0].wanted) if rankings else 0
    return _scores(rankings, _weights(images, resamples))


def measured(scores: Floats, images: int = 0) -> Summary:
    """scores: as drawn_scores gives them. images: those with something to be found.

    The images are drawn again, as many, with replacement, so often. AP of few images flatters, and
    that of a drawing, in which some stand twice, does so once more: the true AP mostly lies below
    the middle of the drawings. So the interval is the basic one, the drawings mirrored at the score
    (Davison and Hinkley: Bootstrap Methods and their Application, 1997, 5.2.1), on the scale of the
    square root, as a detector that is right with a share of p has an AP of about p squared. It
    reaches down to the 2.5 % of the drawings in any case, and up to the score. Where nothing at all
    went wrong, all drawings agree; then the rule of three tells how far down the truth may lie
    (Hanley and Lippman-Hand: If Nothing Goes Wrong, Is Everything All Right?, 1983).
    """
    return Summary(*(_score(scores[:, place], images) for place in range(3)))


def difference(ours: Floats, theirs: Floats) -> Summary:
    """Of two detectors, drawing by drawing: 95 % of the differences lie in the interval.

    What flatters both cancels out, so it is Efron's plain percentile interval.
    """
    apart = ours - theirs
    return Summary(*(Measure(*_ends(apart[:, place])) for place in range(3)))


@dataclass(frozen=True, slots=True)
class Look:
    """AP and AP50 as COCO's evaluation has them; 0 where there is nothing to find.

    interval: of AP, 95 %; (-1, -1) where there is too little to tell. interval50: of AP50.
    """

    ap: float
    ap50: float
    interval: tuple[float, float] = (-1.0, -1.0)
    interval50: tuple[float, float] = (-1.0, -1.0)


def look_at(truth: Mapping[str, Any], found: Mapping[int, Sequence[Detection]]) -> Look:
    """Scores in passing: a fifth of the time that pycocotools takes, and the interval with it.

    truth: COCO's dictionary. found: detections by image id.
    """
    numbers = [entry["id"] for entry in truth["categories"]]
    summary = summarise(rank(boxes_by_image(truth, found), numbers), _LOOK_RESAMPLES)
    ends, ends50 = (each.interval or (-1.0, -1.0) for each in (summary.ap, summary.ap50))
    return Look(summary.ap.value or 0.0, summary.ap50.value or 0.0, ends, ends50)


def precision_curve(rankings: Sequence[Ranking]) -> list[tuple[float, float]]:
    """(recall, precision) at overlap .5 for the 101 recalls of COCO, the mean over the categories.

    The area under it is AP50. Empty where there is nothing to find.
    """
    curves = [_curve(ranking) for ranking in rankings if ranking.wanted.sum()]
    if not curves:
        return []
    return list(zip(_RECALLS.tolist(), np.mean(curves, axis=0).tolist(), strict=True))


def _weights(images: int, resamples: int) -> Ints:
    """(rows, images): how often each image counts, at first as they are."""
    rows = [np.ones((1, images), np.int64)]
    if images >= FEWEST_IMAGES and resamples:
        drawn = np.random.default_rng(_SEED).multinomial(images, [1 / images] * images, resamples)
        rows.append(drawn.astype(np.int64))
    return np.concatenate(rows)


def _score(scores: Floats, images: int) -> Measure:
    value, low, high = _ends(scores)
    if value is None or low is None or high is None:
        return Measure(value)
    root, low_root, high_root = math.sqrt(value), math.sqrt(low), math.sqrt(high)
    down = min(max(0.0, 2 * root - high_root) ** 2, low)
    up = max((2 * root - low_root) ** 2, value)
    if images and value > _PERFECT:
        down = min(down, max(0.0, 1 - 3 / images))
    return Measure(value, down, min(1.0, up))


def _ends(scores: Floats) -> tuple[float | None, float | None, float | None]:
    """The first, which is the score itself, and where 2.5 and 97.5 % of the drawings end."""
    drawn = scores[1:][~np.isnan(scores[1:])]
    value = None if np.isnan(scores[0]) else float(scores[0])
    if value is None or not drawn.size:
        return value, None, None
    low, high = np.percentile(drawn, (2.5, 97.5)).tolist()
    return value, low, high


def _scores(rankings: Sequence[Ranking], weights: Ints) -> Floats:
    """(rows, 3): AP, AP50, AR of each row of weights, which says how often each image counts."""
    total = np.zeros((len(weights), 3))
    known = np.zeros((len(weights), 1))
    for ranking in rankings:
        wanted = weights @ ranking.wanted
        scores = _category_scores(ranking, weights, np.maximum(wanted, 1))
        total += np.where(wanted[:, None] > 0, scores, 0.0)
        known += wanted[:, None] > 0
    return np.divide(total, known, out=np.full_like(total, np.nan), where=known > 0)


def _category_scores(ranking: Ranking, weights: Ints, wanted: Ints) -> Floats:
    hits = np.flatnonzero(ranking.hit.any(axis=0))
    end = int(hits[-1]) + 1 if len(hits) else 0  # what comes after the last hit changes nothing
    step = max(1, _CELLS // max(1, end))
    parts = [
        _rows(ranking, weights[begin : begin + step], wanted[begin : begin + step], end)
        for begin in range(0, len(weights), step)
    ]
    return np.concatenate(parts)


def _rows(ranking: Ranking, weights: Ints, wanted: Ints, end: int) -> Floats:
    """_category_scores of some rows, from the first `end` detections."""
    numbers, counted = ranking.image_numbers[:end], ranking.counted[:, :end]
    drawn = weights[:, numbers]
    seen: Ints | None = None
    averages, recalls = np.zeros((2, len(OVERLAPS), len(weights)))
    for level in range(len(OVERLAPS)):
        if seen is None or not np.array_equal(counted[level], counted[level - 1]):
            seen = _so_far(drawn, counted[level])
        at = np.flatnonzero(ranking.hit[level, :end])
        if len(at):
            found = np.cumsum(drawn[:, at], axis=1)
            recall = found / wanted[:, None]
            averages[level] = _average(recall, found / (seen[:, at] + np.spacing(1)))
            recalls[level] = recall[:, -1]
    return np.stack([averages.mean(axis=0), averages[0], recalls.mean(axis=0)], axis=1)


def _so_far(drawn: Ints, counted: Bools) -> Ints:
    seen: Ints = np.cumsum(drawn if counted.all() else drawn * counted, axis=1)
    return seen


def _average(recall: Floats, precision: Floats) -> Floats:
    """The mean over COCO's 101 recalls of the best precision at that recall or a higher one.

    recall, precision: (rows, hits), hits the surest first. Each hit answers for the recalls that
    it is the first to reach.
    """
    best = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
    reached = np.searchsorted(_RECALLS, recall, side="right")
    answers = np.diff(reached, axis=1, prepend=0)
    average: Floats = (best * answers).sum(axis=1) / len(_RECALLS)
    return average


def _curve(ranking: Ranking) -> NDArray[np.float64]:
    at = np.flatnonzero(ranking.hit[0])
    found = np.arange(1, len(at) + 1)
    precision = found / (np.cumsum(ranking.counted[0])[at] + np.spacing(1))
    best = np.maximum.accumulate(precision[::-1])[::-1]
    first = np.searchsorted(found / ranking.wanted.sum(), _RECALLS, side="left")
    curve: Floats = np.append(best, 0.0)[np.minimum(first, len(at))]
    return curve
