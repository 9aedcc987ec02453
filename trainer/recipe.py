"""What one click does: every setting of a run, chosen from the data, the time and the machine."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from statistics import median

from trainer.augment import AUGMENTATIONS, Augmentation
from trainer.best_pace import HORIZON
from trainer.choices import AS_ASKED, Reasons, choices_of
from trainer.coco import CocoSet
from trainer.config import COCO_START, OFFLINE, VECTOR_START, RunConfig
from trainer.mosaic import Mosaic
from trainer.predict import ModelDetails
from trainer.sizes import SIZES
from trainer.vector_weights import FINEST_STRIDE as STRIDE_OF_VECTOR

_GENTLE = 0.17
"""Of the detector's rate, for weights of a run: the full one would undo what they know."""
_OTHER_SHAPE = 1.3
"""Where the pictures are so much wider or higher than those that the weights are of, the input
takes their shape."""
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
LARGE_OBJECT = 44.0
"""Pixels of the input: where nearly all objects are larger, the stride-8 level is not needed."""


_COCO_FROZEN = {0: 0, 3: 2, 5: 3, 16: 5}
"""Blocks of NanoDet-g for those of EfficientNet-Lite0."""
_COCO_STANDING = 3
"""Blocks of NanoDet-g that stand still: they see edges, which new kinds of things have as well."""


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
    final_rate are factors of the detector's peak rate; learning_rate: the peak that was asked for
    instead, or 0. start_decides: as in BuildRequest.

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
    learning_rate: float = 0.0


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


def choose_recipe(
    config: RunConfig,
    facts: Facts,
    device: str,
    device_name: str,
    before: ModelDetails | None = None,
) -> Recipe:
    """device: torch's name of it; device_name: for the person. before: of the weights of another
    run, where it starts from them.
    """
    on_gpu = device != "cpu"
    looks_closely = config.detector in OFFLINE and not on_gpu and facts.typical < _CLOSE_LOOK
    if config.longest_side:
        size, size_reason = sized(facts.aspect, config.longest_side), AS_ASKED
    elif before is not None:
        size, size_reason = _size_as_before(before.input_size, facts.aspect, config.parent)
    else:
        size, size_reason = _size(config, facts, on_gpu=on_gpu, looks_closely=looks_closely)
    stride = _finest_stride(facts, size) if before is None else before.finest_stride
    if config.start == VECTOR_START:
        stride = STRIDE_OF_VECTOR
    kinds = facts.categories > 1
    batch = 12 if looks_closely else 16
    phases = _phases(config, batch, head_share=0.3 if kinds else 0.4, on_gpu=on_gpu)
    is_twin = config.recipe == "twin"
    how = AUGMENTATIONS[config.augmentation]
    if facts.directed:
        how = replace(how, mirror=0.0)
    recipe = Recipe(
        input_size=size,
        finest_stride=stride,
        backbone_rate=_backbone_rate(config, kinds=kinds),
        phases=phases,
        augmentation=how,
        mosaic=_mosaic(size) if looks_closely and config.augmentation != "off" else None,
        rate_factor=1.0 if before is None else _GENTLE,
        warmup=0.05,
        final_rate=0.02,
        ema=0.03,
        start_decides=not is_twin,
        choices=(),
        learning_rate=config.learning_rate,
    )
    if config.budget == "best" and config.seconds > HORIZON:
        recipe = _shortened(recipe, HORIZON / config.seconds)
    reasons = Reasons(device_name, size_reason, on_gpu=on_gpu)
    return replace(recipe, choices=choices_of(config, facts, recipe, reasons))


def _shortened(recipe: Recipe, share: float) -> Recipe:
    """What it does in all of the time, it does in that share; its last phase goes on."""
    phases = [replace(phase, until=share * phase.until) for phase in recipe.phases]
    return replace(
        recipe,
        phases=(*phases[:-1], replace(phases[-1], until=1.0)),
        warmup=share * recipe.warmup,
        ema=share * recipe.ema,
    )


def _size_as_before(
    before: tuple[int, int], aspect: float, parent: str
) -> tuple[tuple[int, int], str]:
    """What the weights are used to, and why."""
    if 1 / _OTHER_SHAPE < aspect * before[1] / before[0] < _OTHER_SHAPE:
        return before, f"as in {parent}"
    size = input_size(aspect, before[0] * before[1])
    return size, f"as many as in {parent}, in the shape that the pictures have now"


def _size(
    config: RunConfig, facts: Facts, *, on_gpu: bool, looks_closely: bool
) -> tuple[tuple[int, int], str]:
    """(width, height) of the input, and why."""
    pixels, reason = _pixels(config, facts, on_gpu=on_gpu, looks_closely=looks_closely)
    if pixels > _MOST_UPSCALED * facts.pixels:
        pixels, reason = _MOST_UPSCALED * facts.pixels, "the pictures have no more to show"
    return input_size(facts.aspect, pixels), reason


def _pixels(
    config: RunConfig, facts: Facts, *, on_gpu: bool, looks_closely: bool
) -> tuple[float, str]:
    """How many pixels the input shall have, and why."""
    if config.detector not in OFFLINE:
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
    is_large = facts.small * math.sqrt(size[0] * size[1]) > LARGE_OBJECT
    return 16 if is_large else 8


def _phases(config: RunConfig, batch: int, *, head_share: float, on_gpu: bool) -> tuple[Phase, ...]:
    """batch and head_share: pictures a step, and share of the time, while only the head learns."""
    phases = _usual_phases(config, batch, head_share, on_gpu=on_gpu)
    if config.detector == COCO_START:
        phases = tuple(replace(each, frozen=_COCO_FROZEN[each.frozen]) for each in phases)
        if config.start in ("pretrained", VECTOR_START) and config.recipe != "twin" and not on_gpu:
            phases = (_coco_phase(config, batch),)
    return tuple(replace(phase, batch=config.batch or phase.batch) for phase in phases)


def _backbone_rate(config: RunConfig, *, kinds: bool) -> float:
    """One kind of thing stands out by what the backbone knows; kinds alike ask for new features."""
    if config.recipe == "twin":
        return 0.3
    if config.detector == COCO_START and config.start in ("pretrained", VECTOR_START):
        return 0.5 if kinds else 0.2
    return 0.3 if kinds else 0.1


def _coco_phase(config: RunConfig, batch: int) -> Phase:
    """Neck and head know objects already, so the backbone need not wait for them."""
    views = (0.33, 0.18) if config.seconds < _SHORT else (0.45, 0.3)
    return Phase("Learning", 1.0, _COCO_STANDING, batch, *views)


def _usual_phases(
    config: RunConfig, batch: int, head_share: float, *, on_gpu: bool
) -> tuple[Phase, ...]:
    if config.detector not in OFFLINE:
        return (Phase("Learning", 1.0, 0, SIZES[config.detector].batch(on_gpu=on_gpu), None),)
    if config.start == "scratch" or config.recipe == "twin":
        return (Phase("Learning", 1.0, 0, 16 if on_gpu else 8, None),)
    if config.start == "run":
        return (Phase("Learning on", 1.0, 3 if on_gpu else 5, 32 if on_gpu else 8, None),)
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


def sized(aspect: float, longest: int) -> tuple[int, int]:
    """(width, height), multiples of 32, the longer about so many pixels, for pictures of that
    shape."""
    sides = (longest, longest / aspect) if aspect >= 1 else (longest * aspect, longest)
    width, height = (max(64, 32 * round(side / 32)) for side in sides)
    return width, height


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
