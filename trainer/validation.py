"""Scores the weights so far on the validation pictures, in bounded time."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from trainer.augment import plain
from trainer.average_precision import Look, look_at
from trainer.coco import CocoSet
from trainer.data import Example, Examples
from trainer.faults import TrainerError, is_for_want_of_memory
from trainer.predict import Detection
from trainer.protocol import Detector, Found, StagedDetector
from trainer.scores import best_threshold
from trainer.truth import truth_of

_BATCH = 8
_SAVED = 0.6
_MOST_FEATURES = 160 << 20
"""Bytes: of some hundred pictures."""
_NO_MEMORY = (
    "The memory does not suffice to look at a single validation picture. Close other programs, or "
    "let the detector see smaller pictures."
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """threshold: the score with the best F1. images: how many were looked at; 0: all of them."""

    scores: Look
    threshold: float
    images: int = 0

    @property
    def interval(self) -> tuple[float, float]:
        """Of AP, 95 %; (-1, -1) where unknown."""
        return self.scores.interval


class Validator:
    """Knows the validation pictures; with many, a fixed random sample of at most `most`.

    Without a picture that has a box and can be read it is empty: an AP of 0 would be untrue.
    """

    def __init__(self, coco: CocoSet, examples: Examples, device: str, most: int) -> None:
        self._coco = coco
        self._examples = examples
        self._device = device
        self._batch = _BATCH
        self._kept = _KeptFeatures()
        count = len(coco.pictures)
        self._chosen = sorted(random.Random(0).sample(range(count), min(most, count)))
        self._shuffled = random.Random(0).sample(self._chosen, len(self._chosen))
        if self._chosen and not self._can_judge():
            self._chosen = self._shuffled = []
            examples.complain(
                "Validation",
                "none of its pictures with a box can be read, so nobody can say how good the "
                "detector gets: AP stays unknown and the last weights are kept",
            )

    def __len__(self) -> int:
        return len(self._chosen)

    @property
    def saved(self) -> float:
        """What it costs less to look at a picture again, as a share of the first time."""
        return _SAVED if self._kept.is_in_use else 0.0

    def read(self, should_stop: Callable[[], bool]) -> bool:
        """Decodes what is not decoded yet. False where somebody said stop before the end."""
        for begin in range(0, len(self._chosen), _BATCH):
            if self._examples.has_read(self._chosen[begin : begin + _BATCH]):
                continue
            if should_stop():
                return False
            self._examples.batch(self._chosen[begin : begin + _BATCH])
        return True

    def _can_judge(self) -> bool:
        """Whether a picture with a box can be read; the first few tell, where nothing is wrong."""
        boxed = [index for index in self._chosen if self._coco.pictures[index].boxes]
        batches = (boxed[begin : begin + _BATCH] for begin in range(0, len(boxed), _BATCH))
        return any(self._examples.batch(batch) for batch in batches)

    def judge(self, detector: Detector, within: float = math.inf) -> Verdict:
        """detector: in eval mode. Where the memory does not suffice, fewer pictures at once are
        looked at from then on. Raises TrainerError where it does for none.

        within: seconds after which no more pictures are begun, once one of them has a box. They
        come in a random order then, the same in each run.
        """
        found: dict[int, list[Detection]] = {}
        used: list[int] = []
        begin = 0
        if isinstance(detector, StagedDetector):
            self._kept.take_blocks(detector)
        order = self._chosen if math.isinf(within) else self._shuffled
        until = time.monotonic() + within
        while begin < len(order):
            if time.monotonic() >= until and any(self._coco.pictures[i].boxes for i in used):
                break
            indices = order[begin : begin + self._batch]
            readable = [(i, e) for i in indices for e in self._examples.batch([i])]
            seen = self._seen(detector, readable)
            if seen is None:
                self._take_less()
                continue
            begin += len(indices)
            for (index, example), result in zip(readable, seen, strict=True):
                used.append(index)
                found[self._coco.pictures[index].id] = to_detections(
                    result, example, self._coco.categories
                )
        pictures = [self._coco.pictures[index] for index in used]
        truth = truth_of(pictures, self._coco.categories)
        images = begin if begin < len(order) else 0
        return Verdict(look_at(truth, found), best_threshold(truth, found), images)

    def _seen(self, detector: Detector, examples: list[tuple[int, Example]]) -> list[Found] | None:
        """None where the memory does not suffice."""
        if not examples:
            return []
        try:
            with torch.inference_mode():
                if isinstance(detector, StagedDetector) and self._device == "cpu":
                    return detector.late_find(self._kept.features(detector, examples))
                return detector.find(self._pixels(examples))
        except (MemoryError, RuntimeError) as error:
            if not is_for_want_of_memory(error):
                raise
            return None

    def _pixels(self, examples: list[tuple[int, Example]]) -> Tensor:
        return plain(torch.stack([example.pixels for _, example in examples]).to(self._device))

    def _take_less(self) -> None:
        if self._batch == 1:
            raise TrainerError(_NO_MEMORY)
        self._batch //= 2
        if self._device.startswith("cuda"):
            torch.cuda.empty_cache()
        self._examples.complain(
            "Validation",
            f"the memory did not suffice, so only {self._batch} of its pictures at a "
            "time are looked at from now on",
        )


class _KeptFeatures:
    """What the backbone makes of the validation pictures, as long as its weights stand still.

    While only the head learns, to look at a picture again costs a third.
    """

    def __init__(self) -> None:
        self._features: dict[int, list[Tensor]] = {}
        self._room = _MOST_FEATURES
        self._blocks: list[Tensor] | None = None
        self._is_over = False

    @property
    def is_in_use(self) -> bool:
        return bool(self._features)

    def take_blocks(self, detector: StagedDetector) -> None:
        """To be called before each round. Once a block has changed, nothing is kept any more."""
        if self._is_over:
            return
        now = list(detector.blocks().state_dict().values())
        if self._blocks is None:
            self._blocks = [each.clone() for each in now]
        elif not all(map(torch.equal, self._blocks, now)):
            self._is_over, self._blocks = True, None
            self._features.clear()

    def features(
        self, detector: StagedDetector, examples: list[tuple[int, Example]]
    ) -> list[Tensor]:
        """Of each level one tensor, the pictures in their order."""
        new = [each for each in examples if each[0] not in self._features]
        made: dict[int, list[Tensor]] = {}
        if new:
            pixels = torch.stack([example.pixels for _, example in new])
            levels = detector.features(plain(pixels))
            if len(new) == len(examples):
                self._keep(new, levels)
                return levels
            made = _by_picture(new, levels)
            self._keep(new, levels)
        each = [made.get(index) or self._features[index] for index, _ in examples]
        return [torch.cat(level) for level in zip(*each, strict=True)]

    def _keep(self, new: list[tuple[int, Example]], levels: list[Tensor]) -> None:
        needed = sum(level.nbytes for level in levels)
        if not self._is_over and needed <= self._room:
            self._room -= needed
            self._features |= _by_picture(new, levels)


def _by_picture(
    examples: list[tuple[int, Example]], levels: list[Tensor]
) -> dict[int, list[Tensor]]:
    return {
        index: [level[row : row + 1] for level in levels] for row, (index, _) in enumerate(examples)
    }


def to_detections(
    found: Found, example: Example, categories: tuple[tuple[int, str], ...]
) -> list[Detection]:
    """Boxes of the network's input -> detections in pixels of the picture."""
    detections = []
    rows = zip(found.boxes.tolist(), found.scores.tolist(), found.labels.tolist(), strict=True)
    for box, score, label in rows:
        x1, y1, x2, y2 = example.fit.to_picture((box[0], box[1], box[2], box[3]))
        if x2 > x1 and y2 > y1:
            number, name = categories[label]
            detections.append(Detection(number, name, score, (x1, y1, x2 - x1, y2 - y1)))
    return detections
