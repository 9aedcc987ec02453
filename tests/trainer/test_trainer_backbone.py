"""The backbone is the published one: padding, weights, folding."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from trainer import backbone as lite0
from trainer.backbone import Backbone, SameConv, load_imagenet
from trainer.faults import TrainerError


def tensorflow_same(x: torch.Tensor, kernel: torch.Tensor, stride: int) -> torch.Tensor:
    """TensorFlow's definition, pixel by pixel: out(i) = sum of w(k) x(i * stride + k - before)."""
    size, width = x.shape[2:], kernel.shape[2]
    out = [math.ceil(n / stride) for n in size]
    before = [max((o - 1) * stride + width - n, 0) // 2 for o, n in zip(out, size, strict=True)]
    result = torch.zeros(1, 1, *out)
    for row in range(out[0]):
        for column in range(out[1]):
            for i in range(width):
                for j in range(width):
                    y, z = row * stride + i - before[0], column * stride + j - before[1]
                    if 0 <= y < size[0] and 0 <= z < size[1]:
                        result[0, 0, row, column] += kernel[0, 0, i, j] * x[0, 0, y, z]
    return result


@settings(deadline=None, max_examples=25)
@given(st.integers(3, 9), st.integers(3, 9), st.sampled_from([3, 5]), st.sampled_from([1, 2]))
def test_padding_is_tensorflows_same(height: int, width: int, kernel: int, stride: int) -> None:
    torch.manual_seed(height * 100 + width)
    layer = SameConv(1, 1, kernel, stride, bias=False)
    x = torch.rand(1, 1, height, width)
    with torch.no_grad():
        expected = tensorflow_same(x, layer.weight, stride)
        assert torch.allclose(layer(x), expected, atol=1e-5)


@pytest.fixture(scope="module")
def pretrained() -> Backbone:
    backbone = Backbone().eval()
    load_imagenet(backbone)
    return backbone


def test_folding_the_statistics_changes_nothing(pretrained: Backbone) -> None:
    x = torch.rand(1, 3, 64, 96) * 2 - 1
    with torch.no_grad():
        before = pretrained(x)
        pretrained.fold()
        after = pretrained(x)
    assert [list(level.shape[1:]) for level in before] == [[40, 8, 12], [112, 4, 6], [320, 2, 3]]
    for a, b in zip(before, after, strict=True):
        assert torch.allclose(a, b, atol=2e-3, rtol=1e-3)


@pytest.mark.parametrize("depth", [0, 3, 5, 7, 11, 16])
def test_early_and_late_make_the_whole_wherever_it_is_cut(pretrained: Backbone, depth: int) -> None:
    x = torch.rand(1, 3, 32, 32)
    with torch.no_grad():
        whole = pretrained(x)
        parts = pretrained.late(pretrained.early(x, depth), depth)
    assert all(torch.equal(a, b) for a, b in zip(whole, parts, strict=True))


def test_altered_weights_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lite0, "_SHA256", "0" * 64)
    with pytest.raises(TrainerError, match="not the file of weights that was published"):
        load_imagenet(Backbone())
