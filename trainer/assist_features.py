"""What the frozen backbone saw, kept in half precision within a bounded memory."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence

import torch
from torch import Tensor


class Features:
    """Features by key. Its memory is asked for once and used as it fills: thousands of small
    tensors among the big ones of learning would leave torch's heap full of holes.

    room_bytes: how much it may hold. Where it is full, the newest goes: who wants all of many, one
    round after the other, finds most of them there, and none of them if the oldest went.
    """

    def __init__(self, room_bytes: int) -> None:
        self._room_bytes = room_bytes
        self._levels: list[Tensor] = []
        self._places: dict[Hashable, int] = {}
        self._free: list[int] = []

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, key: Hashable) -> bool:
        return key in self._places

    @property
    def is_full(self) -> bool:
        return bool(self._levels) and not self._free

    def put(
        self, key: Hashable, levels: Sequence[Tensor], needed: Collection[Hashable] = ()
    ) -> None:
        """levels: (C, H, W) each, of the same sizes every time. needed: what stays beside it as
        long as anything else can go."""
        if not self._levels:
            self._reserve(levels)
        self.drop(key)
        if not self._free:
            newest = reversed(self._places)
            last = next(reversed(self._places))
            self.drop(next((each for each in newest if each not in needed), last))
        place = self._free.pop()
        self._places[key] = place
        for kept, level in zip(self._levels, levels, strict=True):
            kept[place].copy_(level)

    def drop(self, key: Hashable) -> None:
        """Forgets it, if it is there."""
        place = self._places.pop(key, None)
        if place is not None:
            self._free.append(place)

    def batch(self, keys: Sequence[Hashable]) -> list[Tensor]:
        """(len(keys), C, H, W) for each level, as float32. Raises KeyError."""
        places = [self._places[key] for key in keys]
        return [level[places].float() for level in self._levels]

    def clear(self) -> None:
        """Forgets all, and how large they were."""
        self._levels, self._places, self._free = [], {}, []

    def _reserve(self, levels: Sequence[Tensor]) -> None:
        size = sum(2 * level.numel() for level in levels)
        room = max(1, self._room_bytes // size)
        self._free = list(range(room))[::-1]
        self._levels = [
            torch.empty((room, *level.shape), dtype=torch.half, memory_format=torch.channels_last)
            for level in levels
        ]
