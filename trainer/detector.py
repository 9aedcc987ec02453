"""The door to all detectors: a name and a start in, a Detector out."""

from __future__ import annotations

from trainer.config import BUILT_IN, COCO_START
from trainer.protocol import BuildRequest, Detector


def build_detector(request: BuildRequest) -> Detector:
    """Raises ValueError, in words for the person, where the weights cannot be had."""
    if request.detector == BUILT_IN:
        from trainer import lite

        return lite.build(request)
    if request.detector == COCO_START:
        from trainer import nanodet

        return nanodet.build(request)
    from trainer import torchvision_detectors

    return torchvision_detectors.build(request)
