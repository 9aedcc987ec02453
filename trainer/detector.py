"""The door to all detectors: a name and a start in, a Detector out."""

from __future__ import annotations

from trainer.config import COCO_START, DETECTOR_FACTS, IMAGENET_START, missing_for
from trainer.faults import TrainerError
from trainer.machine import loading
from trainer.protocol import BuildRequest, Detector


def build_detector(request: BuildRequest) -> Detector:
    """Raises ValueError, in words for the person, where the weights cannot be had; TrainerError
    where what the detector needs is not installed."""
    if request.detector == IMAGENET_START:
        from trainer import lite

        return lite.build(request)
    if request.detector == COCO_START:
        from trainer import nanodet

        return nanodet.build(request)
    if DETECTOR_FACTS[request.detector].extra:
        if missing := missing_for(request.detector):
            raise TrainerError(missing)
        with loading():
            from trainer import transformers_detectors

        return transformers_detectors.build(request)
    from trainer import torchvision_detectors

    return torchvision_detectors.build(request)
