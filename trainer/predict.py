"""Picture in, detections out, on ONNX Runtime. Never imports torch."""

from __future__ import annotations

import json
import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.letterbox import PADDING, Letterbox

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Read when ONNX Runtime is loaded, which else gives this machine an id and reports its use.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

FORMAT_KEY = "vector_labeler_detector"
FORMAT_VERSION = "1"
DETAILS_KEY = "vector_labeler_details"
"""Metadata of model.onnx: the version of the format, and a JSON object of ModelDetails' fields."""

INPUT, OUTPUTS = "picture", ("boxes", "scores", "labels")


@dataclass(frozen=True, slots=True)
class Detection:
    """One thing that was found. bbox is COCO's x, y, width, height in pixels of the picture."""

    category_id: int
    name: str
    score: float
    bbox: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class ModelDetails:
    """What model.onnx says of itself.

    categories: (COCO category id, name) in the order of the network's labels. input_size: (width,
    height) in pixels. threshold: the score from which on a detection is worth showing. detector and
    finest_stride: how to build it again (protocol.BuildRequest).
    """

    categories: tuple[tuple[int, str], ...]
    input_size: tuple[int, int]
    threshold: float
    detector: str
    finest_stride: int = 8


class Predictor:
    """A trained detector. Not for several threads at once.

    names: category id -> name; input_size: (width, height); threshold: the score from which on a
    detection is worth showing, chosen on the validation images.
    """

    def __init__(self, onnx_path: Path, *, threads: int = 2) -> None:
        """Raises ValueError, in words for the person, where the file is missing or not ours."""
        self._session = _open(onnx_path, threads)
        self.details = _details(onnx_path, self._session)
        self.names: dict[int, str] = dict(self.details.categories)
        self.input_size = self.details.input_size
        self.threshold = self.details.threshold

    def predict(self, rgb: NDArray[np.uint8], *, min_score: float | None = None) -> list[Detection]:
        """Detections on an upright RGB picture (height, width, 3), best first.

        Without min_score only those worth showing. Raises ValueError for a network that finds what
        its description does not name.
        """
        lowest = self.threshold if min_score is None else min_score
        fit = Letterbox.fit((rgb.shape[1], rgb.shape[0]), self.input_size)
        canvas = letterboxed(rgb, fit, self.input_size)
        boxes, scores, labels = self._session.run(OUTPUTS, {INPUT: canvas[None]})
        found = []
        for box, score, label in zip(boxes.tolist(), scores.tolist(), labels.tolist(), strict=True):
            x1, y1, x2, y2 = fit.to_picture((box[0], box[1], box[2], box[3]))
            if score >= lowest and x2 > x1 and y2 > y1:
                if not 0 <= label < len(self.details.categories):
                    raise ValueError("it finds things of a class that it does not name.")
                category_id, name = self.details.categories[label]
                found.append(Detection(category_id, name, score, (x1, y1, x2 - x1, y2 - y1)))
        return found


def letterboxed(
    rgb: NDArray[np.uint8], fit: Letterbox, canvas_size: tuple[int, int]
) -> NDArray[np.uint8]:
    """The picture pasted into a grey canvas (height, width, 3)."""
    import cv2
    import numpy as np

    canvas = np.full((canvas_size[1], canvas_size[0], 3), PADDING, np.uint8)
    shrinks = fit.width < rgb.shape[1]
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    inside = canvas[fit.top : fit.top + fit.height, fit.left : fit.left + fit.width]
    inside[:] = cv2.resize(rgb, (fit.width, fit.height), interpolation=method)
    return canvas


def _open(path: Path, threads: int) -> Any:
    if not path.is_file():
        raise ValueError(f"{path}: there is no such model. Train one first.")
    # Whole before ONNX Runtime's library asks for a part of it: another thread that just begins
    # to import NumPy (the window, for its curves) would else meet it halfway, and both would fail.
    import numpy  # noqa: F401
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(
            path.read_bytes(), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # ONNX Runtime's own classes have no common base of their own
        raise ValueError(f"{path}: this is no ONNX model, or it is damaged.") from error


def _details(path: Path, session: Any) -> ModelDetails:
    metadata = session.get_modelmeta().custom_metadata_map
    version = metadata.get(FORMAT_KEY)
    if version is None:
        raise ValueError(f"{path}: this ONNX model was not made by Vector Labeler.")
    if version != FORMAT_VERSION:
        raise ValueError(
            f"{path}: this model is of format {version}, which another version of Vector Labeler "
            f"reads; this one reads format {FORMAT_VERSION}."
        )
    try:
        details = parse_details(json.loads(metadata[DETAILS_KEY]))
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"{path}: the model's description of itself is damaged.") from error
    _check_graph(path, session, details)
    return details


def parse_details(values: dict[str, Any]) -> ModelDetails:
    """Raises KeyError, TypeError or ValueError where the values are not those of ModelDetails."""
    width, height = values["input_size"]
    threshold = float(values["threshold"])
    if not (math.isfinite(threshold) and 0 < int(width) <= 4096 and 0 < int(height) <= 4096):
        raise ValueError("numbers out of range")
    categories = tuple((int(number), str(name)) for number, name in values["categories"])
    return ModelDetails(
        categories,
        (int(width), int(height)),
        threshold,
        str(values["detector"]),
        int(values["finest_stride"]),
    )


def _check_graph(path: Path, session: Any, details: ModelDetails) -> None:
    width, height = details.input_size
    inputs = [(node.name, list(node.shape)) for node in session.get_inputs()]
    outputs = tuple(node.name for node in session.get_outputs())
    if inputs != [(INPUT, [1, height, width, 3])] or outputs != OUTPUTS:
        raise ValueError(f"{path}: the model's inputs or outputs are not those it describes.")
