"""COCO's detector as it was published, without torch: what lies where, before anybody labels.

The network is trainer.nanodet's as a graph (tools/make_coco_graph.py says what its outputs are).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from labeler.errors import UserError
from trainer.coco_weights import graph

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Read when ONNX Runtime is loaded, which else gives this machine an id and reports its use.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

LONGEST = 416
"""Pixels of the longer side, as the network has learned."""
_STEP = 32
"""Both sides of its input are multiples of this."""
_CANDIDATES = 300
_SAME = 0.6
"""Boxes that overlap more are the same thing; a part of a thing overlaps it less and stays."""
_LOWEST = 0.02


class PointsFound(NamedTuple):
    """What the network sees at each of its N points, finest first.

    boxes (N, 4): x1 y1 x2 y2 in pixels of the picture, inside of it; scores (N, 80): of COCO's
    classes, 0 to 1; features (N, 128): what both are read from.
    """

    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    features: NDArray[np.float32]


class Proposals(NamedTuple):
    """Things of any kind, surest first: boxes (M, 4), scores (M,), and whose points they are.

    points (M,) are rows of PointsFound.
    """

    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    points: NDArray[np.int64]


class CocoDetector:
    """Not for several threads at once. Opening takes a tenth of a second: on a worker, then."""

    def __init__(self, *, threads: int = 2) -> None:
        """Raises UserError where the program's own files are missing or altered."""
        try:
            path = graph()
        except ValueError as error:
            raise UserError(str(error)) from error
        import numpy  # noqa: F401  # whole, before another thread imports it: onnx_gate
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = max(1, min(threads, os.cpu_count() or 1))
        options.inter_op_num_threads = 1
        options.log_severity_level = 4
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )

    def predict(self, rgb: NDArray[np.uint8], *, longest: int = LONGEST) -> PointsFound:
        """Of an upright RGB picture (height, width, 3), seen with a longer side of `longest`."""
        import cv2
        import numpy as np

        height, width = rgb.shape[:2]
        size = seen_size((width, height), longest)
        shrinks = size[0] < width
        method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        seen = cv2.resize(rgb, size, interpolation=method)
        names = ["boxes", "scores", "features"]
        boxes, scores, features = self._session.run(names, {"picture": seen[None]})
        boxes *= np.array([width / size[0], height / size[1]] * 2, np.float32)
        np.clip(boxes, 0, np.array([width, height] * 2, np.float32), out=boxes)
        return PointsFound(boxes, scores, features)


def seen_size(picture: tuple[int, int], longest: int = LONGEST) -> tuple[int, int]:
    """(width, height) that the network sees: nearly the picture's shape, so nothing is padded."""
    ratio = longest / max(picture)
    width, height = (max(_STEP, round(side * ratio / _STEP) * _STEP) for side in picture)
    return width, height


def proposals(found: PointsFound, most: int = 10) -> Proposals:
    """The likeliest things of any class; of boxes that overlap much only the surest."""
    import numpy as np

    best = found.scores.max(1)
    order = np.argsort(-best, kind="stable")[:_CANDIDATES]
    order = order[best[order] >= _LOWEST]
    boxes = found.boxes[order]
    kept: list[int] = []
    free = (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
    while len(kept) < most and free.any():
        first = int(free.argmax())
        kept.append(first)
        free &= overlaps(boxes[first], boxes) <= _SAME
        free[first] = False
    points = order[kept]
    return Proposals(found.boxes[points], best[points], points)


def overlaps(box: NDArray[np.float32], boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Intersection over union of one box (4,) with each of (N, 4); (N,)."""
    import numpy as np

    low, high = np.maximum(box[:2], boxes[:, :2]), np.minimum(box[2:], boxes[:, 2:])
    shared = (high - low).clip(0).prod(1)
    own, others = (box[2:] - box[:2]).prod(), (boxes[:, 2:] - boxes[:, :2]).prod(1)
    shares: NDArray[np.float32] = shared / np.maximum(own + others - shared, 1e-6)
    return shares
