"""Faster R-CNN with MobileNetV3 or ResNet-50 and FPN on torchvision's networks. For a GPU."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torchvision.models.detection import (
    FasterRCNN_MobileNet_V3_Large_320_FPN_Weights,
    fasterrcnn_mobilenet_v3_large_320_fpn,
    fasterrcnn_resnet50_fpn_v2,
)
from torchvision.models.detection._utils import BoxCoder
from torchvision.models.detection.image_list import ImageList
from torchvision.ops import clip_boxes_to_image

from trainer.class_rows import ClassRows
from trainer.protocol import Found, Target
from trainer.published_detector import suppressed
from trainer.torchvision_base import TorchvisionDetector

_SUPPRESS_IOU = 0.5
_MEASURE = "roi_heads.box_predictor.bbox_pred"
_COCO_NAMES = FasterRCNN_MobileNet_V3_Large_320_FPN_Weights.COCO_V1.meta["categories"]
_COCO_LABELS = [i for i, name in enumerate(_COCO_NAMES) if name not in ("__background__", "N/A")]


class FasterRcnn(TorchvisionDetector):
    """Proposals first, then a closer look at each.

    Among its categories 0 is the background: our label n is its n + 1.
    """

    peak_rate = 3e-4
    new_layers = ("roi_heads.box_predictor.",)

    def __init__(
        self, categories: int, input_size: tuple[int, int], *, is_pretrained: bool
    ) -> None:
        network = self._built(categories + 1)
        for part in (network.rpn, network.roi_heads):
            part.box_coder = _ExactCoder(part.box_coder.weights, part.box_coder.bbox_xform_clip)
        super().__init__(network, input_size, is_pretrained=is_pretrained)

    @abstractmethod
    def _built(self, outputs: int) -> Any:
        """torchvision's network with random weights; outputs: categories and the background."""

    def losses(self, pictures: Tensor, targets: Sequence[Target]) -> dict[str, Tensor]:
        here = [target.to(str(pictures.device)) for target in targets]
        wanted = [{"boxes": target.boxes, "labels": target.labels + 1} for target in here]
        images, features = self._see(pictures)
        proposals, first = self.network.rpn(images, features, wanted)
        proposals = self._never_none(proposals)
        _, second = self.network.roi_heads(features, proposals, images.image_sizes, wanted)
        return {**first, **second}

    def find(self, pictures: Tensor) -> list[Found]:
        images, features = self._see(pictures)
        proposals = self._never_none(self.network.rpn(images, features)[0])
        heads = self.network.roi_heads
        rois = heads.box_roi_pool(features, proposals, images.image_sizes)
        logits, steps = heads.box_predictor(heads.box_head(rois))
        counts = [boxes.shape[0] for boxes in proposals]  # len() would freeze it in ONNX
        scores = logits.softmax(-1)[:, 1:].split(counts)
        boxes = heads.box_coder.decode(steps, proposals)[:, 1:].split(counts)
        return [
            suppressed(score, clip_boxes_to_image(box, size), _SUPPRESS_IOU)
            for score, box, size in zip(scores, boxes, images.image_sizes, strict=True)
        ]

    def rows_of(self, name: str) -> ClassRows:
        return ClassRows(self.background, 4 if name.startswith(_MEASURE) else 1)

    def new_values(self, published: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Boxes are measured for each category apart: ours begin as the mean of COCO's."""
        values = super().new_values(published)
        for key in (f"{_MEASURE}.weight", f"{_MEASURE}.bias"):
            mean = published[key].view(-1, 4, *published[key].shape[1:])[_COCO_LABELS].mean(0)
            values[key] = mean.repeat(len(values[key]) // 4, *[1] * (mean.ndim - 1))
        return values

    def _never_none(self, proposals: list[Tensor]) -> list[Tensor]:
        """Adds the whole picture: without any proposal neither the loss nor ONNX knows its way."""
        whole = (0.0, 0.0, *map(float, self.input_size))
        return [torch.cat([boxes, boxes.new_tensor([whole])]) for boxes in proposals]

    def _see(self, pictures: Tensor) -> tuple[ImageList, dict[str, Tensor]]:
        x = self.normalised(pictures)
        features = self.network.backbone(x)
        # torchvision makes its anchors in the precision of the features: pixels need a single one
        return self.image_list(x), {name: level.float() for name, level in features.items()}


class SmallFasterRcnn(FasterRcnn):
    """With MobileNetV3, for pictures of 320 pixels."""

    def _built(self, outputs: int) -> Any:
        return fasterrcnn_mobilenet_v3_large_320_fpn(
            weights=None,
            weights_backbone=None,
            num_classes=outputs,
            # a quarter of torchvision's samples: photos of a few objects, and often no GPU
            box_batch_size_per_image=128,
            rpn_pre_nms_top_n_train=500,
            rpn_post_nms_top_n_train=500,
            rpn_score_thresh=0.0,  # suppression of no proposals at all fails in ONNX
        )


class LargeFasterRcnn(FasterRcnn):
    """With ResNet-50, and the better recipe of Li et al. 2021 that torchvision calls its v2."""

    frozen_layers = ("backbone.body.conv1.", "backbone.body.bn1.", "backbone.body.layer1.")
    backbone = "backbone.body."
    backbone_rate = 0.1

    def _built(self, outputs: int) -> Any:
        return fasterrcnn_resnet50_fpn_v2(
            weights=None,
            weights_backbone=None,
            num_classes=outputs,
            # half of torchvision's samples, a third of its proposals: photos of a few objects
            box_batch_size_per_image=256,
            rpn_pre_nms_top_n_train=1000,
            rpn_post_nms_top_n_train=1000,
            rpn_pre_nms_top_n_test=500,
            rpn_post_nms_top_n_test=300,
        )


class _ExactCoder(BoxCoder):  # type: ignore[misc]
    """Boxes in single precision, whatever the network computes in: half of it would round them to
    4 pixels.
    """

    def decode_single(self, rel_codes: Tensor, boxes: Tensor) -> Tensor:
        decoded: Tensor = super().decode_single(rel_codes.float(), boxes)
        return decoded
