"""FCOS (Tian et al. 2019) with ResNet-50 and FPN on torchvision's network. Made for a GPU."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torchvision.models.detection import fcos_resnet50_fpn
from torchvision.ops import clip_boxes_to_image

from trainer.protocol import Found, Target
from trainer.published_detector import suppressed
from trainer.torchvision_base import TorchvisionDetector

_SUPPRESS_IOU = 0.6
_CANDIDATES = 1000
"""Many points answer for one object, so that few candidates would be few objects."""


class Fcos(TorchvisionDetector):
    """One point for each cell of five grids; it says what it lies in, and how far the edges are.

    A score for each category of its own, and none for the background: label n is its channel n.
    """

    peak_rate = 3e-4
    background = 0
    new_layers = ("head.classification_head.cls_logits.",)
    frozen_layers = ("backbone.body.conv1.", "backbone.body.bn1.", "backbone.body.layer1.")
    backbone = "backbone.body."
    backbone_rate = 0.1
    anchors: Tensor

    def __init__(
        self, categories: int, input_size: tuple[int, int], *, is_pretrained: bool
    ) -> None:
        network = fcos_resnet50_fpn(weights=None, weights_backbone=None, num_classes=categories)
        super().__init__(network, input_size, is_pretrained=is_pretrained)
        levels = _levels(input_size)
        self._counts = [rows * columns for rows, columns in levels]
        blank = self.image_list(torch.zeros(1, 3, input_size[1], input_size[0]))
        anchors = network.anchor_generator(blank, [torch.zeros(1, 1, *level) for level in levels])
        self.register_buffer("anchors", anchors[0], persistent=False)

    def losses(self, pictures: Tensor, targets: Sequence[Target]) -> dict[str, Tensor]:
        here = [target.to(str(pictures.device)) for target in targets]
        wanted = [{"boxes": target.boxes, "labels": target.labels} for target in here]
        terms = self.network.compute_loss(
            wanted, self._predict(pictures), [self.anchors] * len(targets), self._counts
        )
        return {
            "classification": terms["classification"],
            "box": terms["bbox_regression"],
            "centre": terms["bbox_ctrness"],
        }

    def find(self, pictures: Tensor) -> list[Found]:
        output = self._predict(pictures)
        scores = (output["cls_logits"].sigmoid() * output["bbox_ctrness"].sigmoid()).sqrt()
        found = []
        for index in range(pictures.shape[0]):
            distances = output["bbox_regression"][index]
            boxes = self.network.box_coder.decode(distances, self.anchors)
            boxes = clip_boxes_to_image(boxes, (self.input_size[1], self.input_size[0]))
            is_box = (boxes[:, 2:] - boxes[:, :2]).amin(1, keepdim=True) > 0  # distances may be 0
            found.append(suppressed(scores[index] * is_box, boxes, _SUPPRESS_IOU, _CANDIDATES))
        return found

    def _predict(self, pictures: Tensor) -> dict[str, Tensor]:
        """cls_logits (B, P, categories), bbox_regression (B, P, 4) and bbox_ctrness (B, P, 1).

        In single precision, whatever the network computes in: pixels need it.
        """
        features = self.network.backbone(self.normalised(pictures))
        output = self.network.head(list(features.values()))
        return {key: value.float() for key, value in output.items()}


def _levels(input_size: tuple[int, int]) -> list[tuple[int, int]]:
    """(rows, columns) of the grids at strides 8 to 128: convolutions round up what is odd."""
    columns, rows = input_size[0] // 8, input_size[1] // 8
    levels = [(rows, columns)]
    for _ in range(4):
        rows, columns = (rows + 1) // 2, (columns + 1) // 2
        levels.append((rows, columns))
    return levels
