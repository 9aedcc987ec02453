"""Which point of the grid answers for which true box: task-aligned assignment (TOOD, ICCV 2021)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from trainer.boxes import iou
from trainer.protocol import Target

_POINTS_PER_BOX = 9
_RADIUS = 2.5
"""In strides: how far from the centre of its box a point may answer for it."""
_IOU_POWER = 4.0
_MOST_AT_ONCE = 4_000_000
"""Pairs of points and boxes that are compared in one go: bounds the memory."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The points of all levels (P, 2), in pixels, and the stride (P,) of each."""

    points: Tensor
    strides: Tensor


@dataclass(frozen=True, slots=True)
class Assignment:
    """For each picture and point: has_box (B, P); its box (B, P, 4) and label (B, P), meaningless
    elsewhere; quality (B, P), the score that the point should give, 0 elsewhere.
    """

    has_box: Tensor
    boxes: Tensor
    labels: Tensor
    quality: Tensor


@dataclass(frozen=True, slots=True)
class _Padded:
    """Targets of a batch in one tensor, G boxes a picture: boxes (B, G, 4), labels, real (B, G)."""

    boxes: Tensor
    labels: Tensor
    real: Tensor


@torch.no_grad()
def assign(scores: Tensor, boxes: Tensor, targets: Sequence[Target], grid: Grid) -> Assignment:
    """scores (B, P, categories) from 0 to 1 and boxes (B, P, 4) are what the network says now."""
    padded = _pad(targets, scores.device)
    pairs = max(1, padded.boxes.shape[1] * boxes.shape[1])
    step = max(1, _MOST_AT_ONCE // pairs)
    parts = []
    for begin in range(0, len(targets), step):
        chunk = slice(begin, begin + step)
        some = _Padded(padded.boxes[chunk], padded.labels[chunk], padded.real[chunk])
        parts.append(_assign(scores[chunk], boxes[chunk], some, grid))
    return Assignment(
        torch.cat([part.has_box for part in parts]),
        torch.cat([part.boxes for part in parts]),
        torch.cat([part.labels for part in parts]),
        torch.cat([part.quality for part in parts]),
    )


def _pad(targets: Sequence[Target], device: torch.device) -> _Padded:
    most = max(1, max(len(target.labels) for target in targets))
    boxes = torch.zeros(len(targets), most, 4)
    labels = torch.zeros(len(targets), most, dtype=torch.long)
    real = torch.zeros(len(targets), most, dtype=torch.bool)
    for row, target in enumerate(targets):
        count = len(target.labels)
        boxes[row, :count], labels[row, :count] = target.boxes, target.labels
        real[row, :count] = True
    return _Padded(boxes.to(device), labels.to(device), real.to(device))


def _assign(scores: Tensor, boxes: Tensor, targets: _Padded, grid: Grid) -> Assignment:
    """All (B, G, P) tensors: how well point p of picture b answers for true box g."""
    batch, count = targets.labels.shape
    index = targets.labels[:, None, :].expand(batch, scores.shape[1], count)
    score = scores.gather(2, index).transpose(1, 2)
    overlap = iou(boxes[:, None], targets.boxes[:, :, None])
    fit = (score * overlap**_IOU_POWER + 1e-9) * _candidates(targets, grid)
    best_fit, best_points = fit.topk(min(_POINTS_PER_BOX, fit.shape[2]), dim=2)
    chosen = torch.zeros_like(fit, dtype=torch.bool).scatter_(2, best_points, best_fit > 0)
    # a point that several boxes choose answers for the one it overlaps most
    best_overlap, owner = torch.where(chosen, overlap, -1.0).max(dim=1)
    has_box = best_overlap >= 0
    chosen &= functional.one_hot(owner, count).transpose(1, 2).bool()
    fit = fit * chosen
    relative = fit / fit.amax(2, keepdim=True).clamp(min=1e-12)
    quality = (relative * (overlap * chosen).amax(2, keepdim=True)).amax(1)
    return Assignment(
        has_box,
        targets.boxes.gather(1, owner[..., None].expand(-1, -1, 4)),
        targets.labels.gather(1, owner),
        quality * has_box,
    )


def _candidates(targets: _Padded, grid: Grid) -> Tensor:
    """(B, G, P): the point lies inside the box and near its centre.

    A box so small that it holds no point gets the nearest point of the finest level.
    """
    corners = targets.boxes[:, :, None]
    inside = torch.cat([grid.points - corners[..., :2], corners[..., 2:] - grid.points], -1)
    offset = (grid.points - (corners[..., :2] + corners[..., 2:]) / 2).abs().amax(-1)
    good = (inside.amin(-1) > 0) & (offset < _RADIUS * grid.strides)
    finest = torch.where(grid.strides == grid.strides.min(), offset, torch.inf)
    nearest = functional.one_hot(finest.argmin(2), offset.shape[2]).bool()
    good |= nearest & ~good.any(2, keepdim=True)
    return good & targets.real[..., None]
