"""A detector small enough to be made by a test, whose answer depends on the very picture."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from trainer.predict import DETAILS_KEY, FORMAT_KEY, FORMAT_VERSION, ModelDetails

SIZE = (64, 36)
NAMES = ((1, "vector"), (2, "mug"))
SCORES = (0.9, 0.6, 0.3)
LABELS = (0, 1, 1)


def write_seeing_model(path: Path) -> Path:
    """One box, each of whose sides hangs on another colour and another part of the picture: what
    seen_by() says of it, and nothing else of any picture that was turned, mirrored or recoloured.
    """
    width, height = SIZE
    nodes = [
        helper.make_node("Cast", ["picture"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("Reshape", ["floats", "flat"], ["row"]),
        helper.make_node("MatMul", ["row", "weights"], ["moved"]),
        helper.make_node("Add", ["moved", "fixed"], ["boxes"]),
        helper.make_node("Identity", ["scores_value"], ["scores"]),
        helper.make_node("Identity", ["labels_value"], ["labels"]),
    ]
    constants: dict[str, NDArray[Any]] = {
        "flat": np.array([1, -1], np.int64),
        "weights": _seeing_weights(),
        "fixed": _FIXED,
        "scores_value": np.array([0.9], np.float32),
        "labels_value": np.array([1], np.int64),
    }
    graph = helper.make_graph(
        nodes,
        "seeing",
        [helper.make_tensor_value_info("picture", TensorProto.UINT8, [1, height, width, 3])],
        [
            helper.make_tensor_value_info("boxes", TensorProto.FLOAT, [1, 4]),
            helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1]),
            helper.make_tensor_value_info("labels", TensorProto.INT64, [1]),
        ],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    details = json.dumps(asdict(ModelDetails(NAMES, SIZE, 0.5, "seeing")))
    helper.set_model_props(model, {FORMAT_KEY: FORMAT_VERSION, DETAILS_KEY: details})
    onnx.save(model, str(path))
    return path


_FIXED = np.array([[2, 2, 40, 24]], np.float32)


def seen_by(rgb: NDArray[np.uint8]) -> list[float]:
    """x1 y1 x2 y2 that the seeing model finds on a picture of its own size."""
    moved = rgb.reshape(1, -1).astype(np.float32) @ _seeing_weights()
    return [float(value) for value in (moved + _FIXED)[0]]


def _seeing_weights() -> NDArray[np.float32]:
    """(height x width x 3, 4): red at the left moves x1, green at the top y1, blue at the right x2,
    red at the bottom y2, each by 10 pixels at most."""
    width, height = SIZE
    weights = np.zeros((height, width, 3, 4), np.float32)
    half, middle = width // 2, height // 2
    share = 10 / 255 / (half * height)
    weights[:, :half, 0, 0] = share
    weights[:middle, :, 1, 1] = share
    weights[:, half:, 2, 2] = share
    weights[middle:, :, 0, 3] = share
    return weights.reshape(-1, 4)


def write_tiny_model(
    path: Path,
    *,
    threshold: float = 0.5,
    scores: tuple[float, ...] = SCORES,
    labels: tuple[int, ...] = LABELS,
) -> Path:
    """Three boxes; the first one's left edge is where the picture's brightness puts it."""
    width, height = SIZE
    fixed = np.array([[0, 4, 40, 30], [10, 10, 50, 30], [2, 2, 20, 20]], np.float32)
    moved = np.array([[10 / 255, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]], np.float32)
    constants: dict[str, np.ndarray] = {
        "fixed": fixed,
        "moved": moved,
        "scores_value": np.array(scores, np.float32),
        "labels_value": np.array(labels, np.int64),
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
