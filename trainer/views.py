"""Features of views that were seen once and are learnt from many times."""

from __future__ import annotations

import torch
from torch import Tensor

from trainer.protocol import Target

_MEMORY = 400_000_000
"""Bytes of features to keep; then the oldest go."""


_Numbers = tuple[list[list[float]], list[int]]


class Views:
    """A ring of features, as half precision. Its memory is asked for once, and boxes are kept as
    numbers of Python's, which has a heap of its own: thousands of small tensors among the big ones
    of learning would leave torch's heap full of holes, gigabytes of them.
    """

    def __init__(self, generator: torch.Generator) -> None:
        self._random = generator
        self._levels: list[Tensor] = []
        self._targets: list[_Numbers] = []
        self._oldest = 0
        self._room = 0
        self._order: list[int] = []

    def __len__(self) -> int:
        return len(self._targets)

    def clear(self) -> None:
        self._levels, self._targets, self._order, self._oldest = [], [], [], 0

    def add(self, features: list[Tensor], targets: list[Target]) -> None:
        """features: (B, C, H, W) each."""
        if not self._levels:
            size = sum(2 * level[0].numel() for level in features)
            self._room = max(2 * len(targets), _MEMORY // size)
            self._levels = [_empty(self._room, level) for level in features]
        for row, target in enumerate(targets):
            place = len(self._targets)
            if place < self._room:
                self._targets.append(_numbers(target))
            else:
                place, self._oldest = self._oldest, (self._oldest + 1) % self._room
                self._targets[place] = _numbers(target)
            for kept, level in zip(self._levels, features, strict=True):
                kept[place].copy_(level[row])

    def draw(self, count: int) -> tuple[list[Tensor], list[Target]]:
        """Each once before any comes again."""
        if len(self._order) < count:
            self._order = torch.randperm(len(self._targets), generator=self._random).tolist()
        chosen, self._order = self._order[:count], self._order[count:]
        levels = [level[chosen].float() for level in self._levels]
        return levels, [_target(*self._targets[index]) for index in chosen]


def _numbers(target: Target) -> _Numbers:
    return target.boxes.tolist(), target.labels.tolist()


def _target(boxes: list[list[float]], labels: list[int]) -> Target:
    return Target(
        torch.tensor(boxes, dtype=torch.float32).reshape(-1, 4),
        torch.tensor(labels, dtype=torch.long),
    )


def _empty(room: int, level: Tensor) -> Tensor:
    shape = (room, *level.shape[1:])
    return torch.empty(
        shape, dtype=torch.half, device=level.device, memory_format=torch.channels_last
    )
