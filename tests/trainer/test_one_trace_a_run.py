"""The ONNX files of a run's checkpoints: one trace, and each has the weights of its own moment."""

from __future__ import annotations

import pytest
import torch

from trainer.config import OFFLINE
from trainer.detector import build_detector
from trainer.export import OnnxExporter, onnx_of
from trainer.predict import ModelDetails
from trainer.protocol import BuildRequest, Detector

SIZE = (96, 64)


def moved(detector: Detector) -> Detector:
    """As after some more learning: every weight is another one."""
    with torch.no_grad():
        for parameter in detector.parameters():
            parameter.add_(0.01 * torch.randn_like(parameter))
    return detector


@pytest.mark.parametrize("name", OFFLINE)
def test_a_later_checkpoint_is_the_file_that_a_trace_of_its_own_would_give(name: str) -> None:
    torch.manual_seed(3)
    request = BuildRequest(name, 2, "scratch", SIZE, lambda _: None, lambda: False)
    detector = build_detector(request).eval()
    details = ModelDetails(((1, "mug"), (2, "cup")), SIZE, 0.4, name, 8)
    exporter = OnnxExporter()
    first = exporter.export(detector.settled(), details)
    assert first == onnx_of(detector.settled(), details)
    assert exporter.traced_seconds > 0
    again = moved(detector).settled()
    assert exporter.export(again, details) == onnx_of(again, details) != first


def test_what_learns_on_from_coco_is_traced_once() -> None:
    request = BuildRequest("nanodet", 1, "pretrained", SIZE, lambda _: None, lambda: False)
    detector = moved(build_detector(request).eval())
    details = ModelDetails(((1, "mug"),), SIZE, 0.4, "nanodet", 8)
    exporter = OnnxExporter()
    exporter.export(detector.settled(), details)
    later = exporter.export(moved(detector).settled(), details)
    assert exporter.traced_seconds == 0
    assert later == onnx_of(detector.settled(), details)


def test_weights_that_look_alike_at_first_are_not_mixed_up_later() -> None:
    """The exporter keeps equal weights only once, as the biases of a start from random weights."""
    request = BuildRequest("nanodet", 1, "scratch", SIZE, lambda _: None, lambda: False)
    detector = build_detector(request).eval()
    with torch.no_grad():
        for parameter in detector.parameters():
            parameter.zero_()
    details = ModelDetails(((1, "mug"),), SIZE, 0.4, "nanodet", 8)
    exporter = OnnxExporter()
    exporter.export(detector.settled(), details)
    later = exporter.export(moved(detector).settled(), details)
    assert later == onnx_of(detector.settled(), details)
    exporter.export(moved(detector).settled(), details)
    assert exporter.traced_seconds == 0
