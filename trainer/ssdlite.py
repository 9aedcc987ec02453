"""SSDLite320 with MobileNetV3 (Howard et al. 2019) on torchvision's network."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional
from torchvision.models.detection import ssdlite320_mobilenet_v3_large
from torchvision.models.detection.image_list import ImageList
from torchvision.ops import box_iou, clip_boxes_to_image

from trainer.protocol import Found, Target
from trainer.published_detector import suppressed
from trainer.torchvision_base import TorchvisionDetector

_SUPPRESS_IOU = 0.55
_NEGATIVES = 20
"""How many default boxes of a picture without objects learn that they are background."""


class SsdLite(TorchvisionDetector):
    """Default boxes at six strides; each is background or one of the categories, by softmax.

    Among its categories 0 is the background: our label n is its n + 1.
    """

    peak_rate = 1e-3
    mean = deviation = (0.5, 0.5, 0.5)
    new_layers = tuple(f"head.classification_head.module_list.{level}.1." for level in range(6))
    anchors: Tensor

    def __init__(
        self, categories: int, input_size: tuple[int, int], *, is_pretrained: bool
    ) -> None:
        network = ssdlite320_mobilenet_v3_large(
            weights=None, weights_backbone=None, num_classes=categories + 1
        )
        super().__init__(network, input_size, is_pretrained=is_pretrained)
        self.register_buffer("anchors", _anchors(network, input_size), persistent=False)

    def losses(self, pictures: Tensor, targets: Sequence[Target]) -> dict[str, Tensor]:
        if len(targets) == 1:  # BatchNorm cannot learn from one picture: the last map is one pixel
            pictures, targets = pictures.repeat(2, 1, 1, 1), [*targets, *targets]
        targets = [target.to(str(pictures.device)) for target in targets]
        output = self._predict(pictures)
        matches = [self._match(target) for target in targets]
        wanted = [{"boxes": target.boxes, "labels": target.labels + 1} for target in targets]
        terms = self.network.compute_loss(wanted, output, [self.anchors] * len(targets), matches)
        empty = [index for index, target in enumerate(targets) if not len(target.labels)]
        found = sum(int((match >= 0).sum()) for match in matches)
        return {
            "classification": terms["classification"],
            "box": terms["bbox_regression"],
            "emptiness": _emptiness(output["cls_logits"][empty]) / max(found, len(targets)),
        }

    def find(self, pictures: Tensor) -> list[Found]:
        output = self._predict(pictures)
        scores = output["cls_logits"].softmax(-1)[..., 1:]
        found = []
        for index in range(pictures.shape[0]):
            steps = output["bbox_regression"][index]
            boxes = self.network.box_coder.decode_single(steps, self.anchors)
            boxes = clip_boxes_to_image(boxes, (self.input_size[1], self.input_size[0]))
            found.append(suppressed(scores[index], boxes, _SUPPRESS_IOU))
        return found

    def _predict(self, pictures: Tensor) -> dict[str, Tensor]:
        """cls_logits (B, anchors, 1 + categories) and bbox_regression (B, anchors, 4).

        In single precision, whatever the network computes in: pixels need it.
        """
        features = self.network.backbone(self.normalised(pictures))
        output = self.network.head(list(features.values()))
        return {key: value.float() for key, value in output.items()}

    def _match(self, target: Target) -> Tensor:
        """For each default box the index of its true box, or -1."""
        if not len(target.labels):
            return torch.full_like(self.anchors[:, 0], -1, dtype=torch.int64)
        match: Tensor = self.network.proposal_matcher(box_iou(target.boxes, self.anchors))
        return match


def _emptiness(logits: Tensor) -> Tensor:
    """Pictures without objects (E, anchors, ...): their most excited default boxes must be calm.

    torchvision takes its negatives in proportion to the positives, none from such pictures.
    """
    errors = -functional.log_softmax(logits, dim=-1)[..., 0]
    return errors.topk(min(_NEGATIVES, errors.shape[1]), dim=1).values.sum()


@torch.no_grad()
def _anchors(network: torch.nn.Module, input_size: tuple[int, int]) -> Tensor:
    """The default boxes (P, 4), x1 y1 x2 y2 in pixels: the same for every picture."""
    size = (input_size[1], input_size[0])
    blank = torch.zeros(1, 3, *size)
    network.eval()
    features = list(network.backbone(blank).values())  # type: ignore[operator]
    network.train()
    anchors: Tensor = network.anchor_generator(ImageList(blank, [size]), features)[0]  # type: ignore[operator]
    return anchors
