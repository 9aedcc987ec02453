"""The memory of the carrier: the newest picture and each box in it, and when a box is lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from labeler.dataset.model import MIN_SIDE, BBox
from labeler.track.align import aligned
from labeler.track.camera import Motion, camera_motion, carried_along
from labeler.track.carry import Loss
from labeler.track.frame import Box, Frame, Pixels
from labeler.track.outline import Outline, followed, outline_of
from labeler.track.patch import in_picture, likeness, patch
from labeler.track.search import lookalikes

COARSE, FINE = 10, 28
"""Sides of the patches that a box is laid by, first roughly, then exactly."""
ALIKE, ALIKE_AFTER_A_CUT = 0.65, 0.75
"""What looks less like the box is not it; after a cut, where nothing else in the picture goes on,
more is asked."""
SURE = 0.97
"""So alike that no other start is tried."""
GROWTH = (0.6, 1.7)
"""A side that changes more in one step is a mistake."""
AT_EDGE = 1.5
"""Pixels from the picture's edge at which a box counts as cut off by it."""
DOUBTFUL = 0.95
"""Below, the outline is asked what became of the object."""
GOES_ON = 0.2
"""Where the outline takes so much of the way to the edge the object probably goes on to it."""
LEFT_OVER = 0.3
"""So much of a box must be in the picture to be followed on."""


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """A box in the newest frame. open_sides (left, top, right, bottom): where the picture cut it
    off when it was drawn, so that nobody knows how far it goes on."""

    box: Box
    open_sides: NDArray[np.bool_]
    outline: Outline | None


class Follower:
    """Follows boxes of one picture through the next ones."""

    def __init__(self, picture: Pixels, boxes: Mapping[int, BBox]) -> None:
        self._frame = Frame.of(picture)
        self.tracks = {key: _drawn(self._frame, box) for key, box in boxes.items()}
        self.losses: dict[int, Loss] = {}

    def step(self, picture: Pixels) -> list[tuple[int, BBox, float]]:
        """Key, box and score of what is found again; the rest is forgotten, but for why."""
        old, new = self._frame, Frame.of(picture)
        tracks, self.tracks, self._frame = self.tracks, {}, new
        if old.size != new.size:
            self.losses |= dict.fromkeys(tracks, Loss.SIZE)
            return []
        if not tracks:
            return []
        motion = camera_motion(old, new)
        found = []
        for key, track in tracks.items():
            place, score = _found(old, new, track.box, motion)
            if place is None:
                self.losses[key] = Loss.UNLIKE
                continue
            track = _revised(new, track, place, score)
            shown = _shown(new, track.box)
            if shown is None:
                self.losses[key] = Loss.LEFT
                continue
            self.tracks[key] = track
            found.append((key, shown, score))
        return found


def _drawn(frame: Frame, box: BBox) -> Track:
    sides = np.array([box.x, box.y, box.right, box.bottom]) * frame.scale
    return Track(sides, _edge_reached(frame, sides), outline_of(frame, sides))


def _edge_reached(frame: Frame, box: Box) -> NDArray[np.bool_]:
    low, high = box[:2] <= AT_EDGE, box[2:] >= frame.edges[2:] - AT_EDGE
    return np.concatenate([low, high])


def _revised(new: Frame, track: Track, place: Box, score: float) -> Track:
    """The place with sides that came into view, or that a patch could not follow."""
    came = track.open_sides & ~_edge_reached(new, place)
    if not came.any() and score > DOUBTFUL:
        return replace(track, box=place)
    outline, seen = track.outline, None
    if outline is not None:
        found = followed(new, place, outline, tuple(track.open_sides))
        if found is not None and _plausible(place, found[0]):
            seen, outline = found
            if score <= DOUBTFUL:
                place = np.where(track.open_sides, place, seen)
    grown = _grown(new, place, seen, came)
    if came.any():
        outline = outline_of(new, grown)
    return Track(grown, track.open_sides & _edge_reached(new, grown), outline)


def _grown(frame: Frame, place: Box, seen: Box | None, came: NDArray[np.bool_]) -> Box:
    """Open sides that came into view go on to the edge, unless the outline clearly ends before."""
    if seen is None:
        return np.where(came, frame.edges, place)
    reach = (seen - place) / np.where(came, frame.edges - place, 1.0)
    return np.where(came, np.where(reach > GOES_ON, frame.edges, seen), place)


def _found(old: Frame, new: Frame, box: Box, motion: Motion | None) -> tuple[Box | None, float]:
    """The box in the new picture and how alike it looks; None: lost."""
    template, weights = patch(old, box, FINE), in_picture(old, box, FINE)
    best, score = None, ALIKE_AFTER_A_CUT if motion is None else ALIKE
    for start in _starts(old, new, box, motion):
        place = aligned(template, weights, new, start, 12, stretch=True)
        if place is None or not _plausible(box, place):
            continue
        alike = likeness(template, patch(new, place, FINE), weights * in_picture(new, place, FINE))
        if alike > score:
            best, score = place, min(1.0, alike)
        if score > SURE:
            break
    return best, score


def _starts(old: Frame, new: Frame, box: Box, motion: Motion | None) -> list[Box]:
    """The two most promising places to start from, after a rough fit of each."""
    near = [box] if motion is None else [carried_along(motion, box), box]
    rough = _rough_fits(old, new, box, near)
    if not rough or rough[0][0] < SURE:
        rough += _rough_fits(old, new, box, lookalikes(old, new, box))
        rough.sort(key=lambda pair: -pair[0])
    return [place for _, place in rough[:2]]


def _rough_fits(
    old: Frame, new: Frame, box: Box, guesses: Sequence[Box]
) -> list[tuple[float, Box]]:
    """How alike and where, best first; those that lose their way are left out."""
    template, weights = patch(old, box, COARSE), in_picture(old, box, COARSE)
    fits = []
    for guess in guesses:
        place = aligned(template, weights, new, guess, 6, stretch=False)
        if place is not None:
            seen = patch(new, place, COARSE)
            fits.append((likeness(template, seen, weights * in_picture(new, place, COARSE)), place))
    return sorted(fits, key=lambda pair: -pair[0])


def _plausible(old: Box, new: Box) -> bool:
    growth = (new[2:] - new[:2]) / (old[2:] - old[:2])
    return bool((growth > GROWTH[0]).all() and (growth < GROWTH[1]).all())


def _shown(frame: Frame, box: Box) -> BBox | None:
    """The part in the picture, in its own pixels. None: too little is left of it."""
    inside = frame.inside(box)
    sides = inside[2:] - inside[:2]
    if (sides <= 0).any() or sides.prod() < LEFT_OVER * (box[2:] - box[:2]).prod():
        return None
    left, top, right, bottom = (float(v) for v in inside / frame.scale)
    width, height = (float(side) for side in frame.size)
    right, bottom = min(right, width), min(bottom, height)
    if right - left < MIN_SIDE or bottom - top < MIN_SIDE:
        return None
    return BBox(left, top, right - left, bottom - top)
