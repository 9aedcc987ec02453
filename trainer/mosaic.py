"""Several close looks at objects in one picture: more to learn from in the same time.

Windows around objects are SNIPER's idea (Singh et al., NeurIPS 2018), pictures put together from
four that of YOLOv4's mosaic (Bochkovskiy et al., 2020).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from trainer.protocol import Target


@dataclass(frozen=True, slots=True)
class Mosaic:
    """size: (width, height) of the pictures to learn from, multiples of 32 and of columns and rows.

    share: how often such a picture is put together from columns x rows looks; otherwise it is one
    larger look.
    """

    size: tuple[int, int]
    columns: int
    rows: int
    share: float

    @property
    def tile(self) -> tuple[int, int]:
        """(width, height) of one look."""
        return self.size[0] // self.columns, self.size[1] // self.rows


def put_together(
    looks: Tensor, targets: Sequence[Target], columns: int, rows: int
) -> tuple[Tensor, list[Target]]:
    """(B * rows * columns, 3, h, w) -> (B, 3, rows * h, columns * w), row by row."""
    count, channels, height, width = looks.shape
    tiles = columns * rows
    apart = looks.view(count // tiles, rows, columns, channels, height, width)
    whole = apart.permute(0, 3, 1, 4, 2, 5)
    pictures = whole.reshape(count // tiles, channels, rows * height, columns * width)
    corners = [
        torch.tensor([column * width, row * height] * 2, dtype=torch.float32)
        for row in range(rows)
        for column in range(columns)
    ]
    joined = []
    for first in range(0, count, tiles):
        parts = targets[first : first + tiles]
        boxes = [part.boxes + corner for part, corner in zip(parts, corners, strict=True)]
        joined.append(Target(torch.cat(boxes), torch.cat([part.labels for part in parts])))
    return pictures, joined
