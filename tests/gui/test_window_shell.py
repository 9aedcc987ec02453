"""The window around the workspaces, driven by mouse and keys as a person would."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QWidget,
)
from pytestqt.qtbot import QtBot

from labeler.dataset.category_edits import add_category
from labeler.dataset.edits import draw, verify
from labeler.dataset.model import BBox
from labeler.dataset.store import Counts, Dataset
from labeler.errors import UserError
from labeler.gui import dataset_menu
from labeler.gui.document import Document
from labeler.gui.excepthook import CaughtBugs
from labeler.gui.keys_page import KeysPage
from labeler.gui.label.image_list import IMAGE_ROLE
from labeler.gui.main_window import MainWindow
from labeler.gui.pages import pages
from labeler.gui.settings import Settings
from labeler.gui.shortcuts import GLOBAL, HISTORY
from tests.gui.label_window import Hand, add_plain_pictures, close, open_window

Tab = Qt.FocusPolicy.TabFocus
CONTROL = Qt.KeyboardModifier.ControlModifier
PLACES = [page.id for page in pages()]


@pytest.fixture
def settings_file(tmp_path: Path) -> Path:
    return tmp_path / "settings.ini"


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path, settings_file: Path) -> Iterator[MainWindow]:
    with Dataset.create(tmp_path / "kitchen") as dataset:
        add_plain_pictures(dataset, 3)
        dataset.apply(add_category(dataset, "mug"))
    Settings(settings_file).datasets_folder = tmp_path
    shown = open_window(tmp_path / "kitchen", settings_file)
    qtbot.addWidget(shown)
    yield shown
    close(shown)


def shown_place(window: MainWindow) -> str:
    return next(each for each in PLACES if window.bar.button(each).isChecked())


def test_the_title_and_the_menu_tell_the_dataset(window: MainWindow) -> None:
    assert window.windowTitle() == "kitchen - Vector Labeler"
    assert window.menu.text().startswith("kitchen")


def test_the_status_line_counts_and_tells_what_happened(window: MainWindow) -> None:
    assert window.status.counts.text() == "3 images   0 labelled   0 empty"
    assert window.status.to_do.text() == "3 to do"
    window.document.attempt(lambda dataset: draw(dataset, 1, 1, BBox(10, 10, 50, 50)))
    assert window.status.counts.text() == "3 images   1 labelled   0 empty"
    assert (window.status.bar.value(), window.status.bar.maximum()) == (1, 3)
    assert window.status.sentence.text() == "Draw mug. Kept."


def test_what_was_said_goes_when_it_was_read_or_another_workspace_comes(
    window: MainWindow,
) -> None:
    status = window.status
    window.document.say("Short.")
    assert status.fading.isActive()
    short = status.fading.interval()
    window.document.say("A sentence with a good deal more to read in it than the first one had.")
    assert status.fading.interval() > short > 5000
    status.fading.timeout.emit()
    assert status.sentence.text() == ""
    assert status.sentence.toolTip() == ""
    window.document.say("News of this workspace.")
    window.show_workspace("train")
    assert status.sentence.text() == ""
    assert not status.fading.isActive()


def test_workspaces_change_by_key_and_by_click(window: MainWindow) -> None:
    QTest.keyClick(window, Qt.Key.Key_3, CONTROL)
    assert shown_place(window) == "train"
    QTest.keyClick(window, Qt.Key.Key_2, CONTROL)
    assert shown_place(window) == "label"
    QTest.mouseClick(window.bar.button("capture"), Qt.MouseButton.LeftButton)
    assert window.stack.currentWidget() is window.workspace("capture")


def test_the_workspaces_are_numbered_in_the_order_of_the_bar(window: MainWindow) -> None:
    for number, place in enumerate(PLACES, start=1):
        QTest.keyClick(window, Qt.Key(Qt.Key.Key_0 + number), CONTROL)
        assert shown_place(window) == place


def test_keys_live_in_the_workspace_on_show_alone(window: MainWindow) -> None:
    hand = Hand(window)
    first = hand.label.editor.image_id
    window.show_workspace("train")
    QTest.keyClick(window, Qt.Key.Key_D)
    assert hand.label.editor.image_id == first
    window.show_workspace("label")
    QTest.keyClick(window, Qt.Key.Key_D)
    assert hand.label.editor.image_id != first


def test_keys_never_fire_while_one_types(window: MainWindow) -> None:
    hand = Hand(window)
    first, field = hand.label.editor.image_id, hand.label.classes.field
    field.setFocus()
    QTest.keyClicks(field, "dad 1?")
    assert field.text() == "dad 1?"
    assert hand.label.editor.image_id == first
    QTest.keyClick(field, Qt.Key.Key_3, CONTROL)
    assert shown_place(window) == "train"


def test_undo_while_one_types_is_the_fields_own(window: MainWindow) -> None:
    window.document.attempt(lambda dataset: draw(dataset, 1, 1, BBox(10, 10, 50, 50)))
    field = Hand(window).label.classes.field
    field.setFocus()
    QTest.keyClicks(field, "x")
    QTest.keyClick(field, Qt.Key.Key_Z, CONTROL)
    assert field.text() == ""
    assert len(window.document.dataset.annotations(1)) == 1


def test_space_presses_the_button_that_tab_reached(window: MainWindow) -> None:
    button = window.bar.button("train")
    button.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(button, Qt.Key.Key_Space)
    assert shown_place(window) == "train"
    assert window.document.dataset.counts().empty == 0


def test_undo_comes_back_to_label_and_shows_the_image(window: MainWindow) -> None:
    window.document.attempt(lambda dataset: draw(dataset, 3, 1, BBox(10, 10, 50, 50)))
    window.show_workspace("train")
    QTest.keyClick(window, Qt.Key.Key_Z, CONTROL)
    assert shown_place(window) == "label"
    assert Hand(window).label.editor.image_id == 3
    assert window.document.dataset.annotations(3) == []
    while window.document.can_undo:
        QTest.keyClick(window, Qt.Key.Key_Z, CONTROL)
    QTest.keyClick(window, Qt.Key.Key_Z, CONTROL)
    assert window.status.sentence.text() == "There is nothing to undo."


def test_control_s_answers_that_all_is_kept(window: MainWindow) -> None:
    QTest.keyClick(window, Qt.Key.Key_S, CONTROL)
    assert window.status.sentence.text() == "Already saved: every change is kept at once."


@pytest.mark.parametrize("place", PLACES)
def test_f1_shows_the_keys_of_the_workspace(window: MainWindow, place: str) -> None:
    window.show_workspace(place)
    QTest.keyClick(window, Qt.Key.Key_F1)
    page = window.findChild(KeysPage)
    assert page is not None
    words = {label.text() for label in page.findChildren(QLabel)}
    for action in window.current.actions_table():
        assert not action.keys or (action.tooltip or action.text) in words
    assert {"Undo", "Full screen"} <= words
    page.reject()


@pytest.mark.parametrize("place", PLACES)
def test_no_key_means_two_things(window: MainWindow, place: str) -> None:
    actions = [
        *window.workspace(place).actions_table(),
        *window.keys.book.actions(GLOBAL),
        *window.keys.book.actions(HISTORY),
    ]
    keys = Counter(QKeySequence(key).toString() for each in actions for key in each.keys)
    assert [key for key, count in keys.items() if count > 1 or not key] == []


def is_reached_by_tab(widget: QWidget) -> bool:
    is_part = isinstance(widget.parent(), QAbstractSpinBox | QComboBox)
    return widget.isVisible() and not is_part and bool(widget.focusPolicy() & Tab)


def text_of(widget: QWidget) -> str:
    return widget.text() if isinstance(widget, QAbstractButton) else ""


@pytest.mark.parametrize("place", PLACES)
def test_every_control_has_a_name_for_those_who_listen(window: MainWindow, place: str) -> None:
    window.show_workspace(place)
    reached = (each for each in window.findChildren(QWidget) if is_reached_by_tab(each))
    nameless = [each for each in reached if not (each.accessibleName() or text_of(each))]
    assert [(type(e).__name__, type(e.parent()).__name__, e.objectName()) for e in nameless] == []


def test_a_failure_stays_until_it_is_closed_and_keeps_its_details(window: MainWindow) -> None:
    window.document.report(UserError("The disk is full.", details="errno 28"))
    assert window.banner.isVisible()
    assert window.banner.message.text() == "The disk is full."
    assert not window.banner.details.isVisible()
    assert window.banner.more.isVisible()
    QTest.mouseClick(window.banner.more, Qt.MouseButton.LeftButton)
    assert window.banner.details.isVisible()
    assert window.banner.details.toPlainText() == "errno 28"
    QTest.mouseClick(window.banner.close_button, Qt.MouseButton.LeftButton)
    assert not window.banner.isVisible()
    window.document.report(UserError("There is no wastebasket here."))
    assert window.banner.isVisible()
    assert not window.banner.more.isVisible()


def drop(window: MainWindow, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    left, nothing = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    place, copy = QPoint(600, 400), Qt.DropAction.CopyAction
    entering = QDragEnterEvent(place, copy, data, left, nothing)
    QApplication.sendEvent(window, entering)
    assert entering.isAccepted()
    QApplication.sendEvent(window, QDropEvent(QPointF(place), copy, data, left, nothing))


def wait_for_job(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: not window.jobs.is_busy)


def test_dropped_pictures_are_added_and_bad_ones_named(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    with Dataset.create(tmp_path / "other") as other:
        known = add_plain_pictures(other, 5)
        files = [other.path_of(image) for image in known]
        broken = tmp_path / "broken.jpg"
        broken.write_bytes(b"no picture")
        drop(window, *files, broken, tmp_path / ("x" * 300), tmp_path / f"{'x' * 300}.json")
        wait_for_job(qtbot, window)
    assert window.document.dataset.counts().total == 5
    assert window.status.sentence.text() == "2 pictures added, 3 of 5 were already there. Kept."
    assert window.banner.message.text() == "3 files were not imported."
    assert "broken.jpg" in window.banner.details.toPlainText()
    assert "too long" in window.banner.details.toPlainText()
    assert Hand(window).label.filmstrip.images.rowCount() == 5


def test_a_dropped_video_becomes_a_sequence_of_pictures(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    video = tmp_path / "clip.avi"
    writer = cv2.VideoWriter(str(video), cv2.VideoWriter.fourcc(*"MJPG"), 10.0, (64, 48))
    for number in range(20):
        writer.write(np.full((48, 64, 3), 10 * number, np.uint8))
    writer.release()
    monkeypatch.setattr(dataset_menu, "ask_decimal", lambda *words: 5.0)
    before = window.document.dataset.counts().total
    drop(window, video)
    wait_for_job(qtbot, window)
    assert window.document.dataset.counts().total == before + 10
    assert window.status.sentence.text().startswith("10 pictures of the video added.")


def test_a_dropped_dataset_is_opened_and_none_of_its_thumbnails_is_taken_for_a_picture(
    window: MainWindow, tmp_path: Path
) -> None:
    before = window.document.dataset
    Dataset.create(tmp_path / "other").close()
    drop(window, tmp_path / "other")
    assert window.document.dataset.folder == tmp_path / "other"
    assert not window.jobs.is_busy
    with Dataset.open(before.folder, read_only=True) as left:
        assert left.counts().total == 3


def test_bad_files_alone_leave_nothing_behind(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    before = window.document.dataset.sessions()
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no picture")
    drop(window, broken)
    wait_for_job(qtbot, window)
    assert window.status.sentence.text() == "No picture added."
    assert window.banner.message.text().startswith(
        "1 file was not imported: broken.jpg is not a picture that can be read"
    )
    assert window.document.dataset.sessions() == before


def test_an_export_comes_back_by_dropping_its_coco_file_its_folder_or_its_zip(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    window.document.attempt(lambda dataset: draw(dataset, 1, 1, BBox(10, 20, 30, 40)))
    for out in ("out", "out.zip"):
        window.actions_of_dataset.export(tmp_path / out)
        wait_for_job(qtbot, window)
        assert window.written.isVisible()
        assert window.written.sentence.text() == "Exported 1 image with 1 box."
        assert window.written.place.text() == str(tmp_path / out)
        assert window.status.sentence.text() == ""  # no longer that it is being written
    for dropped in ("out/annotations.json", "out", "out.zip"):
        window.actions_of_dataset.create("fresh")
        assert window.document.dataset.counts().total == 0
        drop(window, tmp_path / dropped)
        wait_for_job(qtbot, window)
        dataset = window.document.dataset
        boxes = [each.bbox for image in dataset.images() for each in dataset.annotations(image.id)]
        assert boxes == [BBox(10, 20, 30, 40)]
        assert window.status.counts.text() == "1 image   1 labelled   0 empty"


def test_exports_leave_out_how_pictures_were_taken_where_the_tick_in_the_menu_is_off(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, settings_file: Path
) -> None:
    window.document.attempt(lambda dataset: draw(dataset, 1, 1, BBox(10, 20, 30, 40)))
    menu = window.menu.menu()
    menu.aboutToShow.emit()
    tick = next(each for each in menu.actions() if "Exports tell" in each.text())
    assert tick.isChecked()
    for out, is_told in ((tmp_path / "with", True), (tmp_path / "without", False)):
        window.actions_of_dataset.export(out)
        wait_for_job(qtbot, window)
        text = (out / "annotations.json").read_text(encoding="utf-8")
        assert ("captured_at" in text, "sessions" in text) == (is_told, is_told)
        tick.trigger()
    assert Settings(settings_file).exports_capture  # remembered, switched off and on again


def test_boxes_imported_for_pictures_already_here_are_shown_at_once(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    window.document.attempt(lambda dataset: draw(dataset, 1, 1, BBox(10, 20, 30, 40)))
    window.actions_of_dataset.export(tmp_path / "out")
    wait_for_job(qtbot, window)
    window.document.undo()
    drop(window, tmp_path / "out" / "annotations.json")
    wait_for_job(qtbot, window)
    label = Hand(window).label
    assert len(label.canvas.boxes) == 1
    assert label.filmstrip.images.image_at(0).annotation_count == 1
    assert window.status.counts.text() == "3 images   1 labelled   0 empty"


def test_numbers_at_the_right_belong_to_the_workspace_on_show(window: MainWindow) -> None:
    label = Hand(window).label
    assert window.status.detail.text().endswith("640 × 360")
    window.show_workspace("train")
    label.canvas.zoom(2)
    assert window.status.detail.text() == ""
    window.show_workspace("label")
    assert window.status.detail.text().endswith("640 × 360")


def test_nothing_is_edited_while_an_import_runs(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    window.document.attempt(lambda dataset: draw(dataset, 1, 1, BBox(10, 20, 30, 40)))
    window.actions_of_dataset.export(tmp_path / "out")
    wait_for_job(qtbot, window)
    window.actions_of_dataset.import_coco(
        tmp_path / "out" / "annotations.json", tmp_path / "out" / "images"
    )
    assert not window.document.attempt(lambda d: draw(d, 2, 1, BBox(1, 1, 30, 40)))
    assert window.banner.message.text().startswith("An import is running.")
    wait_for_job(qtbot, window)
    assert window.document.attempt(lambda d: draw(d, 2, 1, BBox(1, 1, 30, 40)))


def test_a_job_can_be_cancelled_and_leaves_no_half_export(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    entered, go_on = threading.Event(), threading.Event()

    def work(on_progress: object, should_stop: object) -> bool:
        entered.set()
        go_on.wait(60)
        return bool(should_stop())  # type: ignore[operator]

    outcomes: list[bool] = []
    window.jobs.run("Counting", work, outcomes.append)
    assert entered.wait(60)
    assert window.jobs.isVisible()
    window.actions_of_dataset.check()
    assert window.banner.message.text() == "Only one job at a time. Wait for this one."
    QTest.mouseClick(window.jobs.cancel, Qt.MouseButton.LeftButton)
    go_on.set()
    wait_for_job(qtbot, window)
    assert outcomes == [True]
    assert not window.jobs.isVisible()


def test_another_dataset_is_opened_only_once_the_job_on_this_one_has_ended(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    Dataset.create(tmp_path / "hall").close()
    go_on = threading.Event()
    window.jobs.run("Counting", lambda _progress, _stop: go_on.wait(60), lambda _outcome: None)
    window.actions_of_dataset.open(tmp_path / "hall")
    assert window.banner.message.text() == "Wait for the end of the job, or cancel it."
    assert window.document.dataset.name == "kitchen"
    go_on.set()
    wait_for_job(qtbot, window)
    window.actions_of_dataset.open(tmp_path / "hall")
    assert window.document.dataset.name == "hall"


def test_an_import_that_the_disk_cut_short_says_what_came_and_why_the_rest_did_not(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(60):
        cv2.imwrite(str(folder / f"{number:02}.png"), np.full((8, 8, 3), 4 * number, np.uint8))
    dataset, before = window.document.dataset, window.document.counts.total
    writer = dataset._writer
    pages = writer.execute("PRAGMA page_count").fetchone()[0]
    writer.execute(f"PRAGMA max_page_count = {pages + 3}")  # stands for a full disk
    window.actions_of_dataset.add_pictures([folder])
    wait_for_job(qtbot, window)
    writer.execute("PRAGMA max_page_count = 1000000")
    came = window.document.counts.total - before
    assert 0 < came < 60
    assert window.status.sentence.text() == f"{came} pictures added. Kept."
    assert window.banner.isVisible()
    assert "full" in window.banner.message.text()


def test_check_tells_a_missing_picture(qtbot: QtBot, window: MainWindow) -> None:
    dataset = window.document.dataset
    dataset.path_of(dataset.image(2)).unlink()
    window.actions_of_dataset.check()
    wait_for_job(qtbot, window)
    assert window.banner.message.text() == "1 finding in this dataset."
    assert dataset.image(2).file_name in window.banner.details.toPlainText()


def test_a_folder_that_is_no_dataset_is_told_and_the_open_one_stays(
    window: MainWindow, tmp_path: Path
) -> None:
    (tmp_path / "letters").mkdir()
    window.actions_of_dataset.open(tmp_path / "letters")
    assert "is not a dataset" in window.banner.message.text()
    assert window.document.dataset.name == "kitchen"


def test_a_folder_that_is_gone_is_told_until_another_dataset_is_open(
    window: MainWindow, tmp_path: Path
) -> None:
    window.actions_of_dataset.open(tmp_path / "nowhere")
    assert "nowhere is not there. Was it moved" in window.banner.message.text()
    assert window.banner.isVisible()
    window.actions_of_dataset.create("garage")
    assert window.document.dataset.name == "garage"
    assert not window.banner.isVisible()


def test_without_a_dataset_the_history_is_not_shown(window: MainWindow) -> None:
    window.actions_of_dataset.close()
    QTest.keyClick(window, Qt.Key.Key_H, CONTROL)
    assert "No dataset is open" in window.status.sentence.text()
    assert not window.history.panel.isVisible()


def test_enter_presses_the_button_that_has_the_focus(window: MainWindow) -> None:
    label: Any = window.workspace("label")
    for button in (label.verify_button, label.nothing_button):
        button.setFocus()
        before = window.document.counts.empty
        QTest.keyClick(button, Qt.Key.Key_Return)
        assert window.document.counts.empty == before + 1


def test_a_second_window_is_told_and_looks_without_writing(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    Dataset.create(tmp_path / "hall").close()
    second = open_window(tmp_path / "hall", tmp_path / "second.ini")
    qtbot.addWidget(second)
    second.actions_of_dataset.open(tmp_path / "kitchen")
    assert "already open" in second.banner.message.text()
    assert "shown read-only" in second.banner.message.text()
    assert second.menu.text().startswith("kitchen (read-only)")
    QTest.keyClick(second, Qt.Key.Key_Space)
    assert window.document.dataset.counts().empty == 0
    for key, held in ((Qt.Key.Key_W, None), (Qt.Key.Key_C, None), (Qt.Key.Key_I, CONTROL)):
        second.status.say("")
        QTest.keyClick(second, key, held or Qt.KeyboardModifier.NoModifier)
        assert second.status.sentence.text() == "This dataset is read-only."
    close(second)


def test_the_next_window_stands_where_the_last_one_stood(
    window: MainWindow, settings_file: Path
) -> None:
    window.resize(760, 640)
    size = window.size()
    window.close()
    again = MainWindow(window.document, Settings(settings_file))
    assert again.size() == size
    close(again)


def test_recent_datasets_stand_in_the_menu_newest_first(
    window: MainWindow, tmp_path: Path, settings_file: Path
) -> None:
    for name in ("one", "two"):
        window.actions_of_dataset.create(name)
    names = [folder.name for folder in Settings(settings_file).recent_datasets()]
    assert names == ["two", "one"]
    window.menu._fill()
    recent: Any = next(a.menu() for a in window.menu.menu().actions() if a.text() == "Open recent")
    assert [action.text() for action in recent.actions()] == ["one"]
    Dataset.create(tmp_path / "R&D").close()
    window.actions_of_dataset.open(tmp_path / "R&D")
    assert window.menu.text().startswith("R&&D ")  # shown as R&D
    assert window.menu.accessibleName() == "Dataset R&D"


def test_tiles_of_a_dataset_that_was_closed_are_painted_empty(window: MainWindow) -> None:
    images = Hand(window).label.filmstrip.images
    window.document.dataset.close()
    images.forget_rows()
    assert images.data(images.index(0), IMAGE_ROLE) is None
    assert not window.grab().isNull()


def test_a_long_sentence_gives_way_in_the_status_line(window: MainWindow) -> None:
    width = window.width()
    window.document.say("Exported to " + "a/very/long/folder/" * 40)
    QApplication.processEvents()
    assert window.width() == width
    assert window.status.bar.width() == 140
    assert not window.status.grab().isNull()


def test_in_a_narrow_window_the_news_has_room_and_the_window_stays(window: MainWindow) -> None:
    window.resize(640, 400)
    window.document.say('Box "mug" drawn. Kept.')
    window.status.show_counts(Counts(40_000, 40_000, 20_000, 30_000))
    QApplication.processEvents()
    assert (window.width(), window.height()) == (640, 400)
    assert not window.status.bar.isVisible()
    window.status.show_counts(window.document.dataset.counts())
    QApplication.processEvents()
    needed = window.status.fontMetrics().horizontalAdvance(window.status.sentence.text())
    assert window.status.sentence.width() >= needed


def test_a_refusal_goes_away_when_an_edit_is_kept_again(window: MainWindow) -> None:
    document = window.document
    image = document.dataset.images()[0].id
    document.set_busy("An import is running.")
    assert not document.attempt(lambda dataset: verify(dataset, image))
    assert window.banner.isVisible()
    document.set_busy("")
    assert document.attempt(lambda dataset: verify(dataset, image))
    assert not window.banner.isVisible()


def test_a_failure_is_not_hidden_by_the_end_of_another_one(window: MainWindow) -> None:
    document = window.document
    image = document.dataset.images()[0].id
    document.set_busy("An import is running.")
    assert not document.attempt(lambda dataset: verify(dataset, image))
    document.report(UserError("The backup of kitchen failed."))
    document.set_busy("")
    assert document.attempt(lambda dataset: verify(dataset, image))
    assert window.banner.isVisible()
    assert window.banner.message.text() == "The backup of kitchen failed."


def test_a_bug_is_logged_and_shown_and_the_window_goes_on(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "__excepthook__", lambda *_: None)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    bugs = CaughtBugs(tmp_path / "window.log")
    bugs.caught.connect(window.show_failure)
    bugs.install()
    with qtbot.waitSignal(bugs.caught):
        worker = threading.Thread(target=lambda: [][1])
        worker.start()
    worker.join()
    assert "Something went wrong inside the program" in window.banner.message.text()
    assert "window.log" in window.banner.message.text()
    assert "IndexError" in window.banner.details.toPlainText()
    QTest.keyClick(window, Qt.Key.Key_3, CONTROL)
    assert shown_place(window) == "train"


def test_a_document_without_images_offers_the_next_steps(qtbot: QtBot, tmp_path: Path) -> None:
    empty = MainWindow(Document(Dataset.create(tmp_path / "new")), Settings(tmp_path / "s.ini"))
    qtbot.addWidget(empty)
    empty.show()
    offers = {
        button.text()
        for button in empty.current.findChildren(QAbstractButton)
        if button.isVisible()
    }
    assert {"Use the simulated robot", "Import pictures…"} <= offers
    assert empty.status.to_do.text() == "0 to do"
    text = Hand(empty).label.empty_page.text
    assert text.height() >= text.heightForWidth(text.width())
    close(empty)
