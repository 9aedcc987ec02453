"""What one click does: every setting of a run, chosen from the data, the time and the machine."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from statistics import median

from trainer.augment import Augmentation
from trainer.coco import CocoSet
from trainer.config import BUILT_IN, DETECTOR_FACTS, RunConfig
from trainer.mosaic import Mosaic
from trainer.sizes import SIZES

_MOST_UPSCALED = 2.0
"""An input of more than twice the pixels of the pictures shows nothing new."""
_SHORT = 90.0
"""Seconds: too short to teach the backbone anything."""
_CLOSE_LOOK = 0.4
"""Where objects are typically smaller, as a share of the picture's side, close looks pay."""
_TYPICAL_OBJECT = 95.0
"""Pixels of the input, where the picture has them: enough to tell kinds of things apart."""
_MOST_FOR_LOOKS = 180_000.0
"""Pixels of the input: the preview has to keep up."""
_MOSAIC = 74_000.0
"""Pixels to learn from at once, however many the input has."""
_LONGEST_SHAPE = 12.0
"""Longer pictures are padded: the network would see them one cell high."""
_SMALLEST_OBJECT = 6.0
"""Pixels of the input: what is typically smaller cannot be learnt."""
_LARGE_OBJECT = 44.0
"""Pixels of the input: where nearly all objects are larger, the stride-8 level is not needed."""


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of the run, named for the person. until: the share of the time at which it ends.

    frozen: how many blocks of the backbone stand still. view_share: the share of the time to spend
    on features of new views, which are kept and learnt from again; None: every view is fresh.
    view_steps: the share of the steps to make new views in, where the time may not decide.
    """

    name: str
    until: float
    frozen: int
    batch: int
    view_share: float | None
    view_steps: float = 1.0


@dataclass(frozen=True, slots=True)
class Recipe:
    """input_size: (width, height). mosaic: how close looks at small objects are put together; None:
    whole pictures are learnt from. backbone_rate: as a share of the head's rate. warmup and ema
    (how far the mean of the weights reaches back) are shares of the time; rate_factor and
    final_rate are factors of the detector's peak rate. start_decides: as in BuildRequest.

    choices: one plain line for each decision.
    """

    input_size: tuple[int, int]
    finest_stride: int
    backbone_rate: float
    phases: tuple[Phase, ...]
    augmentation: Augmentation
    mosaic: Mosaic | None
    rate_factor: float
    warmup: float
    final_rate: float
    ema: float
    start_decides: bool
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the recipe looks at.

    aspect and pixels: the medians of width / height and of width * height of the pictures. typical
    and small: the median and the lower decile of the square root of a box's share of its picture.
    directed: a category's name speaks of left or right.
    """

    pictures: int
    boxes: int
    categories: int
    aspect: float
    pixels: float
    typical: float
    small: float
    directed: bool


def facts_of(coco: CocoSet) -> Facts:
    """coco has at least one box."""
    shares = sorted(
        math.sqrt((box.x2 - box.x1) * (box.y2 - box.y1) / (picture.width * picture.height))
        for picture in coco.pictures
        for box in picture.boxes
    )
    words = {w for _, name in coco.categories for w in re.split(r"[^a-z]+", name.lower())}
    return Facts(
        pictures=len(coco.pictures),
        boxes=len(shares),
        categories=len({box.category_id for p in coco.pictures for box in p.boxes}),
        aspect=median(picture.width / picture.height for picture in coco.pictures),
        pixels=median(picture.width * picture.height for picture in coco.pictures),
        typical=median(shares),
        small=shares[len(shares) // 10],
        directed=bool(words & {"left", "right"}),
    )


def choose_recipe(config: RunConfig, facts: Facts, device: str, device_name: str) -> Recipe:
    """device: torch's name of it; device_name: for the person."""
    on_gpu = device != "cpu"
    looks_closely = config.detector == BUILT_IN and not on_gpu and facts.typical < _CLOSE_LOOK
    pixels, size_reason = _pixels(config, facts, on_gpu=on_gpu, looks_closely=looks_closely)
    if pixels > _MOST_UPSCALED * facts.pixels:
        pixels, size_reason = _MOST_UPSCALED * facts.pixels, "the pictures have no more to show"
    size = input_size(facts.aspect, pixels)
    stride = _finest_stride(facts, size)
    batch = 12 if looks_closely else 16
    kinds = facts.categories > 1
    phases = _phases(config, batch, head_share=0.3 if kinds else 0.4, on_gpu=on_gpu)
    is_twin = config.recipe == "twin"
    mirror = 0.0 if facts.directed else 0.5
    return Recipe(
        input_size=size,
        finest_stride=stride,
        # one kind of thing stands out by what the backbone knows; kinds alike ask for new features
        backbone_rate=0.3 if kinds or is_twin else 0.1,
        phases=phases,
        augmentation=Augmentation(mirror=mirror),
        mosaic=_mosaic(size) if looks_closely else None,
        rate_factor=1.0,
        warmup=0.05,
        final_rate=0.02,
        ema=0.03,
        start_decides=not is_twin,
        choices=(
            f"Learns on {device_name}.",
            *_gpu_choice(config, on_gpu=on_gpu),
            f"Pictures to learn from: {facts.pictures}; boxes in them: {facts.boxes}.",
            f"Pictures are seen at {size[0]}x{size[1]} pixels: {size_reason}.",
            *_stride_choice(config, stride),
            *_mosaic_choice(looks_closely=looks_closely),
            *_tiny_choice(facts.typical * math.sqrt(size[0] * size[1])),
            *_phase_choices(config, phases),
            "Every picture is moved, scaled and recoloured a little, "
            + (
                "and mirrored half of the time."
                if mirror
                else "but never mirrored: names of categories tell left from right."
            ),
        ),
    )


def _pixels(
    config: RunConfig, facts: Facts, *, on_gpu: bool, looks_closely: bool
) -> tuple[float, str]:
    """How many pixels the input shall have, and why."""
    if config.detector != BUILT_IN:
        return SIZES[config.detector].pixels(on_gpu=on_gpu)
    if on_gpu:
        return 160_000.0, "a GPU has the time for many"
    if looks_closely:
        wanted = (_TYPICAL_OBJECT / facts.typical) ** 2
        if wanted > _MOST_FOR_LOOKS:
            return _MOST_FOR_LOOKS, "the objects are small; more would make the preview slow"
        return max(wanted, 65_536.0), "the objects need no more"
    if facts.small < 0.08:
        return 100_000.0, "the objects are small"
    if config.seconds >= 150:
        return 86_000.0, "there is time for detail"
    return 65_536.0, "fewer pixels learn faster, and the time is short"


def _finest_stride(facts: Facts, size: tuple[int, int]) -> int:
    is_large = facts.small * math.sqrt(size[0] * size[1]) > _LARGE_OBJECT
    return 16 if is_large else 8


def _phases(config: RunConfig, batch: int, *, head_share: float, on_gpu: bool) -> tuple[Phase, ...]:
    """batch and head_share: pictures a step, and share of the time, while only the head learns."""
    if config.detector != BUILT_IN:
        return (Phase("Learning", 1.0, 0, SIZES[config.detector].batch(on_gpu=on_gpu), None),)
    if config.start == "scratch" or config.recipe == "twin":
        return (Phase("Learning", 1.0, 0, 16 if on_gpu else 8, None),)
    if on_gpu:
        return (
            Phase("Learning to find", 0.15, 16, 32, None),
            Phase("Learning to see", 1.0, 3, 32, None),
        )
    if config.seconds < _SHORT:
        return (Phase("Learning to find", 1.0, 16, batch, 0.33, 0.18),)
    return (
        Phase("Learning to find", head_share, 16, batch, 0.45, 0.3),
        Phase("Learning to see", 1.0, 5, 8, 0.35, 0.8),
    )


def _mosaic(size: tuple[int, int]) -> Mosaic:
    """Of 2 x 2 looks: squarer than the input, and no larger."""
    width, height = input_size(math.sqrt(size[0] / size[1]), _MOSAIC)
    return Mosaic((min(width, size[0]), min(height, size[1])), 2, 2, 0.85)


def _mosaic_choice(*, looks_closely: bool) -> tuple[str, ...]:
    if not looks_closely:
        return ()
    return (
        "Objects fill little of their pictures: four close looks make one picture to learn from.",
    )


def _tiny_choice(side: float) -> tuple[str, ...]:
    if side >= _SMALLEST_OBJECT:
        return ()
    return (
        f"Objects are only {max(1, round(side))} pixels large there, too few to be learnt: take "
        "photos from nearer, or cut them into parts.",
    )


def _gpu_choice(config: RunConfig, *, on_gpu: bool) -> tuple[str, ...]:
    facts = DETECTOR_FACTS[config.detector]
    if on_gpu or not facts.is_for_gpu:
        return ()
    return (
        f"{facts.title} is made for a GPU: on a processor it takes seconds for each picture. The "
        "built-in detector learns more in the same time.",
    )


def _stride_choice(config: RunConfig, stride: int) -> tuple[str, ...]:
    if config.detector != BUILT_IN:
        return ()
    if stride == 16:
        return ("No object is tiny: the finest grid is left out, which saves time.",)
    return ("Some objects are small: a fine grid of points looks for them.",)


_TWIN_CHOICES = (
    "Made to be compared: a pretrained and a random start get the same network, the same pictures "
    "in the same order, the same rates and the same schedule, and differ in their weights only.",
    "Everything learns from the beginning, norms too: a backbone of random weights could do "
    "nothing while it stands still.",
)


def _phase_choices(config: RunConfig, phases: tuple[Phase, ...]) -> tuple[str, ...]:
    if config.recipe == "twin":
        weights = "random" if config.start == "scratch" else "pretrained"
        return (f"Starts from {weights} weights.", *_TWIN_CHOICES)
    if config.detector != BUILT_IN:
        return (f"Starts from {config.start} weights of {config.detector}.",)
    if config.start == "scratch":
        return ("Starts from random weights, so everything learns from the beginning.",)
    start = "Starts from a backbone that has seen ImageNet."
    if len(phases) == 1:
        return (start, "Only the head learns: there is no time for more.")
    share = round(100 * phases[0].until)
    return (start, f"For {share} % of the time only the head learns, then the backbone, too.")


def input_size(aspect: float, pixels: float) -> tuple[int, int]:
    """(width, height), multiples of 32, of about that many pixels, for pictures of that shape.

    The picture shall come out large and little shall be padding.
    """
    root = math.sqrt(min(max(aspect, 1 / _LONGEST_SHAPE), _LONGEST_SHAPE))

    def worth(size: tuple[int, int]) -> float:
        used = min(size[0] / root, size[1] * root) ** 2
        return used - 0.5 * (size[0] * size[1] - used)

    steps = range(64, 32 * 24 + 1, 32)
    sizes = [(w, h) for w in steps for h in steps if w * h <= 1.06 * pixels]
    return max(sizes or [(64, 64)], key=worth)
