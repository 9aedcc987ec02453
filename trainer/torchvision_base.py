"""What torchvision's detectors have in common here: norms, learning rates, suppression."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torchvision.ops import nms

from trainer.protocol import Detector, Found, ParameterGroup

MOST = 100
_CANDIDATES = 300
_LOWEST_SCORE = 0.01
_WEIGHT_DECAY = 0.02
_PRETRAINED_RATE = 0.25


class TorchvisionDetector(Detector):
    """A network of torchvision's, taken apart: its own forward would resize every picture again.

    Among its categories 0 is the background, so that our label n is its n + 1.
    is_pretrained: the statistics of its BatchNorms are kept (a batch of a person's photos is too
    small and too uniform for new ones) and what is pretrained learns more slowly.
    """

    new_layers: tuple[str, ...]
    """Beginnings of the names of the parameters that no published weights can fill."""

    def __init__(self, network: Any, input_size: tuple[int, int], *, is_pretrained: bool) -> None:
        super().__init__()
        self.network = network
        self.input_size = input_size
        self.is_pretrained = is_pretrained

    def is_new(self, name: str) -> bool:
        """Whether the network's parameter depends on the categories, which are the person's."""
        return name.startswith(self.new_layers)

    def new_values(self, published: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """What the new layers start from, where the others start from the published weights."""
        return {key: own for key, own in self.network.state_dict().items() if self.is_new(key)}

    def train(self, mode: bool = True) -> TorchvisionDetector:
        super().train(mode)
        if self.is_pretrained:
            for module in self.modules():
                if isinstance(module, nn.BatchNorm2d):
                    module.eval()
        return self

    def parameter_groups(self) -> Iterator[ParameterGroup]:
        named = list(self.network.named_parameters())
        for new in (True, False):
            part = [p for name, p in named if self.is_new(name) is new]
            rate = _PRETRAINED_RATE if self.is_pretrained and not new else 1.0
            yield ParameterGroup(tuple(p for p in part if p.ndim > 1), rate, _WEIGHT_DECAY)
            yield ParameterGroup(tuple(p for p in part if p.ndim <= 1), rate, 0.0)


def normalised(pictures: Tensor, mean: tuple[float, ...], deviation: tuple[float, ...]) -> Tensor:
    """0 to 1 -> what the published weights want; (B, 3, H, W), laid out for fast convolutions."""
    shift = pictures.new_tensor(mean)[:, None, None]
    scale = pictures.new_tensor(deviation)[:, None, None]
    return ((pictures - shift) / scale).contiguous(memory_format=torch.channels_last)


def suppressed(scores: Tensor, boxes: Tensor, overlap: float) -> Found:
    """One picture without duplicates.

    scores: (P, categories) without the background. boxes: (P, 4), or (P, categories, 4) where each
    category has its own. There are always some candidates, low ones too, until the end: reductions
    over nothing, as torchvision's batched_nms does them on an empty picture, fail in ONNX.
    """
    categories = scores.shape[1]
    best, index = scores.flatten().topk(min(_CANDIDATES, scores.numel()))
    labels = index % categories
    each = index if boxes.ndim == 3 else torch.div(index, categories, rounding_mode="floor")
    corners = boxes.reshape(-1, 4)[each]
    apart = corners + (labels * 8192.0)[:, None]  # boxes of two categories never overlap
    kept = nms(apart, best, overlap)[:MOST]
    kept = kept[best[kept] > _LOWEST_SCORE]
    return Found(corners[kept], best[kept], labels[kept])
