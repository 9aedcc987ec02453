"""Watching a detector through the simulated robot: on the very frame, and never behind."""

from __future__ import annotations

import re
import threading
from datetime import datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QColor, QDesktopServices, QFont, QImage, QPalette, QRegion
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from labeler.cameras.base import CameraState, Frame
from labeler.cameras.catalogue import CameraChoice
from labeler.dataset import category_edits
from labeler.dataset.model import Category
from labeler.dataset.store import Dataset
from labeler.gui import open_outside, times
from labeler.gui.background import finish_jobs
from labeler.gui.class_colors import class_colors
from labeler.gui.decode import LivePicture, as_rgb, decode
from labeler.gui.document import Document
from labeler.gui.live import LiveCamera, file_choice
from labeler.gui.picture_view import EDGE, Mark, PictureView, with_marks
from labeler.gui.preview import detecting
from labeler.gui.preview.class_list import Seen
from labeler.gui.preview.detecting import Detecting, Sight
from labeler.gui.preview.pace import Pace
from labeler.gui.preview.showing import Shown
from labeler.gui.preview.workspace import PreviewWorkspace
from labeler.recording import recorder
from labeler.runs.detector import EVERYDAY, LiveDetector
from labeler.runs.history import attend
from labeler.runs.pair import list_pairs
from labeler.simulator.truth import read_truth
from labeler.track.steady import Box
from tests.cameras.camera_waits import Simulator
from tests.gui.live_waits import Heard, show, until, wait_for_picture
from tests.gui.pair_makers import write_pair
from tests.gui.tiny_model import write_tiny_model
from tests.runs.run_makers import add_scenes
from tests.trainer import hostile_models
from trainer.config import COCO_START, IMAGENET_START, RunConfig, save_config
from trainer.predict import Predictor


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_tiny_model(tmp_path / "model.onnx")


@pytest.fixture
def heard(document: Document, live: LiveCamera) -> Heard:
    return Heard(document, live)


@pytest.fixture
def workspace(qtbot: QtBot, document: Document, live: LiveCamera, heard: Heard) -> PreviewWorkspace:
    """With neither model nor camera."""
    shown = PreviewWorkspace(document, live)
    show(qtbot, shown)
    return shown


@pytest.fixture
def preview(
    qtbot: QtBot, workspace: PreviewWorkspace, live: LiveCamera, known_robot: str, model: Path
) -> PreviewWorkspace:
    """The tiny model looks through the shared robot's camera."""
    workspace.use_model(model)
    live.choose(known_robot)
    until(qtbot, lambda: workspace.view.marks)
    return workspace


def texts(workspace: PreviewWorkspace) -> list[str]:
    return [mark.text for mark in workspace.view.marks]


def write_run(dataset: Dataset, name: str) -> Path:
    run = dataset.runs_folder / name
    run.mkdir()
    save_config(run, RunConfig(train_images="images", val_images="images"))
    return write_tiny_model(run / "model.onnx")


def test_detections_are_drawn_on_the_very_frame_they_came_from(
    qtbot: QtBot, preview: PreviewWorkspace, live: LiveCamera, model: Path
) -> None:
    predictor = Predictor(model)
    checked = set()

    def checks_another() -> bool:
        image = preview.view.image
        alone = predictor.predict(as_rgb(image))
        assert [mark.bbox for mark in reversed(preview.view.marks)] == [d.bbox for d in alone]
        checked.add(alone[0].bbox[0])
        return len(checked) > 3

    until(qtbot, checks_another)


@pytest.mark.parametrize("kind", ["robot", "folder", "video"])
def test_every_source_shows_a_picture_with_its_own_detections(
    qtbot: QtBot,
    workspace: PreviewWorkspace,
    live: LiveCamera,
    known_robot: str,
    tmp_path: Path,
    model: Path,
    kind: str,
) -> None:
    """The tiny model's first box tells how bright a picture is, so no two are alike."""
    seen: dict[Box, QImage] = {}

    def note(shown: Shown) -> None:
        first = next(mark for mark in workspace.view.marks if mark.text.startswith("vector"))
        assert workspace.view.image is shown.sight.picture.image
        seen[first.bbox] = workspace.view.image

    workspace.shown.connect(note)
    workspace.use_model(model)
    live.choose(known_robot if kind == "robot" else write_moving(tmp_path / kind, kind))
    until(qtbot, lambda: len(seen) > 1)
    live.stop()
    predictor = Predictor(model)
    for bbox, image in seen.items():
        assert predictor.predict(as_rgb(image))[0].bbox == bbox


def write_moving(path: Path, kind: str) -> CameraChoice:
    """Pictures, each brighter than the one before, as a folder or a video: six seconds of it, for
    on a busy machine the first ones pass before the model is loaded."""
    path.mkdir()
    pictures = [np.full((36, 64, 3), 4 * number, np.uint8) for number in range(60)]
    if kind == "folder":
        for number, picture in enumerate(pictures):
            cv2.imwrite(str(path / f"{number:02}.png"), picture)
        return file_choice("folder", path)
    file = path / "video.avi"
    writer = cv2.VideoWriter(str(file), cv2.VideoWriter.fourcc(*"MJPG"), 10.0, (64, 36))
    for picture in pictures:
        writer.write(picture)
    writer.release()
    return file_choice("video", file)


def test_a_class_that_is_switched_off_is_neither_drawn_nor_counted(
    qtbot: QtBot, preview: PreviewWorkspace, document: Document, live: LiveCamera
) -> None:
    classes = preview.controls.in_view
    classes.switch("mug", on=False)
    until(qtbot, lambda: texts(preview) == ["vector #1 0.90"])
    assert [each.name for each in classes.seen] == ["vector"]
    assert preview.view.numbers.endswith("   not shown: mug")  # or one would look for it in vain
    later = PreviewWorkspace(document, live)
    qtbot.addWidget(later)
    assert later.controls.in_view.hidden_names == {"mug"}  # also the next time
    later.shut_down()
    classes.switch("mug", on=True)
    until(qtbot, lambda: len(texts(preview)) == 2)


def test_each_thing_keeps_its_number_and_n_hides_it(
    qtbot: QtBot, preview: PreviewWorkspace
) -> None:
    seen: list[list[str]] = []
    preview.shown.connect(lambda: seen.append(sorted(texts(preview))))
    until(qtbot, lambda: len(seen) > 5)
    assert all(each == ["mug #1 0.60", "vector #1 0.90"] for each in seen)
    qtbot.keyClick(preview, Qt.Key.Key_N)
    assert sorted(texts(preview)) == ["mug 0.60", "vector 0.90"]


def test_a_recording_is_red_while_it_goes_and_whole_when_it_ends(
    qtbot: QtBot, preview: PreviewWorkspace, dataset: Dataset, heard: Heard
) -> None:
    box = preview.controls.record
    box.every.setCurrentIndex(box.every.findData(1))
    qtbot.keyClick(preview, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    assert preview.view.alarm.startswith("Recording   0:0")
    assert box.button.property("role") == "recording"
    assert box.button.text().startswith("Stop   0:0")
    until(qtbot, lambda: list(dataset.folder.glob("recordings/*/images/*.jpg")))
    qtbot.mouseClick(box.button, Qt.MouseButton.LeftButton)
    until(qtbot, lambda: not preview.recording.is_on)
    assert heard.written[preview.recording.last or Path()].startswith("Recorded 0:0")
    assert (preview.view.alarm, box.button.text()) == ("", "Record")
    folder = preview.recording.last
    assert folder is not None
    capture = cv2.VideoCapture(str(folder / "video.avi"))
    good, frame = capture.read()
    capture.release()
    assert good
    assert frame.shape == (360, 640, 3)
    sent = {each.data for each in heard.frames}
    assert all(path.read_bytes() in sent for path in (folder / "images").iterdir())


def test_what_a_slow_disk_left_out_of_a_recording_is_told(
    qtbot: QtBot, preview: PreviewWorkspace, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "_MOST_WAITING", 1_000)
    preview.record()
    with qtbot.waitSignal(preview.shown):
        """Of this one there is something to keep."""
    monkeypatch.setattr(recorder, "_MOST_WAITING", 0)  # as if the disk took nothing more
    for _ in range(3):
        with qtbot.waitSignal(preview.shown):
            """These are left out."""
    preview.record()
    until(qtbot, lambda: bool(heard.written))
    (told,) = heard.written.values()
    assert re.search(r"Left out, because the disk was too slow: \d+ moments\.", told), told


def test_a_recording_ends_whole_when_another_dataset_is_opened(
    qtbot: QtBot,
    preview: PreviewWorkspace,
    document: Document,
    dataset: Dataset,
    heard: Heard,
    tmp_path: Path,
) -> None:
    preview.record()
    with qtbot.waitSignal(preview.shown):
        """Of this one there is something to keep."""
    with Dataset.create(tmp_path / "hall") as hall:
        document.open(hall)
        until(qtbot, lambda: bool(heard.written))
        assert not preview.recording.is_on
        assert (preview.recording.last or Path()).parent.parent == dataset.folder
        assert finish_jobs()  # what reads the hall's runs ends before it is closed


@pytest.mark.parametrize("are_two", [False, True])
def test_where_nothing_is_drawn_it_is_said_with_the_way_to_what_there_is(
    qtbot: QtBot, preview: PreviewWorkspace, tmp_path: Path, are_two: bool
) -> None:
    if are_two:
        preview.controls.beside.use(write_tiny_model(tmp_path / "other.onnx"))
        until(qtbot, lambda: preview.stage.second.marks)
    bar = preview.nothing.bar
    bar.timer.setInterval(0)
    preview.controls.set_score(0.95)
    until(qtbot, bar.isVisible)
    who = "Both find" if are_two else "The detector finds"
    assert bar.sentence.text() == f"{who} nothing at this score: lower it, or train longer."
    qtbot.mouseClick(bar.lower_button, Qt.MouseButton.LeftButton)
    until(qtbot, lambda: preview.view.marks)
    assert not bar.isVisible()
    preview.controls.in_view.hide_names(["vector", "mug"])
    preview.looking.draw_again()
    preview.controls.looks_changed.emit()
    assert not preview.view.marks
    assert not bar.timer.isActive()  # they are found; the person does not want to see them


def test_leaving_preview_ends_a_recording(
    qtbot: QtBot, preview: PreviewWorkspace, heard: Heard
) -> None:
    preview.record()
    assert preview.recording.is_on
    with qtbot.waitSignal(preview.shown):
        """Of this one there is something to keep."""
    preview.deactivated()
    until(qtbot, lambda: bool(heard.written))
    assert not preview.recording.is_on
    preview.looking.pace.dropped = 900  # what came while nobody watched
    preview.activated()
    assert preview.looking.pace.dropped == 0


def test_a_second_model_looks_at_the_very_same_pictures(
    qtbot: QtBot, preview: PreviewWorkspace, tmp_path: Path
) -> None:
    other = write_tiny_model(tmp_path / "other.onnx", threshold=0.25, scores=(0.8, 0.7, 0.3))
    stage = preview.stage
    assert not stage.is_double
    preview.controls.beside.use(other)
    until(qtbot, lambda: len(stage.second.marks) == 3)  # its own threshold counts
    assert [head.text() for head in stage.heads][1] == "other.onnx"
    seen = 0

    def compares(_shown: object) -> None:
        nonlocal seen
        first, second = stage.view, stage.second
        assert first.image is second.image
        boxes = [
            {mark.bbox for mark in view.marks if "vector" in mark.text} for view in (first, second)
        ]
        assert boxes[0] == boxes[1]
        seen += 1

    preview.shown.connect(compares)
    until(qtbot, lambda: seen > 2)
    preview.shown.disconnect(compares)  # with the second model gone there is nothing to compare
    preview.controls.score.setValue(75)
    until(qtbot, lambda: [mark.text for mark in stage.second.marks] == ["vector #1 0.80"])
    preview.controls.beside.use(None)
    assert not stage.is_double
    until(qtbot, lambda: preview.view.marks)


def test_a_second_model_that_is_broken_takes_nothing_from_the_first(
    qtbot: QtBot, preview: PreviewWorkspace, tmp_path: Path
) -> None:
    (tmp_path / "broken.onnx").write_bytes(b"no model")
    preview.controls.beside.use(tmp_path / "broken.onnx")
    health = preview.on_show.health_beside
    until(qtbot, lambda: "broken.onnx" in health.sentence.text())
    until(qtbot, lambda: len(preview.view.marks) == 2)
    assert preview.health.isHidden()
    qtbot.mouseClick(health.buttons[0], Qt.MouseButton.LeftButton)
    until(qtbot, lambda: health.isHidden() and not preview.stage.is_double)


def test_the_big_screen_shows_the_same_and_escape_leaves_it(
    qtbot: QtBot, preview: PreviewWorkspace
) -> None:
    qtbot.keyClick(preview, Qt.Key.Key_B)
    screen = preview.big_screen.screen
    assert screen is not None
    until(qtbot, lambda: screen.stage.view.marks and screen.counts.seen)
    assert screen.stage.view.font().pixelSize() >= 18
    assert screen.isFullScreen()
    qtbot.keyClick(screen, Qt.Key.Key_Escape)
    until(qtbot, lambda: preview.big_screen.screen is None)
    assert preview.isVisible()


@pytest.mark.parametrize(
    ("detector", "name_of_first"), [(IMAGENET_START, "Pretrained"), (COCO_START, "From COCO")]
)
def test_a_pair_of_compare_brings_both_its_models(
    qtbot: QtBot, workspace: PreviewWorkspace, dataset: Dataset, detector: str, name_of_first: str
) -> None:
    add_scenes(dataset, 12, session="morning")
    add_scenes(dataset, 6, session="evening")
    pair = write_pair(dataset, detector=detector)
    workspace.activated()
    box = workspace.controls.beside
    (made,) = list_pairs(dataset.runs_folder)
    when = times.day_and_time(made.started)
    name = f"Pair of {when}"
    until(qtbot, lambda: box.findText(name) > 0)
    row = box.findText(name)
    box.setCurrentIndex(row)
    box.activated.emit(row)
    assert workspace.models.model == pair / "pretrained" / "model.onnx"
    assert box.path == pair / "scratch" / "model.onnx"
    names = [head.text() for head in workspace.stage.heads]
    assert names == [f"{name_of_first}, {when}", f"Random weights, {when}"]


def test_the_view_paints_all_of_itself_whatever_the_shape_of_the_picture(qtbot: QtBot) -> None:
    view = PictureView()
    qtbot.addWidget(view)
    palette = view.palette()
    palette.setColor(QPalette.ColorRole.Dark, QColor(200, 200, 200))
    view.setPalette(palette)
    red = QImage(64, 36, QImage.Format.Format_RGB32)
    red.fill(QColor(250, 0, 0))
    for size in (QSize(401, 301), QSize(333, 200), QSize(250, 407)):
        view.resize(size)
        view.show_picture(red)
        canvas = QImage(size, QImage.Format.Format_RGB32)
        canvas.fill(QColor(0, 0, 250))  # what was painted there before
        view.render(canvas, QPoint(), QRegion(), QWidget.RenderFlag(0))
        pixels = as_rgb(canvas)
        assert pixels[:, :, 0].min() == 200
        assert pixels[:, :, 0].max() == 250


def test_the_red_line_never_covers_the_numbers(qtbot: QtBot) -> None:
    view = PictureView()
    qtbot.addWidget(view)
    view.show_numbers("15 fps   11 ms   24 ms late   0 dropped")
    view.show_alarm("Recording   0:12   3.4 MB   Reacting")
    view.resize(1000, 600)
    beside = view.alarm_rect()
    view.resize(420, 300)
    below = view.alarm_rect()
    assert beside.left() > 420
    assert below.top() >= beside.bottom()


def test_the_frame_of_a_box_is_its_colour_between_two_dark_lines() -> None:
    image = QImage(64, 48, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    drawn = with_marks(image, [Mark((10.2, 24.0, 30.0, 16.0), "", "#e69f00")], QFont())
    row = [drawn.pixelColor(x, 36).name() for x in range(64)]
    line = [EDGE.name(), "#e69f00", "#e69f00", EDGE.name()]
    assert row[7:13] == ["#ffffff", *line, "#ffffff"]
    assert row[37:43] == ["#ffffff", *line, "#ffffff"]
    column = [drawn.pixelColor(25, y).name() for y in range(48)]
    assert column[37:43] == ["#ffffff", *line, "#ffffff"]


def test_without_detections_nothing_is_recorded(
    qtbot: QtBot, workspace: PreviewWorkspace, dataset: Dataset, heard: Heard
) -> None:
    qtbot.keyClick(workspace, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    assert heard.has("Not recorded")
    assert not (dataset.folder / "recordings").exists()


def test_the_folder_of_recordings_is_opened_once_there_is_one(
    qtbot: QtBot,
    workspace: PreviewWorkspace,
    dataset: Dataset,
    heard: Heard,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(open_outside, "_xdg_open", lambda: None)
    monkeypatch.setattr(
        QDesktopServices, "openUrl", lambda url: not opened.append(url.toLocalFile())
    )
    opener = workspace.controls.record.opener
    qtbot.mouseClick(opener, Qt.MouseButton.LeftButton)
    assert heard.has("Nothing has been recorded here")
    (dataset.folder / "recordings").mkdir()
    qtbot.mouseClick(opener, Qt.MouseButton.LeftButton)
    assert [Path(each) for each in opened] == [dataset.folder / "recordings"]


def test_classes_in_view_have_the_datasets_colours_and_are_counted(
    qtbot: QtBot, preview: PreviewWorkspace, document: Document, dataset: Dataset
) -> None:
    assert document.attempt(lambda data: category_edits.add_category(data, "mug"))
    (mug,) = dataset.categories()
    until(qtbot, lambda: Seen("mug", 1, mug.color) in preview.controls.in_view.seen)
    colors = {mark.text.split()[0]: mark.color for mark in preview.view.marks}
    assert colors["mug"] == mug.color != colors["vector"]
    assert "1 vector, 1 mug" in preview.controls.in_view.accessibleDescription()


def test_the_score_starts_at_the_models_own_and_hides_what_is_less_sure(
    qtbot: QtBot, preview: PreviewWorkspace
) -> None:
    assert preview.controls.lowest_score == 0.5
    assert sorted(texts(preview)) == ["mug #1 0.60", "vector #1 0.90"]
    preview.controls.score.setValue(20)
    assert sorted(texts(preview)) == ["mug #1 0.60", "mug 0.30", "vector #1 0.90"]
    assert Seen("mug", 2, preview.view.marks[0].color) in preview.controls.in_view.seen
    for _ in range(10):
        qtbot.keyClick(preview, Qt.Key.Key_Plus)
    assert preview.controls.lowest_score == 0.7
    assert texts(preview) == ["vector #1 0.90"]


def test_rate_and_time_are_always_in_view(qtbot: QtBot, preview: PreviewWorkspace) -> None:
    until(qtbot, lambda: " fps   " in preview.view.numbers)
    _rate, taken, late, dropped = preview.view.numbers.split("   ")
    assert taken.endswith(" ms")
    assert late.endswith(" ms late")
    assert dropped.endswith(" dropped")
    until(qtbot, lambda: int(preview.view.numbers.split(" fps")[0]) >= 5)


def test_a_replaced_model_file_is_followed(
    qtbot: QtBot, preview: PreviewWorkspace, model: Path, heard: Heard
) -> None:
    write_tiny_model(model, threshold=0.65, scores=(0.8, 0.7, 0.1))
    until(qtbot, lambda: "vector #1 0.80" in texts(preview))
    assert heard.has("just updated by the training")
    assert preview.controls.lowest_score == 0.65


def test_the_old_model_goes_on_until_the_better_one_is_ready(
    qtbot: QtBot, preview: PreviewWorkspace, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A training replaces the file every few seconds: nobody must see the boxes stand still."""
    begun, gate = threading.Event(), threading.Event()
    load = detecting._loaded

    def slow(path: Path) -> LiveDetector:
        begun.set()
        gate.wait(60)
        return load(path)

    monkeypatch.setattr(detecting, "_loaded", slow)
    write_tiny_model(model, scores=(0.8, 0.7, 0.1))
    until(qtbot, begun.is_set)
    before = preview.looking.last
    until(qtbot, lambda: preview.looking.last is not before)
    assert "vector #1 0.90" in texts(preview)
    gate.set()
    until(qtbot, lambda: "vector #1 0.80" in texts(preview))


def test_a_file_that_is_no_model_is_a_sentence_and_the_picture_goes_on(
    qtbot: QtBot, preview: PreviewWorkspace, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"no model")
    preview.models.choose(broken)
    until(qtbot, lambda: str(broken) in preview.health.sentence.text())
    assert not preview.health.isHidden()
    assert preview.health.buttons
    before = preview.view.image
    until(qtbot, lambda: preview.view.image is not before and not preview.view.marks)
    write_tiny_model(broken)
    until(qtbot, lambda: preview.view.marks and preview.health.isHidden())  # mended in its place


@pytest.mark.parametrize("name", ["infinite boxes", "five million", "zeros of the picture"])
def test_a_model_that_fails_at_a_picture_is_a_sentence_and_another_one_works(
    qtbot: QtBot, preview: PreviewWorkspace, tmp_path: Path, model: Path, name: str
) -> None:
    hostile = hostile_models.write(tmp_path / "hostile.onnx", hostile_models.EVERY[name][0])
    preview.models.choose(hostile)
    until(qtbot, lambda: f"{hostile}: this model" in preview.health.sentence.text())
    before = preview.view.image
    until(qtbot, lambda: preview.view.image is not before and not preview.view.marks)
    preview.models.choose(model)
    until(qtbot, lambda: preview.view.marks and preview.health.isHidden())  # the thread lives on


def test_without_a_run_everyday_things_are_recognised_and_the_way_to_a_detector_is_said(
    qtbot: QtBot, workspace: PreviewWorkspace, live: LiveCamera, known_robot: str
) -> None:
    until(qtbot, lambda: workspace.models.model == EVERYDAY)
    assert workspace.controls.model.currentText() == "80 everyday things, no training"
    live.choose(known_robot)
    until(qtbot, lambda: workspace.looking.last is not None)
    assert workspace.looking.model is not None
    assert workspace.looking.model.names[37] == "sports ball"
    assert workspace.own_detector.isVisible()
    with qtbot.waitSignal(workspace.train_requested):
        qtbot.mouseClick(workspace.own_detector.train_button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(workspace.own_detector.close_button, Qt.MouseButton.LeftButton)
    assert not workspace.own_detector.isVisible()


def test_ready_made_vector_can_be_chosen_before_anything_is_labelled(
    qtbot: QtBot, workspace: PreviewWorkspace, live: LiveCamera, known_robot: str
) -> None:
    until(qtbot, lambda: workspace.models.model == EVERYDAY)
    box = workspace.controls.model
    row = box.findText("Vector and his cube, ready-made")
    box.setCurrentIndex(row)
    box.activated.emit(row)
    live.choose(known_robot)
    until(qtbot, lambda: workspace.looking.model is not None and workspace.looking.last is not None)
    assert workspace.looking.model is not None
    assert list(workspace.looking.model.names.values()) == ["vector", "cube"]
    assert "not measured on real ones" in workspace.own_detector.text.text()
    assert workspace.own_detector.isVisible()
    workspace.models.refresh()
    qtbot.wait(1)
    assert box.currentText() == "Vector and his cube, ready-made"


def test_the_newest_run_is_used_and_others_can_be_chosen(
    qtbot: QtBot, document: Document, dataset: Dataset, live: LiveCamera
) -> None:
    older = write_run(dataset, "2026-11-23_09-30")
    newest = write_run(dataset, "2026-11-24_17-04")
    workspace = PreviewWorkspace(document, live)
    show(qtbot, workspace)
    until(qtbot, lambda: workspace.models.model == newest)
    box = workspace.controls.model
    assert not workspace.own_detector.isVisible()
    assert "17:04" in box.currentText()
    row = box.findData(str(older))
    box.setCurrentIndex(row)
    box.activated.emit(row)
    assert workspace.models.model == older
    assert "09:30" in box.currentText()


def test_a_training_is_followed_but_takes_nothing_out_of_the_hands(
    qtbot: QtBot, workspace: PreviewWorkspace, dataset: Dataset
) -> None:
    training = write_run(dataset, "2026-11-24_18-00")
    newest = write_tiny_model(training.with_name("newest.onnx"))
    other = write_run(dataset, "2026-11-24_09-00")
    workspace.use_model(newest)
    assert workspace.models.model == newest
    started = datetime(2026, 11, 24, 18, 0).timestamp()
    assert workspace.controls.model.currentText() == f"{times.day_and_time(started)}, learning"
    workspace.models.choose(other)
    workspace.use_model(newest)  # its next checkpoint
    workspace.use_model(training)  # its best, at the end
    assert workspace.models.model == other
    workspace.deactivated()
    workspace.use_model(training)  # asked for in the Train workspace
    assert workspace.models.model == training


def test_who_chose_the_best_of_a_run_that_learns_keeps_it_and_is_told_that_it_learns(
    qtbot: QtBot, workspace: PreviewWorkspace, dataset: Dataset
) -> None:
    best = write_run(dataset, "2026-11-24_18-00")
    newest = write_tiny_model(best.with_name("newest.onnx"))
    lock = attend(best.parent)  # as the training under way does
    workspace.use_model(newest)
    workspace.models.choose(best)  # Use in Preview
    workspace.deactivated()
    workspace.use_model(newest)  # its next checkpoint, while the person is elsewhere
    assert workspace.models.model == best
    box = workspace.controls.model
    until(qtbot, lambda: ", learning" in box.currentText())
    lock.release()
    newest.unlink()
    workspace.use_model(best)  # the end
    assert workspace.models.model == best
    until(qtbot, lambda: "learning" not in box.currentText())


def test_who_chose_the_run_that_learns_gets_its_best_at_the_end(
    workspace: PreviewWorkspace, dataset: Dataset
) -> None:
    best = write_run(dataset, "2026-11-24_18-00")
    newest = write_tiny_model(best.with_name("newest.onnx"))
    workspace.use_model(newest)
    workspace.models.choose(newest)  # the entry that stands in the box
    newest.unlink()
    workspace.use_model(best)
    assert workspace.models.model == best


def test_k_keeps_the_frame_in_view_to_be_labelled(
    qtbot: QtBot, preview: PreviewWorkspace, dataset: Dataset, heard: Heard
) -> None:
    qtbot.keyClick(preview, Qt.Key.Key_K)
    until(qtbot, lambda: heard.has("Added to the dataset"))
    (image,) = dataset.images()
    data = dataset.path_of(image).read_bytes()
    assert data in [frame.data for frame in heard.frames]
    assert read_truth(data).width == 640
    assert dataset.counts().unlabelled == 1
    assert dataset.sessions()[0].name.endswith("kept in Preview")


def test_a_picture_that_is_no_longer_live_is_said_and_not_kept(
    qtbot: QtBot,
    preview: PreviewWorkspace,
    simulator: Simulator,
    live: LiveCamera,
    dataset: Dataset,
    heard: Heard,
) -> None:
    with simulator.fault("freeze", "thaw"):
        until(qtbot, lambda: live.status.state is CameraState.LOST)
        assert preview.view.is_dimmed
        assert "sends no picture" in preview.health.sentence.text()
        until(qtbot, lambda: preview.view.numbers.startswith("0 fps"))
        qtbot.keyClick(preview, Qt.Key.Key_K)
        assert heard.has("Not kept: this picture is ")
        assert dataset.counts().total == 0
        preview.hold()  # whoever holds it knows of its age
        preview.keep_frame()
        until(qtbot, lambda: dataset.counts().total)
        preview.hold()
    until(qtbot, lambda: live.status.state is CameraState.LIVE and not preview.view.is_dimmed)


def test_the_camera_can_be_exchanged_here_as_well(
    qtbot: QtBot,
    preview: PreviewWorkspace,
    live: LiveCamera,
    known_robot: str,
    tmp_path: Path,
) -> None:
    watch = preview.controls.watch
    assert watch.currentText() == "Vector-SIM1"
    QImage(64, 36, QImage.Format.Format_RGB32).save(str(tmp_path / "one.png"))
    live.choose(file_choice("folder", tmp_path))
    assert watch.currentText() == tmp_path.name
    wait_for_picture(qtbot, live)
    until(qtbot, lambda: preview.view.image.width() == 64 and preview.view.marks)
    row = watch.findText("Vector-SIM1")
    watch.setCurrentIndex(row)
    watch.activated.emit(row)
    assert live.choice is not None
    assert live.choice.id == known_robot
    until(qtbot, lambda: preview.view.image.width() == 640)


def test_looking_is_never_behind_the_newest_picture(
    qtbot: QtBot, live: LiveCamera, known_robot: str, heard: Heard, model: Path
) -> None:
    """Two hundred pictures at once: all but the last few are passed over."""
    live.choose(known_robot)
    until(qtbot, lambda: heard.frames)
    detecting = Detecting()
    seen: list[Sight] = []
    detecting.saw.connect(seen.append)
    decoded = decode(heard.frames[0])
    assert decoded is not None
    pictures = [LivePicture(decoded.frame, decoded.image) for _ in range(200)]
    detecting.use(model)
    for picture in pictures:
        detecting.look(picture)
    until(qtbot, lambda: seen and seen[-1].picture is pictures[-1])
    assert len(seen) < 100
    order = [pictures.index(sight.picture) for sight in seen]
    assert order == sorted(order)
    detecting.finish()


def test_boxes_found_on_a_reduced_picture_are_drawn_where_they_are_on_the_whole_one(
    qtbot: QtBot, preview: PreviewWorkspace, model: Path
) -> None:
    preview.looking.effort.longest = 160  # as on a slow machine
    seen: list[Shown] = []
    preview.looking.shown.connect(seen.append)
    until(qtbot, lambda: len(seen) >= 3)  # the first may have been on its way
    until(qtbot, lambda: "reduced to 160" in preview.view.numbers)
    assert preview.view.image.width() == 640
    whole = Predictor(model).predict(as_rgb(preview.view.image))
    drawn = [mark.bbox for mark in reversed(preview.view.marks)]
    assert len(drawn) == len(whole)
    for bbox, found in zip(drawn, whole, strict=True):
        assert bbox == pytest.approx(found.bbox, abs=2)


def test_pixels_reach_the_model_in_order_whatever_the_width() -> None:
    image = QImage(5, 2, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.black)
    image.setPixel(4, 1, 0xFF0A141E)
    pixels = as_rgb(image)
    assert pixels.shape == (2, 5, 3)
    assert pixels[1, 4].tolist() == [10, 20, 30]
    assert int(pixels.sum()) == 60


def test_the_pace_counts_frames_passed_over() -> None:
    pace = Pace()
    pace.offer(1)
    for number, at in ((1, 10.0), (2, 10.1), (5, 10.2)):
        pace.note(number, 7.0, now=at)
    assert pace.dropped == 2
    assert pace.per_second(now=10.2) == pytest.approx(10.0)
    assert pace.milliseconds() == 7.0
    assert pace.per_second(now=13.0) == 0.0
    pace.note(6, 7.0, now=20.0)
    pace.note(7, 7.0, now=23.0)
    assert times.rate(pace.per_second(now=24.0)) == "1 every 3 s"
    assert times.rate(pace.per_second(now=30.0)) == "0 fps"
    assert times.rate(0.7) == "1 fps"
    pace.restart()
    assert pace.dropped == 0


def test_colours_of_unknown_classes_differ_from_those_of_known_ones() -> None:
    known = [Category(1, "mug", "#e69f00")]
    colors = class_colors({7: "mug", 8: "cube", 9: "ball"}, known)
    assert colors[7] == "#e69f00"
    assert len(set(colors.values())) == 3


def test_to_another_model_and_back_while_it_looks_is_heard_of(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks, gate = threading.Event(), threading.Event()
    real = detecting._found

    def slow(*values: Any) -> Any:
        looks.set()
        gate.wait(60)
        return real(*values)

    monkeypatch.setattr(detecting, "_found", slow)
    first, second = (write_tiny_model(tmp_path / name) for name in ("a.onnx", "b.onnx"))
    detector = Detecting()
    heard: list[Path] = []
    detector.loaded.connect(lambda loaded: heard.append(loaded.path))
    detector.use(first)
    until(qtbot, lambda: heard)
    data = bytes(cv2.imencode(".png", np.full((36, 64, 3), 40, np.uint8))[1])
    picture = decode(Frame(data, 1))
    assert picture is not None
    detector.look(picture)
    until(qtbot, looks.is_set)
    detector.use(second)
    detector.use(first)
    gate.set()
    until(qtbot, lambda: heard == [first, first])
    detector.finish()


def test_a_detector_that_takes_long_to_load_is_said_to_be_loading(
    qtbot: QtBot, workspace: PreviewWorkspace, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()
    refresh = detecting._ModelFile.refresh

    def slow(file: Any, path: Path) -> bool:
        gate.wait(60)
        return refresh(file, path)

    monkeypatch.setattr(detecting._ModelFile, "refresh", slow)
    workspace.use_model(model)
    until(qtbot, lambda: workspace.view.numbers == "Loading the detector.")
    gate.set()
    until(qtbot, lambda: workspace.view.numbers == "")
    assert workspace.looking.model is not None


def test_a_look_at_the_camera_before_is_not_shown_under_the_new_one(
    qtbot: QtBot,
    workspace: PreviewWorkspace,
    live: LiveCamera,
    tmp_path: Path,
    model: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks, gate = threading.Event(), threading.Event()
    real = detecting._found

    def slow(*values: Any) -> Any:
        looks.set()
        gate.wait(60)
        return real(*values)

    monkeypatch.setattr(detecting, "_found", slow)
    widths: list[int] = []
    workspace.shown.connect(lambda shown: widths.append(shown.sight.picture.image.width()))
    for width in (64, 32):
        (tmp_path / str(width)).mkdir()
        picture = np.full((18, width, 3), 40, np.uint8)
        cv2.imwrite(str(tmp_path / str(width) / "one.png"), picture)
    workspace.use_model(model)
    live.choose(file_choice("folder", tmp_path / "64"))
    until(qtbot, looks.is_set)
    live.choose(file_choice("folder", tmp_path / "32"))
    wait_for_picture(qtbot, live)
    gate.set()
    until(qtbot, lambda: widths)
    assert set(widths) == {32}


def test_a_model_that_could_not_be_used_is_tried_again_when_it_is_chosen_again(
    qtbot: QtBot, workspace: PreviewWorkspace, tmp_path: Path
) -> None:
    choosers = (workspace.models.choose, workspace.controls.beside.use)
    for name, choose in zip(("first.onnx", "second.onnx"), choosers, strict=True):
        path = tmp_path / name
        path.write_bytes(b"no model")
        with qtbot.waitSignal(workspace.looking.broken):
            choose(path)
        write_tiny_model(path)
        choose(path)
    until(qtbot, lambda: workspace.looking.model and workspace.looking.beside)


def test_the_picture_is_on_show_before_the_detector_has_looked_at_any(
    qtbot: QtBot,
    workspace: PreviewWorkspace,
    live: LiveCamera,
    known_robot: str,
    model: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate = threading.Event()
    look = detecting._found

    def slow(*words: Any) -> Any:
        gate.wait(60)
        return look(*words)

    monkeypatch.setattr(detecting, "_found", slow)
    workspace.use_model(model)
    live.choose(known_robot)
    until(qtbot, lambda: workspace.looking.model is not None and not workspace.view.image.isNull())
    assert not workspace.is_settled()
    gate.set()
    until(qtbot, workspace.is_settled)
    assert workspace.view.marks
