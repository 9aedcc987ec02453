"""The detector from ImageNet: EfficientNet-Lite0, a small neck, one point per cell and level."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn

from trainer import backbone as lite0
from trainer.assign import Grid, assign
from trainer.boxes import from_distances, grid_points
from trainer.class_rows import ClassRows
from trainer.head import Head, Neck
from trainer.loss import box_loss, classification_loss
from trainer.protocol import (
    BuildRequest,
    Detector,
    Found,
    ParameterGroup,
    StagedDetector,
    Target,
)
from trainer.suppression import suppressed

_CHANNELS = 96
_CLASSES = "head.classify."
_SCRATCH_RATE = 3e-3
_HEAD_RATE = 6e-3
_WEIGHT_DECAY = 0.02
_AT_ONCE = 8
"""Pictures through the frozen blocks in one go: more would only need more memory."""


class LiteDetector(StagedDetector):
    """See protocol.StagedDetector.

    backbone_rate: the backbone's share of peak_rate.
    """

    depth = lite0.BLOCKS
    points: Tensor
    strides: Tensor

    def __init__(
        self,
        categories: int,
        input_size: tuple[int, int],
        *,
        finest_stride: int = lite0.STRIDES[0],
        peak_rate: float = _SCRATCH_RATE,
        backbone_rate: float = 1.0,
    ) -> None:
        super().__init__()
        self.peak_rate = peak_rate
        self.input_size = input_size
        first = lite0.STRIDES.index(finest_stride)
        strides = lite0.STRIDES[first:]
        detail = lite0.CHANNELS[first - 1] if first else 0
        self.backbone_rate = backbone_rate
        self.backbone = lite0.Backbone()
        self.neck = Neck(lite0.CHANNELS[first:], _CHANNELS, detail)
        self.head = Head(categories, strides, _CHANNELS)
        points, steps = grid_points(input_size, strides)
        self.register_buffer("points", points, persistent=False)
        self.register_buffer("strides", steps, persistent=False)
        self._frozen = 0

    def freeze(self, blocks: int) -> None:
        self._frozen = blocks
        self.backbone.requires_grad_(True)
        if blocks:
            for module in self.backbone.part(blocks):
                module.requires_grad_(False)
            for filters in self.backbone.filters():
                filters.requires_grad_(False)

    def early(self, pictures: Tensor) -> list[Tensor]:
        with torch.no_grad():
            parts = [
                self.backbone.early(_normalised(part), self._frozen)
                for part in torch.split(pictures, _AT_ONCE)
            ]
        return [torch.cat(levels) for levels in zip(*parts, strict=True)]

    def late_losses(self, features: list[Tensor], targets: Sequence[Target]) -> dict[str, Tensor]:
        levels = self.backbone.late(features, self._frozen)
        grid = self._grid(levels[-1])
        logits, boxes = self._predict(levels, grid.points)
        assigned = assign(logits.detach().sigmoid(), boxes.detach(), targets, grid)
        return {
            "classification": classification_loss(logits, assigned),
            "box": box_loss(boxes, assigned),
        }

    def losses(self, pictures: Tensor, targets: Sequence[Target]) -> dict[str, Tensor]:
        if self._frozen:
            return self.late_losses(self.early(pictures), targets)
        return self.late_losses(self.backbone.early(_normalised(pictures), 0), targets)

    def blocks(self) -> nn.Module:
        return self.backbone

    def features(self, pictures: Tensor) -> list[Tensor]:
        levels: list[Tensor] = self.backbone(_normalised(pictures))
        return levels

    def find(self, pictures: Tensor) -> list[Found]:
        return self.late_find(self.features(pictures))

    def late_find(self, features: list[Tensor]) -> list[Found]:
        logits, boxes = self._predict(features, self.points)
        scores = logits.sigmoid()
        return [suppressed(scores[i], boxes[i]) for i in range(logits.shape[0])]

    def class_rows(self, name: str) -> ClassRows | None:
        return ClassRows() if name.startswith(_CLASSES) else None

    def settled(self) -> Detector:
        """With the backbone's statistics folded in: the structure that checkpoints have."""
        copied = super().settled()
        assert isinstance(copied, LiteDetector)
        copied.backbone.fold()
        return copied

    def parameter_groups(self) -> Iterator[ParameterGroup]:
        parts = ((self.backbone, self.backbone_rate), (self.neck, 1.0), (self.head, 1.0))
        for part, rate in parts:
            weights = tuple(p for p in part.parameters() if p.ndim > 1)
            others = tuple(p for p in part.parameters() if p.ndim <= 1)
            yield ParameterGroup(weights, rate, _WEIGHT_DECAY)
            yield ParameterGroup(others, rate, 0.0)

    def _predict(self, features: list[Tensor], points: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (B, P, categories) and boxes (B, P, 4), exact even where the layers are not."""
        logits, distances = self.head(self.neck(features))
        return logits.float(), from_distances(points, distances.float())

    def _grid(self, coarsest: Tensor) -> Grid:
        """The points where the pictures to learn from are, which may be smaller than the input."""
        size = (lite0.STRIDES[-1] * coarsest.shape[3], lite0.STRIDES[-1] * coarsest.shape[2])
        if size == self.input_size:
            return Grid(self.points, self.strides)
        points, strides = grid_points(size, self.head.strides)
        return Grid(points.to(self.points.device), strides.to(self.points.device))


def build(request: BuildRequest) -> Detector:
    """Raises TrainerError where the pretrained weights are missing or altered."""
    has_learned = request.start in ("pretrained", "run")
    is_favoured = has_learned and request.start_decides
    detector = LiteDetector(
        request.categories,
        request.input_size,
        finest_stride=request.finest_stride,
        peak_rate=_HEAD_RATE if is_favoured else _SCRATCH_RATE,
        backbone_rate=request.backbone_rate if has_learned or not request.start_decides else 1.0,
    )
    if request.start == "pretrained" and not request.goes_on:
        lite0.load_imagenet(detector.backbone)
    if is_favoured or request.start in ("checkpoint", "run"):
        detector.backbone.fold()
    return detector.train()


def _normalised(pictures: Tensor) -> Tensor:
    """0 to 1 -> -1 to 1, as the ImageNet weights want it."""
    return (pictures * 2 - 1).contiguous(memory_format=torch.channels_last)
