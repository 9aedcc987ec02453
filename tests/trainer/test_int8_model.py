"""A model in INT8 is small, finds nearly the same, and is told with both scores and speeds."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import onnx
import pytest
from PIL import Image

from tests.trainer.told_runs import make_told_run
from tests.trainer.training_runs import ROOT, Outcome
from trainer.config import IMAGENET_START
from trainer.detector import build_detector
from trainer.export import onnx_of
from trainer.faults import TrainerError
from trainer.int8.compare import quantise
from trainer.int8.convert import last_nodes
from trainer.measured import FACTS, QUANTISED, load_quantised
from trainer.pack.bundle import pack
from trainer.predict import ModelDetails, Predictor
from trainer.protocol import BuildRequest
from trainer.stored import StoredError


@pytest.fixture(scope="module")
def whole(finished: Outcome, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the real run with its INT8 model. Not to be changed."""
    folder = tmp_path_factory.mktemp("int8")
    run = Path(shutil.copytree(finished.run, folder / "run"))
    told = subprocess.run(
        [sys.executable, "-m", "trainer", "quantise", str(run)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        timeout=100,
    ).stdout
    assert told.startswith("INT8: AP ")
    return run


def test_the_int8_model_scores_nearly_the_same_in_a_third_of_the_bytes(whole: Path) -> None:
    facts = load_quantised(whole)
    assert facts is not None
    assert facts.whole.ap50 is not None
    assert facts.plain.ap50 is not None
    assert facts.whole.ap50 > facts.plain.ap50 - 0.1
    assert facts.whole.size < 0.4 * facts.plain.size
    assert 0 < facts.whole.ms_p50 <= facts.whole.ms_p95
    assert (facts.images, facts.calibrated) == (12, 32)
    apart = facts.difference
    assert apart is not None
    assert apart.value == pytest.approx((facts.whole.ap or 0) - (facts.plain.ap or 0))
    assert apart.interval is not None
    assert apart.interval[0] <= apart.interval[1]
    assert "The difference in AP, " in facts.told


def test_the_preview_takes_the_int8_model_as_it_takes_the_other(
    whole: Path, finished: Outcome
) -> None:
    ours, other = Predictor(whole / QUANTISED), Predictor(whole / "model.onnx")
    assert ours.details == other.details
    rgb = np.asarray(Image.open(finished.run.parent / "images" / "val-001.jpg"))
    near = ours.predict(rgb, min_score=0.0)
    found = other.predict(rgb)
    assert found
    for each in found:
        alike = [a for a in near if a.bbox == pytest.approx(each.bbox, abs=8)]
        assert each.name in {a.name for a in alike}
        assert max(a.score for a in alike if a.name == each.name) > each.score - 0.2


def test_what_measures_boxes_stays_in_floats_and_the_rest_calculates_in_whole_numbers(
    whole: Path,
) -> None:
    graph = onnx.load(whole / QUANTISED).graph
    makers = {output: node.op_type for node in graph.node for output in node.output}
    convolutions = [node for node in graph.node if node.op_type == "Conv"]
    plain = [node.name for node in convolutions if makers.get(node.input[1]) is None]
    parts = {(name.split("/")[1], name.split("/")[2].split(".")[0]) for name in plain}
    assert parts == {("head", "classify"), ("head", "measure"), ("branch", "classify")}
    assert len(plain) == 3 * len({name.split("/")[2].split(".")[1] for name in plain})
    assert len(convolutions) > 5 * len(plain)


def test_of_the_detector_from_imagenet_so_do_its_scores_and_its_boxes() -> None:
    size = (64, 64)
    request = BuildRequest(IMAGENET_START, 2, "scratch", size, print, lambda: False)
    details = ModelDetails(((1, "mug"), (2, "cup")), size, 0.3, IMAGENET_START)
    graph = onnx.load_from_string(onnx_of(build_detector(request).settled(), details)).graph
    last = set(last_nodes(graph))
    floats = [each.name for each in graph.node if each.op_type == "Conv" and each.name in last]
    assert sorted({name.split("/")[2].split("_")[0] for name in floats}) == ["classify", "measure"]
    whole = [each.name for each in graph.node if each.op_type == "Conv" and each.name not in last]
    assert len(whole) > 10 * len(floats)


def test_its_weights_have_seven_bits_so_that_older_processors_do_not_overflow(
    whole: Path,
) -> None:
    """Without VNNI two products of eight bits are added in sixteen: that is one bit too few."""
    tensors = onnx.load(whole / QUANTISED).graph.initializer
    weights = [
        onnx.numpy_helper.to_array(each)
        for each in tensors
        if each.data_type == onnx.TensorProto.INT8 and len(each.dims) == 4
    ]
    assert sum(each.size for each in weights) > 100_000
    assert min(int(each.min()) for each in weights) >= -64
    assert max(int(each.max()) for each in weights) <= 64


def test_it_is_made_once_for_a_model_and_anew_for_another(whole: Path, tmp_path: Path) -> None:
    run = Path(shutil.copytree(whole, tmp_path / "run"))
    before = (run / QUANTISED).stat().st_mtime_ns
    assert quantise(run) == load_quantised(run)
    assert (run / QUANTISED).stat().st_mtime_ns == before
    with (run / "model.onnx").open("ab") as stream:
        stream.write(b"\0")
    assert load_quantised(run) is None
    (run / FACTS).write_text("[]", encoding="utf-8")
    with pytest.raises(StoredError, match="not an object"):
        load_quantised(run)


def test_the_zip_carries_it_on_request_and_the_card_tells_both(whole: Path, tmp_path: Path) -> None:
    names = pack(whole, tmp_path / "given.zip", int8=True)
    assert "model.int8.onnx" in names
    facts = json.loads((whole / FACTS).read_text(encoding="utf-8"))
    with zipfile.ZipFile(tmp_path / "given.zip") as archive:
        assert archive.read("model.int8.onnx") == (whole / QUANTISED).read_bytes()
        card = archive.read("MODEL_CARD.md").decode()
    assert f"INT8: AP {facts['whole']['ap']:.3f}" in card
    assert f"float: AP {facts['plain']['ap']:.3f}" in card


def test_without_pictures_to_calibrate_with_it_is_a_sentence(tmp_path: Path) -> None:
    run = make_told_run(tmp_path / "run")
    for path in (tmp_path / "images").glob("train-*.jpg"):
        path.unlink()
    with pytest.raises(TrainerError, match="nothing can be calibrated"):
        quantise(run)
    assert not (run / QUANTISED).exists()


def test_a_model_without_weights_has_only_last_nodes(tmp_path: Path) -> None:
    run = make_told_run(tmp_path / "run")
    graph = onnx.load(run / "model.onnx").graph
    assert set(last_nodes(graph)) == {node.name for node in graph.node}
