"""From backbone features to class scores and box distances: a small PAN neck and a shared head."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

_RARE = -4.0
"""The class bias to start from: nearly everything is background (RetinaNet's trick)."""
_DISTANCE = math.log(3.0)
"""Boxes start 3 strides wide to each side."""


class Separable(nn.Module):
    """A 5x5 filter of each channel, then a 1x1 mix. Levels share weights, not statistics."""

    def __init__(self, channels: int, levels: int = 1) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(channels, channels, 5, padding=2, groups=channels, bias=False)
        self.pointwise = nn.Conv2d(channels, channels, 1, bias=False)
        self.depthwise_norms = nn.ModuleList(nn.BatchNorm2d(channels) for _ in range(levels))
        self.pointwise_norms = nn.ModuleList(nn.BatchNorm2d(channels) for _ in range(levels))

    def forward(self, x: Tensor, level: int = 0) -> Tensor:
        x = functional.relu(self.depthwise_norms[level](self.depthwise(x)))
        return functional.relu(self.pointwise_norms[level](self.pointwise(x)))


class Neck(nn.Module):
    """Brings all levels to one width and mixes them, coarse to fine and back (PANet).

    detail: channels of one more level, finer than the finest that goes out, whose 2x2 cells are
    looked at in one: what is small on a large object still counts.
    """

    def __init__(self, inputs: tuple[int, ...], channels: int, detail: int = 0) -> None:
        super().__init__()
        self.detail = (
            nn.Sequential(nn.Conv2d(detail, channels, 2, 2, bias=False), nn.BatchNorm2d(channels))
            if detail
            else None
        )
        self.laterals = nn.ModuleList(
            nn.Sequential(nn.Conv2d(width, channels, 1, bias=False), nn.BatchNorm2d(channels))
            for width in inputs
        )
        self.down = nn.ModuleList(Separable(channels) for _ in inputs[1:])
        self.up = nn.ModuleList(Separable(channels) for _ in inputs[1:])

    def forward(self, features: list[Tensor]) -> list[Tensor]:
        """features: finest first, that of the detail included."""
        coarser = features[len(features) - len(self.laterals) :]
        levels = [lateral(x) for lateral, x in zip(self.laterals, coarser, strict=True)]
        if self.detail is not None:
            levels[0] = levels[0] + self.detail(features[0])
        for fine in reversed(range(len(levels) - 1)):
            wider = functional.interpolate(levels[fine + 1], scale_factor=2.0)
            levels[fine] = self.down[fine](levels[fine] + wider)
        for coarse in range(1, len(levels)):
            narrower = functional.max_pool2d(levels[coarse - 1], 2)
            levels[coarse] = self.up[coarse - 1](levels[coarse] + narrower)
        return levels


class Head(nn.Module):
    """Scores and distances at every point; one tower for both tasks and all levels."""

    def __init__(
        self, categories: int, strides: tuple[int, ...], channels: int, depth: int = 2
    ) -> None:
        super().__init__()
        self.strides = strides
        self.tower = nn.ModuleList(Separable(channels, len(strides)) for _ in range(depth))
        self.classify = nn.Conv2d(channels, categories, 1)
        self.measure = nn.Conv2d(channels, 4, 1)
        self.scales = nn.Parameter(torch.ones(len(strides)))
        nn.init.normal_(self.classify.weight, std=0.01)
        nn.init.normal_(self.measure.weight, std=0.01)
        nn.init.constant_(self.classify.bias, _RARE)  # type: ignore[arg-type]
        nn.init.constant_(self.measure.bias, _DISTANCE)  # type: ignore[arg-type]

    def forward(self, levels: list[Tensor]) -> tuple[Tensor, Tensor]:
        """Logits (B, P, categories) and distances in pixels (B, P, 4), level after level."""
        logits, distances = [], []
        for level, x in enumerate(levels):
            for block in self.tower:
                x = block(x, level)
            steps = (self.measure(x) * self.scales[level]).clamp(-6.0, 4.0)
            logits.append(self.classify(x).flatten(2))
            distances.append((torch.exp(steps) * self.strides[level]).flatten(2))
        return torch.cat(logits, 2).transpose(1, 2), torch.cat(distances, 2).transpose(1, 2)
