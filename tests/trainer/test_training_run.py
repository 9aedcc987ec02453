"""A real run in a real process: what it says, what it leaves, what it finds."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from tests.trainer.training_runs import ROOT, Outcome, finish, start_training
from trainer.checkpoint import load_checkpoint
from trainer.coco import read_coco
from trainer.data import Examples
from trainer.evaluate import evaluate
from trainer.events import (
    Evaluated,
    Failed,
    Finished,
    Progressed,
    Started,
    Warned,
)
from trainer.predict import Detection, Predictor
from trainer.validation import to_detections


def test_the_events_come_in_order(finished: Outcome) -> None:
    kinds = [type(event) for event in finished.events if not isinstance(event, Warned)]
    assert finished.code == 0
    assert kinds[0] is Started
    assert kinds[-1] is Finished
    assert set(kinds[1:-1]) == {Progressed, Evaluated}


def test_the_run_says_what_it_chose_and_how_much_it_has(finished: Outcome) -> None:
    [started] = finished.of(Started)
    assert (started.images_train, started.images_val) == (40, 12)
    assert started.categories == ("red square", "blue circle")
    assert len(started.choices) >= 3
    assert all(line.endswith(".") for line in started.choices)


def test_the_folder_holds_the_same_events_and_the_results(finished: Outcome) -> None:
    kept = (finished.run / "events.jsonl").read_text(encoding="utf-8")
    assert kept == finished.lines
    names = {path.name for path in finished.run.iterdir()}
    assert names == {
        "config.json",
        "train.json",
        "val.json",
        "events.jsonl",
        "log.txt",
        "last.safetensors",
        "best.safetensors",
        "model.onnx",
        "state.safetensors",
        "report.html",
    }


def test_broken_pictures_are_named_and_the_others_train(finished: Outcome) -> None:
    told = " ".join(event.message for event in finished.of(Warned))
    assert "train-001.jpg: is damaged; what could be read of it is used" in told
    assert "train-002.jpg: is missing" in told
    assert "train-003.jpg: cannot be read as a picture" in told


def test_the_model_finds_the_drawn_shapes(finished: Outcome) -> None:
    found = evaluate(finished.run, finished.run / "val.json", finished.run.parent / "images")
    scores = found.scores
    assert scores.ap50 > 0.8
    assert {score.name for score in scores.classes} == {"red square", "blue circle"}


def test_finished_reports_what_the_onnx_model_scores(finished: Outcome) -> None:
    [end] = finished.of(Finished)
    found = evaluate(finished.run, finished.run / "val.json", finished.run.parent / "images")
    scores = found.scores
    assert scores.ap == pytest.approx(end.ap, abs=0.02)
    assert scores.ap50 == pytest.approx(end.ap50, abs=0.02)


def test_onnx_gives_the_detections_of_torch(finished: Outcome) -> None:
    detector, details = load_checkpoint(finished.run / "best.safetensors")
    predictor = Predictor(finished.run / "model.onnx")
    coco = read_coco(finished.run / "val.json", finished.run.parent / "images")
    examples = Examples(coco, details.input_size, lambda name, fault: None)
    compared = 0
    for index, picture in enumerate(coco.pictures):
        [example] = examples.batch([index])
        with torch.inference_mode():
            [found] = detector.find(example.pixels[None].float() / 255)
        expected = to_detections(found, example, details.categories)
        rgb = np.asarray(Image.open(picture.path))
        actual = predictor.predict(rgb, min_score=0.0)
        strong = [d for d in expected if d.score > 0.05]
        assert len(strong) == len([d for d in actual if d.score > 0.05])
        for a in strong[:10]:  # those that score nearly the same may come in any order
            b = min(actual, key=partial(_unlikeness, a))
            assert (a.category_id, a.name) == (b.category_id, b.name)
            assert a.score == pytest.approx(b.score, abs=1e-3)
            assert a.bbox == pytest.approx(b.bbox, abs=0.1)
            compared += 1
    assert compared >= 12


def _unlikeness(one: Detection, other: Detection) -> tuple[bool, float]:
    return one.category_id != other.category_id, max(map(abs, np.subtract(one.bbox, other.bbox)))


def test_export_writes_the_same_model_again(finished: Outcome, tmp_path: Path) -> None:
    (tmp_path / "best.safetensors").write_bytes((finished.run / "best.safetensors").read_bytes())
    command = [sys.executable, "-m", "trainer", "export", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=60)
    again = Predictor(tmp_path / "model.onnx")
    first = Predictor(finished.run / "model.onnx")
    rgb = np.asarray(Image.open(finished.run.parent / "images" / "val-001.jpg"))
    assert again.details == first.details
    assert again.predict(rgb, min_score=0.0) == first.predict(rgb, min_score=0.0)


@pytest.mark.parametrize("verb", ["evaluate", "predict"])
def test_scoring_and_predicting_never_import_torch(
    finished: Outcome, tmp_path: Path, verb: str
) -> None:
    images = finished.run.parent / "images"
    words = {
        "evaluate": ["evaluate", finished.run, finished.run / "val.json", "--images", images],
        "predict": ["predict", finished.run, images / "val-001.jpg", "--out", tmp_path / "o.json"],
    }[verb]
    program = (
        "import sys; from trainer.__main__ import main; code = main(sys.argv[1:]); "
        "assert not {'torch', 'PySide6', 'labeler'} & set(sys.modules); sys.exit(code)"
    )
    command = [sys.executable, "-c", program, *map(str, words)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=60)


def test_closing_stdin_saves_and_stops(make_run: Callable[..., Path]) -> None:
    run = make_run(seconds=600.0, longest_side=64)
    outcome = finish(start_training(run), run, lambda event: isinstance(event, Progressed))
    [end] = outcome.of(Finished)
    assert outcome.code == 0
    assert end.stopped_early
    assert end.seconds < 100
    assert Predictor(run / "model.onnx").names == {3: "red square", 7: "blue circle"}


def test_without_validation_pictures_it_trains_and_says_that_ap_is_unknown(
    make_run: Callable[..., Path],
) -> None:
    run = make_run(val=0, seconds=1.0, start="scratch", longest_side=64)
    outcome = finish(start_training(run), run)
    assert outcome.code == 0
    assert any("AP stays unknown" in event.message for event in outcome.of(Warned))
    assert not outcome.of(Evaluated)
    [end] = outcome.of(Finished)
    assert end.ap == -1
    assert not end.stopped_early
    assert 0.9 < end.seconds < 60
    assert (run / "model.onnx").is_file()
    assert (run / "best.safetensors").is_file()


def test_without_boxes_it_fails_with_a_sentence(make_run: Callable[..., Path]) -> None:
    run = make_run(seconds=2.0)
    coco = json.loads((run / "train.json").read_text(encoding="utf-8"))
    coco["annotations"] = []
    (run / "train.json").write_text(json.dumps(coco), encoding="utf-8")
    outcome = finish(start_training(run), run)
    assert outcome.code == 1
    assert outcome.events == [
        Failed("No picture to learn from has a box. Draw some boxes, then train.")
    ]
    assert "Traceback" not in outcome.lines
    assert "Traceback" in (run / "log.txt").read_text(encoding="utf-8")
