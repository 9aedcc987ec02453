"""A run that starts from another one's weights: what it knows, what is new, and how it goes on."""

from __future__ import annotations

import itertools
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.trainer.training_runs import Outcome, prepare_run
from trainer.checkpoint import load_checkpoint, read_weights
from trainer.class_rows import ClassRows, Namesakes, carried
from trainer.config import (
    DEFAULT_DETECTOR,
    IMAGENET_START,
    START_WEIGHTS,
    RunConfig,
    load_config,
    save_config,
    start_words,
)
from trainer.detector import build_detector
from trainer.events import Event, Finished, Resumed, Started
from trainer.faults import TrainerError
from trainer.pack.card import model_card
from trainer.predict import ModelDetails, Predictor
from trainer.protocol import BuildRequest, Detector
from trainer.recipe import Facts, choose_recipe
from trainer.report.story import read_story
from trainer.run_folder import STATE
from trainer.start_weights import StartWeights, load_start
from trainer.training import Training

OURS = ((1, "green star"), (2, "blue circle"), (3, "red square"))
"""Of the run that is started from: red square and blue circle, in that order."""
THEIRS = ((3, "red square"), (7, "blue circle"))


@pytest.fixture
def child(finished: Outcome, tmp_path: Path) -> Path:
    """A run of one epoch from the finished one, with a class more and all in another order."""
    run = tmp_path / "child"
    run.mkdir()
    wish = {"budget": "epochs", "epochs": 1.0, "batch": 2, "start": "run", "parent": "first"}
    prepare_run(run, tmp_path / "images", train=8, val=6, **wish, root="pretrained")
    ids = {name: number for number, name in OURS}
    for part in ("train", "val"):
        path = run / f"{part}.json"
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        names = {each["id"]: each["name"] for each in content["categories"]}
        for box in content["annotations"]:
            box["category_id"] = ids[names[box["category_id"]]]
        content["categories"] = [{"id": number, "name": name} for number, name in OURS]
        path.write_text(json.dumps(content), encoding="utf-8")
    shutil.copyfile(finished.run / "best.safetensors", run / START_WEIGHTS)
    return run


def never() -> bool:
    return False


def ticking() -> Callable[[], float]:
    """So slow a machine that the state is kept after each step."""
    ticks = itertools.count(step=10.0)
    return lambda: next(ticks)


def start_of(finished: Outcome) -> StartWeights:
    path = finished.run / "best.safetensors"
    weights, details = read_weights(path)
    return StartWeights(path, "first", details, weights)


def test_a_class_of_the_same_name_is_found_as_before_wherever_it_stands_now(
    finished: Outcome,
) -> None:
    start = start_of(finished)
    before, details = load_checkpoint(start.path)
    assert details.detector == DEFAULT_DETECTOR
    ours = built(start)
    picture = pictures_for(details)
    with torch.inference_mode():
        both: list[Any] = [before, ours]
        logits = [each._predicted(each.features(picture)) for each in both]
    _is_carried_over(logits)


def test_so_it_is_for_what_started_from_imagenet() -> None:
    details = ModelDetails(THEIRS, (96, 64), 0.3, IMAGENET_START, 8)
    before = build_detector(BuildRequest(IMAGENET_START, 2, "scratch", (96, 64), print, never))
    with torch.no_grad():
        for name, weights in before.named_parameters():
            if before.class_rows(name) is not None:
                weights.uniform_(-1, 1)  # random ones begin alike
    before = before.settled().eval()
    ours = built(StartWeights(Path("best"), "first", details, before.state_dict()))
    picture = pictures_for(details)
    with torch.inference_mode():
        both: list[Any] = [before, ours]
        logits = [each._predict(each.features(picture), each.points) for each in both]
    _is_carried_over(logits)


def built(start: StartWeights) -> Detector:
    """A detector of OURS that has begun from them."""
    its = start.details
    torch.manual_seed(1)
    request = BuildRequest(its.detector, 3, "run", its.input_size, print, never)
    detector = build_detector(replace(request, finest_stride=its.finest_stride))
    start.fill(detector, OURS)
    return detector.eval()


def pictures_for(details: ModelDetails) -> torch.Tensor:
    torch.manual_seed(2)
    width, height = details.input_size
    return torch.rand(1, 3, height, width)


def _is_carried_over(logits: list[tuple[torch.Tensor, torch.Tensor]]) -> None:
    """Of classes and of boxes, before and now."""
    old, new = logits[0][0], logits[1][0]
    assert torch.allclose(new[..., 2], old[..., 0], atol=1e-5)  # red square
    assert torch.allclose(new[..., 1], old[..., 1], atol=1e-5)  # blue circle
    assert float(new[..., 0].sigmoid().max()) < 0.2  # of a green star it knows nothing
    assert torch.allclose(logits[0][1], logits[1][1], atol=1e-3)


@pytest.mark.parametrize(
    ("categories", "told"),
    [
        (OURS, "green star is new to it; all other classes are known from first."),
        (OURS[1:], "All classes are known to it from first."),
        (((3, "cup"), (7, "jug")), "No class is one that first knew: only how to see is taken"),
    ],
)
def test_it_says_which_classes_are_new_by_their_names_alone(
    finished: Outcome, categories: tuple[tuple[int, str], ...], told: str
) -> None:
    assert told in start_of(finished).told(categories)


@pytest.mark.parametrize(
    "rows", [ClassRows(), ClassRows(1), ClassRows(1, each=4), ClassRows(behind=1)]
)
@pytest.mark.parametrize("anchors", [1, 6])
def test_rows_are_carried_over_anchors_background_and_corners(
    rows: ClassRows, anchors: int
) -> None:
    """Each row is named by what it stands for: anchor, background or category, corner."""

    def named(categories: list[int]) -> torch.Tensor:
        kinds = [-1] * rows.background + categories + [50] * rows.behind
        return torch.tensor(
            [
                1000.0 * a + 10 * kind + n
                for a in range(anchors)
                for kind in kinds
                for n in range(rows.each)
            ]
        )

    there, ours = [4, 5, 6], [6, 9, 4]
    got = carried(-named(ours), named(there), rows, Namesakes((2, None, 0), 3))
    wanted = torch.where(named(ours) % 1000 // 10 == 9, -named(ours), named(ours))
    assert torch.equal(got, wanted)
    with pytest.raises(RuntimeError):
        carried(-named(ours), named(there), rows, Namesakes((2, None, 0), 5))


def test_it_learns_on_gently_is_killed_and_goes_on_without_the_other_run(child: Path) -> None:
    told: list[Event] = []
    training = Training(child, told.append, never, ticking())
    started = next(event for event in told if isinstance(event, Started))
    assert started.categories == ("green star", "blue circle", "red square")
    choices = " ".join(started.choices)
    assert "Starts from the weights of first" in choices
    assert "what first has learned is not undone" in choices
    assert "green star is new to it" in choices
    training.advance(until_epoch=0.5)
    again: list[Event] = []
    training = Training(child, again.append, never, ticking())
    assert [type(event) for event in again[-2:]] == [Started, Resumed]
    training.advance()
    training.finish()
    end = again[-1]
    assert isinstance(end, Finished)
    assert not end.stopped_early
    assert end.ap50 > 0.3  # which four steps from pretrained weights are far from
    assert not (child / STATE).exists()
    assert not (child / START_WEIGHTS).exists()
    assert Predictor(child / "model.onnx").names == dict(OURS)
    assert "the weights of first" in (child / "report.html").read_text(encoding="utf-8")
    card = model_card(read_story(child), Predictor(child / "model.onnx").details)
    assert "`nanodet` from the weights of first, which came from pretrained weights" in card
    assert "trained on COCO" in card  # whose terms go on to hold


def test_weights_that_are_missing_damaged_or_of_something_else_are_a_sentence(child: Path) -> None:
    config = load_config(child)
    path = child / START_WEIGHTS
    whole = path.read_bytes()
    with pytest.raises(TrainerError, match="the detector nanodet, which ssdlite320"):
        load_start(child, replace(config, detector="ssdlite320_mobilenet_v3_large"))
    for content in (whole[: len(whole) // 2], b"", b"\xff" * 64):
        path.write_bytes(content)
        with pytest.raises(TrainerError, match="are no weights of Vector Labeler"):
            load_start(child, config)
    path.unlink()
    with pytest.raises(TrainerError, match="is missing: the weights of first"):
        Training(child, lambda _event: None, never)


def test_a_run_and_its_parent_belong_together(tmp_path: Path) -> None:
    wrongs: list[dict[str, Any]] = [{"start": "run"}, {"parent": "first"}]
    for wrong in wrongs:
        with pytest.raises(ValueError, match="parent must name a run"):
            RunConfig("a", "b", **wrong)
    config = RunConfig("a", "b", start="run", parent="first", root="scratch")
    save_config(tmp_path, config)
    assert load_config(tmp_path) == config
    assert start_words(config) == "the weights of first, which came from random weights"


def test_it_keeps_the_size_and_grid_of_the_other_run_unless_pictures_have_another_shape() -> None:
    config = RunConfig("a", "b", start="run", parent="first", seconds=3600.0)
    before = ModelDetails(((1, "mug"),), (320, 192), 0.3, DEFAULT_DETECTOR, 16)
    facts = Facts(40, 50, 1, aspect=1.6, pixels=640 * 400, typical=0.1, small=0.03, directed=False)
    kept = choose_recipe(config, facts, "cpu", "this processor", before)
    assert (kept.input_size, kept.finest_stride) == ((320, 192), 16)
    assert any("320x192 pixels: as in first." in line for line in kept.choices)
    tall = choose_recipe(config, replace(facts, aspect=0.6), "cpu", "this processor", before)
    width, height = tall.input_size
    assert width < height
    assert width * height == pytest.approx(320 * 192, rel=0.15)
    asked = replace(config, longest_side=256)
    assert choose_recipe(asked, facts, "cpu", "this processor", before).input_size == (256, 160)
    anew = choose_recipe(RunConfig("a", "b"), facts, "cpu", "this processor")
    assert kept.rate_factor < anew.rate_factor
