"""From scores and boxes at every point to detections without duplicates."""

from __future__ import annotations

import torch
from torch import Tensor

from trainer.boxes import overlaps, unsuppressed
from trainer.protocol import Found

_CANDIDATES = 300
_MOST = 100
_SUPPRESS_IOU = 0.6
_VOTE_IOU = 0.7
_LOWEST_SCORE = 0.005


def suppressed(scores: Tensor, boxes: Tensor) -> Found:
    """One picture's scores (P, categories) and boxes (P, 4) without duplicates.

    A box that stays becomes the mean of those it stands for, weighted by their scores (box voting,
    Gidaris & Komodakis 2015): each saw the object from another point.
    """
    categories = scores.shape[1]
    best, index = scores.flatten().topk(min(_CANDIDATES, scores.numel()))
    labels = index % categories
    corners = boxes[torch.div(index, categories, rounding_mode="floor")]
    overlap = overlaps(corners) * (labels[:, None] == labels)
    stays = (best > _LOWEST_SCORE) & unsuppressed(overlap > _SUPPRESS_IOU)
    kept = stays.nonzero().squeeze(1)[:_MOST]
    votes = (overlap[kept] > _VOTE_IOU) * best
    voted = votes @ corners / votes.sum(1, keepdim=True).clamp(min=1e-9)
    return Found(voted, best[kept], labels[kept])
