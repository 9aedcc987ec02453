"""Which detection hits which true box, by COCO's rules; done once, however often it is weighed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.predict import Detection

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

OVERLAPS: Floats = np.linspace(0.5, 0.95, 10)
MOST_FOUND = 100
"""Detections of one category on one image that count, the surest ones."""
_ALMOST_ONE = 1 - 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class ImageBoxes:
    """The true boxes and the detections of one image, the surest first.

    Boxes are (n, 4): x, y, width, height in pixels. areas: as the truth states them. crowd: a
    region of many things, neither to be found nor wrong to be found. number: the image's place
    among all images by id; size: (width, height).
    """

    image_id: int
    number: int
    size: tuple[int, int]
    true_boxes: Floats
    true_categories: Ints
    crowd: Bools
    areas: Floats
    boxes: Floats
    categories: Ints
    scores: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """The detections of one category on all images, the surest first.

    image_numbers and scores: (D,). hit and counted: (10, D) for the overlaps .50 to .95; what is
    neither true nor false, as in a crowd, does not count. wanted: (images,) boxes to be found.
    """

    category_id: int
    image_numbers: Ints
    scores: Floats
    hit: Bools
    counted: Bools
    wanted: Ints


def boxes_by_image(
    truth: Mapping[str, Any], found: Mapping[int, Sequence[Detection]]
) -> list[ImageBoxes]:
    """truth: COCO's dictionary; its images by id, those without boxes too.

    Detections of unknown images and categories are left out.
    """
    known = {entry["id"] for entry in truth["categories"]}
    true_entries: dict[int, list[Mapping[str, Any]]] = {}
    for entry in truth["annotations"]:
        true_entries.setdefault(entry["image_id"], []).append(entry)
    images = sorted(truth["images"], key=lambda image: int(image["id"]))
    return [
        _one_image(
            image,
            number,
            true_entries.get(image["id"], []),
            [each for each in found.get(image["id"], ()) if each.category_id in known],
        )
        for number, image in enumerate(images)
    ]


def _one_image(
    image: Mapping[str, Any],
    number: int,
    true_entries: Sequence[Mapping[str, Any]],
    detections: Sequence[Detection],
) -> ImageBoxes:
    surest_first = sorted(detections, key=lambda each: -each.score)
    return ImageBoxes(
        image["id"],
        number,
        (image["width"], image["height"]),
        _boxes([entry["bbox"] for entry in true_entries]),
        np.array([entry["category_id"] for entry in true_entries], np.int64),
        np.array([bool(entry.get("iscrowd")) for entry in true_entries], np.bool_),
        np.array([entry["area"] for entry in true_entries], np.float64),
        _boxes([each.bbox for each in surest_first]),
        np.array([each.category_id for each in surest_first], np.int64),
        np.array([each.score for each in surest_first], np.float64),
    )


def _boxes(rows: Sequence[Sequence[float]]) -> Floats:
    return np.array(rows, np.float64).reshape(-1, 4)


def overlaps_of(boxes: Floats, true_boxes: Floats, crowd: Bools) -> Floats:
    """(D, G) intersection over union; over the detection's own area where the truth is a crowd."""
    ours, theirs = boxes[:, None, :], true_boxes[None, :, :]
    ends = np.minimum(ours[..., :2] + ours[..., 2:], theirs[..., :2] + theirs[..., 2:])
    sides = np.clip(ends - np.maximum(ours[..., :2], theirs[..., :2]), 0.0, None)
    shared = sides[..., 0] * sides[..., 1]
    own = ours[..., 2] * ours[..., 3]
    whole = np.where(crowd[None, :], own, own + theirs[..., 2] * theirs[..., 3] - shared)
    overlaps: Floats = np.divide(shared, whole, out=np.zeros_like(shared), where=shared > 0)
    return overlaps


def rank(
    images: Sequence[ImageBoxes],
    category_ids: Sequence[int],
    shares: tuple[float, float] | None = None,
) -> list[Ranking]:
    """One ranking for each category, by id.

    shares: only boxes whose side is at least the first and less than the second share of the
    picture's are to be found; what is found of others does not count.
    """
    parts: dict[int, list[_Part]] = {number: [] for number in sorted(category_ids)}
    for image in images:
        for category_id, part in _parts(image, shares):
            parts[category_id].append(part)
    return [_joined(number, own, len(images)) for number, own in parts.items()]


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """What a Ranking holds, of one image."""

    number: int
    wanted: int
    scores: Floats
    hit: Bools
    counted: Bools


def _parts(image: ImageBoxes, shares: tuple[float, float] | None) -> Iterator[tuple[int, _Part]]:
    spare = image.crowd | ~_is_within(image.areas, image.size, shares)
    own_areas = image.boxes[:, 2] * image.boxes[:, 3]
    within = _is_within(own_areas, image.size, shares)
    for category_id in np.union1d(image.true_categories, image.categories).tolist():
        theirs = np.flatnonzero(image.true_categories == category_id)
        theirs = theirs[np.argsort(spare[theirs], kind="stable")]
        ours = np.flatnonzero(image.categories == category_id)[:MOST_FOUND]
        crowd = image.crowd[theirs]
        overlaps = overlaps_of(image.boxes[ours], image.true_boxes[theirs], crowd)
        partner = match(overlaps, spare[theirs], crowd)
        is_spare = np.append(spare[theirs], False)[partner]  # -1, nobody, takes the last
        counted = ~(is_spare | ((partner < 0) & ~within[ours]))
        yield (
            category_id,
            _Part(
                image.number,
                int((~spare[theirs]).sum()),
                image.scores[ours],
                (partner >= 0) & ~is_spare,
                counted,
            ),
        )


def _is_within(areas: Floats, size: tuple[int, int], shares: tuple[float, float] | None) -> Bools:
    if shares is None:
        return np.ones(len(areas), np.bool_)
    share = side_shares(areas, size)
    return (share >= shares[0]) & (share < shares[1])


def side_shares(areas: Floats, size: tuple[int, int]) -> Floats:
    """The mean side of boxes as a share of the picture's: the root of area through area."""
    sides: Floats = np.sqrt(areas / (size[0] * size[1]))
    return sides


def match(overlaps: Floats, spare: Bools, crowd: Bools) -> Ints:
    """(10, D): the true box that each detection takes at each overlap, -1 for none.

    The surest chooses first; true boxes that count stand before the spare ones and are taken
    before them, a crowd by as many as like. As pycocotools does it.
    """
    partner = np.full((len(OVERLAPS), len(overlaps)), -1, np.int64)
    if not overlaps.size:
        return partner
    near = [
        (place, [(other, float(overlaps[place, other])) for other in np.flatnonzero(row).tolist()])
        for place, row in enumerate(overlaps >= OVERLAPS[0])
        if row.any()
    ]
    kinds = (spare.tolist(), crowd.tolist())
    for level, least in enumerate(OVERLAPS.tolist()):
        taken: set[int] = set()
        for place, others in near:
            best = _choice(others, min(least, _ALMOST_ONE), taken, *kinds)
            if best >= 0:
                partner[level, place] = best
                taken.add(best)
    return partner


def _choice(
    others: Sequence[tuple[int, float]],
    least: float,
    taken: set[int],
    spare: Sequence[bool],
    crowd: Sequence[bool],
) -> int:
    best = -1
    for other, overlap in others:
        if other in taken and not crowd[other]:
            continue
        if best >= 0 and spare[other] and not spare[best]:
            break
        if overlap >= least:
            best, least = other, overlap
    return best


def _joined(category_id: int, parts: Sequence[_Part], images: int) -> Ranking:
    wanted = np.zeros(images, np.int64)
    for part in parts:
        wanted[part.number] = part.wanted
    levels = len(OVERLAPS)
    numbers = np.repeat([p.number for p in parts], [len(p.scores) for p in parts]).astype(np.int64)
    scores = np.concatenate([np.zeros(0), *(part.scores for part in parts)])
    nothing = np.zeros((levels, 0), np.bool_)
    order = np.argsort(-scores, kind="mergesort")
    return Ranking(
        category_id,
        numbers[order],
        scores[order],
        np.concatenate([nothing, *(part.hit for part in parts)], axis=1)[:, order],
        np.concatenate([nothing, *(part.counted for part in parts)], axis=1)[:, order],
        wanted,
    )
