"""Right, wrong, missed: what becomes of the picture, the tally, and the way to a training."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from labeler.cameras.base import Frame
from labeler.dataset.category_edits import add_category
from labeler.dataset.model import BBox, ImageState, Suggestion
from labeler.dataset.store import Dataset
from labeler.dataset.suggestion_edits import accept
from labeler.errors import UserError
from labeler.gui import photo_keeper
from labeler.gui.class_colors import class_colors
from labeler.gui.decode import LivePicture, decode
from labeler.gui.document import Document
from labeler.gui.live import LiveCamera, file_choice
from labeler.gui.main_window import MainWindow
from labeler.gui.pages import PREVIEW, TRAIN
from labeler.gui.preview.detecting import LoadedModel, Sight
from labeler.gui.preview.frame_keeping import FrameKeeping
from labeler.gui.preview.judge_box import JudgeBox
from labeler.gui.preview.judging import Judging
from labeler.gui.preview.looking import Pane
from labeler.gui.preview.showing import Showing, Shown
from labeler.gui.preview.tally import Tally, Verdict
from labeler.gui.preview.workspace import PreviewWorkspace
from labeler.gui.settings import Settings
from tests.gui.live_waits import Heard, show, until, wait_for_picture
from tests.gui.tiny_model import write_tiny_model
from trainer.predict import Detection

MUG = Detection(7, "mug", 0.9, (10.0, 10.0, 30.0, 20.0))
UNSURE = Detection(7, "mug", 0.2, (50.0, 5.0, 10.0, 10.0))
Judge = Callable[..., Shown]


def pane(shown: Shown, model: str = "run/model.onnx") -> Pane:
    return Pane(LoadedModel(Path(model), {7: "mug"}, 0.5), shown)


def jpeg(shade: int) -> bytes:
    return bytes(cv2.imencode(".png", np.full((36, 64, 3), shade, np.uint8))[1])


@pytest.fixture
def heard(document: Document) -> Heard:
    return Heard(document)


@pytest.fixture
def judging(
    qtbot: QtBot, document: Document, live: LiveCamera, tmp_path: Path
) -> Iterator[Judging]:
    """With a class "mug" of the dataset's own number, and a camera that is on."""
    document.attempt(lambda data: add_category(data, "mug"))
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "one.png").write_bytes(jpeg(90))
    live.choose(file_choice("folder", folder))
    until(qtbot, lambda: live.camera is not None)
    frames = FrameKeeping(document, live)
    yield Judging(document, frames)
    frames.finish()


@pytest.fixture
def judge(qtbot: QtBot, judging: Judging) -> Judge:
    """Judges a new picture on which this was found, and waits until it is counted."""
    numbers = iter(range(1, 100))

    def judge(verdict: Verdict, *found: Detection) -> Shown:
        number = next(numbers)
        picture = decode(Frame(jpeg(2 * number), number))
        assert picture is not None
        shown = Showing().show(Sight(picture, found, 5.0))
        before = judging.tally.judged
        assert judging.judge(verdict, pane(shown))
        until(qtbot, lambda: judging.tally.judged == before + 1)
        return shown

    return judge


def test_a_right_picture_is_labelled_with_what_was_shown(
    judging: Judging, judge: Judge, document: Document, dataset: Dataset
) -> None:
    judge(Verdict.RIGHT, MUG, UNSURE)
    (image,) = dataset.images()
    (box,) = dataset.annotations(image.id)
    (mug,) = dataset.categories()
    assert (box.category_id, box.bbox.as_list()) == (mug.id, list(MUG.bbox))
    assert judging.waiting() == []
    document.undo()
    assert dataset.annotations(image.id) == []
    assert [each.score for each in dataset.suggestions(image.id)] == [0.9]


def test_a_right_picture_without_a_box_is_a_confirmed_empty_one(
    judge: Judge, dataset: Dataset, heard: Heard
) -> None:
    judge(Verdict.RIGHT)
    (image,) = dataset.images()
    assert image.state is ImageState.EMPTY
    assert heard.has("confirmed empty")


@pytest.mark.parametrize("verdict", [Verdict.WRONG, Verdict.MISSED])
def test_other_pictures_wait_with_what_was_found_as_suggestions(
    judging: Judging, judge: Judge, dataset: Dataset, verdict: Verdict
) -> None:
    judge(verdict, MUG)
    (image,) = dataset.images()
    assert image.state is ImageState.UNLABELLED
    (offered,) = dataset.suggestions(image.id)
    assert (offered.source, offered.model) == ("detector", "run/model.onnx")
    assert judging.waiting() == [image.id]


def test_a_class_that_the_dataset_has_not_is_told_and_nothing_is_accepted(
    judging: Judging, judge: Judge, dataset: Dataset, heard: Heard
) -> None:
    judge(Verdict.RIGHT, MUG, Detection(9, "ball", 0.8, (1.0, 1.0, 9.0, 9.0)))
    (image,) = dataset.images()
    assert image.state is ImageState.UNLABELLED
    assert heard.has("Not classes here: ball.")


def test_one_picture_is_judged_once(
    qtbot: QtBot, judging: Judging, judge: Judge, heard: Heard
) -> None:
    shown = judge(Verdict.WRONG, MUG)
    assert not judging.judge(Verdict.RIGHT, pane(shown))
    assert heard.has("judged already")
    assert not judging.judge(Verdict.RIGHT, None)
    assert judging.tally == Tally(wrong=1)
    judging.reset()
    assert judging.judge(Verdict.RIGHT, pane(shown))  # of another detector
    until(qtbot, lambda: judging.tally.right)


def test_what_a_slow_detector_shows_is_judged_while_the_camera_goes_on(
    qtbot: QtBot, judging: Judging, live: LiveCamera
) -> None:
    """Its picture is older than the camera's newest, which is what must not have stopped."""
    assert live.choice is not None
    live.choice = replace(live.choice, kind="webcam")  # pictures of a file never age
    picture = decode(Frame(jpeg(77), 1, received=time.monotonic() - 60.0))
    assert picture is not None
    shown = pane(Showing().show(Sight(picture, (MUG,), 3000.0)))
    until(qtbot, lambda: judging.judge(Verdict.WRONG, shown))
    until(qtbot, lambda: judging.tally.wrong)


def test_a_verdict_is_taken_back_with_what_it_accepted(
    qtbot: QtBot, judging: Judging, judge: Judge, document: Document, heard: Heard
) -> None:
    dataset = document.dataset
    judge(Verdict.WRONG)
    shown = judge(Verdict.RIGHT, MUG)
    assert judging.joined == 2
    document.set_busy("An import is under way.", "import")
    judging.take_back()
    assert heard.failures == ["An import is under way."]
    assert judging.tally == Tally(right=1, wrong=1)  # as long as its boxes stand
    document.set_busy("", "import")
    judging.take_back()
    assert heard.has("Taken back. The picture stays in the dataset, to be labelled.")
    assert (judging.tally, judging.joined) == (Tally(wrong=1), 1)
    image = dataset.images()[1]
    assert image.state is ImageState.UNLABELLED
    assert [each.score for each in dataset.suggestions(image.id)] == [0.9]
    assert judging.judge(Verdict.MISSED, pane(shown))  # it may be judged anew
    judging.take_back()
    with qtbot.waitSignal(judging.changed):
        """Only now it has come to the dataset."""
    assert judging.tally == Tally(wrong=1)
    judging.take_back()
    assert (judging.tally, judging.joined) == (Tally(), 0)
    judging.take_back()
    assert heard.has("There is no verdict to undo.")


def test_a_verdict_whose_boxes_are_undone_counts_no_more_until_they_are_there_again(
    judging: Judging, judge: Judge, document: Document
) -> None:
    judge(Verdict.MISSED)
    judge(Verdict.RIGHT, MUG)
    document.undo()
    assert judging.tally == Tally(missed=1)
    document.redo()
    assert judging.tally == Tally(right=1, missed=1)


def test_another_detector_begins_a_tally_of_its_own_and_the_pictures_stay(
    judging: Judging, judge: Judge
) -> None:
    judge(Verdict.RIGHT, MUG)
    judge(Verdict.MISSED)
    assert judging.tally == Tally(right=1, missed=1)
    judging.reset()
    assert (judging.tally, judging.joined) == (Tally(), 2)
    judging.begin_training()
    assert judging.joined == len(judging.waiting()) == 1  # what is to be completed stays


def test_what_is_larger_than_the_screen_is_stored_in_its_own_pixels(
    qtbot: QtBot, judging: Judging, dataset: Dataset
) -> None:
    picture = decode(Frame(jpeg(33), 1))
    assert picture is not None
    half = LivePicture(picture.frame, picture.image.scaled(32, 18), 2.0)
    found = Detection(7, "mug", 0.9, (5.0, 5.0, 15.0, 10.0))
    judging.judge(Verdict.RIGHT, pane(Showing().show(Sight(half, (found,), 5.0))))
    until(qtbot, lambda: judging.tally.judged)
    (image,) = dataset.images()
    (box,) = dataset.annotations(image.id)
    assert box.bbox.as_list() == [10.0, 10.0, 30.0, 20.0]


def test_the_tally_is_told_with_its_interval(qtbot: QtBot) -> None:
    box = JudgeBox()
    qtbot.addWidget(box)
    box.show_tallies(Tally(42, 3, 2), Tally())
    box.show_joined(5, 0)
    assert box.first.line.text() == "42 of 47 right: 89 % (77 to 96 %)"
    assert box.improve.text() == "Improve with these 5"
    box.show_joined(5, 2)
    assert box.improve.text() == "Correct 2 first"


def test_improve_leads_to_what_is_to_be_labelled_and_then_to_a_training(
    qtbot: QtBot,
    document: Document,
    live: LiveCamera,
    dataset: Dataset,
    tmp_path: Path,
    heard: Heard,
) -> None:
    """The tiny model finds a vector and a mug wherever it looks."""
    for name in ("vector", "mug"):
        document.attempt(lambda data, name=name: add_category(data, name))
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "one.png").write_bytes(jpeg(90))
    workspace = PreviewWorkspace(document, live)
    show(qtbot, workspace)
    qtbot.keyClick(workspace, Qt.Key.Key_I)
    assert heard.has("Judge some pictures first")
    workspace.use_model(write_tiny_model(tmp_path / "model.onnx"))
    live.choose(file_choice("folder", folder))
    wait_for_picture(qtbot, live)
    until(qtbot, lambda: workspace.view.marks)
    qtbot.keyClick(workspace, Qt.Key.Key_W)
    until(qtbot, lambda: workspace.judging.waiting())
    assert workspace.controls.bar.judge.first.line.text().startswith("0 of 1 right")
    with qtbot.waitSignal(workspace.image_requested) as asked:
        qtbot.keyClick(workspace, Qt.Key.Key_I)
    (image_id,) = asked.args
    ids = [each.id for each in dataset.suggestions(image_id)]
    assert document.attempt(lambda data: accept(data, ids))
    assert workspace.controls.bar.judge.improve.text() == "Improve with this one"
    with qtbot.waitSignal(workspace.improve_requested) as improving:
        qtbot.mouseClick(workspace.controls.bar.judge.improve, Qt.MouseButton.LeftButton)
    assert improving.args == [tmp_path / "model.onnx"]
    assert workspace.judging.joined == 1  # the training may be refused
    workspace.judging.begin_training()
    assert workspace.controls.bar.judge.improve.isHidden()


def test_a_picture_that_no_disk_took_at_first_keeps_its_own_verdict(
    qtbot: QtBot,
    judging: Judging,
    document: Document,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = vars(photo_keeper)["add_picture"]
    full = [True]

    def on_a_full_disk(*values: Any, **more: Any) -> Any:
        if full:
            full.clear()
            raise UserError("The disk is full.")
        return real(*values, **more)

    monkeypatch.setattr(photo_keeper, "add_picture", on_a_full_disk)
    heard = Heard(document)
    for number, verdict, found in ((1, Verdict.MISSED, ()), (2, Verdict.RIGHT, (MUG,))):
        picture = decode(Frame(jpeg(200 + number), number))
        assert picture is not None
        assert judging.judge(verdict, pane(Showing().show(Sight(picture, found, 5.0))))
        until(qtbot, lambda: heard.failures)
    until(qtbot, lambda: judging.tally == Tally(right=1, missed=1))
    first, second = document.dataset.images()
    assert (first.annotation_count, second.annotation_count) == (0, 1)
    assert first.state is ImageState.UNLABELLED


def test_a_right_picture_where_a_tracker_offers_the_same_is_never_confirmed_empty(
    qtbot: QtBot, judging: Judging, judge: Judge, document: Document
) -> None:
    shown = judge(Verdict.MISSED)
    dataset = document.dataset
    (image,) = dataset.images()
    (mug,) = dataset.categories()
    box = BBox(*MUG.bbox)
    carried = Suggestion(dataset.new_suggestion_id(), image.id, mug.id, box, 0.9, "tracker", "")
    document.offer(lambda data: [e.image_id for e in data.offer("tracker", [image.id], [carried])])
    again = decode(Frame(shown.sight.picture.frame.data, 1000))
    assert again is not None
    assert judging.judge(Verdict.RIGHT, pane(Showing().show(Sight(again, (MUG,), 5.0))))
    until(qtbot, lambda: judging.tally.right)
    assert dataset.image(image.id).state is ImageState.UNLABELLED
    assert len(dataset.suggestions(image.id)) == 1


def test_a_picture_with_a_class_that_is_switched_off_is_not_said_to_be_labelled(
    qtbot: QtBot, judging: Judging, document: Document
) -> None:
    heard = Heard(document)
    picture = decode(Frame(jpeg(220), 1000))
    assert picture is not None
    showing = Showing()
    showing.hidden = frozenset(["mug", "ball"])
    shown = showing.show(Sight(picture, (MUG,), 5.0))
    assert judging.judge(Verdict.RIGHT, pane(shown))
    until(qtbot, lambda: judging.tally.right)
    (image,) = document.dataset.images()
    assert image.state is ImageState.UNLABELLED
    assert heard.has("switched off: mug.")


def test_classes_are_told_apart_as_everywhere_whatever_the_case(
    judge: Judge, dataset: Dataset
) -> None:
    judge(Verdict.RIGHT, Detection(7, "Mug", 0.9, (10.0, 10.0, 30.0, 20.0)))
    (image,) = dataset.images()
    (mug,) = dataset.categories()
    assert [box.category_id for box in dataset.annotations(image.id)] == [mug.id]
    assert class_colors({7: "Mug"}, [mug]) == {7: mug.color}


def test_of_a_labelled_picture_nothing_is_said_to_be_added(
    qtbot: QtBot, judging: Judging, judge: Judge, dataset: Dataset, heard: Heard
) -> None:
    shown = judge(Verdict.RIGHT)
    heard.sentences.clear()
    again = decode(Frame(shown.sight.picture.frame.data, 1000))
    assert again is not None
    assert judging.judge(Verdict.RIGHT, pane(Showing().show(Sight(again, (MUG,), 5.0))))
    until(qtbot, lambda: judging.tally.right == 2)
    until(qtbot, lambda: heard.sentences)
    assert heard.sentences == [
        "This picture is in the dataset already, labelled: its boxes stay as they are."
    ]
    (image,) = dataset.images()
    assert image.state is ImageState.EMPTY


def test_what_was_judged_is_learned_from_once_a_new_run_has_begun(
    qtbot: QtBot, document: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = MainWindow(document, Settings(tmp_path / "window.ini"))
    qtbot.addWidget(window)
    preview: Any = window.workspace(PREVIEW)
    train: Any = window.workspace(TRAIN)
    starter, asked = train.starter, list[Path]()
    monkeypatch.setattr(train, "improve", asked.append)
    preview.improve_requested.emit(tmp_path / "model.onnx")
    assert asked == [tmp_path / "model.onnx"]
    assert window.current is train
    with qtbot.waitSignal(preview.judging.changed):
        starter.began.emit(tmp_path)
