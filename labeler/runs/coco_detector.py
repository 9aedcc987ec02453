"""The detectors that need no training, without torch: COCO's, as it was published, and ready-made
Vector.

Their network is trainer.nanodet's as a graph (tools/make_coco_graph.py says what its outputs are).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from labeler.errors import UserError
from trainer import coco_weights, vector_weights
from trainer.coco_weights import NAMES
from trainer.predict import Detection

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

LONGEST = 416
"""Pixels of the longer side, as the network has learned."""
_STEP = 32
"""Both sides of its input are multiples of this."""
LONGEST_CLOSE = 640
"""A second pass with so many finds smaller things and surer edges, in thrice the time."""
_CLOSE_WEIGHT = 0.8
"""Of a score of the second pass, whose network sees parts where the first one sees things."""
_CANDIDATES = 300
_SAME = 0.55
"""Boxes that overlap more are the same thing; a part of a thing overlaps it less and stays."""
_LOWEST = 0.02
_MEANT = 0.5
"""A drawn box that overlaps a thing less does not mean it."""
_WORTH_SHOWING = 0.35
"""The score of a class from which on half of what is found is right, or more."""
_VECTOR_WORTH_SHOWING = 0.65
"""From here on it finds 111 of 117 robots of a simulated world that was made differently; lower
scores are mostly false alarms: see docs/models.md."""
_MOST_SHOWN = 100
_SAME_OF_KIND, _SAME_THING = 0.6, 0.8
"""Overlaps from which on two boxes are one thing: of one class, and of two."""
_UNUSED_IDS = frozenset((12, 26, 29, 30, 45, 66, 68, 69, 71, 83))
COCO_IDS = tuple(number for number in range(1, 91) if number not in _UNUSED_IDS)
"""COCO's own category ids of its 80 classes."""
_KINDS = 5
"""So many of a point's surest classes say together that something is there."""
_LARGE, _SIZE_POWER = 0.1, 0.2
"""A share of the picture: of smaller boxes there are more, and fewer of them are meant."""
_GROUNDS = {"dining table": 0.5, "bed": 0.5}
"""What things lie on is seldom meant itself."""


class PointsFound(NamedTuple):
    """What the network sees at each of its N points, finest first.

    boxes (N, 4): x1 y1 x2 y2 in pixels of the picture, inside of it; scores (N, C): of the
    detector's classes, 80 of COCO's, 0 to 1.
    """

    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]


class Things(NamedTuple):
    """Boxes (M, 4) that may each be a thing of any kind, and how likely (M,), 0 to 1."""

    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]


class PointDetector:
    """What one of the program's own graphs sees at every point.

    Several threads may use it at once. Opening takes a tenth of a second: on a worker, then.
    """

    def __init__(self, graph: Callable[[], Path], *, threads: int = 2) -> None:
        """graph: checks the files and says where it lies. Raises UserError where they are missing
        or altered."""
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
        boxes, scores = self._session.run(["boxes", "scores"], {"picture": seen[None]})
        boxes *= np.array([width / size[0], height / size[1]] * 2, np.float32)
        np.clip(boxes, 0, np.array([width, height] * 2, np.float32), out=boxes)
        return PointsFound(boxes, scores)


class CocoDetector(PointDetector):
    """COCO's detector."""

    def __init__(self, *, threads: int = 2) -> None:
        """Raises UserError as PointDetector."""
        super().__init__(coco_weights.graph, threads=threads)


@cache
def shared_detector() -> CocoDetector:
    """The same for all that ask in this process: each more would cost 40 MB. Raises UserError as
    CocoDetector, each time anew."""
    return CocoDetector()


class ReadyDetector:
    """A detector that needs no training, by the contract of an exported run (Predictor)."""

    def __init__(
        self, detector: PointDetector, names: Mapping[int, str], threshold: float, longest: int
    ) -> None:
        """names: category id -> name, in the order of its classes. longest: as in predict."""
        self._detector = detector
        self._longest = longest
        self._ids = tuple(names)
        self.names = dict(names)
        self.threshold = threshold

    def predict(self, rgb: NDArray[np.uint8], *, min_score: float | None = None) -> list[Detection]:
        """As Predictor.predict."""
        import numpy as np

        lowest = self.threshold if min_score is None else min_score
        boxes, scores = self._detector.predict(rgb, longest=self._longest)
        points, kinds = np.nonzero(scores >= lowest)
        sure = scores[points, kinds]
        order = np.argsort(-sure, kind="stable")[:_CANDIDATES]
        corners, kinds, sure = boxes[points[order]], kinds[order], sure[order]
        is_box = (corners[:, 2:] > corners[:, :2]).all(1)
        corners, kinds, sure = corners[is_box], kinds[is_box], sure[is_box]
        found: list[Detection] = []
        for at in islice(surest(corners, _SAME_OF_KIND, kinds), _MOST_SHOWN):
            number, (left, top, right, bottom) = self._ids[int(kinds[at])], corners[at].tolist()
            bbox = (left, top, right - left, bottom - top)
            found.append(Detection(number, self.names[number], float(sure[at]), bbox))
        return found


def everyday_detector(*, threads: int = 2) -> ReadyDetector:
    """COCO's 80 classes. Raises UserError as CocoDetector."""
    names = dict(zip(COCO_IDS, NAMES, strict=True))
    return ReadyDetector(CocoDetector(threads=threads), names, _WORTH_SHOWING, LONGEST)


def vector_detector(*, threads: int = 2) -> ReadyDetector:
    """Vector and his cube. Raises UserError as CocoDetector."""
    detector = PointDetector(vector_weights.graph, threads=threads)
    names = dict(enumerate(vector_weights.NAMES, 1))
    return ReadyDetector(detector, names, _VECTOR_WORTH_SHOWING, LONGEST)


def seen_size(picture: tuple[int, int], longest: int = LONGEST) -> tuple[int, int]:
    """(width, height) that the network sees: nearly the picture's shape, so nothing is padded."""
    ratio = longest / max(picture)
    width, height = (max(_STEP, round(side * ratio / _STEP) * _STEP) for side in picture)
    return width, height


def things(passes: Sequence[PointsFound], picture: tuple[int, int]) -> Things:
    """All that may be one, the likeliest first, each seen many times.

    passes: what was found with a longer side of LONGEST, and perhaps of LONGEST_CLOSE after it, of
    a picture (width, height).
    """
    import numpy as np

    weights = [1.0, *[_CLOSE_WEIGHT] * (len(passes) - 1)]
    boxes = np.concatenate([each.boxes for each in passes])
    sure = np.concatenate(
        [_thingness(each, picture) * w for each, w in zip(passes, weights, strict=True)]
    )
    is_any = (sure >= _LOWEST) & (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
    order = np.argsort(-sure, kind="stable")
    order = order[is_any[order]]
    return Things(boxes[order], sure[order])


def proposals(found: Things, most: int = 10) -> Things:
    """The likeliest; of boxes that overlap much only the surest."""
    kept = list(islice(surest(found.boxes[:_CANDIDATES], _SAME), most))
    return Things(found.boxes[kept], found.scores[kept])


def fitted(box: NDArray[np.float32], found: Things) -> NDArray[np.float32] | None:
    """The box (4,) of the thing that a roughly drawn one means; None where nothing is there."""
    import numpy as np

    alike = overlaps(box, found.boxes)
    fit = np.where(alike >= _MEANT, alike * np.sqrt(found.scores), 0)
    return found.boxes[int(fit.argmax())] if fit.any() else None


def _thingness(found: PointsFound, picture: tuple[int, int]) -> NDArray[np.float32]:
    """How likely each point's box is a thing that somebody means, 0 to 1."""
    import numpy as np

    weights = np.array([_GROUNDS.get(name, 1.0) for name in NAMES], np.float32)
    best = np.partition(found.scores * weights, -_KINDS, axis=1)[:, -_KINDS:]
    sides = (found.boxes[:, 2:] - found.boxes[:, :2]).clip(0)
    share = sides.prod(1) / (picture[0] * picture[1])
    is_something = 1 - (1 - best).prod(1)
    sure: NDArray[np.float32] = is_something * np.minimum(share / _LARGE, 1) ** _SIZE_POWER
    return sure


def surest(
    boxes: NDArray[np.float32], same: float, kinds: NDArray[np.int64] | None = None
) -> Iterator[int]:
    """Rows of boxes (N, 4), the surest first, without those that overlap one before them by more
    than `same`; kinds (N,): or one of another kind by more than _SAME_THING."""
    import numpy as np

    free = np.ones(len(boxes), bool)
    while free.any():
        first = int(free.argmax())
        yield first
        limit = same if kinds is None else np.where(kinds == kinds[first], same, _SAME_THING)
        free &= ~(overlaps(boxes[first], boxes) > limit)
        free[first] = False


def overlaps(box: NDArray[np.float32], boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Intersection over union of one box (4,) with each of (N, 4); (N,)."""
    import numpy as np

    low, high = np.maximum(box[:2], boxes[:, :2]), np.minimum(box[2:], boxes[:, 2:])
    shared = (high - low).clip(0).prod(1)
    own, others = (box[2:] - box[:2]).prod(), (boxes[:, 2:] - boxes[:, :2]).prod(1)
    shares: NDArray[np.float32] = shared / np.maximum(own + others - shared, 1e-6)
    return shares
