"""python predict.py model.onnx PICTURES: picture, name, score, x1 y1 x2 y2 of each thing found."""

import json
import os
import sys

import numpy as np
from PIL import Image, ImageOps

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # before it is loaded: else it reports who uses it
import onnxruntime

session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
model = json.loads(session.get_modelmeta().custom_metadata_map["vector_labeler_details"])
for path in sys.argv[2:]:
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
            print(json.dumps([path, model["categories"][label][1], *np.round([score, *box], 3)]))
