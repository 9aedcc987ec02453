"""What detectors have in common whose published weights are fetched: norms, rates, suppression."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torchvision.ops import nms

from trainer.class_rows import ClassRows
from trainer.protocol import Detector, Found, ParameterGroup

MOST = 100
_CANDIDATES = 300
_LOWEST_SCORE = 0.01
_WEIGHT_DECAY = 0.02
_PRETRAINED_RATE = 0.25


class PublishedDetector(Detector):
    """A library's network, taken apart: its own preprocessing would resize every picture again.

    is_pretrained: the statistics of its BatchNorms are kept (a batch of a person's photos is too
    small and too uniform for new ones), what is pretrained learns more slowly, and what is frozen
    stands still: edges and textures are the same in every picture.
    """

    new_layers: tuple[str, ...]
    """Beginnings of the names of the parameters that no published weights can fill."""
    background = 1
    """Rows for the background, before those of the categories."""
    frozen_layers: tuple[str, ...] = ()
    backbone: str = "backbone."
    """What the names of the backbone's parameters begin with."""
    backbone_rate = _PRETRAINED_RATE
    """What a pretrained backbone learns at, as a share of the new layers' rate."""

    def __init__(self, network: Any, input_size: tuple[int, int], *, is_pretrained: bool) -> None:
        super().__init__()
        self.network = network
        self.input_size = input_size
        self.is_pretrained = is_pretrained
        if is_pretrained and self.frozen_layers:
            for name, parameter in network.named_parameters():
                parameter.requires_grad_(not name.startswith(self.frozen_layers))

    def is_new(self, name: str) -> bool:
        """Whether the network's parameter depends on the categories, which are the person's."""
        return name.startswith(self.new_layers)

    def class_rows(self, name: str) -> ClassRows | None:
        own = name.removeprefix("network.")
        return self.rows_of(own) if self.is_new(own) else None

    def rows_of(self, name: str) -> ClassRows:
        """How the categories lie in the network's parameter, which depends on them."""
        return ClassRows(self.background)

    def train(self, mode: bool = True) -> PublishedDetector:
        super().train(mode)
        if self.is_pretrained:
            for module in self.modules():
                if isinstance(module, nn.BatchNorm2d):
                    module.eval()
        return self

    def parameter_groups(self) -> Iterator[ParameterGroup]:
        by_rate: dict[float, list[nn.Parameter]] = {}
        for name, parameter in self.network.named_parameters():
            if parameter.requires_grad:
                by_rate.setdefault(self._rate_of(name), []).append(parameter)
        for rate, part in by_rate.items():
            yield ParameterGroup(tuple(p for p in part if p.ndim > 1), rate, _WEIGHT_DECAY)
            yield ParameterGroup(tuple(p for p in part if p.ndim <= 1), rate, 0.0)

    def _rate_of(self, name: str) -> float:
        if not self.is_pretrained or self.is_new(name):
            return 1.0
        return self.backbone_rate if name.startswith(self.backbone) else _PRETRAINED_RATE


def channels_last(x: Tensor) -> Tensor:
    """(B, C, H, W), laid out as convolutions are fastest with it."""
    # rows of channels make convolutions faster, but not on the GPU of a Mac
    if x.device.type == "mps":
        return x.contiguous()
    return x.contiguous(memory_format=torch.channels_last)


def suppressed(
    scores: Tensor, boxes: Tensor, overlap: float, candidates: int = _CANDIDATES
) -> Found:
    """One picture without duplicates.

    scores: (P, categories) without the background. boxes: (P, 4), or (P, categories, 4) where each
    category has its own. There are always some candidates, low ones too, until the end: reductions
    over nothing, as torchvision's batched_nms does them on an empty picture, fail in ONNX.
    """
    categories = scores.shape[1]
    best, index = scores.flatten().topk(min(candidates, scores.numel()))
    labels = index % categories
    each = index if boxes.ndim == 3 else torch.div(index, categories, rounding_mode="floor")
    corners = boxes.reshape(-1, 4)[each]
    apart = corners + (labels * 8192.0)[:, None]  # boxes of two categories never overlap
    kept = nms(apart, best, overlap)[:MOST]
    kept = kept[best[kept] > _LOWEST_SCORE]
    return Found(corners[kept], best[kept], labels[kept])
