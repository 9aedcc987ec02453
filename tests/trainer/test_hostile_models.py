"""A model from a stranger ends in a sentence that names its file: soon, and in little memory."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests.gui.tiny_model import NAMES, SIZE, write_tiny_model
from tests.trainer import hostile_models
from tests.trainer.training_runs import ROOT
from trainer import onnx_gate
from trainer.onnx_gate import ModelError
from trainer.predict import Predictor

PICTURE = np.zeros((36, 64, 3), np.uint8)
MEASURED = """
import re, sys, time
from pathlib import Path
import numpy as np
from trainer.predict import Predictor
began = time.perf_counter()
try:
    Predictor(Path(sys.argv[1])).predict(np.zeros((36, 64, 3), np.uint8))
except ValueError as error:
    print(error)
peak = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]
print(time.perf_counter() - began, int(peak) // 1024)
"""


@pytest.mark.parametrize("name", hostile_models.EVERY)
def test_a_hostile_model_is_one_sentence_with_its_file(tmp_path: Path, name: str) -> None:
    made, fault = hostile_models.EVERY[name]
    path = hostile_models.write(tmp_path / "model.onnx", made)
    with pytest.raises(ModelError) as caught:
        Predictor(path).predict(PICTURE)
    told = str(caught.value)
    assert told.startswith(f"{path}: ")
    assert re.search(fault, told), told
    assert "\n" not in told
    assert len(told) < len(str(path)) + 400


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x08",
        b"hello, world",
        b"\x80" * 100,
        b"\xff" * 1000,
        b"\x3a\xff\xff\xff\xff\x0f",
        b"\x3a\x02\x0a\x05",
        os.urandom(5000),
    ],
)
def test_bytes_that_are_no_model_are_said_to_be_none(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(data)
    with pytest.raises(ModelError, match=r"model\.onnx: "):
        Predictor(path)


def test_a_good_model_with_any_byte_changed_works_or_is_refused_and_prints_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    good = write_tiny_model(tmp_path / "good.onnx").read_bytes()
    chance = np.random.default_rng(0)
    path = tmp_path / "model.onnx"
    for _ in range(150):
        data = bytearray(good)
        for place in chance.integers(0, len(data), 3):
            data[place] = chance.integers(256)
        path.write_bytes(bytes(data))
        try:
            Predictor(path, threads=1).predict(PICTURE)
        except ModelError as error:
            assert str(path) in str(error)  # noqa: PT017 - either is right
    assert capfd.readouterr().out == ""  # where --json answers


def test_a_model_that_never_ends_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnx_gate, "_SECONDS_SMALL", 1.0)
    path = hostile_models.write(tmp_path / "model.onnx", hostile_models.endless())
    began = time.monotonic()
    predictor = Predictor(path)
    for _ in range(2):  # it stays what it is
        with pytest.raises(ModelError, match="takes longer than 1 seconds for a picture"):
            predictor.predict(PICTURE)
    assert time.monotonic() - began < 8


@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured as Linux tells it")
@pytest.mark.parametrize("name", ["five million", "zeros", "constants that grow"])
def test_what_asks_for_gigabytes_gets_500_megabytes_and_10_seconds(
    tmp_path: Path, name: str
) -> None:
    path = hostile_models.write(tmp_path / "model.onnx", hostile_models.EVERY[name][0])
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    sentence, figures = done.stdout.splitlines()
    assert sentence.startswith(str(path))
    seconds, megabytes = map(float, figures.split())
    assert seconds < 10
    assert megabytes < 500


def test_the_gate_lets_an_honest_model_through_and_sorts_what_it_finds(tmp_path: Path) -> None:
    path = write_tiny_model(tmp_path / "model.onnx", scores=(0.6, 0.3, 0.9))
    predictor = Predictor(path)
    assert (predictor.names, predictor.input_size) == (dict(NAMES), SIZE)
    assert [round(found.score, 1) for found in predictor.predict(PICTURE)] == [0.9, 0.6]


@pytest.mark.parametrize("verb", ["predict", "evaluate", "export-model"])
@pytest.mark.parametrize("name", ["infinity", "infinite boxes", "external"])
def test_in_the_shell_it_is_a_sentence_too(tmp_path: Path, verb: str, name: str) -> None:
    from PIL import Image

    from trainer.config import RunConfig, save_config

    run = tmp_path / "run"
    (run / "images").mkdir(parents=True)
    Image.new("RGB", (64, 36)).save(run / "images" / "a.png")
    box = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 20, 20], "area": 400}
    image = {"id": 1, "file_name": "a.png", "width": 64, "height": 36}
    content = {
        "images": [image],
        "annotations": [{**box, "iscrowd": 0}],
        "categories": [{"id": 1, "name": "vector"}],
    }
    for part in ("train", "val"):
        (run / f"{part}.json").write_text(json.dumps(content), encoding="utf-8")
    save_config(run, RunConfig("images", "images"))
    hostile_models.write(run / "model.onnx", hostile_models.EVERY[name][0])
    words = {
        "predict": ["predict", str(run), str(run / "images"), "--out", "found.json"],
        "evaluate": ["evaluate", str(run)],
        "export-model": ["export-model", str(run), "--out", "given.zip"],
    }[verb]
    done = subprocess.run(
        [sys.executable, "-m", "labeler", *words],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    if verb == "export-model" and name == "infinite boxes":
        return  # it is packed, and says so where it is used
    assert done.returncode == 1, done.stdout + done.stderr
    assert "model.onnx" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "found.json").exists()


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="this system has no such device")
@pytest.mark.timeout(20)
def test_a_report_does_not_read_a_device_in_place_of_the_model(tmp_path: Path) -> None:
    from tests.trainer.constant_model import make_run
    from trainer.analysis import analyse
    from trainer.report.page import write_report

    run = make_run(tmp_path, train=3, val=3)
    analyse(run)
    (run / "model.onnx").unlink()
    (run / "model.onnx").symlink_to("/dev/zero")
    assert "is not there" in write_report(run, None).read_text(encoding="utf-8")
