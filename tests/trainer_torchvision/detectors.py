"""torchvision's detectors for tests: built small, and files like those that are published."""

from __future__ import annotations

import io
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import torch
import torchvision
from torch import Tensor

from trainer.detector import build_detector
from trainer.protocol import BuildRequest, Found, Target
from trainer.torchvision_base import TorchvisionDetector
from trainer.torchvision_detectors import PUBLISHED
from trainer.weights import MIRROR_VARIABLE

if TYPE_CHECKING:
    from tests.trainer_torchvision.conftest import Site

SSDLITE, FASTER = "ssdlite320_mobilenet_v3_large", "fasterrcnn_mobilenet_v3_large_320_fpn"
FCOS, LARGE = "fcos_resnet50_fpn", "fasterrcnn_resnet50_fpn_v2"
SIZE = (192, 128)
_POOL = 2**16


def built(detector: str, start: str = "scratch", **changes: Any) -> TorchvisionDetector:
    arguments: dict[str, Any] = {
        "detector": detector,
        "categories": 2,
        "start": start,
        "input_size": SIZE,
        "finest_stride": 8,
        "on_download": lambda event: None,
        "should_stop": lambda: False,
    }
    result = build_detector(BuildRequest(**(arguments | changes)))
    assert isinstance(result, TorchvisionDetector)
    return result


def publish(site: Site, monkeypatch: pytest.MonkeyPatch, detector: str, content: object) -> None:
    """Puts the content on the mirror, where it is the published file with the right hash."""
    data = content if isinstance(content, bytes) else _saved(content)
    file_name = site.publish(detector, data).rpartition("/")[2]
    monkeypatch.setitem(PUBLISHED, detector, replace(PUBLISHED[detector], file_name=file_name))
    monkeypatch.setenv(MIRROR_VARIABLE, site.base)


def like_published(detector: str) -> dict[str, Tensor]:
    """All names and shapes of the published file, in a thousandth of its bytes: the weights are
    overlapping windows on a few random numbers. Frozen norms, which most are published with, do
    not count batches.
    """
    with torch.device("meta"):
        network = torchvision.models.get_model(detector, weights=None, weights_backbone=None)
    pools: dict[int, Tensor] = {}
    return {
        key: _window(key, value, pools)
        for key, value in network.state_dict().items()
        if detector == LARGE or not key.endswith("num_batches_tracked")
    }


def _window(key: str, value: Tensor, pools: dict[int, Tensor]) -> Tensor:
    """Weights as large as those of a fresh network, and norms that change nothing much."""
    if value.ndim == 0:
        return torch.tensor(7)
    if value.ndim == 1:
        level = 0.0 if key.endswith(("bias", "mean")) else 0.4
        return torch.full((1,), level).expand(value.shape)
    power = -round(math.log2(math.sqrt(value[0].numel() / 2)))
    pool = pools.setdefault(power, torch.randn(_POOL) * 2.0**power)
    strides = [7, 1] if value.ndim == 2 else [7, 5, 3, 1]
    offset = int(torch.randint(_POOL // 4, ()))
    return pool.as_strided(value.shape, strides, offset)


def _saved(content: object) -> bytes:
    buffer = io.BytesIO()
    torch.save(content, buffer)
    return buffer.getvalue()


def pictures_with_squares(count: int, size: tuple[int, int] = SIZE) -> tuple[Tensor, list[Target]]:
    """Dark pictures, each with a white square (label 0) and a red one (label 1)."""
    unit = size[0] / 192
    pictures = torch.rand(count, 3, size[1], size[0]) * 0.3
    targets = []
    for index in range(count):
        boxes = [
            [8 + 4 * index, 40, 58 + 4 * index, 90],
            [104 + 4 * index, 30, 154 + 4 * index, 80],
        ]
        corners = [[round(unit * edge) for edge in box] for box in boxes]
        shown = (slice(3), slice(1))
        for (left, top, right, bottom), colours in zip(corners, shown, strict=True):
            pictures[index, colours, top:bottom, left:right] = 1.0
        targets.append(Target(torch.tensor(corners, dtype=torch.float32), torch.tensor([0, 1])))
    return pictures, targets


def nothing() -> Target:
    return Target(torch.zeros(0, 4), torch.zeros(0, dtype=torch.int64))


def boxes_of(found: Found) -> list[tuple[int, float, list[float]]]:
    """(label, score, corners) of each."""
    columns = found.labels.tolist(), found.scores.tolist(), found.boxes.tolist()
    return list(zip(*columns, strict=True))
