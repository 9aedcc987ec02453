"""What both detectors of a pair found in a clip, frame for frame, as one JSON file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from labeler.dataset.files import PART, reason
from labeler.errors import UserError
from labeler.runs.clip import Clip
from labeler.runs.detector import ModelDetector
from trainer.names import open_plain
from trainer.predict import Detection


@dataclass(frozen=True, slots=True)
class FrameWriter:
    """add() takes one frame after the other; `names` say whose detections come in which place."""

    names: Sequence[str]
    thresholds: Sequence[float]
    per_second: float
    stream: IO[str]

    def add(self, number: int, found: Sequence[Sequence[Detection]]) -> None:
        """number: from 1 on. Raises OSError."""
        told = {
            name: [_detection(each, threshold) for each in own]
            for name, threshold, own in zip(self.names, self.thresholds, found, strict=True)
        }
        frame = {"frame": number, "seconds": round((number - 1) / self.per_second, 3), **told}
        self.stream.write(("" if number == 1 else ",\n") + json.dumps(frame, allow_nan=False))


@contextmanager
def frame_file(path: Path, clip: Clip, models: Mapping[str, Path]) -> Iterator[FrameWriter]:
    """A writer whose file is there only when the block has ended well. models: by name.

    The file: {"clip", "per_second", "thresholds": {name: score}, "frames": [{"frame", "seconds",
    name: [{"category_id", "name", "score", "bbox", "shown"}]}]}; bbox is x, y, width, height in
    pixels of the frame, shown whether the detector itself trusts it. Raises UserError.
    """
    thresholds = [ModelDetector(model).threshold for model in models.values()]
    head = {
        "clip": clip.name,
        "per_second": clip.per_second,
        "thresholds": dict(zip(models, thresholds, strict=True)),
    }
    part = path.with_name(path.name + PART)
    try:
        with open_plain(part, "w") as stream:
            stream.write(json.dumps(head)[:-1] + ', "frames": [\n')
            yield FrameWriter(list(models), thresholds, clip.per_second, stream)
            stream.write("\n]}\n")
        part.replace(path)
    except OSError as error:
        raise UserError(f"Cannot write {path}: {reason(error)}.") from error
    finally:
        part.unlink(missing_ok=True)


def _detection(found: Detection, threshold: float) -> dict[str, object]:
    return {
        "category_id": found.category_id,
        "name": found.name,
        "score": round(found.score, 4),
        "bbox": [round(side, 2) for side in found.bbox],
        "shown": found.score >= threshold,
    }
