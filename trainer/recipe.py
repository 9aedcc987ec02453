"""What one click does: every setting of a run, chosen from the data, the time and the machine."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from statistics import median

from trainer.augment import Augmentation
from trainer.coco import CocoSet
from trainer.config import BUILT_IN, RunConfig


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of the run. until: the share of the time at which it ends.

    frozen: how many blocks of the backbone stand still. view_share: the share of the time to spend
    on features of new views, which are kept and learnt from again; None: every view is fresh.
    """

    name: str
    until: float
    frozen: int
    batch: int
    view_share: float | None


@dataclass(frozen=True, slots=True)
class Recipe:
    """input_size: (width, height). warmup and ema are shares of the time.

    choices: one plain line for each decision.
    """

    input_size: tuple[int, int]
    finest_stride: int
    phases: tuple[Phase, ...]
    augmentation: Augmentation
    rate_factor: float
    warmup: float
    final_rate: float
    ema: float
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the recipe looks at.

    aspect: the median of width / height of the pictures. size: the median of the square root of a
    box's share of its picture's area; small: the lower decile of it.
    """

    pictures: int
    boxes: int
    aspect: float
    size: float
    small: float
    most_boxes: int
    directed: bool


def facts_of(coco: CocoSet) -> Facts:
    shares = sorted(
        math.sqrt((box.x2 - box.x1) * (box.y2 - box.y1) / (picture.width * picture.height))
        for picture in coco.pictures
        for box in picture.boxes
    )
    words = {w for _, name in coco.categories for w in re.split(r"[^a-z]+", name.lower())}
    return Facts(
        pictures=len(coco.pictures),
        boxes=len(shares),
        aspect=median(picture.width / picture.height for picture in coco.pictures),
        size=median(shares),
        small=shares[len(shares) // 10],
        most_boxes=max(len(picture.boxes) for picture in coco.pictures),
        directed=bool(words & {"left", "right"}),
    )


def choose_recipe(config: RunConfig, facts: Facts, device: str, device_name: str) -> Recipe:
    size = input_size(facts.aspect, _pixels(config, facts))
    phases = _phases(config, device)
    return Recipe(
        input_size=size,
        finest_stride=16 if facts.small * math.sqrt(size[0] * size[1]) > 48 else 8,
        phases=phases,
        augmentation=Augmentation(mirror=0.0 if facts.directed else 0.5),
        rate_factor=1.0,
        warmup=0.05,
        final_rate=0.02,
        ema=0.03,
        choices=(f"Trains on {device_name}.",),
    )


def _pixels(config: RunConfig, facts: Facts) -> float:
    return 65536.0


def _phases(config: RunConfig, device: str) -> tuple[Phase, ...]:
    if config.detector != BUILT_IN or config.start == "scratch":
        return (Phase("Learning", 1.0, 0, 8, None),)
    return (Phase("Learning", 1.0, 16, 16, 0.25),)


def input_size(aspect: float, pixels: float) -> tuple[int, int]:
    """(width, height), multiples of 32, of about that many pixels, for pictures of that shape.

    The picture shall come out large and little shall be padding.
    """
    root = math.sqrt(aspect)

    def worth(size: tuple[int, int]) -> float:
        used = min(size[0] / root, size[1] * root) ** 2
        return used - 0.5 * (size[0] * size[1] - used)

    steps = range(96, 32 * 24 + 1, 32)
    sizes = [(w, h) for w in steps for h in steps if w * h <= 1.06 * pixels]
    return max(sizes, key=worth)
