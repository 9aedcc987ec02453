"""python predict.py [model.onnx] PICTURES: a line of JSON for each thing that is found.

It holds the picture, the class, the score, and x1 y1 x2 y2 in pixels of the upright picture.
A picture that cannot be read is named on stderr and passed over; the exit code is then 1.
"""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # before it is loaded: else it reports who uses it
import onnxruntime


def find(session: Any, model: dict[str, Any], path: str) -> Iterator[list[Any]]:
    """Yields [class, score, x1, y1, x2, y2]. Raises OSError and others for no picture."""
    picture = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
    size, full = np.array(picture.size), np.array(model["input_size"])
    inner = np.clip(np.round(size * (full / size).min()), 1, full).astype(int)
    picture = picture.resize(np.maximum(size, inner).tolist(), Image.Resampling.BILINEAR)
    x, y = (np.arange(n + 1) * m / n - np.arange(m)[:, None] for n, m in np.c_[picture.size, inner])
    means = np.diff(y.clip(0, 1)) @ np.array(picture).transpose(2, 0, 1) @ np.diff(x.clip(0, 1)).T
    (left, top), canvas = (full - inner) // 2, np.full((1, *full[::-1], 3), 127, np.uint8)
    canvas[0, top : top + inner[1], left : left + inner[0]] = means.round().transpose(1, 2, 0)
    for box, score, label in zip(*session.run(None, {"picture": canvas}), strict=True):
        if score >= model["threshold"]:
            box = np.clip((box.reshape(2, 2) - (left, top)) / inner * size, 0, size).ravel()
            yield [model["categories"][label][1], *np.round([score, *box], 3)]


def main(words: list[str]) -> None:
    is_named = bool(words) and words[0].lower().endswith(".onnx")
    file = Path(words[0]) if is_named else Path(__file__).with_name("model.onnx")
    pictures = words[1:] if is_named else words
    if {"-h", "--help"}.intersection(words):
        print(__doc__)
        return
    if not pictures:
        sys.exit(__doc__)
    if not file.is_file():
        sys.exit(f"{file} is not there: name the model first, or put it beside this script.")
    try:
        session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
        model = json.loads(session.get_modelmeta().custom_metadata_map["vector_labeler_details"])
    except Exception as error:
        sys.exit(f"{file} cannot be used as a model: {error}")
    unread = 0
    for path in pictures:
        try:
            found = list(find(session, model, path))
        except Exception as error:
            print(f"{path} cannot be read: {error}", file=sys.stderr)
            unread += 1
            continue
        for thing in found:
            print(json.dumps([path, *thing]))
    if unread:
        sys.exit(f"{unread} of {len(pictures)} pictures could not be read; the others are done.")


if __name__ == "__main__":
    main(sys.argv[1:])
