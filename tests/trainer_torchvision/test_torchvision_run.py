"""A whole run with a detector of torchvision's, weights from the network included."""

from __future__ import annotations

import io
import itertools
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn import Linear
from torchvision.models.detection import ssdlite320_mobilenet_v3_large

from trainer.checkpoint import load_checkpoint, save_checkpoint
from trainer.config import RunConfig, save_config
from trainer.events import Downloading, Event, Finished, Started
from trainer.faults import TrainerError
from trainer.predict import ModelDetails, Predictor
from trainer.torchvision_detectors import PUBLISHED
from trainer.train import train
from trainer.weights import MIRROR_VARIABLE

if TYPE_CHECKING:
    from tests.trainer_torchvision.conftest import Site

SSDLITE = "ssdlite320_mobilenet_v3_large"


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    threads, flush = torch.get_num_threads(), torch.set_flush_denormal(False)
    yield
    torch.set_num_threads(threads)
    torch.set_flush_denormal(not flush)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run folder that asks for SSDLite from published weights: four pictures of squares."""
    random = np.random.default_rng(0)
    images, annotations = [], []
    for number in range(1, 5):
        pixels = random.integers(0, 80, (90, 160, 3), dtype=np.uint8)
        pixels[20:70, 10 * number : 10 * number + 50] = 255
        Image.fromarray(pixels).save(tmp_path / f"{number}.png")
        images.append({"id": number, "file_name": f"{number}.png", "width": 160, "height": 90})
        box = [10 * number, 20, 50, 50]
        annotations.append({"id": number, "image_id": number, "category_id": 5, "bbox": box})
    coco = {
        "images": images,
        "annotations": annotations,
        "categories": [{"id": 5, "name": "square"}],
    }
    for name in ("train.json", "val.json"):
        (tmp_path / name).write_text(json.dumps(coco), encoding="utf-8")
    save_config(tmp_path, RunConfig(".", ".", detector=SSDLITE, seconds=1.0))
    return tmp_path


def test_a_run_from_published_weights_ends_with_a_detector(
    site: Site, monkeypatch: pytest.MonkeyPatch, run: Path
) -> None:
    network = ssdlite320_mobilenet_v3_large(weights=None, weights_backbone=None)
    buffer = io.BytesIO()
    torch.save(network.state_dict(), buffer)
    file_name = site.publish(SSDLITE, buffer.getvalue()).rpartition("/")[2]
    monkeypatch.setitem(PUBLISHED, SSDLITE, replace(PUBLISHED[SSDLITE], file_name=file_name))
    monkeypatch.setenv(MIRROR_VARIABLE, site.base)

    events: list[Event] = []
    ticks = itertools.count(step=0.1)  # the budget is over after the same steps everywhere
    train(run, events.append, lambda: False, lambda: next(ticks))

    kinds = [type(event) for event in events]
    assert kinds[0] is Downloading
    assert kinds.index(Downloading) < kinds.index(Started) < kinds.index(Finished)
    assert Predictor(run / "model.onnx").names == {5: "square"}
    assert load_checkpoint(run / "best.safetensors")[1].detector == SSDLITE


def test_a_run_without_its_weights_fails_in_words(
    site: Site, monkeypatch: pytest.MonkeyPatch, run: Path
) -> None:
    monkeypatch.setenv(MIRROR_VARIABLE, site.base)
    with pytest.raises(TrainerError, match=r"404 Not Found\. The built-in detector works without"):
        train(run, lambda event: None, lambda: False)
    assert not (run / "model.onnx").exists()
    assert not (run / "best.safetensors").exists()


def test_weights_whose_detector_is_not_installed_are_not_called_a_strangers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "best.safetensors"
    details = ModelDetails(((1, "mug"),), (64, 64), 0.3, "dfine_s")
    save_checkpoint(path, Linear(1, 1), details, None)  # type: ignore[arg-type]
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(TrainerError, match=r'^D-FINE-S has to be installed: pip install "vector-l'):
        load_checkpoint(path)
