"""Two detectors on the same pictures: each recorded, judged and counted by itself."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFont, QImage
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from labeler.cameras.folder import FolderCamera
from labeler.dataset.category_edits import add_category
from labeler.dataset.store import Dataset
from labeler.gui.decode import LONGEST, as_rgb
from labeler.gui.document import Document
from labeler.gui.live import LiveCamera, file_choice
from labeler.gui.picture_view import Mark
from labeler.gui.preview import detecting
from labeler.gui.preview.tally import Tally, Verdict
from labeler.gui.preview.video_picture import video_picture
from labeler.gui.preview.workspace import PreviewWorkspace
from tests.gui.live_waits import Heard, show, until, wait_for_another
from tests.gui.tiny_model import write_tiny_model

SMALL = (640, 322)
"""What a workspace gets on a screen of 1280x800 at 200 %, in device-independent pixels."""


@pytest.fixture
def heard(document: Document) -> Heard:
    return Heard(document)


@pytest.fixture
def other(tmp_path: Path) -> Path:
    return write_tiny_model(tmp_path / "other.onnx", scores=(0.8, 0.1, 0.1))


@pytest.fixture
def preview(
    qtbot: QtBot,
    document: Document,
    live: LiveCamera,
    tmp_path: Path,
    heard: Heard,
    monkeypatch: pytest.MonkeyPatch,
) -> PreviewWorkspace:
    """The tiny model finds a vector with 0.90 and a mug with 0.60 in a folder's pictures."""
    monkeypatch.setattr(FolderCamera, "SECONDS_EACH", 0.05)
    for name in ("vector", "mug"):
        document.attempt(lambda data, name=name: add_category(data, name))
    folder = tmp_path / "pictures"
    folder.mkdir()
    for shade in range(20, 240, 4):
        cv2.imwrite(str(folder / f"{shade:03}.png"), np.full((36, 64, 3), shade, np.uint8))
    shown = PreviewWorkspace(document, live)
    show(qtbot, shown)
    shown.use_model(write_tiny_model(tmp_path / "model.onnx"))
    live.choose(file_choice("folder", folder))
    until(qtbot, lambda: shown.view.marks)
    return shown


def test_both_are_recorded_side_by_side_and_each_has_its_own_list(
    qtbot: QtBot, preview: PreviewWorkspace, other: Path, dataset: Dataset
) -> None:
    preview.controls.beside.use(other)
    until(qtbot, lambda: preview.looking.pane_beside)
    boxes = (preview.controls.model, preview.controls.beside)
    assert [head.text() for head in preview.stage.heads] == [box.currentText() for box in boxes]
    every = preview.controls.record.every
    every.setCurrentIndex(every.findData(1))
    preview.record()
    until(qtbot, lambda: list(dataset.folder.glob("recordings/*/images/*.png")))
    preview.record()
    until(qtbot, lambda: not preview.recording.is_on)
    folder = preview.recording.last
    assert folder is not None
    capture = cv2.VideoCapture(str(folder / "video.avi"))
    good, frame = capture.read()
    capture.release()
    assert good
    assert frame.shape[1] == 2 * 64 + 4
    for name, model, scores in (
        ("annotations.json", "model.onnx", {0.9, 0.6}),
        ("annotations-second.json", "other.onnx", {0.8}),
    ):
        told = json.loads((folder / name).read_text(encoding="utf-8"))
        assert told["info"]["model"].endswith(f"/{model}")
        assert {round(box["score"], 2) for box in told["annotations"]} == scores
        assert len(told["images"]) == len(list((folder / "images").iterdir()))


def test_a_picture_is_held_to_be_judged_in_peace(
    qtbot: QtBot, preview: PreviewWorkspace, other: Path, document: Document, live: LiveCamera
) -> None:
    qtbot.keyClick(preview, Qt.Key.Key_Space)
    last = preview.looking.last
    assert last is not None
    held = last.sight.picture
    assert preview.view.alarm == "Held"
    for _ in range(3):
        wait_for_another(qtbot, live)
    qtbot.keyClick(preview, Qt.Key.Key_W)
    until(qtbot, lambda: preview.judging.tally.wrong)
    assert preview.view.image is held.image
    (image,) = document.dataset.images()
    assert document.dataset.path_of(image).read_bytes() == held.frame.data
    qtbot.mouseClick(preview.controls.bar.hold, Qt.MouseButton.LeftButton)
    until(qtbot, lambda: preview.view.image is not held.image)
    assert preview.view.alarm == ""
    preview.hold()
    preview.controls.beside.use(other)
    until(qtbot, lambda: preview.looking.pane_beside)
    assert not preview.looking.is_held


def test_each_is_judged_by_keys_of_its_own_with_a_tally_of_its_own(
    qtbot: QtBot, preview: PreviewWorkspace, other: Path, document: Document, heard: Heard
) -> None:
    judging, box = preview.judging, preview.controls.bar.judge
    shift = Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(preview, Qt.Key.Key_W, shift)
    assert heard.has("No second model")
    assert box.second.isHidden()
    preview.controls.beside.use(other)
    until(qtbot, lambda: preview.looking.pane_beside)
    qtbot.keyClick(preview, Qt.Key.Key_W, shift)
    until(qtbot, lambda: judging.tally_beside.judged)
    (image,) = document.dataset.images()
    (offered,) = document.dataset.suggestions(image.id)
    assert offered.model.endswith("/other.onnx")
    qtbot.mouseClick(box.first.buttons[Verdict.RIGHT], Qt.MouseButton.LeftButton)
    until(qtbot, lambda: judging.tally.judged)
    assert (judging.tally, judging.tally_beside) == (Tally(right=1), Tally(wrong=1))
    assert box.first.line.text().startswith("1 of 1 right")
    assert box.second.line.text().startswith("0 of 1 right")
    qtbot.mouseClick(box.second.reset, Qt.MouseButton.LeftButton)
    assert (judging.tally, judging.tally_beside) == (Tally(right=1), Tally())


def test_what_is_done_with_a_picture_stays_in_view_on_a_small_screen(
    qtbot: QtBot, preview: PreviewWorkspace, other: Path
) -> None:
    preview.resize(*SMALL)
    preview.controls.beside.use(other)
    bar = preview.controls.bar
    bar.judge.show_tallies(Tally(42, 3, 2), Tally(40, 3, 4))
    bar.judge.show_joined(12, 0)
    until(qtbot, lambda: bar.judge.improve.isVisible() and preview.height() == SMALL[1])
    buttons = [each for each in bar.findChildren(QPushButton) if each.isVisible()]
    assert len(buttons) == 3 + 1 + 3 + 1 + 1 + 3
    for button in buttons:
        where = button.rect().translated(button.mapTo(preview, QPoint(0, 0)))
        assert preview.rect().contains(where), button.text()


def test_a_look_of_the_second_model_before_is_not_shown_under_the_new_ones_name(
    qtbot: QtBot,
    preview: PreviewWorkspace,
    other: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    preview.controls.beside.use(other)
    until(qtbot, lambda: preview.looking.pane_beside)
    looks, gate = threading.Event(), threading.Event()
    real = detecting._found

    def slow(*values: Any) -> Any:
        looks.set()
        gate.wait(30)
        return real(*values)

    told: list[tuple[str, float]] = []

    def note() -> None:
        pane = preview.looking.pane_beside
        if pane is not None:
            told.append((pane.model.path.name, pane.shown.things[0].detection.score))

    monkeypatch.setattr(detecting, "_found", slow)
    until(qtbot, looks.is_set)
    preview.shown.connect(note)
    preview.controls.beside.use(write_tiny_model(tmp_path / "third.onnx", scores=(0.7, 0.1, 0.1)))
    gate.set()
    until(qtbot, lambda: len(told) > 2)
    assert {(name, round(score, 2)) for name, score in told} == {("third.onnx", 0.7)}


def test_a_second_model_that_fails_while_it_looks_is_left_out_alone(
    qtbot: QtBot, preview: PreviewWorkspace, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    preview.controls.beside.use(other)
    until(qtbot, lambda: preview.looking.pane_beside)
    real = detecting._found

    def failing(*values: Any) -> Any:
        found = real(*values)
        if round(found[0].score, 2) == 0.8:
            raise RuntimeError("out of memory")
        return found

    monkeypatch.setattr(detecting, "_found", failing)
    until(qtbot, lambda: None in (preview.looking.model, preview.looking.beside))
    assert "out of memory" in preview.on_show.health_beside.sentence.text()
    looked = preview.looking.last
    until(qtbot, lambda: preview.looking.last is not looked)
    assert preview.looking.pane is not None
    assert preview.health.isHidden()
    assert preview.view.marks


def test_a_recorded_pair_has_its_names_above_and_is_never_wider_than_a_single_picture(
    qtbot: QtBot,
) -> None:
    image = QImage(640, 360, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.darkGray)
    marks = [Mark((100.0, 100.0, 80.0, 60.0), "mug 0.90", "#e69f00")]
    pair = video_picture(image, [("a/model.onnx", marks), ("b/model.onnx", ())], QFont())
    pixels = as_rgb(pair)
    strip = pair.height() - image.height()
    assert pixels[:strip, :640].max() > 200  # the name, in white
    left, right = pixels[strip:, :640], pixels[strip:, 644:]
    assert (left != 128).any()
    assert (right == 128).all()
    wide = image.scaled(LONGEST, 1000)
    assert video_picture(wide, [("a", ()), ("b", ())], QFont()).width() == LONGEST


def test_a_camera_that_is_gone_is_told_once_and_both_pictures_look_so(
    qtbot: QtBot, preview: PreviewWorkspace, other: Path, live: LiveCamera
) -> None:
    preview.controls.beside.use(other)
    until(qtbot, lambda: preview.looking.pane_beside)
    stage, on_show = preview.stage, preview.on_show
    assert not stage.view.is_dimmed
    assert not stage.second.is_dimmed
    live.stop()
    assert stage.view.is_dimmed
    assert stage.second.is_dimmed
    assert not on_show.health.isHidden()
    assert on_show.health_beside.isHidden()
