"""The assistant's detector: it starts from COCO, its backbone stands still, the rest learns on."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from trainer.assist_views import LabelledViews
from trainer.augment import Augmentation
from trainer.boxes import iou
from trainer.feeder import Batch
from trainer.learner import Learner
from trainer.nanodet import NanoDetector, build, coco_detector
from trainer.protocol import BuildRequest, Found, Target
from trainer.recipe import LARGE_OBJECT, Phase, Recipe, input_size

_BATCH = 8
_EXAMPLES, _POINTS_OF_BOX = 8, 9
"""Views of a new class, and the points of each of its boxes, that say what COCO takes it for."""
_USUAL_PIXELS = 180_000.0
"""Of the network's input, until there are boxes to tell how large things are."""
_FEWEST_PIXELS, _MOST_PIXELS = 102_400.0, 230_000.0
_TYPICAL_OBJECT = 125.0
"""Pixels of the input that are enough to lay boxes so exactly that a person leaves them alone."""
_FEWEST_FIRST, _FEWEST_LATER = 10, 8
"""Steps of a round; with fewer nothing would come of it."""
_MOST_UPSCALED = 2.0
"""An input of more than twice the pixels of the pictures shows nothing new."""
_HOLDS_ON = 0.7
"""A network for large things is kept until they are smaller by so much."""
_RATE_FIRST, _RATE_LATER = 2.0, 1.0
"""Of the detector's peak rate: in the first round, and when it goes on from what it knows."""


def size_for(aspect: float, pixels: float, typical: float | None) -> tuple[int, int]:
    """(width, height) of the input, for pictures of that width / height and so many pixels.

    typical: the square root of the share of their picture that things fill; None: unknown.
    """
    wanted = _USUAL_PIXELS
    if typical is not None:
        wanted = min(max((_TYPICAL_OBJECT / typical) ** 2, _FEWEST_PIXELS), _MOST_PIXELS)
    return input_size(aspect, min(wanted, _MOST_UPSCALED * pixels))


def stride_for(size: tuple[int, int], small: float | None, before: int | None) -> int:
    """The finest stride, in pixels of the input: where all things are large a step costs a quarter,
    so that four times as many are taken.

    small: the square root of the share of their picture that nine of ten things exceed; None:
    unknown. before: that of a network that has learnt; to change it means to begin anew.
    """
    if small is None or before == 8:
        return 8
    needed = LARGE_OBJECT if before is None else _HOLDS_ON * LARGE_OBJECT
    return 16 if small * math.sqrt(size[0] * size[1]) > needed else 8


class Network:
    """The detector that starts from COCO. categories: the ids it knows, in its order.

    Raises TrainerError where the weights are missing or altered.
    """

    def __init__(self, size: tuple[int, int], stride: int, categories: Sequence[int]) -> None:
        self.input_size = size
        self.stride = stride
        self.categories = tuple(categories)
        self.rounds = 0
        self._begun: set[int] = set()
        self._detector = _built(size, stride, max(1, len(categories)))

    def changed(self, size: tuple[int, int], stride: int, categories: Sequence[int]) -> Network:
        """One for another input or more categories that has learnt as much as this one."""
        other = Network(size, stride, categories)
        other.rounds, other._begun = self.rounds, set(self._begun)
        wanted = other._detector.state_dict()
        with torch.no_grad():
            for name, known in self._detector.state_dict().items():
                if name not in wanted:
                    continue  # of a level that is left out now
                if self._detector.class_rows(name) is None:
                    wanted[name].copy_(known)
                    continue
                for row, category in enumerate(self.categories):
                    wanted[name][other.categories.index(category)] = known[row]
        return other

    def early(self, pictures: Tensor) -> list[Tensor]:
        """What the backbone sees in pictures (B, 3, H, W) from 0 to 1: (B, C, h, w) a level."""
        return self._detector.early(pictures)

    @torch.inference_mode()
    def find(self, features: list[Tensor]) -> list[Found]:
        """What it finds where early saw these features."""
        self._detector.eval()
        return self._detector.late_find(features)

    def learn(
        self, views: LabelledViews, seconds: float, steps: int, between: Callable[[float], None]
    ) -> tuple[float, int]:
        """One round. Gives the seconds and the steps that it took.

        steps: ends after so many, whatever the time; 0: the time decides, but on a busy or slow
        machine it takes as many steps as it needs to learn anything at all. between is called
        between two steps with the progress, 0 to 1; its time does not count.
        """
        self._begin_classes(views)
        least = _FEWEST_LATER if self.rounds else _FEWEST_FIRST
        self._detector.train()
        learner = Learner(self._detector, self._recipe(), "cpu")
        learner.begin(_PHASE, 0.0)
        spent, done, progress = 0.0, 0, 0.0
        while progress < 1.0:
            between(progress)
            began = time.monotonic()
            learner.step(Batch(None, *views.draw(_BATCH)), progress)
            spent += time.monotonic() - began
            done += 1
            progress = done / steps if steps else min(spent / seconds, done / least)
        self._detector.load_state_dict(learner.mean.state_dict())
        self.rounds += 1
        return spent, done

    @torch.no_grad()
    def _begin_classes(self, views: LabelledViews) -> None:
        """A class that was never learnt begins as the mean of COCO's classes, weighted by how much
        its boxes look like each."""
        new = [n for n, category in enumerate(self.categories) if category not in self._begun]
        if not new:
            return
        coco = coco_detector(self.input_size)
        for label in new:
            features, targets = views.with_label(label, _EXAMPLES)
            if not targets:
                continue
            self._begun.add(self.categories[label])
            alike = _likeness(coco, features, targets, label)
            published = coco.state_dict()
            for name, own in self._detector.state_dict().items():
                if self._detector.class_rows(name) is None:
                    continue
                if name not in published:  # of the branch, which adds nothing at first
                    own[label] = 0
                else:
                    rows = published[name]
                    own[label] = (alike.view(-1, *[1] * (rows.ndim - 1)) * rows).sum(0)

    def _recipe(self) -> Recipe:
        return Recipe(
            input_size=self.input_size,
            finest_stride=self.stride,
            backbone_rate=0.1,
            phases=(_PHASE,),
            augmentation=Augmentation(),
            mosaic=None,
            rate_factor=_RATE_LATER if self.rounds else _RATE_FIRST,
            warmup=0.05,
            final_rate=0.02,
            ema=0.06,
            start_decides=True,
            choices=(),
        )


_PHASE = Phase("Learning", 1.0, NanoDetector.depth, _BATCH, None)


def _likeness(
    coco: NanoDetector, features: list[Tensor], targets: Sequence[Target], label: int
) -> Tensor:
    """(80,), sums up to 1: the share of each of COCO's classes in what it sees in these boxes."""
    scores, boxes = coco.late_points(features)
    total = torch.zeros(scores.shape[2])
    for row, target in enumerate(targets):
        wanted = target.boxes[target.labels == label]
        overlap = iou(wanted[:, None], boxes[row])
        best, points = overlap.topk(min(_POINTS_OF_BOX, overlap.shape[1]), dim=1)
        total += (best[..., None] * scores[row][points]).sum((0, 1))
    return total / total.sum().clamp(min=1e-9)


def _built(size: tuple[int, int], stride: int, categories: int) -> NanoDetector:
    detector = build(
        BuildRequest(
            "nanodet",
            categories,
            "pretrained",
            size,
            on_download=lambda _: None,
            should_stop=lambda: False,
            finest_stride=stride,
        )
    )
    assert isinstance(detector, NanoDetector)
    detector.freeze(NanoDetector.depth)
    return detector
