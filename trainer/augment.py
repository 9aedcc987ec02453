"""Every picture a little different each time: moved, scaled, mirrored, recoloured, on the batch."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from trainer.boxes import area
from trainer.protocol import Target

_KEPT_SHARE = 0.3
_SMALLEST_SIDE = 3.0
_OBJECT_SHARE = 0.9
"""How often a window smaller than the picture is put where an object is."""
_LARGEST_SHARE = 0.95
"""Of the window's side, for that object."""
_FEWEST_ASIDE, _MOST_ASIDE = 0.15, 0.8
"""Half sides of the window: how far off its middle the object may at least and at most be."""
_BEYOND = 0.15
"""Half sides of the window: how far it may reach beyond the picture."""


@dataclass(frozen=True, slots=True)
class Augmentation:
    """How far pictures are changed. Factors are drawn evenly in the logarithm.

    shift is in half sides of the picture; stretch changes width against height by that share.
    mirror is the probability of a left-right flip.
    """

    smallest: float = 0.6
    largest: float = 1.5
    stretch: float = 0.15
    shift: float = 0.3
    mirror: float = 0.5
    brightness: float = 0.125
    contrast: float = 0.3
    saturation: float = 0.5


AUGMENTATIONS = {
    "off": Augmentation(1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    "light": Augmentation(0.8, 1.25, 0.07, 0.15, 0.5, 0.06, 0.15, 0.25),
    "normal": Augmentation(),
    "strong": Augmentation(0.45, 1.9, 0.25, 0.4, 0.5, 0.2, 0.45, 0.8),
}
"""By the names of config.json."""


@dataclass(frozen=True, slots=True)
class _Moves:
    """For each picture of a batch: x' = x * scale_x + shift_x in -1 to 1, and likewise y."""

    scale_x: Tensor
    scale_y: Tensor
    shift_x: Tensor
    shift_y: Tensor


def augment(
    pictures: Tensor,
    targets: Sequence[Target],
    how: Augmentation,
    generator: torch.Generator,
    window: tuple[int, int] | None = None,
) -> tuple[Tensor, list[Target]]:
    """uint8 (B, 3, H, W) -> float (B, 3, h, w) from 0 to 1, and the boxes where they went.

    window: (w, h), no larger than the picture: what comes out is a part of it, mostly one that
    holds an object. None: the whole picture, (W, H). Boxes of which too little stays inside are
    dropped.
    """
    size = (pictures.shape[3], pictures.shape[2])
    moves = _draw_moves(len(targets), how, generator)
    if window is None or window == size:
        window = size
    else:
        moves = _look_at_objects(moves, targets, size, window, generator)
    moved = _move_pixels(pictures, moves, window)
    boxes = [_move_boxes(target, row, moves, size, window) for row, target in enumerate(targets)]
    return _recolour(moved, how, generator), boxes


def plain(pictures: Tensor) -> Tensor:
    """uint8 -> float from 0 to 1, unchanged: for validation."""
    return pictures.float() / 255


def _draw(count: int, low: float, high: float, generator: torch.Generator) -> Tensor:
    return torch.empty(count).uniform_(low, high, generator=generator)


def _draw_moves(count: int, how: Augmentation, generator: torch.Generator) -> _Moves:
    low, high = math.log(how.smallest), math.log(how.largest)
    scale = torch.exp(_draw(count, low, high, generator))
    stretch = torch.exp(_draw(count, -how.stretch, how.stretch, generator) / 2)
    mirrored = _draw(count, 0, 1, generator) < how.mirror
    return _Moves(
        scale * stretch * torch.where(mirrored, -1.0, 1.0),
        scale / stretch,
        _draw(count, -how.shift, how.shift, generator),
        _draw(count, -how.shift, how.shift, generator),
    )


def _look_at_objects(
    moves: _Moves,
    targets: Sequence[Target],
    size: tuple[int, int],
    window: tuple[int, int],
    generator: torch.Generator,
) -> _Moves:
    """The same scales through the smaller window, which is put where an object is.

    An object that would not fit into the window is shown smaller.
    """
    count, sides = len(targets), torch.tensor(size)
    middle = _draw(2 * count, -1, 1, generator).view(count, 2)
    extent = torch.zeros(count, 2)
    chance = (_draw(count, 0, 1, generator) / _OBJECT_SHARE).tolist()
    for row, target in enumerate(targets):
        if len(target.boxes) and chance[row] < 1:
            box = target.boxes[int(chance[row] * len(target.boxes))]
            middle[row] = (box[:2] + box[2:]) / sides - 1
            extent[row] = (box[2:] - box[:2]) / sides
    scale = torch.stack([moves.scale_x, moves.scale_y], 1) * (sides / torch.tensor(window))
    largest = (extent * scale.abs()).amax(1, keepdim=True).clamp(min=_LARGEST_SHARE)
    scale = scale * _LARGEST_SHARE / largest
    aside = (1 - extent * scale.abs()).clamp(_FEWEST_ASIDE, _MOST_ASIDE)
    shift = _draw(2 * count, -1, 1, generator).view(count, 2) * aside - middle * scale
    most = (scale.abs() - 1).clamp(min=0) + _BEYOND
    shift = shift.clamp(-most, most)
    return _Moves(scale[:, 0], scale[:, 1], shift[:, 0], shift[:, 1])


def _move_pixels(pictures: Tensor, moves: _Moves, window: tuple[int, int]) -> Tensor:
    """Outside the picture comes out grey (0.5)."""
    back = torch.zeros(len(pictures), 2, 3)
    back[:, 0, 0], back[:, 0, 2] = 1 / moves.scale_x, -moves.shift_x / moves.scale_x
    back[:, 1, 1], back[:, 1, 2] = 1 / moves.scale_y, -moves.shift_y / moves.scale_y
    shape = [len(pictures), pictures.shape[1], window[1], window[0]]
    where = functional.affine_grid(back.to(pictures.device), shape, align_corners=False)
    centred = plain(pictures) - 0.5
    return functional.grid_sample(centred, where, align_corners=False) + 0.5


def _move_boxes(
    target: Target, row: int, moves: _Moves, size: tuple[int, int], window: tuple[int, int]
) -> Target:
    before = torch.tensor([*size, *size], dtype=torch.float32)
    after = torch.tensor([*window, *window], dtype=torch.float32)
    scale = torch.stack([moves.scale_x[row], moves.scale_y[row]]).repeat(2)
    shift = torch.stack([moves.shift_x[row], moves.shift_y[row]]).repeat(2)
    moved = ((target.boxes / before * 2 - 1) * scale + shift + 1) / 2 * after
    low = torch.minimum(moved[:, :2], moved[:, 2:])
    whole = torch.cat([low, torch.maximum(moved[:, :2], moved[:, 2:])], 1)
    inside = whole.clamp(min=0).minimum(after)
    stays = area(inside) > _KEPT_SHARE * area(whole)
    stays &= (inside[:, 2:] - inside[:, :2] > _SMALLEST_SIDE).all(1)
    return Target(inside[stays], target.labels[stays])


def _recolour(pictures: Tensor, how: Augmentation, generator: torch.Generator) -> Tensor:
    def factors(low: float, high: float) -> Tensor:
        return _draw(len(pictures), low, high, generator).view(-1, 1, 1, 1).to(pictures.device)

    grey = pictures.mean(1, keepdim=True)
    vivid = grey + (pictures - grey) * factors(1 - how.saturation, 1 + how.saturation)
    strong = (vivid - 0.5) * factors(1 - how.contrast, 1 + how.contrast) + 0.5
    return (strong + factors(-how.brightness, how.brightness)).clamp(0, 1)
