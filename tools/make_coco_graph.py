"""Remakes trainer/nanodet_g.onnx: COCO's detector as a graph that needs no torch.

    python tools/make_coco_graph.py [--of coco|vector] [--out FILE]

With --of vector it is trainer/nanodet_vector.onnx, ready-made Vector. The numbers stay where they
are: the graph says at which bytes of nanodet_g.safetensors and nanodet_vector.safetensors, in the
same folder, each tensor lies (ONNX's external data), and turns them from float16 into float32.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import struct
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import onnx
import torch
from torch import Tensor, nn

from trainer import coco_weights, vector_weights
from trainer.machine import write_whole
from trainer.nanodet import STRIDES, NanoDetector, coco_detector, vector_detector

INPUT, OUTPUTS = "picture", ("boxes", "scores")
_OPSET = 17
_HALF = "_float16"
_TRACED_SIZE = (96, 64)


@dataclass(frozen=True, slots=True)
class Made:
    """detector: builds it for a size of its input. weights: the files of its numbers; where two
    hold the same tensor, the later one counts."""

    detector: Callable[[tuple[int, int]], NanoDetector]
    weights: tuple[Path, ...]
    graph: Path


MADE = {
    "coco": Made(coco_detector, (coco_weights.PATH,), coco_weights.GRAPH),
    "vector": Made(vector_detector, (coco_weights.PATH, vector_weights.PATH), vector_weights.GRAPH),
}


class EveryPoint(nn.Module):
    """What the detector finds at each point of its grids, finest level first, rows first.

    uint8 RGB (1, height, width, 3) in, both sides multiples of 32. Out come boxes (N, 4), x1 y1 x2
    y2 in pixels of the input, and scores (N, classes).
    """

    def __init__(self, detector: NanoDetector) -> None:
        super().__init__()
        self.detector = detector

    def forward(self, picture: Tensor) -> tuple[Tensor, Tensor]:
        own = self.detector
        normal = own._normalised(picture.permute(0, 3, 1, 2).float() / 255)
        features = own.backbone.late([normal], 0)
        levels = own.neck(features)
        boxes, scores = [], []
        for stride, level in zip(STRIDES, levels, strict=True):
            tower = own.head.tower[str(stride)](level)
            logits = own.head.classify[str(stride)](tower)
            sides = own.head.measure[str(stride)](tower).reshape(4, own.head.whole.numel(), -1)
            steps = (sides.softmax(1) * own.head.whole[:, None]).sum(1) * stride
            x, y = _points(level, stride)
            boxes.append(torch.stack([x - steps[0], y - steps[1], x + steps[2], y + steps[3]], 1))
            scores.append(logits[0].flatten(1).T)
        told = torch.cat(scores)
        if own.branch is not None:
            told = told + own.branch(features)[0]
        return torch.cat(boxes), told.sigmoid()


def _points(level: Tensor, stride: int) -> tuple[Tensor, Tensor]:
    """x and y (cells,) of NanoDet's points, which must not become constants of one size."""
    ones = torch.ones_like(level[0, 0])
    x, y = ((ones.cumsum(axis) - 0.5) * stride - 0.5 for axis in (1, 0))
    return x.flatten(), y.flatten()


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--of", choices=MADE, default="coco")
    parser.add_argument("--out", type=Path)
    words = parser.parse_args()
    out = words.out or MADE[words.of].graph
    content = remade(MADE[words.of])
    write_whole(out, content)
    found = hashlib.sha256(content).hexdigest()
    sys.stdout.write(f"{out}: {len(content)} bytes, sha256 {found}\n")
    return 0


def remade(made: Made) -> bytes:
    """The file's content, which depends on the version of torch that traces the network."""
    model = onnx.load_model_from_string(_traced(made.detector(_TRACED_SIZE)))
    graph = model.graph
    places: dict[str, dict[str, Any]] = {}
    for weights in made.weights:
        places |= _places(weights)
    used = {tensor.name for tensor in graph.initializer}
    names = sorted(used & set(places))
    small = [tensor for tensor in graph.initializer if tensor.name not in places]
    halves = [_elsewhere(name, places[name]) for name in names]
    casts = [
        onnx.helper.make_node("Cast", [half.name], [name], to=onnx.TensorProto.FLOAT)
        for half, name in zip(halves, names, strict=True)
    ]
    nodes = [*casts, *graph.node]
    del graph.initializer[:], graph.node[:]
    graph.initializer.extend([*small, *halves])
    graph.node.extend(nodes)
    for node in graph.node:
        node.ClearField("doc_string")
    content: bytes = model.SerializeToString(deterministic=True)
    return content


def _traced(detector: NanoDetector) -> bytes:
    width, height = _TRACED_SIZE
    with torch.no_grad(), warnings.catch_warnings(), TemporaryDirectory() as folder:
        file = Path(folder, "graph.onnx")
        warnings.simplefilter("ignore")  # the tracer warns of sizes that it takes for constants
        torch.onnx.export(
            EveryPoint(detector).eval(),
            (torch.zeros(1, height, width, 3, dtype=torch.uint8),),
            file,
            opset_version=_OPSET,
            dynamo=False,
            do_constant_folding=False,
            input_names=[INPUT],
            output_names=list(OUTPUTS),
            dynamic_axes={
                INPUT: {1: "height", 2: "width"},
                **{name: {0: "points"} for name in OUTPUTS},
            },
        )
        return file.read_bytes()


def _places(weights: Path) -> dict[str, dict[str, Any]]:
    """By the names in the graph: the file's name, shape, and first and last byte in the file.

    https://github.com/huggingface/safetensors#format: the length of a JSON header in eight bytes,
    the header, the tensors.
    """
    content = weights.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])
    begin = 8 + length
    return {
        f"detector.{name}": {
            "file": weights.name,
            "shape": told["shape"],
            "bytes": [begin + place for place in told["data_offsets"]],
        }
        for name, told in header.items()
        if name != "__metadata__"
    }


def _elsewhere(name: str, place: dict[str, Any]) -> onnx.TensorProto:
    begin, end = place["bytes"]
    tensor = onnx.TensorProto(
        name=name + _HALF,
        data_type=onnx.TensorProto.FLOAT16,
        dims=place["shape"],
        data_location=onnx.TensorProto.EXTERNAL,
    )
    said = {"location": place["file"], "offset": str(begin), "length": str(end - begin)}
    for key, value in said.items():
        tensor.external_data.add(key=key, value=value)
    return tensor


if __name__ == "__main__":
    sys.exit(main())
