"""What the built-in detectors make small as they learn."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

from trainer.assign import Assignment
from trainer.boxes import giou

_NEGATIVE_WEIGHT = 0.75
_BOX_WEIGHT = 2.0


def classification_loss(logits: Tensor, assigned: Assignment) -> Tensor:
    """Quality as soft target; negatives count by the square of their score (varifocal loss)."""
    wanted = logits.new_zeros(logits.shape)
    wanted.scatter_(2, assigned.labels[..., None], assigned.quality[..., None])
    errors = functional.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
    weights = wanted.where(wanted > 0, _NEGATIVE_WEIGHT * logits.detach().sigmoid() ** 2)
    return (errors * weights).sum() / assigned.quality.sum().clamp(min=1)


def box_loss(boxes: Tensor, assigned: Assignment) -> Tensor:
    """1 - GIoU at the points that answer for a box, the better ones counting more."""
    weights = assigned.quality[assigned.has_box].clamp(min=0.05)
    distance = 1 - giou(boxes[assigned.has_box], assigned.boxes[assigned.has_box])
    return _BOX_WEIGHT * (distance * weights).sum() / weights.sum().clamp(min=1)
