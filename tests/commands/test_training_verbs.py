"""Train, evaluate and predict from the shell, on pictures that the suite draws."""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

import labeler.runs.child
from labeler.cli import main
from labeler.commands.adjust import add_adjustments, wish_of
from labeler.dataset.store import Dataset
from labeler.errors import UserError
from labeler.runs.child import train_in_child
from labeler.runs.history import RunState, summarise
from labeler.runs.prepare import Wish, prepare_run_from_dataset
from tests.gui.tiny_model import write_tiny_model
from tests.runs.run_makers import add_scenes, write_coco_files, write_coco_scenes
from trainer.config import RunConfig, save_config

PATIENCE = 120
"""Seconds until a verb that should have ended long ago is taken for hung."""


ENOUGH = 0.3
"""An AP50 that nothing reaches without having looked at the pictures."""


@dataclass(frozen=True)
class Trained:
    """told: the answer of train; scores: that of evaluate."""

    run: Path
    told: dict[str, Any]
    scores: dict[str, Any]


def _shell(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "labeler", *map(str, words)],
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )


def _answer(*words: str | Path) -> dict[str, Any]:
    done = _shell(*words, "--json")
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@pytest.fixture(scope="module")
def unseen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_coco_scenes(tmp_path_factory.mktemp("unseen") / "coco", range(1000, 1020))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, unseen: Path) -> Trained:
    """A run of 5 s on other scenes; where a crowded machine did little in them, one of 30 s."""
    folder = tmp_path_factory.mktemp("training")
    source = write_coco_scenes(folder / "coco", range(40))
    for seconds in (5, 30):
        run = folder / f"run-{seconds}"
        words: list[str | Path] = [
            "--val",
            unseen,
            "--from",
            "pretrained",
            "--seconds",
            str(seconds),
            "--seed",
            "1",
        ]
        answer = _answer("train", source, *words, "--out", run)
        assert Path(answer["model"]).is_file()
        assert (answer["images_train"], answer["images_val"]) == (40, 20)
        scores = _answer("evaluate", run, unseen)
        if scores["AP50"] > ENOUGH:
            break
    return Trained(run, answer, scores)


@pytest.mark.timeout(400)  # the trainings of the fixture count for the first test that asks
def test_a_short_training_beats_the_constant_box_by_far(trained: Trained, unseen: Path) -> None:
    scores = trained.scores
    assert 0 <= scores["AP"] <= scores["AP50"] <= 1
    assert _ap50(unseen, _constant_boxes(unseen)) < 0.1
    assert scores["AP50"] > ENOUGH


def test_a_run_is_scored_on_what_it_was_checked_with_and_every_ap_has_its_interval(
    trained: Trained, tmp_path: Path
) -> None:
    """Also where a copy of its folder alone was put elsewhere."""
    own = _answer("evaluate", shutil.copytree(trained.run, tmp_path / "a" / "stick" / "run"))
    assert (own["AP"], own["AP_interval"]) == (trained.scores["AP"], trained.scores["AP_interval"])
    low, high = own["AP_interval"]
    assert 0 < low < own["AP"] <= high < 1
    assert trained.told["ap_interval"][0] < trained.told["ap"] <= trained.told["ap_interval"][1]
    told = trained.told["ap50_interval"]
    assert told[0] < trained.told["ap50"] <= told[1]
    assert own["constant_box"]["AP50"] < 0.1


def test_predictions_are_cocos_results_and_score_as_evaluate_says(
    trained: Trained, unseen: Path, tmp_path: Path
) -> None:
    out, drawn = tmp_path / "new" / "detections.json", tmp_path / "drawn"
    words: list[str | Path] = ["--out", out, "--draw", drawn, "--ids-from", unseen]
    answer = _answer("predict", trained.run / "model.onnx", unseen.parent / "images", *words)
    assert answer["pictures"] == 20
    assert len(list(drawn.iterdir())) == 20
    found = json.loads(out.read_text(encoding="utf-8"))
    assert {"image_id", "category_id", "bbox", "score"} <= found[0].keys()
    assert _ap50(unseen, found) == pytest.approx(trained.scores["AP50"], abs=0.02)


def test_a_damaged_picture_is_named_and_the_others_are_done(
    trained: Trained, unseen: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"not a picture")
    good = tmp_path / f"{'x' * 251}.jpg"  # the longest name there is
    shutil.copy(unseen.parent / "images" / "scene1000.jpg", good)
    out, drawn = tmp_path / "found.json", tmp_path / "drawn"
    done = _shell("predict", trained.run, bad, good, "--out", out, "--draw", drawn)
    assert done.returncode == 0
    assert "bad.jpg is not a picture" in done.stderr
    assert len(list(drawn.iterdir())) == 1
    assert {entry["image_id"] for entry in json.loads(out.read_text("utf-8"))} <= {2}
    alone = _shell("predict", trained.run, bad, "--out", tmp_path / "none.json")
    assert alone.returncode == 1
    assert not (tmp_path / "none.json").exists()


if sys.platform != "win32":

    def test_ctrl_c_stops_the_training_of_a_dataset_and_keeps_the_best(tmp_path: Path) -> None:
        with Dataset.create(tmp_path / "table") as dataset:
            add_scenes(dataset, 16, session="morning")
            add_scenes(dataset, 4, session="evening")
            with subprocess.Popen(
                [sys.executable, "-m", "labeler", "train", dataset.folder, "--seconds", "600"],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
            ) as verb:
                assert verb.stderr is not None
                assert "16 images to learn from, 4 to check with" in verb.stderr.readline()
                assert any(" of 600 s, " in line and "s left" in line for line in verb.stderr)
                verb.send_signal(signal.SIGINT)
                told, rest = verb.communicate(timeout=PATIENCE)
            (run,) = dataset.runs_folder.iterdir()
        assert verb.returncode == 0
        assert "Stopping, the best is kept." in rest
        assert f"train --resume {run}" in rest
        assert "Stopped after" in told
        assert str(run / "model.onnx") in told
        assert (run / "model.onnx").is_file()


@pytest.fixture
def steady(tmp_path: Path) -> Path:
    """A model that finds the same on every black picture: a vector at 0.9, mugs at 0.6 and 0.3."""
    return write_tiny_model(tmp_path / "model.onnx")


def _black_pictures(folder: Path, names: list[str], size: tuple[int, int] = (64, 36)) -> Path:
    folder.mkdir()
    for name in names:
        Image.new("RGB", size).save(folder / name)
    return folder


def _predicted(*words: str | Path) -> list[dict[str, Any]]:
    out = Path(words[0]).with_name("found.json")
    assert main(["predict", *map(str, words), "--out", str(out)]) == 0
    found: list[dict[str, Any]] = json.loads(out.read_text(encoding="utf-8"))
    return found


def test_predictions_carry_the_ids_that_the_coco_file_gives_to_the_pictures_of_those_names(
    steady: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """So they can be scored against that file, whatever the order and however it numbers."""
    pictures = _black_pictures(tmp_path / "shots", ["a.png", "b.png", "c.png", "d.png"])
    ids = {"d.png": 7, "a.png": 900, "c.png": 2}
    images = [
        {"id": number, "file_name": name, "width": 64, "height": 36} for name, number in ids.items()
    ]
    told = {"images": images, "annotations": [], "categories": [{"id": 1, "name": "vector"}]}
    coco = tmp_path / "coco.json"
    coco.write_text(json.dumps(told), encoding="utf-8")
    found = _predicted(steady, pictures, "--ids-from", coco)
    assert {each["file_name"]: each["image_id"] for each in found} == ids
    assert f"Left out, not in {coco}: 1 picture." in capsys.readouterr().err
    numbered = {each["file_name"]: each["image_id"] for each in _predicted(steady, pictures)}
    assert numbered == {"a.png": 1, "b.png": 2, "c.png": 3, "d.png": 4}


@pytest.mark.parametrize(
    ("words", "scores"),
    [([], [0.9, 0.6, 0.3]), (["--min-score", "0.5"], [0.9, 0.6]), (["--min-score", "0.95"], [])],
)
def test_what_is_less_sure_than_min_score_is_left_out_of_the_predictions(
    steady: Path, tmp_path: Path, words: list[str], scores: list[float]
) -> None:
    pictures = _black_pictures(tmp_path / "shots", ["a.png"])
    found = _predicted(steady, pictures, *words)
    assert [each["score"] for each in found] == pytest.approx(scores)


def test_on_a_drawn_picture_the_surer_box_lies_over_the_less_sure_one(
    steady: Path, tmp_path: Path
) -> None:
    pictures = _black_pictures(tmp_path / "shots", ["a.png"], (1920, 1080))
    _predicted(steady, pictures, "--draw", tmp_path / "drawn")
    (drawn,) = (tmp_path / "drawn").iterdir()
    with Image.open(drawn) as picture:
        pixels = np.asarray(picture.convert("RGB")).astype(int)
    vector, crossing, mug = pixels[700, 1198], pixels[301, 1198], pixels[301, 1350]
    assert abs(vector - mug).max() > 100
    assert crossing == pytest.approx(vector, abs=30)


@pytest.mark.parametrize("share", ["nan", "-0.1", "1.5", "sure"])
def test_a_score_that_none_can_have_is_refused(
    capsys: pytest.CaptureFixture[str], share: str
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["predict", "run", "images", "--out", "x.json", f"--min-score={share}"])
    assert "argument --min-score" in capsys.readouterr().err


def test_evaluate_says_what_the_model_does_not_know(
    trained: Trained, unseen: Path, tmp_path: Path
) -> None:
    content = json.loads(unseen.read_text(encoding="utf-8"))
    renamed = content["categories"][0]
    renamed["name"] = "unheard of"
    strange = tmp_path / "strange.json"
    strange.write_text(json.dumps(content), encoding="utf-8")
    done = _shell("evaluate", trained.run, strange, "--images", unseen.parent / "images", "--json")
    assert "Note: The model does not know unheard of: counted with AP 0." in done.stderr
    answer = json.loads(done.stdout)
    assert "does not know unheard of" in answer["warnings"][0]
    scores = {each["name"]: each["ap"] for each in answer["classes"]}
    assert scores["unheard of"] == 0
    assert answer["AP"] < trained.scores["AP"]


def test_a_trainer_that_dies_is_a_sentence_with_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Dataset.create(tmp_path / "table") as dataset:
        add_scenes(dataset, 6, session="morning")
        prepare_run_from_dataset(dataset, tmp_path / "run", Wish())
    dying = "import os, sys; print('noise'); sys.stderr.write('last words\\n'); os._exit(9)"
    monkeypatch.setattr(
        labeler.runs.child, "trainer_command", lambda *_words: [sys.executable, "-c", dying]
    )
    with pytest.raises(UserError, match=r"ended unexpectedly \(code 9\).*log\.txt"):
        train_in_child(tmp_path / "run", lambda _event: None, lambda: None)
    assert summarise(tmp_path / "run").state is RunState.FAILED
    assert "last words" in (tmp_path / "run" / "log.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["train", "nowhere", "--out", "run"], "nowhere is missing"),
        (["train", "all.json"], "Say with --out"),
        (["train", "all.json", "--out", "full"], "is not empty"),
        (["train", "all.json", "--out", "run", "--batch", "900"], "batch must lie between"),
        (["train"], "Say what to learn from, or with --resume"),
        (["train", "all.json", "--resume", "full"], "Say what to learn from, or with --resume"),
        (["train", "--resume", "full", "--seconds", "9"], "leave out other options"),
        (["train", "--resume", "full", "--val", "all.json"], "leave out other options"),
        (["train", "--resume", "full"], r"config\.json: cannot be read"),
        (["train", "all.json", "--out", "run", "--images", "full"], "None of the 4 images"),
        (["train", "all.json", "--out", "run", "--seconds", "0"], "seconds must lie between"),
        (["train", "empty", "--val", "all.json"], "is not a dataset|go with a COCO file"),
        (["evaluate", "nowhere", "all.json"], "no run and no model"),
        (["evaluate", "full", "all.json"], r"holds no model\.onnx"),
        (["evaluate", "all.json", "all.json"], "no ONNX model"),
        (["evaluate", "all.json", "full"], "full is no file"),
        (["evaluate", "all.json"], "Say what to score on"),
        (["predict", "full", "images", "--out", "x.json"], r"holds no model\.onnx"),
        (["predict", "all.json", "images", "--out", "x.json"], "no ONNX model"),
        (["predict", "all.json", "nothing", "--out", "x.json"], "nothing is missing"),
    ],
)
def test_faults_are_sentences_with_exit_code_1(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    sentence: str,
) -> None:
    write_coco_files(tmp_path / "here", [f"{n}.jpg" for n in range(4)], [1] * 4)
    monkeypatch.chdir(tmp_path / "here")
    (tmp_path / "here" / "full").mkdir()
    (tmp_path / "here" / "full" / "thesis.txt").write_text("precious", encoding="utf-8")
    (tmp_path / "here" / "empty").mkdir()
    assert main(words) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert re.search(sentence, told.err), told.err
    assert "Traceback" not in told.err


def _constant_boxes(coco: Path) -> list[dict[str, Any]]:
    """The mean box for each class on each image: what knows nothing of the pictures scores."""
    content = json.loads(coco.read_text(encoding="utf-8"))
    boxes = content["annotations"]
    results = []
    for category in content["categories"]:
        own = [box["bbox"] for box in boxes if box["category_id"] == category["id"]]
        mean = [sum(side) / len(own) for side in zip(*own, strict=True)]
        results += [
            {"image_id": image["id"], "category_id": category["id"], "bbox": mean, "score": 1.0}
            for image in content["images"]
        ]
    return results


def _ap50(coco: Path, results: list[dict[str, Any]]) -> float:
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO(str(coco))
        scoring = COCOeval(truth, truth.loadRes(results), "bbox")
        scoring.evaluate()
        scoring.accumulate()
        scoring.summarize()
    return float(scoring.stats[1])


def test_settings_by_hand_reach_the_run() -> None:
    parser = argparse.ArgumentParser()
    add_adjustments(parser)
    words = "--best --from scratch --device cpu --threads 2 --longest-side 320 --batch 4"
    words += " --learning-rate 0.001 --augmentation strong --seed 5"
    wish = wish_of(parser.parse_args(words.split()))
    assert wish == Wish(
        start="scratch",
        seconds=3600.0,
        seed=5,
        budget="best",
        device="cpu",
        threads=2,
        longest_side=320,
        batch=4,
        learning_rate=0.001,
        augmentation="strong",
    )
    assert wish_of(parser.parse_args(["--epochs", "3"])).budget == "epochs"
    assert wish_of(parser.parse_args([])) == Wish()


def test_the_budgets_of_the_window_have_the_same_names_in_the_shell() -> None:
    parser = argparse.ArgumentParser()
    add_adjustments(parser)
    for name, wish in {
        "instant": Wish(seconds=10.0),
        "quick": Wish(seconds=60.0),
        "good": Wish(seconds=300.0),
        "best": Wish(seconds=3600.0, budget="best"),
    }.items():
        assert wish_of(parser.parse_args(["--budget", name])) == wish
    shorter = wish_of(parser.parse_args(["--budget", "best", "--seconds", "7"]))
    assert shorter == Wish(seconds=7.0, budget="best")
    assert wish_of(parser.parse_args(["--seconds", "7"])) == Wish(seconds=7.0)


def test_from_takes_a_run_and_its_detector_with_it(tmp_path: Path) -> None:
    parser = argparse.ArgumentParser()
    add_adjustments(parser)
    ssdlite = "ssdlite320_mobilenet_v3_large"
    save_config(tmp_path, RunConfig("images", "images", detector=ssdlite))
    words = ["--from", str(tmp_path)]
    wish = Wish(start="run", detector=ssdlite, parent=str(tmp_path))
    assert wish_of(parser.parse_args(words)) == wish
    assert wish_of(parser.parse_args([*words, "--detector", "nanodet"])).detector == "nanodet"
    with pytest.raises(UserError, match="--from takes pretrained, vector, scratch or the folder"):
        wish_of(parser.parse_args(["--from", "pretraind"]))
