"""Transfer against scratch from the shell: a real pair, a short one."""

from __future__ import annotations

import argparse
import json
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import pytest

import labeler.runs.child
from labeler.cli import main
from labeler.commands import compare
from labeler.commands.pair_teller import PairTeller
from labeler.errors import UserError
from labeler.runs.data_curve import part_folder
from labeler.runs.pair import SIDES, prepare_pair_from_coco, summarise_pair
from labeler.runs.pair_child import train_pair_in_child
from labeler.runs.prepare import Wish
from tests.runs.run_makers import write_coco_files, write_coco_scenes
from trainer.config import COCO_START, IMAGENET_START, load_config
from trainer.events import Evaluated, Progressed
from trainer.predict import Predictor

PATIENCE = 250
"""Seconds until a verb that should have ended long ago is taken for hung."""


def _shell(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "labeler", "compare", *map(str, words)],
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )


def _frames(video: Path) -> int:
    reader = cv2.VideoCapture(str(video))
    count = 0
    while reader.grab():
        count += 1
    return count


def test_a_folder_with_all_of_it_comes_out_and_only_what_is_missing_is_trained_later(
    tmp_path: Path,
) -> None:
    source = write_coco_scenes(tmp_path / "coco", range(20))
    checked = write_coco_scenes(tmp_path / "val", range(900, 906))
    out = tmp_path / "lesson"
    words: list[str | Path] = [source, "--val", checked, "--epochs", "1", "--seed", "3"]
    words += ["--video", checked.parent / "images", "--out", out]
    done = _shell(*words, "--json")
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    assert told["pretrained"]["epochs"] == told["scratch"]["epochs"] >= 1
    rounds = [[point["epochs"] for point in told[side]["curve"]] for side in SIDES]
    assert rounds[0] == rounds[1]
    assert told["difference"]["ap"]["low"] is not None
    assert (told["images_train"], told["images_val"]) == (20, 6)
    assert _frames(out / "side-by-side.mp4") == 6
    frames = json.loads((out / "detections.json").read_text(encoding="utf-8"))["frames"]
    assert [set(SIDES) <= frame.keys() for frame in frames] == [True] * 6
    for name in ("curves.png", "curves.svg", "README.md"):
        assert (out / name).stat().st_size > 1000
    model = out / "pair" / "scratch" / "model.onnx"
    before = model.stat().st_mtime_ns
    for share in (0.2, 0.5):  # as if they had been trained before a break
        shutil.copytree(out / "pair", part_folder(out / "data-curve", share))
    again = _shell(*words, "--data-curve")
    assert again.returncode == 0, again.stderr
    assert "is trained already" in again.stderr
    assert told["sentence"] in again.stdout
    assert model.stat().st_mtime_ns == before
    numbers = json.loads((out / "comparison.json").read_text(encoding="utf-8"))
    points = [(point["share"], point["images"]) for point in numbers["data_curve"]]
    assert points == [(0.1, 2), (0.2, 20), (0.5, 20), (1.0, 20)]
    assert numbers["data_curve"][0]["scratch"]["ap"]["value"] is not None
    assert (out / "data-curve.svg").is_file()


if sys.platform != "win32":

    def _has_learned(run: Path) -> bool:
        """The first to begin tells of itself before the other one has taken a step."""
        events = run / "events.jsonl"
        return events.is_file() and '"Progressed"' in events.read_text(encoding="utf-8")

    def _stopped(out: Path, *words: str | Path) -> tuple[str, str]:
        """Ctrl+C as soon as both learn: what stands on stdout and stderr."""
        seen = re.compile(r" of 600 s each, epoch \d.* s left; AP50: pretrained .*, scratch ")
        command = [sys.executable, "-m", "labeler", "compare", *map(str, words), "--out", str(out)]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
        ) as verb:
            assert verb.stderr is not None
            before = []
            for line in verb.stderr:
                before.append(line)
                if seen.search(line) and all(_has_learned(out / "pair" / side) for side in SIDES):
                    break
            verb.send_signal(signal.SIGINT)
            told, rest = verb.communicate(timeout=PATIENCE)
        assert verb.returncode == 0, rest
        return told, "".join(before) + rest

    def test_ctrl_c_compares_what_there_is_and_the_same_words_go_on(tmp_path: Path) -> None:
        source = write_coco_scenes(tmp_path / "coco", range(20))
        out = tmp_path / "lesson"
        told, rest = _stopped(out, source, "--seconds", "600")
        assert "what there is will be compared" in rest
        assert told.startswith("Stopped. After ")
        first = json.loads((out / "comparison.json").read_text(encoding="utf-8"))
        assert first["stopped_early"] is True
        assert first["difference"]["ap"]["value"] is not None
        for side in SIDES:
            Predictor(out / "pair" / side / "model.onnx")
        _, rest = _stopped(out, source, "--seconds", "600")
        assert "goes on" in rest
        then = json.loads((out / "comparison.json").read_text(encoding="utf-8"))
        epochs = [sum(told[side]["epochs"] for side in SIDES) for told in (first, then)]
        assert 0 < epochs[0] < epochs[1]


def test_a_trainer_that_dies_is_a_sentence_and_both_runs_know_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write_coco_files(tmp_path / "coco", [f"{n}.jpg" for n in range(6)], [1] * 6)
    images = source.parent / "images"
    pair = prepare_pair_from_coco(source, images, None, tmp_path / "pair", Wish()).path
    dying = "import os, sys; print('noise'); sys.stderr.write('last words\\n'); os._exit(9)"
    monkeypatch.setattr(
        labeler.runs.child, "trainer_command", lambda *_words: [sys.executable, "-c", dying]
    )
    with pytest.raises(UserError, match=r"ended unexpectedly \(code 9\).*log\.txt"):
        train_pair_in_child(pair, lambda _side, _event: None, lambda: None)
    assert summarise_pair(pair).state.value == "failed"
    for side in SIDES:
        assert "last words" in (pair / side / "log.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "budget", "seconds"),
    [
        ([], "time", 60),
        (["--seconds", "90"], "time", 90),
        (["--best"], "best", 3600),
        (["--best", "--seconds", "90"], "best", 90),
    ],
)
def test_both_learn_a_minute_or_until_neither_improves_for_an_hour_at_most(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    budget: str,
    seconds: float,
) -> None:
    source = write_coco_files(tmp_path / "coco", [f"{n}.jpg" for n in range(6)], [1] * 6)
    begun = [sys.executable, "-c", "raise SystemExit('learns elsewhere')"]
    monkeypatch.setattr(labeler.runs.child, "trainer_command", lambda *_words: begun)
    assert main(["compare", str(source), *words, "--out", str(tmp_path / "out")]) == 1
    for side in SIDES:
        config = load_config(tmp_path / "out" / "pair" / side)
        assert (config.budget, config.seconds) == (budget, seconds)
        assert config.detector == COCO_START


def test_an_older_pair_goes_on_with_its_own_detector(tmp_path: Path) -> None:
    source = write_coco_files(tmp_path / "coco", [f"{n}.jpg" for n in range(6)], [1] * 6)
    out = tmp_path / "out"
    wish = Wish(detector=IMAGENET_START)
    prepare_pair_from_coco(source, source.parent / "images", None, out / "pair", wish)
    arguments = argparse.ArgumentParser()
    compare.add_arguments(arguments)
    words = arguments.parse_args([str(source), "--out", str(out)])
    assert compare._wish(words).detector == IMAGENET_START
    other = arguments.parse_args([str(source), "--out", str(tmp_path / "new")])
    assert compare._wish(other).detector == COCO_START


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["nowhere.json", "--out", "new"], "nowhere.json"),
        (["all.json", "--out", "full"], "holds no comparison"),
        (["all.json", "--out", "all.json"], "is a file"),
        (["all.json", "--out", "new", "--video", "none.mp4"], "does not exist"),
        (["all.json", "--out", "new", "--seconds", "0"], "seconds must lie between"),
        (["all.json", "--out", "new", "--epochs", "-1"], "epochs must lie between"),
    ],
)
def test_faults_are_told_before_anything_is_trained(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    sentence: str,
) -> None:
    write_coco_files(tmp_path / "here", [f"{n}.jpg" for n in range(4)], [1] * 4)
    (tmp_path / "here" / "full").mkdir()
    (tmp_path / "here" / "full" / "thesis.txt").write_text("precious", encoding="utf-8")
    monkeypatch.chdir(tmp_path / "here")
    assert main(["compare", *words]) == 1
    told = capsys.readouterr()
    assert re.search(sentence, told.err), told.err
    assert not list((tmp_path / "here").glob("new/*"))


def test_a_side_that_was_scored_before_it_told_its_progress_is_no_fault(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """As a run by epochs of few pictures does: its first score comes within the first second."""
    teller = PairTeller()
    teller.tell("pretrained", Evaluated(3.0, 1.0, 0.5, 0.4, 0.6, 0.001, is_best=True))
    teller.tell("scratch", Progressed("Learning", 1.0, 10.0, 0.5, 20.0, 0.9))
    told = capsys.readouterr().err
    assert "1 of 10 s each, epoch 0.5" in told
    assert "AP50: pretrained 0.60, scratch not scored yet" in told
