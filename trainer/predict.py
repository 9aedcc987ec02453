"""Picture in, detections out, on ONNX Runtime. Never imports torch."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from trainer.letterbox import PADDING, Letterbox
from trainer.onnx_gate import BoundedSession, ModelError, checked_answer, read_model
from trainer.stored import Amount, AtMost, Score, Sentence, Within, parsed, value_of

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


Id = Annotated[int, Within(-(2**53), 2**53)]
ClassName = Annotated[str, AtMost(1_000)]
Side = Annotated[int, Within(1, 4096)]


@dataclass(frozen=True, slots=True)
class Detection:
    """One thing that was found. bbox is COCO's x, y, width, height in pixels of the picture."""

    category_id: int
    name: Sentence
    score: Score
    bbox: tuple[Amount, Amount, Amount, Amount]


@dataclass(frozen=True, slots=True)
class ModelDetails:
    """What model.onnx says of itself.

    categories: (COCO category id, name) in the order of the network's labels. input_size: (width,
    height) in pixels. threshold: the score from which on a detection is worth showing. detector and
    finest_stride: how to build it again (protocol.BuildRequest).
    """

    categories: Annotated[tuple[tuple[Id, ClassName], ...], AtMost(10_000)]
    input_size: tuple[Side, Side]
    threshold: Annotated[float, Within(0, 1)]
    detector: Annotated[str, AtMost(200)]
    finest_stride: Annotated[int, Within(1, 64)] = 8

    def __post_init__(self) -> None:
        if not self.categories:
            raise ValueError("it names no class")
        if len({number for number, _ in self.categories}) < len(self.categories):
            raise ValueError("two classes have the same id")


class Predictor:
    """A trained detector. Not for several threads at once.

    names: category id -> name; input_size: (width, height); threshold: the score from which on a
    detection is worth showing, chosen on the validation images.
    """

    def __init__(self, onnx_path: Path, *, threads: int = 2) -> None:
        """Raises ModelError, in words for the person, where the file is missing or not ours."""
        self._path = onnx_path
        data, metadata = read_model(onnx_path)
        self.details = _described(onnx_path, metadata)
        width, height = self.details.input_size
        self._session = BoundedSession(onnx_path, data, width * height, threads)
        _check_graph(onnx_path, self._session, self.details)
        self.names: dict[int, str] = dict(self.details.categories)
        self.input_size = self.details.input_size
        self.threshold = self.details.threshold

    def predict(self, rgb: NDArray[np.uint8], *, min_score: float | None = None) -> list[Detection]:
        """Detections on an upright RGB picture (height, width, 3), best first.

        Without min_score only those worth showing. Raises ModelError where the network fails, or
        answers what cannot be.
        """
        lowest = self.threshold if min_score is None else min_score
        fit = Letterbox.fit((rgb.shape[1], rgb.shape[0]), self.input_size)
        canvas = letterboxed(rgb, fit, self.input_size)
        answer = self._session.run(OUTPUTS, {INPUT: canvas[None]})
        boxes, scores, labels = checked_answer(self._path, answer, len(self.details.categories))
        found = []
        for box, score, label in zip(boxes.tolist(), scores.tolist(), labels.tolist(), strict=True):
            x1, y1, x2, y2 = fit.to_picture((box[0], box[1], box[2], box[3]))
            if score >= lowest and x2 > x1 and y2 > y1:
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


def _described(path: Path, metadata: Mapping[str, str]) -> ModelDetails:
    version = metadata.get(FORMAT_KEY)
    if version is None:
        raise ModelError(f"{path}: this ONNX model was not made by Vector Labeler.")
    if version != FORMAT_VERSION:
        raise ModelError(
            f"{path}: this model is of format {version[:20]}, which another version of Vector "
            f"Labeler reads; this one reads format {FORMAT_VERSION}."
        )
    try:
        return parse_details(parsed(metadata.get(DETAILS_KEY, "")))
    except ValueError as error:
        raise ModelError(
            f"{path}: the model's description of itself is damaged: {error}."
        ) from error


def parse_details(values: Any) -> ModelDetails:
    """Raises ValueError where the values are not those of ModelDetails."""
    details: ModelDetails = value_of(ModelDetails, values)
    return details


def _check_graph(path: Path, session: BoundedSession, details: ModelDetails) -> None:
    width, height = details.input_size
    inputs = [(INPUT, "tensor(uint8)", [1, height, width, 3])]
    kinds = [
        ("boxes", "tensor(float)", 2),
        ("scores", "tensor(float)", 1),
        ("labels", "tensor(int64)", 1),
    ]
    has_outputs = len(session.outputs) == len(kinds) and all(
        (name, kind) == (told, told_kind) and dimensions in (0, told_dimensions)
        for (name, kind, dimensions), (told, told_kind, told_dimensions) in zip(
            session.outputs, kinds, strict=True
        )
    )
    if session.inputs != inputs or not has_outputs:
        raise ModelError(f"{path}: the model's inputs or outputs are not those it describes.")
