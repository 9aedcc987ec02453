"""A model that always finds the same, so that every score can be foretold."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from trainer.config import RunConfig, save_config
from trainer.predict import DETAILS_KEY, FORMAT_KEY, FORMAT_VERSION, ModelDetails

SIZE = (64, 32)
CUBE, MUG = [4.0, 4.0, 20.0, 16.0], [40.0, 8.0, 16.0, 16.0]
"""What the model finds on every picture, best first: a cube and a mug. COCO's x y width height."""


def write_model(path: Path, names: tuple[tuple[int, str], ...]) -> Path:
    """A model of the trainer's format that finds the same two boxes on every picture."""
    values: dict[str, np.ndarray] = {
        "boxes": np.array([[x, y, x + w, y + h] for x, y, w, h in (CUBE, MUG)], np.float32),
        "scores": np.array([0.9, 0.6], np.float32),
        "labels": np.array([0, 1], np.int64),
    }
    kinds = {np.dtype(np.float32): TensorProto.FLOAT, np.dtype(np.int64): TensorProto.INT64}
    graph = helper.make_graph(
        [helper.make_node("Identity", [f"{name}_value"], [name]) for name in values],
        "constant",
        [helper.make_tensor_value_info("picture", TensorProto.UINT8, [1, SIZE[1], SIZE[0], 3])],
        [
            helper.make_tensor_value_info(name, kinds[value.dtype], value.shape)
            for name, value in values.items()
        ],
        [numpy_helper.from_array(value, f"{name}_value") for name, value in values.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    details = {
        "categories": names,
        "input_size": SIZE,
        "threshold": 0.5,
        "detector": "lite",
        "finest_stride": 8,
    }
    helper.set_model_props(model, {FORMAT_KEY: FORMAT_VERSION, DETAILS_KEY: json.dumps(details)})
    onnx.save(model, path)
    return path


def leave_constant_models(patch: pytest.MonkeyPatch) -> None:
    """Trainings in this process write one instead of tracing what they have learnt."""

    def write(path: Path, _detector: object, details: ModelDetails) -> None:
        write_model(path, details.categories)

    def made(_exporter: object, _detector: object, details: ModelDetails) -> bytes:
        with TemporaryDirectory() as folder:
            return write_model(Path(folder, "model.onnx"), details.categories).read_bytes()

    patch.setattr("trainer.results.export_onnx", write)
    patch.setattr("trainer.results.OnnxExporter.export", made)


NAMES = [{"id": 1, "name": "cube"}, {"id": 2, "name": "mug"}]


def make_run(folder: Path, **parts: int) -> Path:
    """A run with so many images in each part; each third mug is somewhere else than it is found."""
    run = folder / "run"
    (run / "images").mkdir(parents=True)
    write_model(run / "model.onnx", ((1, "cube"), (2, "mug")))
    for part, count in parts.items():
        images: list[dict[str, object]] = []
        boxes: list[dict[str, object]] = []
        for number in range(1, count + 1):
            name = f"{part}{number}.png"
            Image.new("RGB", SIZE).save(run / "images" / name)
            images.append({"id": number, "file_name": name, "width": SIZE[0], "height": SIZE[1]})
            mug = MUG if number % 3 else [2.0, 22.0, 8.0, 8.0]
            for category, bbox in ((1, CUBE), (2, mug)):
                box = {"id": len(boxes) + 1, "image_id": number, "category_id": category}
                boxes.append({**box, "bbox": bbox, "area": bbox[2] * bbox[3], "iscrowd": 0})
        content = {"images": images, "annotations": boxes, "categories": NAMES}
        (run / f"{part}.json").write_text(json.dumps(content), encoding="utf-8")
    save_config(run, RunConfig("images", "images", test_images="images"))
    return run
