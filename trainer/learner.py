"""One step of learning: loss, gradient, AdamW, and the running mean of the weights."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator
from functools import partial

import torch
from torch import Tensor

from trainer.adamw import AdamW, Group
from trainer.faults import TrainerError
from trainer.feeder import Batch
from trainer.pace import usual_fall
from trainer.protocol import Detector, ParameterGroup, StagedDetector
from trainer.recipe import Phase, Recipe
from trainer.state import State

_LONGEST_GRADIENT = 5.0
_MOST_BAD_STEPS = 5
"""In a row: what is one picture's fault has passed by then."""
_MOST_RETURNS = 6
_CAUTION = 0.25
"""What each return leaves of the learning rate."""
_FIRST_RATE = 0.05


class Learner:
    """detector learns; `mean` is the running mean of its weights, which is what gets kept.

    progress, everywhere: the share of the time that has passed, 0 to 1.
    """

    def __init__(
        self,
        detector: Detector,
        recipe: Recipe,
        device: str,
        fall: Callable[[float, float], float] = usual_fall,
        *,
        half: bool = False,
    ) -> None:
        """fall: as in Pace. half: the network calculates in bfloat16 where that is safe."""
        self.detector = detector.to(device).to(memory_format=torch.channels_last)
        self.mean: Detector = copy.deepcopy(self.detector).eval().requires_grad_(False)
        self.half = half
        self.rate = 0.0
        self.steps = 0
        self._recipe = recipe
        self._fall = fall
        self._bad_steps = 0
        self._is_spoilt = False
        self._caution = 1.0
        self._returns = 0
        self._last_progress = 0.0
        self._autocast = partial(
            torch.autocast, torch.device(device).type, torch.bfloat16, enabled=half
        )
        self._peak = peak = peak_rate(detector, recipe)
        groups = list(detector.parameter_groups())
        self._parameters = [p for group in groups for p in group.parameters]
        self._optimizer = AdamW([_learning(group, peak) for group in groups], fused=device != "mps")
        self._pairs = list(_float_pairs(self.mean, self.detector))
        self._good = self.state()

    @property
    def is_broken(self) -> bool:
        """The loss has been no number for several steps, or a weight is none: learning on would not
        mend it."""
        return self._is_spoilt or self._bad_steps > _MOST_BAD_STEPS

    def begin(self, phase: Phase, progress: float) -> None:
        """Freezes and thaws. What thaws warms up from there."""
        if isinstance(self.detector, StagedDetector):
            self.detector.freeze(phase.frozen)
        for group in self._optimizer.groups:
            learns = any(p.requires_grad for p in group.parameters)
            if learns and group.since is None:
                group.since = progress

    def step(self, batch: Batch, progress: float) -> float:
        """Learns from one batch, unless its loss or gradient is no number; gives the loss."""
        self._set_rates(progress)
        self._optimizer.forget_gradients()
        loss = self._loss(batch)
        value = float(loss.detach())
        if not math.isfinite(value):
            self._give_up_step()
            return value
        loss.backward()  # type: ignore[no-untyped-call]
        length = torch.nn.utils.clip_grad_norm_(self._parameters, _LONGEST_GRADIENT)
        if not math.isfinite(float(length)):
            self._give_up_step()
            return math.nan
        self._optimizer.step()
        self.steps += 1
        self._bad_steps = 0
        self._update_mean(progress)
        return value

    def let_go(self) -> None:
        """Of all memory that a step needs beside the weights."""
        self._optimizer.forget_gradients()
        if next(iter(self._parameters)).is_cuda:
            torch.cuda.empty_cache()

    def go_back(self, phase: Phase, progress: float) -> None:
        """To the weights remembered last, to learn on from there at a lower rate.

        Raises TrainerError where that has not helped several times.
        """
        self._returns += 1
        if self._returns > _MOST_RETURNS:
            raise TrainerError(
                "Learning broke down: the loss is no number, however low the learning rate. Begin "
                "a new run with the learning rate left to the program."
            )
        caution = self._caution * _CAUTION
        self.restore(self._good)
        self._caution, self._bad_steps, self._is_spoilt = caution, 0, False
        self.begin(phase, progress)

    def remember(self) -> State:
        """state(), to which go_back() goes; or the one before where this one is broken."""
        state = self.state()
        if not self._bad_steps:
            self._is_spoilt = not all(bool(t.isfinite().all()) for t in state.tensors.values())
            if not self._is_spoilt:
                self._good = state
        return self._good

    def state(self) -> State:
        """A copy that goes on standing for this moment while the detector learns."""
        tensors = {f"weights.{name}": _copy(t) for name, t in self.detector.state_dict().items()}
        tensors |= {f"mean.{name}": _copy(t) for name, t in self.mean.state_dict().items()}
        for index, parameter in enumerate(self._parameters):
            memory = self._optimizer.memory.get(parameter, {})
            tensors |= {f"optimizer.{index}.{name}": _copy(t) for name, t in memory.items()}
        since = [group.since for group in self._optimizer.groups]
        numbers = {
            "steps": self.steps,
            "last_progress": self._last_progress,
            "since": since,
            "caution": self._caution,
        }
        return State(tensors, numbers)

    def restore(self, state: State) -> None:
        """Raises KeyError and RuntimeError where it is the state of something else."""
        self.detector.load_state_dict(state.part_tensors("weights"))
        self.mean.load_state_dict(state.part_tensors("mean"))
        self._optimizer.memory.clear()
        for index, parameter in enumerate(self._parameters):
            memory = state.part_tensors(f"optimizer.{index}")
            if memory:
                self._optimizer.memory[parameter] = {
                    name: _placed(kept, parameter) for name, kept in memory.items()
                }
        for group, since in zip(self._optimizer.groups, state.numbers["since"], strict=True):
            group.since = since
        self.steps = int(state.numbers["steps"])
        self._last_progress = float(state.numbers["last_progress"])
        self._caution = float(state.numbers["caution"])
        self._good = state

    @torch.no_grad()
    def _give_up_step(self) -> None:
        """The weights were not touched, but norms that learn have taken up what they saw."""
        self._bad_steps += 1
        for now, mean in zip(self.detector.buffers(), self.mean.buffers(), strict=True):
            if now.is_floating_point():
                now.copy_(mean)

    def _loss(self, batch: Batch) -> Tensor:
        with self._autocast():
            losses = self._losses(batch)
        return torch.stack(list(losses.values())).sum()

    def _losses(self, batch: Batch) -> dict[str, Tensor]:
        if batch.features is not None:
            assert isinstance(self.detector, StagedDetector)
            return self.detector.late_losses(batch.features, batch.targets)
        assert batch.pictures is not None
        return self.detector.losses(batch.pictures, batch.targets)

    def _set_rates(self, progress: float) -> None:
        recipe = self._recipe
        through = min(1.0, max(0.0, self._fall(progress, recipe.warmup)))
        falling = 0.5 * (1 + math.cos(math.pi * through))
        level = recipe.final_rate + (1 - recipe.final_rate) * falling
        for group in self._optimizer.groups:
            since = progress if group.since is None else group.since
            warm = min(1.0, _FIRST_RATE + (progress - since) / recipe.warmup)
            group.rate = group.peak * level * warm * self._caution
        # parts that are new beside what knows already learn faster: what is told is the usual rate
        self.rate = max(
            min(group.rate, group.rate * self._peak / group.peak)
            for group in self._optimizer.groups
            if group.peak
        )

    @torch.no_grad()
    def _update_mean(self, progress: float) -> None:
        passed = progress - self._last_progress
        self._last_progress = progress
        decay = min(math.exp(-passed / self._recipe.ema), self.steps / (9 + self.steps))
        means = [mean for mean, _ in self._pairs]
        torch._foreach_lerp_(means, [now for _, now in self._pairs], 1 - decay)


def peak_rate(detector: Detector, recipe: Recipe) -> float:
    """AdamW's highest learning rate: as asked, or the detector's own."""
    return recipe.learning_rate or detector.peak_rate * recipe.rate_factor


def _learning(group: ParameterGroup, peak: float) -> Group:
    return Group(tuple(group.parameters), group.weight_decay, group.rate * peak)


def _float_pairs(mean: Detector, now: Detector) -> Iterator[tuple[Tensor, Tensor]]:
    """Floating-point weights and statistics of both, in the same order."""
    for a, b in zip(mean.state_dict().values(), now.state_dict().values(), strict=True):
        if a.is_floating_point():
            yield a, b


def _copy(tensor: Tensor) -> Tensor:
    return tensor.detach().clone(memory_format=torch.contiguous_format)


def _placed(kept: Tensor, parameter: Tensor) -> Tensor:
    """A memory of the optimiser's, laid out as its parameter is: the fused step does not ask."""
    like = parameter if kept.shape == parameter.shape else kept.to(parameter.device)
    return torch.empty_like(like, dtype=kept.dtype).copy_(kept).detach()
