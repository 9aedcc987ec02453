"""The trained detector as one ONNX file: preprocessing and suppression inside, described."""

from __future__ import annotations

import json
import time
import warnings
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from trainer.machine import write_whole
from trainer.predict import DETAILS_KEY, FORMAT_KEY, FORMAT_VERSION, INPUT, OUTPUTS, ModelDetails

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from trainer.protocol import Detector

_OPSET = 17


def export_onnx(path: Path, detector: Detector, details: ModelDetails) -> None:
    """Writes path whole or not at all. detector: settled()."""
    write_whole(path, onnx_of(detector, details))


def onnx_of(detector: Detector, details: ModelDetails) -> bytes:
    """The content of such a file."""
    return _described(_traced(detector), details)


class OnnxExporter:
    """onnx_of() for the checkpoints of one run, whose graph is traced only once.

    From one checkpoint to the next only weights change, and to trace takes most of a second of two
    cores, a tenth of a short run. Where the exporter has worked weights into other numbers, so that
    they cannot be known again, each checkpoint is traced anew. traced_seconds: what the last
    export spent on tracing, 0 where the graph was known.
    """

    def __init__(self) -> None:
        self.traced_seconds = 0.0
        self._graph: bytes | None = None

    def export(self, detector: Detector, details: ModelDetails) -> bytes:
        """The content of the file. detector: settled(), of the same structure each time."""
        weights = _float_weights(detector)
        self.traced_seconds = 0.0
        if self._graph is None:
            begun = time.monotonic()
            traced = _traced(detector)
            self.traced_seconds = time.monotonic() - begun
            self._graph = traced if _holds_them_all(traced, weights) else None
        else:
            traced = _with_weights(self._graph, weights)
        return _described(traced, details)


def _float_weights(detector: Detector) -> Mapping[str, NDArray[np.generic]]:
    """By their names in the graph."""
    return {
        f"detector.{name}": tensor.detach().cpu().numpy()
        for name, tensor in detector.state_dict().items()
        if tensor.is_floating_point()
    }


def _holds_them_all(graph: bytes, weights: Mapping[str, NDArray[np.generic]]) -> bool:
    """Whether each weight stands in the graph under its own name, to the last bit."""
    import onnx

    model = onnx.load_model_from_string(graph)
    found = {each.name: each.raw_data for each in model.graph.initializer}
    return all(found.get(name) == values.tobytes() for name, values in weights.items())


def _with_weights(graph: bytes, weights: Mapping[str, NDArray[np.generic]]) -> bytes:
    import onnx

    model = onnx.load_model_from_string(graph)
    for each in model.graph.initializer:
        if each.name in weights:
            each.raw_data = weights[each.name].tobytes()
    filled: bytes = model.SerializeToString()
    return filled


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
