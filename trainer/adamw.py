"""AdamW (Loshchilov and Hutter, 2019) without torch.optim, whose first step loads torch's compiler.

Nothing here is compiled, and loading it takes as long as loading torch itself: the first batch
comes so much sooner after the click.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import Parameter

_BETAS = (0.9, 0.99)
_EPSILON = 1e-8


@dataclass(slots=True)
class Group:
    """Parameters that learn alike.

    peak: their highest rate, rate: that of the next step. since: the progress at which they began
    to learn; None: they stand still so far.
    """

    parameters: tuple[Parameter, ...]
    weight_decay: float
    peak: float
    rate: float = 0.0
    since: float | None = None


class AdamW:
    """Steps exactly as torch.optim.AdamW does with betas of .9 and .99.

    memory: of each parameter that has learned, by torch.optim's names: step (a scalar), exp_avg and
    exp_avg_sq (shaped and laid out as the parameter). fused: one kernel does it all; there is one
    for a processor and for CUDA.
    """

    def __init__(self, groups: Sequence[Group], *, fused: bool) -> None:
        self.groups = list(groups)
        self.memory: dict[Parameter, dict[str, Tensor]] = {}
        self._fused = fused

    def forget_gradients(self) -> None:
        for group in self.groups:
            for parameter in group.parameters:
                parameter.grad = None

    @torch.no_grad()
    def step(self) -> None:
        """Parameters without a gradient stand still."""
        for group in self.groups:
            learning = [(p, p.grad) for p in group.parameters if p.grad is not None]
            if learning:
                self._step(learning, group.rate, group.weight_decay)

    def _step(
        self, learning: list[tuple[Parameter, Tensor]], rate: float, weight_decay: float
    ) -> None:
        parameters: list[Tensor] = [parameter for parameter, _ in learning]
        gradients = [gradient for _, gradient in learning]
        memories = [self._memory_of(parameter) for parameter, _ in learning]
        steps, means, squares = (
            [memory[name] for memory in memories] for name in ("step", "exp_avg", "exp_avg_sq")
        )
        torch._foreach_add_(steps, 1)
        if not self._fused:
            for row in zip(parameters, gradients, steps, means, squares, strict=True):
                _step_one(*row, rate, weight_decay)
            return
        torch._fused_adamw_(
            parameters,
            gradients,
            means,
            squares,
            [],
            steps,
            lr=rate,
            beta1=_BETAS[0],
            beta2=_BETAS[1],
            weight_decay=weight_decay,
            eps=_EPSILON,
            amsgrad=False,
            maximize=False,
        )

    def _memory_of(self, parameter: Parameter) -> dict[str, Tensor]:
        if parameter not in self.memory:
            self.memory[parameter] = {
                "step": torch.zeros((), device=parameter.device if self._fused else "cpu"),
                "exp_avg": torch.zeros_like(parameter, memory_format=torch.preserve_format),
                "exp_avg_sq": torch.zeros_like(parameter, memory_format=torch.preserve_format),
            }
        return self.memory[parameter]


def _step_one(
    parameter: Tensor,
    gradient: Tensor,
    step: Tensor,
    mean: Tensor,
    square: Tensor,
    rate: float,
    weight_decay: float,
) -> None:
    parameter.mul_(1 - rate * weight_decay)
    mean.lerp_(gradient, 1 - _BETAS[0])
    square.mul_(_BETAS[1]).addcmul_(gradient, gradient, value=1 - _BETAS[1])
    count = float(step)
    size = rate / (1 - _BETAS[0] ** count)
    spread = square.sqrt().div_((1 - _BETAS[1] ** count) ** 0.5).add_(_EPSILON)
    parameter.addcdiv_(mean, spread, value=-size)
