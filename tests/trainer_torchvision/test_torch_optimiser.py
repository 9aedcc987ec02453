"""AdamW without torch.optim takes the very steps that torch.optim would take."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import Tensor, nn

from trainer.adamw import AdamW, Group

RATES = (0.002, 0.01, 0.005, 0.0001)
DECAY = 0.02


def network() -> nn.Sequential:
    torch.manual_seed(3)
    layers = (nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.Flatten(), nn.Linear(8 * 36, 5))
    return nn.Sequential(*layers).to(memory_format=torch.channels_last)


def parts(ours: nn.Module) -> tuple[tuple[nn.Parameter, ...], tuple[nn.Parameter, ...]]:
    """What decays, and what does not."""
    parameters = list(ours.parameters())
    return tuple(p for p in parameters if p.ndim > 1), tuple(p for p in parameters if p.ndim <= 1)


def loss(ours: nn.Module) -> Tensor:
    value: Tensor = ours(
        torch.rand(4, 3, 8, 8, generator=torch.Generator().manual_seed(1))
    ).square()
    return value.mean()


@pytest.mark.parametrize("fused", [True, False])
def test_its_steps_are_those_of_torch_bit_by_bit(fused: bool) -> None:
    ours = network()
    theirs = copy.deepcopy(ours)
    groups = [Group(p, decay, 1.0) for p, decay in zip(parts(ours), (DECAY, 0.0), strict=True)]
    optimizer = AdamW(groups, fused=fused)
    settings = [
        {"params": p, "weight_decay": decay}
        for p, decay in zip(parts(theirs), (DECAY, 0.0), strict=True)
    ]
    reference = torch.optim.AdamW(settings, betas=(0.9, 0.99), fused=fused)
    for rate in RATES:
        for group, setting in zip(optimizer.groups, reference.param_groups, strict=True):
            group.rate = setting["lr"] = rate
        for each in (ours, theirs):
            loss(each).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        reference.step()
        optimizer.forget_gradients()
        reference.zero_grad()
        for one, other in zip(ours.parameters(), theirs.parameters(), strict=True):
            assert torch.equal(one, other)
    for one, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        kept = reference.state[other]
        assert optimizer.memory[one].keys() == kept.keys()
        assert all(torch.equal(optimizer.memory[one][name], kept[name]) for name in kept)


def test_what_has_no_gradient_stands_still() -> None:
    ours = network()
    weights, rest = parts(ours)
    optimizer = AdamW([Group(weights, DECAY, 1.0, 0.1), Group(rest, 0.0, 1.0, 0.1)], fused=True)
    for parameter in rest:
        parameter.requires_grad_(False)
    before = copy.deepcopy(ours.state_dict())
    loss(ours).backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    names = {p: name for name, p in ours.named_parameters()}
    after = ours.state_dict()
    assert {names[p] for p in optimizer.memory} == {names[p] for p in weights}
    assert all(not torch.equal(before[names[p]], after[names[p]]) for p in weights)
    assert all(torch.equal(before[names[p]], after[names[p]]) for p in rest)
