"""What the recipe chose, and why, in one line each, for the person."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trainer import vector_weights
from trainer.best_pace import FEWEST_EPOCHS, FEWEST_LOOKS, FIRST, HORIZON, PATIENCE
from trainer.coco_kin import coco_classes_like
from trainer.coco_weights import NAMES
from trainer.config import COCO_START, DETECTOR_FACTS, OFFLINE, VECTOR_START, RunConfig
from trainer.machine import processor_count

if TYPE_CHECKING:
    from trainer.device import Device
    from trainer.recipe import Facts, Recipe

AS_ASKED = "as you asked"
_MOST_ALIKE = 6
_SMALLEST_OBJECT = 6.0
"""Pixels of the input: what is typically smaller cannot be learnt."""


@dataclass(frozen=True, slots=True)
class Reasons:
    """What the choices do not show by themselves. device_name: for the person."""

    device_name: str
    size: str
    on_gpu: bool


def choices_of(
    config: RunConfig, facts: Facts, recipe: Recipe, reasons: Reasons
) -> tuple[str, ...]:
    """One line for each decision."""
    width, height = recipe.input_size
    return (
        f"Learns on {reasons.device_name}{'' if config.device == 'auto' else ', ' + AS_ASKED}.",
        *_gpu_choice(config, on_gpu=reasons.on_gpu),
        f"Pictures to learn from: {facts.pictures}; boxes in them: {facts.boxes}.",
        _length_choice(config),
        f"Pictures are seen at {width}x{height} pixels: {reasons.size}.",
        *_stride_choice(config, recipe.finest_stride),
        *_mosaic_choice(recipe),
        *_tiny_choice(facts.typical * math.sqrt(width * height)),
        *_phase_choices(config, recipe),
        _batch_choice(config, recipe, on_gpu=reasons.on_gpu),
        _augmentation_choice(config, recipe),
    )


def rate_choice(config: RunConfig, peak: float) -> str:
    """peak: AdamW's, of the parts that learn fastest."""
    if config.learning_rate:
        return f"The learning rate rises to {peak:g}: {AS_ASKED}."
    if config.start == "run":
        return (
            f"The learning rate rises to {peak:g} and falls from there: less than usual, so that "
            f"what {config.parent} has learned is not undone."
        )
    return f"The learning rate rises to {peak:g} and falls from there: what suits this detector."


def classes_choice(config: RunConfig, names: Sequence[str]) -> tuple[str, ...]:
    """What the classes begin from, where COCO's detector is the start; () where it is not."""
    if config.detector != COCO_START or config.start not in ("pretrained", VECTOR_START):
        return ()
    if config.start == VECTOR_START:
        known = [name for name in names if vector_weights.class_like(name) is not None]
        names = [name for name in names if name not in known]
        if not known:
            return (
                "No class is Vector or his cube: each begins as those of COCO like it, or as "
                "the mean of its 80.",
            )
        begun = f"{_listed(known)} {'is' if len(known) == 1 else 'are'} known to it already"
        rest = "; the others begin as those of COCO like them, or as the mean of its 80"
        return (f"{begun}{rest if names else ''}.",)
    alike = []
    for name in names:
        classes = [NAMES[index] for index in coco_classes_like(name)]
        if classes:
            alike.append(f"{name} from {_listed(classes)}")
    if not alike:
        return ("Each class begins as the mean of COCO's 80: by their names none is like it.",)
    shown = alike[:_MOST_ALIKE]
    more = len(alike) - len(shown)
    rest = f" and {more} more" if more else ""
    others = "" if len(alike) == len(names) else "; the others from the mean of its 80"
    return (
        f"The classes begin as those of COCO that are like them: {'; '.join(shown)}{rest}{others}.",
    )


def _listed(names: Sequence[str]) -> str:
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def speed_choice(config: RunConfig, device: Device, threads: int) -> str:
    """threads: with how many of the processor it learns, where there is no GPU."""
    if device.half and device.is_gpu:
        return "Calculates in bfloat16 where that is safe: this GPU is faster with it."
    if device.is_gpu:
        return "Calculates in float32 throughout: bfloat16 is left to newer GPUs of NVIDIA and AMD."
    half = " It calculates in bfloat16 where that is safe: it is faster with it."
    return _threads_choice(config, threads) + (half if device.half else "")


def _threads_choice(config: RunConfig, threads: int) -> str:
    if config.threads:
        return f"Threads: {threads}, {AS_ASKED}."
    left = processor_count() - threads
    return f"Threads: {threads}" + (", one core is left to the window." if left else ".")


def _length_choice(config: RunConfig) -> str:
    if config.budget == "epochs":
        times = "once" if config.epochs == 1 else f"{config.epochs:g} times"
        return f"Sees every picture {times} on average: {AS_ASKED}."
    if config.budget == "best":
        is_twin = config.recipe == "twin"
        whose, risen = ("the AP of neither run", "") if is_twin else ("AP", "not ")
        return (
            f"Learns until {whose} on the validation pictures has {risen}risen for {PATIENCE:.0%} "
            f"of the time so far, the first {FIRST * min(HORIZON, config.seconds):.0f} s not "
            f"counted, and for {FEWEST_EPOCHS:g} epochs and {FEWEST_LOOKS} validations; then the "
            f"learning rate falls and it ends, after {config.seconds:g} s at the latest."
        )
    return f"Learns for {config.seconds:g} s, checking included."


def _batch_choice(config: RunConfig, recipe: Recipe, *, on_gpu: bool) -> str:
    sizes = " and then ".join(str(n) for n in dict.fromkeys(p.batch for p in recipe.phases))
    if config.batch:
        reason = AS_ASKED
    elif on_gpu:
        reason = "a GPU calculates them at once"
    else:
        reason = "larger batches would leave too few steps in the time"
    return f"Learns from {sizes} pictures a step: {reason}."


def _augmentation_choice(config: RunConfig, recipe: Recipe) -> str:
    if config.augmentation == "off":
        return f"Every picture is learnt from as it is: {AS_ASKED}."
    how = {"light": "very little", "normal": "a little", "strong": "a lot"}[config.augmentation]
    asked = "" if config.augmentation == "normal" else f", {AS_ASKED}"
    mirrored = (
        "and mirrored half of the time."
        if recipe.augmentation.mirror
        else "but never mirrored: names of classes tell left from right."
    )
    return f"Every picture is moved, scaled and recoloured {how}{asked}, {mirrored}"


def _mosaic_choice(recipe: Recipe) -> tuple[str, ...]:
    if recipe.mosaic is None:
        return ()
    return (
        "Objects fill little of their pictures: four close-ups make one picture to learn from.",
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
    if config.detector not in OFFLINE:
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


def _phase_choices(config: RunConfig, recipe: Recipe) -> tuple[str, ...]:
    if config.recipe == "twin":
        weights = "random" if config.start == "scratch" else "pretrained"
        return (f"Starts from {weights} weights.", *_TWIN_CHOICES)
    if config.start == "run":
        learning = ": all but its first blocks learn on" if config.detector in OFFLINE else ""
        return (f"Starts from the weights of {config.parent}{learning}.",)
    if config.detector not in OFFLINE:
        return (f"Starts from {config.start} weights of {config.detector}.",)
    if config.start == "scratch":
        return ("Starts from random weights, so everything learns from the beginning.",)
    from_coco = config.detector == COCO_START
    start = _begun_from(config)
    if len(recipe.phases) == 1:
        if from_coco:
            return (start, "All but its first blocks learn, from the beginning.")
        return (start, "Only the head learns: there is no time for more.")
    share = recipe.phases[0].until
    time = f"{100 * share:.0f} % of the time"
    if config.budget == "best":
        time = f"the first {share * config.seconds:.0f} s"
    return (start, f"For {time} only the head learns, then the backbone, too.")


def _begun_from(config: RunConfig) -> str:
    """Where pretrained weights, or ready-made ones, come from."""
    if config.start == VECTOR_START:
        return (
            "Starts from ready-made Vector: a detector that has learned COCO's 80 kinds of things, "
            "and then the robot and his cube from simulated pictures."
        )
    if config.detector == COCO_START:
        return "Starts from a detector that has learned COCO's 80 kinds of things."
    return "Starts from a backbone that has seen ImageNet."
