"""What is under a point of the canvas, and so what a press takes hold of there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from labeler.gui.label import geometry
from labeler.gui.label.geometry import HANDLE_REACH, Handle
from labeler.gui.label.painting import ShownBox

_NEAR = 3.0
"""How far beside a box a press still means it, in screen pixels."""


@dataclass(frozen=True, slots=True)
class Aim:
    """ids: the boxes under the point, the smallest first. grip: a box to resize, and by what."""

    ids: tuple[int, ...] = ()
    grip: tuple[ShownBox, Handle] | None = None


def aim(
    boxes: Sequence[ShownBox], selection: Sequence[int], at: tuple[float, float], scale: float
) -> Aim:
    """at is in image pixels, scale in screen pixels for one of them.

    The handles of the one selected box come first, but for a small box that lies under them.
    """
    x, y = at
    ids = geometry.under(((box.id, box.bbox) for box in boxes), x, y, _NEAR / scale)
    if len(selection) != 1:
        return Aim(tuple(ids))
    reach = HANDLE_REACH / scale
    chosen = next((box for box in boxes if box.id == selection[0]), None)
    if chosen is None or _is_on_small(boxes, chosen.id, at, 3 * reach):
        return Aim(tuple(ids))
    handle = geometry.handle_at(chosen.bbox, x, y, reach)
    if handle is not None:
        return Aim(tuple(ids), (chosen, handle))
    if chosen.id not in ids and geometry.gripped(chosen.bbox, reach).contains(x, y):
        ids.insert(0, chosen.id)  # between its handles a small box is taken as well
    return Aim(tuple(ids))


def _is_on_small(
    boxes: Sequence[ShownBox], but: int, at: tuple[float, float], small: float
) -> bool:
    return any(
        box.id != but and min(box.bbox.width, box.bbox.height) < small and box.bbox.contains(*at)
        for box in boxes
    )
