"""Views of the labelled images, as features, with their boxes: what the assistant learns from."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from trainer.assist_features import Features
from trainer.protocol import Target

_Numbers = tuple[list[list[float]], list[int]]
_Key = tuple[int, int]
_NEWEST, _NEWEST_SHARE = 20, 0.25
"""That share of what is learnt from comes from so many newest images, once there are twice as many:
what comes next in a burst or a session looks most like them."""


class LabelledViews:
    """Several views an image. Where there is no room, those go first of which there are most."""

    def __init__(self, room_bytes: int, chance: torch.Generator) -> None:
        self._features = Features(room_bytes)
        self._numbers: dict[_Key, _Numbers] = {}
        self._keys: dict[int, list[_Key]] = {}
        self._made = 0
        self._chance = chance
        self._order: list[_Key] = []

    def __contains__(self, image_id: int) -> bool:
        return image_id in self._keys

    def __len__(self) -> int:
        return len(self._numbers)

    @property
    def is_full(self) -> bool:
        """Whether more views would push out others."""
        return self._features.is_full

    def add(self, image_id: int, levels: Sequence[Tensor], targets: Sequence[Target]) -> None:
        """levels: (views, C, H, W) each."""
        for row, target in enumerate(targets):
            if self._features.is_full:
                self._drop_one()
            key = (image_id, self._made)
            self._made += 1
            self._features.put(key, [level[row] for level in levels])
            self._numbers[key] = (target.boxes.tolist(), target.labels.tolist())
            self._keys.setdefault(image_id, []).append(key)

    def drop(self, image_id: int) -> None:
        """Forgets all views of an image, if there are any."""
        for key in self._keys.pop(image_id, ()):
            self._forget(key)

    def drop_oldest(self, image_id: int, keep: int) -> None:
        """Forgets the oldest views of an image, so that so many are left."""
        keys = self._keys.get(image_id, [])
        while len(keys) > keep:
            self._forget(keys.pop(0))

    def clear(self) -> None:
        self._features.clear()
        self._numbers, self._keys, self._order = {}, {}, []

    def draw(self, count: int) -> tuple[list[Tensor], list[Target]]:
        """Each view once before any comes again, and newest ones beside; fewer where there are not
        so many."""
        newest = self._newest(round(_NEWEST_SHARE * count))
        count -= len(newest)
        self._order = [key for key in self._order if key in self._numbers]
        if len(self._order) < count:
            keys = list(self._numbers)
            mixed = torch.randperm(len(keys), generator=self._chance).tolist()
            self._order = [keys[index] for index in mixed]
        chosen, self._order = newest + self._order[:count], self._order[count:]
        return self._features.batch(chosen), [_target(self._numbers[key]) for key in chosen]

    def with_label(self, label: int, most: int) -> tuple[list[Tensor], list[Target]]:
        """Views that show a thing with this label, the first of each image, at most so many."""
        firsts = (keys[0] for keys in self._keys.values() if keys)
        chosen = [key for key in firsts if label in self._numbers[key][1]][:most]
        if not chosen:
            return [], []
        return self._features.batch(chosen), [_target(self._numbers[key]) for key in chosen]

    def _newest(self, count: int) -> list[_Key]:
        if len(self._keys) < 2 * _NEWEST:
            return []
        keys = [key for each in list(self._keys)[-_NEWEST:] for key in self._keys[each]]
        picked = torch.randint(len(keys), (count,), generator=self._chance)
        return [keys[index] for index in picked.tolist()]

    def _drop_one(self) -> None:
        most = max(self._keys, key=lambda image_id: len(self._keys[image_id]))
        self._forget(self._keys[most].pop(0))
        if not self._keys[most]:
            del self._keys[most]

    def _forget(self, key: _Key) -> None:
        self._features.drop(key)
        del self._numbers[key]


def _target(numbers: _Numbers) -> Target:
    boxes, labels = numbers
    return Target(
        torch.tensor(boxes, dtype=torch.float32).reshape(-1, 4),
        torch.tensor(labels, dtype=torch.long),
    )
