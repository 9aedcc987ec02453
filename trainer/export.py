"""The trained detector as one ONNX file: preprocessing and suppression inside, described."""

from __future__ import annotations

import json
import warnings
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from trainer.machine import write_whole
from trainer.predict import DETAILS_KEY, FORMAT_KEY, FORMAT_VERSION, INPUT, OUTPUTS, ModelDetails

if TYPE_CHECKING:
    from trainer.protocol import Detector

_OPSET = 17


def export_onnx(path: Path, detector: Detector, details: ModelDetails) -> None:
    """Writes path whole or not at all. detector: settled()."""
    write_whole(path, onnx_of(detector, details))


def onnx_of(detector: Detector, details: ModelDetails) -> bytes:
    """The content of such a file."""
    return _described(_traced(detector), details)


def _traced(detector: Detector) -> bytes:
    import torch
    from torch import Tensor, nn

    class Graph(nn.Module):
        """uint8 (1, height, width, 3) in; boxes (N, 4), scores (N,) and labels (N,) out."""

        def __init__(self) -> None:
            super().__init__()
            self.detector = detector

        def forward(self, picture: Tensor) -> tuple[Tensor, Tensor, Tensor]:
            found = self.detector.find(picture.permute(0, 3, 1, 2).float() / 255)[0]
            return found.boxes, found.scores, found.labels

    width, height = detector.input_size
    example = torch.zeros(1, height, width, 3, dtype=torch.uint8)
    with torch.no_grad(), warnings.catch_warnings(), TemporaryDirectory() as folder:
        file = Path(folder, "model.onnx")
        warnings.simplefilter(
            "ignore"
        )  # the tracer warns of sizes it takes for constants: they are
        torch.onnx.export(
            Graph().eval(),  # else the exporter leaves the detector in train mode
            (example,),
            file,
            opset_version=_OPSET,
            dynamo=False,
            input_names=[INPUT],
            output_names=list(OUTPUTS),
            dynamic_axes={name: {0: "found"} for name in OUTPUTS},
        )
        return file.read_bytes()


def _described(data: bytes, details: ModelDetails) -> bytes:
    import onnx

    model = onnx.load_model_from_string(data)
    onnx.helper.set_model_props(
        model, {FORMAT_KEY: FORMAT_VERSION, DETAILS_KEY: json.dumps(asdict(details))}
    )
    described: bytes = model.SerializeToString()
    return described
