"""The final score is measured once, is told again ever after, and says what it is worth."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from labeler.cli import main
from tests.trainer.constant_model import make_run, write_model
from trainer.config import RunConfig, save_config
from trainer.events import Finished, to_line


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with a test part, as training leaves it."""
    return make_run(tmp_path_factory.mktemp("whole"), train=3, val=6, test=12)


def _told(capsys: pytest.CaptureFixture[str], *words: str | Path) -> str:
    assert main(["final-score", *map(str, words)]) == 0
    return capsys.readouterr().out


def test_it_is_measured_once_and_then_told_with_its_date(
    whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = shutil.copytree(whole, tmp_path / "run")
    first = _told(capsys, run)
    assert first.startswith("Final score of run on 12 images that no run has learned from: AP 0.")
    assert "One box that never changes would score AP 0.5" in first
    assert "is not measured again" not in first
    kept = (run / "final.json").read_bytes()
    again = _told(capsys, run)
    assert again.splitlines()[:2] == first.splitlines()[:2]
    assert "It was measured on 20" in again
    assert "is not measured again" in again
    assert (run / "final.json").read_bytes() == kept
    write_model(run / "model.onnx", ((1, "cube"),))
    assert "was trained further since then" in _told(capsys, run)


def test_of_a_dataset_the_run_that_validates_best_is_scored_and_others_are_named(
    whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, ap in (("2026-11-01_10-00", 0.4), ("2026-11-02_10-00", 0.6)):
        run = shutil.copytree(whole, tmp_path / "mugs" / "runs" / name)
        line = to_line(Finished(ap, 0.8, 60.0, 9.0, stopped_early=False))
        (run / "events.jsonl").write_text(line + "\n", encoding="utf-8")
    answer = json.loads(_told(capsys, tmp_path / "mugs", "--json"))
    assert Path(answer["run"]).name == "2026-11-02_10-00"
    assert (answer["is_new"], answer["images"], answer["hints"]) == (True, 12, [])
    assert answer["ap"]["low"] < answer["ap"]["value"] <= answer["ap"]["high"]
    other = _told(capsys, tmp_path / "mugs" / "runs" / "2026-11-01_10-00")
    assert "These images have also scored 2026-11-02_10-00." in other
    assert "To choose between runs use the score on the images to check with" in other


def test_what_cannot_be_scored_is_a_sentence(
    whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = shutil.copytree(whole, tmp_path / "run")
    (run / "test.json").unlink()
    bare = tmp_path / "bare"
    bare.mkdir()
    save_config(bare, RunConfig("images", "images"))
    damaged = shutil.copytree(whole, tmp_path / "damaged")
    (damaged / "final.json").write_text("{}", encoding="utf-8")
    for words, sentence in (
        (run, "has no test part"),
        (bare, "holds no model.onnx"),
        (tmp_path / "nowhere", "no run and no dataset"),
        (tmp_path, "no run in its folder runs has a test part"),
        (damaged, "final.json cannot be read"),
    ):
        assert main(["final-score", str(words)]) == 1
        told = capsys.readouterr()
        assert told.out == ""
        assert sentence in told.err
