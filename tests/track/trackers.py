"""What OpenCV's wheel offers for carrying a box forward, each behind the carrier's two calls.

They are as simple as their makers meant them; each says it is lost where its own method tells.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np

from labeler.dataset.model import BBox
from labeler.simulator.arrays import Pixels
from labeler.track import Carried
from labeler.track.camera import camera_motion, carried_along
from labeler.track.frame import Frame

GROWTHS = (0.9, 1.0, 1.1)


class Method:
    """Follows each box by moved(); a box that it cannot place is forgotten."""

    def __init__(self, picture: Pixels, boxes: Mapping[int, BBox]) -> None:
        self.picture, self.grey = picture, _grey(picture)
        self.boxes = dict(boxes)

    def step(self, picture: Pixels) -> list[Carried]:
        height, width = picture.shape[:2]
        grey = _grey(picture)
        self.look(picture, grey)
        found = []
        for key, box in self.boxes.items():
            place = self.moved(key, box, picture, grey)
            shown = None if place is None else place.clipped(width, height)
            if shown is not None:
                found.append(Carried(key, shown, 1.0))
        self.boxes = {carried.key: carried.bbox for carried in found}
        self.picture, self.grey = picture, grey
        return found

    def look(self, picture: Pixels, grey: Pixels) -> None:
        """What is found out once for all boxes of a picture."""

    def moved(self, key: int, box: BBox, picture: Pixels, grey: Pixels) -> BBox | None:
        return box


class StandStill(Method):
    """The boxes stay where they are."""


class CameraMotion(Method):
    """All boxes stand still in the world: features, RANSAC, estimateAffinePartial2D."""

    def look(self, picture: Pixels, grey: Pixels) -> None:
        self.motion = camera_motion(Frame.of(self.picture), Frame.of(picture))

    def moved(self, key: int, box: BBox, picture: Pixels, grey: Pixels) -> BBox | None:
        if self.motion is None:
            return None
        sides = np.array([box.x, box.y, box.right, box.bottom])
        return BBox.from_corners(*(float(v) for v in carried_along(self.motion, sides)))


class MedianFlow(Method):
    """calcOpticalFlowPyrLK there and back; medians of shift and growth (Kalal et al., 2010)."""

    def moved(self, key: int, box: BBox, picture: Pixels, grey: Pixels) -> BBox | None:
        points, there = self.pairs(box, grey)
        if len(points) < 8:
            return None
        shift = np.median(there - points, axis=0)
        old, new = (
            np.linalg.norm(p[:, None] - p[None, :], axis=2)[np.triu_indices(len(p), 1)]
            for p in (points, there)
        )
        growth = float(np.median(new / np.maximum(old, 1e-3)))
        return _resized(box, shift, growth)

    def pairs(self, box: BBox, grey: Pixels) -> tuple[np.ndarray, np.ndarray]:
        x = np.linspace(box.x, box.right, 12)[1:-1]
        y = np.linspace(box.y, box.bottom, 12)[1:-1]
        points = np.stack(np.meshgrid(x, y), -1).reshape(-1, 1, 2).astype(np.float32)
        flow: Any = cv2.calcOpticalFlowPyrLK  # its types want an array where None may stand
        there, good, _ = flow(self.grey, grey, points, None)
        back, fine, _ = flow(grey, self.grey, there, None)
        off = np.linalg.norm(back - points, axis=2)[:, 0]
        keep = (good[:, 0] > 0) & (fine[:, 0] > 0) & (off < 1.0)
        return points[keep, 0], there[keep, 0]


class AffineFlow(MedianFlow):
    """The same points, fitted by estimateAffinePartial2D instead of medians."""

    def moved(self, key: int, box: BBox, picture: Pixels, grey: Pixels) -> BBox | None:
        points, there = self.pairs(box, grey)
        if len(points) < 8:
            return None
        motion, agree = cv2.estimateAffinePartial2D(points, there)
        if motion is None or agree.sum() < 8:
            return None
        middle = np.array([box.x + box.width / 2, box.y + box.height / 2])
        shift = motion[:, :2] @ middle + motion[:, 2] - middle
        return _resized(box, shift, float(np.hypot(motion[0, 0], motion[1, 0])))


class DenseFlow(Method):
    """DISOpticalFlow over the whole picture; the median inside the box."""

    def look(self, picture: Pixels, grey: Pixels) -> None:
        preset = cv2.DISOPTICAL_FLOW_PRESET_MEDIUM
        method: Any = cv2.DISOpticalFlow.create(preset)
        self.flow = method.calc(self.grey, grey, None)

    def moved(self, key: int, box: BBox, picture: Pixels, grey: Pixels) -> BBox | None:
        part = self.flow[_window(box)]
        if part.size < 16:
            return None
        rows, columns = np.mgrid[: part.shape[0], : part.shape[1]].astype(np.float32)
        growths = [np.polyfit(columns.ravel()[::7], part[..., 0].ravel()[::7], 1)[0]]
        growths.append(np.polyfit(rows.ravel()[::7], part[..., 1].ravel()[::7], 1)[0])
        return _resized(box, np.median(part.reshape(-1, 2), axis=0), 1 + float(np.mean(growths)))


class TemplateMatching(Method):
    """matchTemplate in three sizes over the picture, in half size."""

    def moved(self, key: int, box: BBox, picture: Pixels, grey: Pixels) -> BBox | None:
        piece = cv2.resize(self.picture[_window(box)], None, fx=0.5, fy=0.5)
        whole = cv2.resize(picture, None, fx=0.5, fy=0.5)
        best, place = 0.5, None
        for growth in GROWTHS:
            size = [max(2, round(side * growth)) for side in piece.shape[1::-1]]
            if size[0] > whole.shape[1] or size[1] > whole.shape[0]:
                continue
            alike = cv2.matchTemplate(whole, cv2.resize(piece, size), cv2.TM_CCOEFF_NORMED)
            _, value, _, (x, y) = cv2.minMaxLoc(alike)
            if value > best:
                sides = (box.width * growth, box.height * growth)
                best, place = value, BBox(2.0 * x, 2.0 * y, *sides)
        return place


class PhaseCorrelation(Method):
    """phaseCorrelate of the box and its surroundings; it knows shifts only."""

    def moved(self, key: int, box: BBox, picture: Pixels, grey: Pixels) -> BBox | None:
        size = (int(2 * box.width) + 1, int(2 * box.height) + 1)
        middle = (box.x + box.width / 2, box.y + box.height / 2)
        one, other = (
            cv2.getRectSubPix(seen, size, middle).astype(np.float32) for seen in (self.grey, grey)
        )
        shift, response = cv2.phaseCorrelate(one, other, cv2.createHanningWindow(size, cv2.CV_32F))
        return _resized(box, np.array(shift), 1.0) if response > 0.1 else None


class Mil(Method):
    """cv2.TrackerMIL (Babenko et al., 2009), the one tracker of the wheel without a network."""

    def __init__(self, picture: Pixels, boxes: Mapping[int, BBox]) -> None:
        super().__init__(picture, boxes)
        self.trackers = {}
        for key, box in boxes.items():
            tracker = cv2.TrackerMIL.create()
            with contextlib.suppress(cv2.error):  # it refuses boxes at the picture's edge
                tracker.init(picture, [round(v) for v in box.as_list()])
                self.trackers[key] = tracker

    def moved(self, key: int, box: BBox, picture: Pixels, grey: Pixels) -> BBox | None:
        if key not in self.trackers:
            return None
        found, place = self.trackers[key].update(picture)
        return BBox(*(float(v) for v in place)) if found and min(place[2:]) > 0 else None


def _grey(picture: Pixels) -> Pixels:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)


def _window(box: BBox) -> tuple[slice, slice]:
    rows = slice(max(0, int(box.y)), max(2, round(box.bottom)))
    return rows, slice(max(0, int(box.x)), max(2, round(box.right)))


def _resized(box: BBox, shift: np.ndarray, growth: float) -> BBox | None:
    if not 0.3 < growth < 3.0:
        return None
    width, height = box.width * growth, box.height * growth
    x = box.x + box.width / 2 + float(shift[0]) - width / 2
    y = box.y + box.height / 2 + float(shift[1]) - height / 2
    return BBox(x, y, width, height)
