"""Geometry of boxes as tensors: x1 y1 x2 y2, and the points of the network's grids."""

from __future__ import annotations

import torch
from torch import Tensor

_ROUNDS = 12


def iou(a: Tensor, b: Tensor) -> Tensor:
    """Intersection over union of boxes (..., 4) and (..., 4), broadcast; (...), 0 to 1."""
    intersection, union = _areas(a, b)
    return intersection / union.clamp(min=1e-6)


def overlaps(boxes: Tensor) -> Tensor:
    """Intersection over union of each of the boxes (N, 4) with each, (N, N), to the bit as iou.

    Side by side: pairs of two numbers, as iou has them, are slow on ONNX Runtime.
    """
    left, top, right, bottom = boxes.unbind(1)
    width = torch.minimum(right[:, None], right) - torch.maximum(left[:, None], left)
    height = torch.minimum(bottom[:, None], bottom) - torch.maximum(top[:, None], top)
    intersection = width.clamp(min=0) * height.clamp(min=0)
    areas = area(boxes)
    return intersection / (areas[:, None] + areas - intersection).clamp(min=1e-6)


def giou(a: Tensor, b: Tensor) -> Tensor:
    """Generalised IoU (Rezatofighi et al., CVPR 2019): -1 to 1, with a gradient for far boxes."""
    intersection, union = _areas(a, b)
    hull_sides = torch.maximum(a[..., 2:], b[..., 2:]) - torch.minimum(a[..., :2], b[..., :2])
    hull = hull_sides.clamp(min=0).prod(-1)
    return intersection / union.clamp(min=1e-6) - (hull - union) / hull.clamp(min=1e-6)


def area(boxes: Tensor) -> Tensor:
    """(..., 4) -> (...)."""
    return (boxes[..., 2:] - boxes[..., :2]).clamp(min=0).prod(-1)


def grid_points(input_size: tuple[int, int], strides: tuple[int, ...]) -> tuple[Tensor, Tensor]:
    """Centres of the cells of all levels, rows first: x y in pixels (P, 2), and strides (P,)."""
    points, steps = [], []
    for stride in strides:
        columns, rows = input_size[0] // stride, input_size[1] // stride
        x = (torch.arange(columns, dtype=torch.float32) + 0.5) * stride
        y = (torch.arange(rows, dtype=torch.float32) + 0.5) * stride
        grid_y, grid_x = torch.meshgrid(y, x, indexing="ij")
        points.append(torch.stack([grid_x.flatten(), grid_y.flatten()], dim=1))
        steps.append(torch.full((rows * columns,), float(stride)))
    return torch.cat(points), torch.cat(steps)


def from_distances(points: Tensor, distances: Tensor) -> Tensor:
    """Points (P, 2) and distances (..., P, 4) left top right bottom -> boxes (..., P, 4)."""
    return torch.cat([points - distances[..., :2], points + distances[..., 2:]], dim=-1)


def unsuppressed(overlapping: Tensor) -> Tensor:
    """Greedy non-maximum suppression: which boxes (N,) stay, where overlapping is (N, N), best box
    first: a box goes if a better one that stays overlaps it.

    All boxes at once, in rounds (cluster NMS, Zheng et al. 2020): exact as long as no chain of
    boxes that overlap only their neighbours is longer than the rounds. Fast, and ONNX has the
    operators; torchvision's nms would cost two seconds of import.
    """
    by_better = overlapping.float().triu(diagonal=1)
    stays = torch.ones_like(by_better[0])
    for _ in range(_ROUNDS):
        stays = 1 - (stays @ by_better).clamp(max=1)
    return stays > 0.5


def _areas(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    corner_low = torch.maximum(a[..., :2], b[..., :2])
    corner_high = torch.minimum(a[..., 2:], b[..., 2:])
    intersection = (corner_high - corner_low).clamp(min=0).prod(-1)
    return intersection, area(a) + area(b) - intersection
