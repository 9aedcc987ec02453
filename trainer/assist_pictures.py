"""Pictures for the assistant: read, letterboxed, and seen a little differently each time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from trainer.assist_lines import Box, KnownImage, Offer
from trainer.augment import Augmentation, augment, plain
from trainer.letterbox import Letterbox
from trainer.names import BadName, file_under
from trainer.picture_gate import PictureError
from trainer.pictures import read_picture, require_shape
from trainer.predict import letterboxed
from trainer.protocol import Found, Target


@dataclass(frozen=True, slots=True)
class Source:
    """A known image and the folder that its file is in."""

    folder: Path
    image: KnownImage

    def fit(self, input_size: tuple[int, int]) -> Letterbox:
        return Letterbox.fit((self.image.width, self.image.height), input_size)

    def pixels(self, input_size: tuple[int, int]) -> Tensor:
        """uint8 (3, height, width). Raises PictureError."""
        size = (self.image.width, self.image.height)
        try:
            path = file_under(self.folder, self.image.file)
        except BadName as error:
            raise PictureError(f"{self.image.file}: {error}.") from error
        decoded = read_picture(path, size, enough=input_size)
        require_shape(decoded.size, size)
        canvas = letterboxed(decoded.rgb, Letterbox.fit(decoded.size, input_size), input_size)
        return torch.from_numpy(canvas).permute(2, 0, 1).contiguous()


def target_of(boxes: Sequence[Box], fit: Letterbox, labels: Mapping[int, int]) -> Target:
    """labels: category id -> the network's number of it. Boxes are clipped to their picture."""
    corners, numbers = [], []
    for category, x, y, width, height in boxes:
        x1, y1 = max(x, 0.0), max(y, 0.0)
        x2 = min(x + width, float(fit.picture_width))
        y2 = min(y + height, float(fit.picture_height))
        if x2 - x1 >= 1 and y2 - y1 >= 1:
            corners.append(fit.to_canvas((x1, y1, x2, y2)))
            numbers.append(labels[category])
    return Target(
        torch.tensor(corners, dtype=torch.float32).reshape(-1, 4),
        torch.tensor(numbers, dtype=torch.long),
    )


def views(
    pixels: Tensor, target: Target, count: int, how: Augmentation, chance: torch.Generator
) -> tuple[Tensor, list[Target]]:
    """The picture itself, then count - 1 that are moved, scaled and recoloured: float, 0 to 1."""
    same = plain(pixels[None])
    if count < 2:
        return same, [target]
    many = pixels[None].expand(count - 1, *pixels.shape)
    moved, targets = augment(many, [target] * (count - 1), how, chance)
    return torch.cat([same, moved]), [target, *targets]


def offers_of(found: Found, fit: Letterbox, categories: Sequence[int]) -> list[Offer]:
    """In pixels of the picture, best first. categories: the ids in the network's order."""
    offers: list[Offer] = []
    rows = zip(found.boxes.tolist(), found.scores.tolist(), found.labels.tolist(), strict=True)
    for corners, score, label in rows:
        x1, y1, x2, y2 = fit.to_picture((corners[0], corners[1], corners[2], corners[3]))
        if x2 - x1 >= 1 and y2 - y1 >= 1:
            offers.append((categories[label], score, x1, y1, x2 - x1, y2 - y1))
    return offers
