"""A detector small enough to be made by a test, whose answer depends on the very picture."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from trainer.predict import DETAILS_KEY, FORMAT_KEY, FORMAT_VERSION, ModelDetails

SIZE = (64, 36)
NAMES = ((1, "vector"), (2, "mug"))
SCORES = (0.9, 0.6, 0.3)
LABELS = (0, 1, 1)


def write_tiny_model(
    path: Path, *, threshold: float = 0.5, scores: tuple[float, ...] = SCORES
) -> Path:
    """Three boxes; the first one's left edge is where the picture's brightness puts it."""
    width, height = SIZE
    fixed = np.array([[0, 4, 40, 30], [10, 10, 50, 30], [2, 2, 20, 20]], np.float32)
    moved = np.array([[10 / 255, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]], np.float32)
    constants: dict[str, np.ndarray] = {
        "fixed": fixed,
        "moved": moved,
        "scores_value": np.array(scores, np.float32),
        "labels_value": np.array(LABELS, np.int64),
    }
    nodes = [
        helper.make_node("Cast", ["picture"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["floats"], ["brightness"], keepdims=0),
        helper.make_node("Mul", ["moved", "brightness"], ["shift"]),
        helper.make_node("Add", ["fixed", "shift"], ["boxes"]),
        helper.make_node("Identity", ["scores_value"], ["scores"]),
        helper.make_node("Identity", ["labels_value"], ["labels"]),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("picture", TensorProto.UINT8, [1, height, width, 3])],
        [
            helper.make_tensor_value_info("boxes", TensorProto.FLOAT, [3, 4]),
            helper.make_tensor_value_info("scores", TensorProto.FLOAT, [3]),
            helper.make_tensor_value_info("labels", TensorProto.INT64, [3]),
        ],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    details = ModelDetails(NAMES, SIZE, threshold, "tiny")
    helper.set_model_props(
        model, {FORMAT_KEY: FORMAT_VERSION, DETAILS_KEY: json.dumps(asdict(details))}
    )
    part = path.with_suffix(".part")
    onnx.save(model, str(part))
    part.replace(path)
    return path
