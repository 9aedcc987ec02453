"""Sequences out of real pictures: a video with its truth, or a camera that pans over photos."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from labeler.dataset.model import BBox
from labeler.simulator.arrays import Pixels
from labeler.track import load_upright
from tests.track.sequences import Shot

VIEW = (640, 360)
SAME = 0.3
"""Boxes of a category that overlap so much from one image to the next are one object."""


def video_shots(video: Path, truth: Path, every: int = 1) -> Iterator[Shot]:
    """The frames (each, or every so many) with the truth's images, in their order."""
    reader = cv2.VideoCapture(str(video))
    labelled = iter(_named_boxes(json.loads(truth.read_text(encoding="utf-8"))))
    number = 0
    while reader.grab():
        if number % every == 0:
            named = next(labelled, None)
            good, frame = reader.retrieve()
            if named is None or not good:
                break
            yield Shot(np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB), np.uint8), *named)
        number += 1
    reader.release()


def _named_boxes(coco: dict[str, Any]) -> Iterator[tuple[dict[str, BBox], dict[str, str]]]:
    """For each image, in order of its file name, boxes and kinds by the name of their object."""
    by_image = _by_image(coco)
    before: dict[str, BBox] = {}
    made = 0
    for image in sorted(coco["images"], key=lambda row: (row["file_name"], row["id"])):
        named: dict[str, BBox] = {}
        kinds: dict[str, str] = {}
        for entry in by_image[image["id"]]:
            box, name = BBox(*entry["bbox"]), _track(entry)
            if name is None:
                kind = f"{entry['category_id']}/"
                alike = [
                    (box.iou(old), known)
                    for known, old in before.items()
                    if known.startswith(kind) and known not in named
                ]
                overlap, name = max(alike, default=(0.0, ""))
                if overlap < SAME:
                    made += 1
                    name = f"{kind}{made}"
            named[name], kinds[name] = box, str(entry["category_id"])
        yield named, kinds
        before = named


def _by_image(coco: dict[str, Any]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for entry in coco["annotations"]:
        if min(entry["bbox"][2:]) > 0:
            found[entry["image_id"]].append(entry)
    return found


def _track(entry: dict[str, Any]) -> str | None:
    track = entry.get("track_id", entry.get("attributes", {}).get("track_id"))
    return None if track is None else f"track {track}"


def panned_photos(folder: Path, truth: Path, most: int = 25) -> dict[str, Iterator[Shot]]:
    """A few photos spread over the set, one short sequence each, joined into one."""
    coco = json.loads(truth.read_text(encoding="utf-8"))
    by_image = _by_image(coco)
    images = [row for row in coco["images"] if by_image[row["id"]]]
    chosen = images[:: max(1, len(images) // most)][:most]

    def all_of_them() -> Iterator[Shot]:
        for row in chosen:
            photo = load_upright(folder / row["file_name"])
            boxes = [BBox(*entry["bbox"]) for entry in by_image[row["id"]]]
            kinds = [str(entry["category_id"]) for entry in by_image[row["id"]]]
            for shot in panned(photo, boxes, seed=row["id"]):
                yield Shot(
                    shot.picture,
                    {f"{row['id']}/{name}": box for name, box in shot.boxes.items()},
                    {f"{row['id']}/{name}": kinds[int(name)] for name in shot.boxes},
                )

    return {f"{len(chosen)} photos of {folder.parent.name}": all_of_them()}


def single_photos(folder: Path, truth: Path, most: int | None = None) -> Iterator[Shot]:
    """The photos of a COCO file in its order, each by itself: no object comes again."""
    coco = json.loads(truth.read_text(encoding="utf-8"))
    by_image = _by_image(coco)
    for row in coco["images"][:most]:
        named = {f"{row['id']}/{number}": each for number, each in enumerate(by_image[row["id"]])}
        yield Shot(
            np.asarray(load_upright(folder / row["file_name"])),
            {name: BBox(*each["bbox"]) for name, each in named.items()},
            {name: str(each["category_id"]) for name, each in named.items()},
        )


def panned(photo: Pixels, boxes: list[BBox], *, seed: int, images: int = 20) -> Iterator[Shot]:
    """A hand-held camera that moves over a photo: it pans, nears, tilts a little, and is noisy.

    A box that is less than a quarter in view is not labelled.
    """
    rng = np.random.default_rng([seed, 30])
    height, width = photo.shape[:2]
    fit = max(VIEW[0] / width, VIEW[1] / height)
    phases, pace = rng.uniform(0, math.tau, 4), rng.uniform(0.15, 0.4, 4)
    wide = rng.uniform(0.15, 0.4)
    for number in range(images):
        swing = np.sin(phases + pace * number)
        zoom = fit * (1.25 + 0.25 * swing[0])
        x = width / 2 + swing[1] * wide * width / 2
        y = height / 2 + swing[2] * wide * height / 2
        turn = math.radians(2) * swing[3]
        cos, sin = zoom * math.cos(turn), zoom * math.sin(turn)
        way = np.array([[cos, -sin, 0.0], [sin, cos, 0.0]])
        way[:, 2] = np.array(VIEW) / 2 - way[:, :2] @ (x, y)
        seen = cv2.warpAffine(photo, way, VIEW, flags=cv2.INTER_AREA, borderValue=(90, 90, 90))
        noisy = seen + rng.normal(0, 3, seen.shape)
        shown = {
            str(n): kept for n, box in enumerate(boxes) if (kept := _seen_box(box, way)) is not None
        }
        yield Shot(np.clip(noisy, 0, 255).astype(np.uint8), shown)


def _seen_box(box: BBox, way: np.ndarray) -> BBox | None:
    corners = np.array([(x, y, 1.0) for x in (box.x, box.right) for y in (box.y, box.bottom)])
    seen = corners @ way.T
    whole = BBox.from_corners(*seen.min(axis=0), *seen.max(axis=0))
    cut = whole.clipped(*VIEW)
    return cut if cut is not None and cut.area >= 0.25 * whole.area else None
