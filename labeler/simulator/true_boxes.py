"""The true boxes of what was drawn: around the pixels of each object that the picture shows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from labeler.simulator.arrays import Floats, Ints
from labeler.simulator.objects import Layer
from labeler.simulator.truth import CLASSES, TrueBox
from labeler.simulator.view import View

MIN_PIXELS, MIN_SIDE = 200, 12
"""Smaller visible parts, in pixels of a 640 by 360 picture, are in no true box."""
MIN_SHARE, PLENTY = 0.25, 3000
"""So much of an object must be neither hidden nor outside the picture to be in a true box, or so
many of its pixels (of 640 by 360) must be seen."""

Places = Callable[[Floats, Floats], tuple[Floats, Floats]]
"""Where points of the drawn picture, x and y, come to lie in the one that is sent."""


def true_boxes(layer: Layer, view: View, places: Places) -> tuple[TrueBox, ...]:
    """Tight boxes around the visible pixels of each object that has a class and can be told."""
    seen, scale = layer.seen, layer.seen.window.scale
    x, y = places(
        seen.x / np.float32(scale) + np.float32(seen.window.left),
        seen.y / np.float32(scale) + np.float32(seen.window.top),
    )
    owner, inside = layer.owner, (x > 0) & (x < view.width) & (y > 0) & (y < view.height)
    if not inside.all():
        owner, x, y = owner[inside], x[inside], y[inside]
    boxes = []
    for number in _recognisable(layer, owner, view):
        mine = np.flatnonzero(owner == number)
        left, right = _span(x[mine], scale, view.width)
        top, bottom = _span(y[mine], scale, view.height)
        if min(right - left, bottom - top) >= MIN_SIDE * view.width / 640:
            name = layer.things[number].name
            boxes.append(TrueBox(name, left, top, right - left, bottom - top))
    return tuple(boxes)


def _span(middles: Floats, scale: float, end: int) -> tuple[int, int]:
    """The whole pixels from the first to the last of fine pixels' middles."""
    half = 0.5 / scale
    return max(0, round(float(middles.min()) - half)), min(end, round(float(middles.max()) + half))


def _recognisable(layer: Layer, owner: Ints, view: View) -> list[int]:
    """The numbers of what has a class and is seen enough of to be told what it is."""
    counts = np.bincount(owner, minlength=len(layer.things))
    pixel = (layer.seen.window.scale * view.width / 640) ** 2
    enough = counts >= MIN_PIXELS * pixel
    enough &= (counts >= MIN_SHARE * layer.areas) | (counts >= PLENTY * pixel)
    return [
        number
        for number, (thing, good) in enumerate(zip(layer.things, enough, strict=True))
        if good and thing.name in CLASSES
    ]
