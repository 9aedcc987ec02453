"""What the loop learns from next: a fresh view of pictures, or one whose features are kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from trainer.augment import augment
from trainer.data import Example, Examples
from trainer.faults import TrainerError
from trainer.mosaic import put_together
from trainer.protocol import Detector, StagedDetector, Target
from trainer.recipe import Phase, Recipe
from trainer.state import State
from trainer.views import Views

_FEWEST_BATCHES = 12
"""Of new views, before the first is drawn again."""

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Batch:
    """pictures, or the features of the detector's frozen blocks: one of both."""

    pictures: Tensor | None
    features: list[Tensor] | None
    targets: list[Target]


class Feeder:
    """Endless batches. With a share of the time for views in the phase, the features of frozen
    blocks are kept and drawn again: learning from kept features costs a third.

    clock: what measures that time; None: the phase's share of the steps decides instead, so that
    the same seed gives the same batches.
    """

    def __init__(
        self, examples: Examples, recipe: Recipe, device: str, seed: int, clock: Clock | None
    ) -> None:
        self._examples = examples
        self._how = recipe.augmentation
        self._mosaic = recipe.mosaic
        self._device = device
        self._clock = clock
        self._random = torch.Generator().manual_seed(seed)
        self._queue: list[int] = []
        self._views = Views(self._random)
        self._began, self._spent = 0.0, 0.0
        self._steps, self._view_steps = 0, 0
        self._looked, self._made = 0, 0
        self._seen = 0.0
        self._most: int | None = None

    @property
    def seen(self) -> int:
        """How many pictures learned() has counted; each counts as often as it came.

        A picture that was put together from several counts for so many.
        """
        return round(self._seen)

    @property
    def epochs(self) -> float:
        """How often every picture has been learnt from, on average."""
        usable = len(self._examples) - len(self._examples.unusable)
        return self.seen / max(1, usable)

    def begin(self, phase: Phase) -> None:
        """Forgets the features of the phase before."""
        batch = phase.batch if self._most is None else min(phase.batch, self._most)
        self._phase = replace(phase, batch=batch)
        self._views.clear()
        self._began, self._spent = self._now(), 0.0
        self._steps, self._view_steps = 0, 0

    def halve(self) -> int:
        """Smaller batches from now on, and none of the features kept; gives how large they are.

        Raises TrainerError where they cannot be smaller.
        """
        if self._phase.batch == 1:
            raise TrainerError(
                "The memory does not suffice for a single picture. Close other programs, or let "
                "the detector see smaller pictures."
            )
        self._most = self._phase.batch // 2
        self.begin(self._phase)
        return self._most

    def state(self) -> State:
        """All but the features it keeps, which would be hundreds of megabytes."""
        tensors = {
            "random": self._random.get_state(),
            "queue": torch.tensor(self._queue, dtype=torch.long),
            "known": torch.tensor(self._examples.known, dtype=torch.long),
        }
        numbers = {
            "seen": self._seen,
            "looked": self._looked,
            "made": self._made,
            "most": self._most,
        }
        return State(tensors, numbers)

    def restore(self, state: State) -> None:
        """Raises KeyError or ValueError where it is the state of something else."""
        known, queue = (state.tensors[name].tolist() for name in ("known", "queue"))
        if not all(0 <= index < len(self._examples) for index in (*known, *queue)):
            raise ValueError("there is no such picture")
        if self._clock is None:  # how many pictures are decoded decides what batches look like
            self._examples.batch(known)
        self._random.set_state(state.tensors["random"])
        self._queue = queue
        self._seen = float(state.numbers["seen"])
        self._most = state.numbers["most"]
        self._looked, self._made = int(state.numbers["looked"]), int(state.numbers["made"])

    def learned(self, batch: Batch) -> None:
        """Counts the pictures of a batch, once a step has been made of it."""
        self._seen += len(batch.targets) * self._looked / max(1, self._made)

    def next(self, detector: Detector, *, half: bool = False) -> Batch:
        """half: what frozen blocks see is calculated in bfloat16."""
        if self._phase.view_share is None or not isinstance(detector, StagedDetector):
            return self._fresh()
        self._steps += 1
        if self._wants_new_views():
            return self._new_views(detector, half=half)
        return Batch(None, *self._views.draw(self._phase.batch))

    def _wants_new_views(self) -> bool:
        usable = len(self._examples) - len(self._examples.unusable)
        if len(self._views) < min(usable, _FEWEST_BATCHES * self._phase.batch):
            return True
        if self._clock is None:
            return self._view_steps < self._phase.view_steps * self._steps
        share = self._phase.view_share or 0.0
        return self._spent < share * (self._clock() - self._began)

    def _now(self) -> float:
        return 0.0 if self._clock is None else self._clock()

    def _fresh(self) -> Batch:
        columns, rows, window = self._draw_looks()
        tiles = columns * rows
        examples = self._next_examples(tiles)
        pixels = self._moved(torch.stack([example.pixels for example in examples]))
        targets = [example.target for example in examples]
        pictures, moved = augment(pixels, targets, self._how, self._random, window)
        if tiles > 1:
            pictures, moved = put_together(pictures, moved, columns, rows)
        self._looked += len(examples)
        self._made += len(moved)
        return Batch(pictures, None, moved)

    def _moved(self, pixels: Tensor) -> Tensor:
        """To where learning happens; to a GPU of NVIDIA's while it still calculates."""
        if self._device.startswith("cuda"):
            return pixels.pin_memory().to(self._device, non_blocking=True)
        return pixels.to(self._device)

    def _next_examples(self, tiles: int) -> list[Example]:
        """The pictures of a batch of mosaics, a multiple of tiles.

        As long as pictures have to be decoded for it, several looks are taken at each.
        """
        each = tiles if self._examples.must_decode else 1
        examples: list[Example] = []
        while not examples:
            examples = self._examples.batch(self._next_indices(self._phase.batch * tiles // each))
        looks = examples * each
        if len(looks) % tiles:
            looks = (looks * tiles)[: max(1, len(looks) // tiles) * tiles]
        return looks

    def _draw_looks(self) -> tuple[int, int, tuple[int, int] | None]:
        """Columns and rows of the next pictures, and the size of a look; None: all of a picture."""
        mosaic = self._mosaic
        if mosaic is None:
            return 1, 1, None
        if float(torch.rand(1, generator=self._random)) < mosaic.share:
            return mosaic.columns, mosaic.rows, mosaic.tile
        return 1, 1, mosaic.size

    def _next_indices(self, count: int) -> list[int]:
        while len(self._queue) < count:
            usable = [i for i in range(len(self._examples)) if i not in self._examples.unusable]
            if not usable:
                raise TrainerError("None of the pictures to learn from could be read.")
            order = torch.randperm(len(usable), generator=self._random).tolist()
            self._queue += [usable[i] for i in order]
        taken, self._queue = self._queue[:count], self._queue[count:]
        return taken

    def _new_views(self, detector: StagedDetector, *, half: bool) -> Batch:
        before = self._now()
        self._view_steps += 1
        fresh = self._fresh()
        assert fresh.pictures is not None
        kind = torch.device(self._device).type
        with torch.autocast(kind, torch.bfloat16, enabled=half):
            features = detector.early(fresh.pictures)
        self._views.add(features, fresh.targets)
        self._spent += self._now() - before
        return Batch(None, features, fresh.targets)
