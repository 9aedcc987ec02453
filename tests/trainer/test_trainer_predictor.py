"""The predictor refuses what is not ours; scores and thresholds mean what they say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper
from PIL import Image

from tests.gui.tiny_model import write_tiny_model
from tests.trainer.training_runs import ROOT, Outcome
from trainer.evaluate import evaluate
from trainer.faults import TrainerError
from trainer.machine import write_whole
from trainer.predict import FORMAT_KEY, Detection, Predictor
from trainer.predict_command import predict_command
from trainer.scores import best_threshold, coco_scores


def foreign_model(path: Path, **metadata: str) -> Path:
    """A valid ONNX model that is no detector."""
    value = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])
    result = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])
    node = helper.make_node("Identity", ["x"], ["y"])
    graph = helper.make_graph([node], "g", [value], [result])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(model, metadata)
    onnx.save(model, path)
    return path


def test_onnx_runtime_neither_keeps_nor_reports_who_uses_it(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    names = ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")
    env = {**os.environ, **dict.fromkeys(names, str(home)), "PYTHONPATH": str(ROOT)}
    del env["ORT_DISABLE_TELEMETRY"]
    program = "import sys, pathlib, trainer.predict as p; p.Predictor(pathlib.Path(sys.argv[1]))"
    model = write_tiny_model(tmp_path / "model.onnx")
    subprocess.run([sys.executable, "-c", program, str(model)], env=env, check=True, timeout=60)
    assert list(home.iterdir()) == []


def test_a_missing_model_is_said(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no such model"):
        Predictor(tmp_path / "model.onnx")


@pytest.mark.parametrize("content", [b"", b"no model", b"\x08\x07" * 50])
def test_a_broken_model_is_said(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"model\.onnx: this is no ONNX model|was not made by"):
        Predictor(path)


def test_a_cut_off_model_is_said(finished: Outcome, tmp_path: Path) -> None:
    whole = (finished.run / "model.onnx").read_bytes()
    (tmp_path / "model.onnx").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match="damaged"):
        Predictor(tmp_path / "model.onnx")


@pytest.mark.parametrize(
    ("metadata", "sentence"),
    [
        ({}, "was not made by Vector Labeler"),
        ({FORMAT_KEY: "99"}, "format 99"),
        ({FORMAT_KEY: "1"}, "description of itself is damaged"),
        ({FORMAT_KEY: "1", "vector_labeler_details": "[]"}, "description of itself is damaged"),
    ],
)
def test_foreign_models_are_told_apart(
    tmp_path: Path, metadata: dict[str, str], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        Predictor(foreign_model(tmp_path / "model.onnx", **metadata))


@pytest.mark.parametrize("label", [-1, 2])
def test_a_network_that_finds_what_it_does_not_name_is_refused(tmp_path: Path, label: int) -> None:
    predictor = Predictor(write_tiny_model(tmp_path / "model.onnx", labels=(0, 1, label)))
    with pytest.raises(ValueError, match="does not name"):
        predictor.predict(np.zeros((36, 64, 3), np.uint8), min_score=0.1)


def test_no_layer_of_the_model_only_pads_what_the_next_one_reads(
    finished: Outcome, tmp_path: Path
) -> None:
    """ONNX Runtime pads inside its convolutions: apart it took a fifth of the time."""
    options = onnxruntime.SessionOptions()
    options.optimized_model_filepath = str(tmp_path / "as_run.onnx")
    options.log_severity_level = 4
    onnxruntime.InferenceSession(
        finished.run / "model.onnx", options, providers=["CPUExecutionProvider"]
    )
    kinds = [node.op_type for node in onnx.load(tmp_path / "as_run.onnx").graph.node]
    assert "Conv" in kinds
    assert "Pad" not in kinds


@pytest.mark.parametrize("size", [(1, 1), (640, 360), (33, 900)])
def test_pictures_of_any_size_give_boxes_inside_them(
    finished: Outcome, size: tuple[int, int]
) -> None:
    predictor = Predictor(finished.run / "model.onnx")
    rgb = np.random.default_rng(0).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
    found = predictor.predict(rgb, min_score=0.0)
    assert len(found) <= 100
    assert [d.score for d in found] == sorted((d.score for d in found), reverse=True)
    for x, y, width, height in (detection.bbox for detection in found):
        assert x >= 0
        assert y >= 0
        assert x + width <= size[0] + 1e-3
        assert y + height <= size[1] + 1e-3


def test_without_a_score_only_what_is_worth_showing_comes(finished: Outcome) -> None:
    predictor = Predictor(finished.run / "model.onnx")
    rgb = np.asarray(Image.open(finished.run.parent / "images" / "val-001.jpg"))
    shown = predictor.predict(rgb)
    assert shown == [
        d for d in predictor.predict(rgb, min_score=0.0) if d.score >= predictor.threshold
    ]
    assert 0.05 <= predictor.threshold <= 0.9


def test_predict_writes_coco_results_and_drawings(finished: Outcome, tmp_path: Path) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no")
    pictures = [finished.run.parent / "images" / "val-001.jpg", broken]
    out, drawn = tmp_path / "found.json", tmp_path / "drawn"
    told = predict_command(finished.run, pictures, out, draw=drawn)
    assert "on 1 picture:" in told
    assert "broken.png cannot be read as a picture" in told
    assert '"category_name": "' in out.read_text(encoding="utf-8")
    assert [path.name for path in drawn.iterdir()] == ["00001-val-001.png"]
    with pytest.raises(ValueError, match="No picture could be read"):
        predict_command(finished.run, [broken], out)


def test_a_box_is_in_pixels_of_the_file_also_where_it_was_decoded_smaller(
    finished: Outcome, tmp_path: Path
) -> None:
    found = []
    with Image.open(finished.run.parent / "images" / "val-001.jpg") as picture:
        for factor in (1, 8):
            size = (picture.width * factor, picture.height * factor)
            large = picture.resize(size, Image.Resampling.NEAREST)
            large.save(tmp_path / f"{factor}.jpg", quality=98, subsampling=0)
            out = tmp_path / f"{factor}.json"
            predict_command(finished.run, [tmp_path / f"{factor}.jpg"], out, min_score=0.0)
            results = json.loads(out.read_text(encoding="utf-8"))
            found.append(sorted(results, key=lambda result: -float(result["score"])))
    wanted = [8 * value for value in found[0][0]["bbox"]]
    sure = [each["bbox"] for each in found[1] if each["score"] > found[1][0]["score"] / 2]
    assert any(bbox == pytest.approx(wanted, abs=16) for bbox in sure)


def test_evaluate_names_pictures_that_are_missing(finished: Outcome, tmp_path: Path) -> None:
    with pytest.raises(TrainerError, match=r"val-001.jpg, .* and 7 more: is missing"):
        evaluate(finished.run, finished.run / "val.json", tmp_path)


def detection(x: float, score: float, category: int = 1) -> Detection:
    return Detection(category, "cube", score, (x, 0.0, 10.0, 10.0))


TRUTH = {
    "images": [{"id": 1, "width": 100, "height": 100}],
    "categories": [{"id": 1, "name": "cube"}, {"id": 2, "name": "mug"}],
    "annotations": [
        {
            "id": n,
            "image_id": 1,
            "category_id": 1,
            "iscrowd": 0,
            "area": 100,
            "bbox": [x, 0, 10, 10],
        }
        for n, x in ((1, 0), (2, 40))
    ],
}


def test_perfect_detections_score_one() -> None:
    scores = coco_scores(TRUTH, {1: [detection(0, 0.9), detection(40, 0.8)]})
    assert (scores.ap, scores.ap50) == pytest.approx((1, 1))
    assert [(c.name, c.ap) for c in scores.classes] == [("cube", pytest.approx(1)), ("mug", None)]


def test_no_detection_scores_zero() -> None:
    assert coco_scores(TRUTH, {1: []}).ap == 0


def test_the_threshold_separates_right_from_wrong() -> None:
    found = [detection(0, 0.9), detection(40, 0.7), detection(80, 0.5), detection(60, 0.2)]
    assert best_threshold(TRUTH, {1: found}) == pytest.approx(0.6)
    assert best_threshold(TRUTH, {}) == 0.3


def test_files_appear_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    write_whole(path, b"old")
    with pytest.raises(TypeError):
        write_whole(path, "no bytes")  # type: ignore[arg-type]
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_numpy_is_whole_before_onnx_runtime_asks_for_a_part_of_it(tmp_path: Path) -> None:
    """Or a thread that imports it at the same moment meets it halfway, and both fail for good."""
    path = write_tiny_model(tmp_path / "model.onnx")
    program = f"""
import sys
from pathlib import Path
from trainer.predict import Predictor

class Asked:
    def find_spec(self, name, path=None, target=None):
        if name in ("numpy", "onnxruntime"):
            print(name)

sys.meta_path.insert(0, Asked())
Predictor(Path({str(path)!r}))
"""
    words = [sys.executable, "-c", program]
    told = subprocess.run(words, capture_output=True, text=True, check=True, cwd=ROOT)
    assert told.stdout.split() == ["numpy", "onnxruntime"]
