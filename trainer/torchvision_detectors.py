"""torchvision's detectors: built from random or from published COCO weights."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from pathlib import Path

import torch

from trainer.faster_rcnn import LargeFasterRcnn, SmallFasterRcnn
from trainer.fcos import Fcos
from trainer.protocol import BuildRequest, Detector
from trainer.ssdlite import SsdLite
from trainer.torchvision_base import TorchvisionDetector
from trainer.weights import WeightsUnavailableError, default_cache, fetch

_SITE = "https://download.pytorch.org/models/"
_NOT_WEIGHTS = (AttributeError, EOFError, KeyError, RuntimeError, TypeError, pickle.UnpicklingError)
_COUNTER = "num_batches_tracked"


@dataclass(frozen=True, slots=True)
class Published:
    """name: for the person. file_name: ends in the first digits of the file's sha256."""

    kind: type[SsdLite | SmallFasterRcnn | Fcos | LargeFasterRcnn]
    name: str
    file_name: str

    @property
    def hash_prefix(self) -> str:
        return self.file_name.removesuffix(".pth").rpartition("-")[2]


PUBLISHED = {
    "ssdlite320_mobilenet_v3_large": Published(
        SsdLite, "SSDLite320 MobileNetV3", "ssdlite320_mobilenet_v3_large_coco-a79551df.pth"
    ),
    "fasterrcnn_mobilenet_v3_large_320_fpn": Published(
        SmallFasterRcnn,
        "Faster R-CNN MobileNetV3",
        "fasterrcnn_mobilenet_v3_large_320_fpn-907ea3f9.pth",
    ),
    "fcos_resnet50_fpn": Published(Fcos, "FCOS ResNet-50", "fcos_resnet50_fpn_coco-99b0c9b7.pth"),
    "fasterrcnn_resnet50_fpn_v2": Published(
        LargeFasterRcnn,
        "Faster R-CNN ResNet-50",
        "fasterrcnn_resnet50_fpn_v2_coco-dd69338a.pth",
    ),
}


def build(request: BuildRequest) -> Detector:
    """Raises WeightsUnavailableError; a pretrained start is never silently a random one."""
    published = PUBLISHED[request.detector]
    has_to_load = request.start == "pretrained" and not request.goes_on
    path = _fetch(published, request) if has_to_load else None
    is_favoured = request.start != "scratch" and request.start_decides
    detector = published.kind(request.categories, request.input_size, is_pretrained=is_favoured)
    if path is not None:
        _load(detector, path, published.name)
    return detector.train()


def _fetch(published: Published, request: BuildRequest) -> Path:
    return fetch(
        _SITE + published.file_name,
        published.hash_prefix,
        name=published.name,
        cache=default_cache(),
        on_progress=request.on_download,
        should_stop=request.should_stop,
    )


def _load(detector: TorchvisionDetector, path: Path, name: str) -> None:
    """Fills in all that does not depend on the categories: every name and shape must match."""
    own = detector.network.state_dict()
    try:
        published = torch.load(path, map_location="cpu", weights_only=True)
        # published networks with frozen norms do not count batches
        counters = {key: own[key] for key in own if key.endswith(_COUNTER)}
        published = {**counters, **dict(published)}
        if published.keys() != own.keys():
            raise KeyError(*sorted(published.keys() ^ own.keys())[:3])
        detector.network.load_state_dict({**published, **detector.new_values(published)})
    except _NOT_WEIGHTS as error:
        raise WeightsUnavailableError(
            f"The weights of {name} in {path} are not those of this detector ({error}). "
            "The built-in detector works without a download."
        ) from error
