"""The start page: what one sees where no dataset is open, and one click to each way to begin."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLabel, QMenu, QWidget
from pytestqt.qtbot import QtBot

from labeler.dataset.category_edits import add_category
from labeler.dataset.edits import draw
from labeler.dataset.model import BBox, ImageState
from labeler.dataset.no_dataset import NoDataset
from labeler.dataset.progress import Stopped
from labeler.dataset.store import Dataset
from labeler.dataset.summary import summary_of
from labeler.demo import sample
from labeler.errors import UserError
from labeler.gui.dataset_opening import open_remembered
from labeler.gui.document import Document
from labeler.gui.main_window import MainWindow
from labeler.gui.pages import START
from labeler.gui.robot_setup_dialog import RobotSetupDialog
from labeler.gui.settings import Settings
from labeler.gui.start.page import StartPage
from tests.gui.label_window import add_plain_pictures, close

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    kept = Settings(tmp_path / "settings.ini")
    kept.datasets_folder = tmp_path / "datasets"
    return kept


@pytest.fixture
def first_start(qtbot: QtBot, settings: Settings) -> Iterator[MainWindow]:
    window = opened(qtbot, settings)
    yield window
    close(window)


def opened(qtbot: QtBot, settings: Settings) -> MainWindow:
    """As the program does it without a word."""
    found = open_remembered(settings.recent_datasets(), settings.datasets_folder)
    document = Document(found.dataset)
    window = MainWindow(document, settings)
    window.backups.stop()
    document.dataset_opened.connect(window.backups.stop)
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    window.activateWindow()
    QTest.qWaitForWindowExposed(window)
    return window


def start_page(window: MainWindow) -> StartPage:
    page = window.current
    assert isinstance(page, StartPage)
    return page


def shown_place(window: MainWindow) -> str:
    return next((each for each in window.pages if window.bar.button(each).isChecked()), START)


def made(folder: Path, pictures: int = 2) -> Path:
    with Dataset.create(folder) as dataset:
        add_plain_pictures(dataset, pictures)
        dataset.apply(add_category(dataset, "mug"))
        dataset.apply(draw(dataset, 1, 1, BBox(10, 20, 30, 40)))
    return folder


def click(widget: QWidget) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def drop(window: MainWindow, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    left, nothing = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    place, copy = QPoint(600, 400), Qt.DropAction.CopyAction
    entering = QDragEnterEvent(place, copy, data, left, nothing)
    QApplication.sendEvent(window, entering)
    assert entering.isAccepted()
    QApplication.sendEvent(window, QDropEvent(QPointF(place), copy, data, left, nothing))


def test_the_first_start_shows_the_start_page_and_makes_nothing(
    first_start: MainWindow, settings: Settings
) -> None:
    page = start_page(first_start)
    assert shown_place(first_start) == START
    assert all(choice.isVisible() for choice in page.choices)
    assert not page.recent.isVisible()
    assert first_start.windowTitle() == "Vector Labeler"
    assert first_start.menu.text().startswith("No dataset")
    assert not settings.datasets_folder.exists()
    assert not any(dialog.isVisible() for dialog in first_start.findChildren(QDialog))


def test_the_simulated_robot_is_one_click_away(qtbot: QtBot, first_start: MainWindow) -> None:
    click(start_page(first_start).simulated)
    assert shown_place(first_start) == "capture"
    choice = first_start.live.choice
    assert choice is not None
    assert choice.id == "simulated"
    assert first_start.document.dataset.name == "My first dataset"
    first_start.live.stop()


def test_a_robot_is_set_up_where_none_is_in_the_list(first_start: MainWindow) -> None:
    click(start_page(first_start).robot)
    assert shown_place(first_start) == "capture"
    dialog = first_start.findChild(RobotSetupDialog)
    assert dialog is not None
    assert dialog.isVisible()
    dialog.reject()


@pytest.mark.parametrize("entry", ["A folder of pictures…", "Pictures…"])
def test_my_pictures_become_a_dataset_of_their_own(
    qtbot: QtBot,
    first_start: MainWindow,
    tmp_path: Path,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    entry: str,
) -> None:
    folder = made(tmp_path / "other", 3) / "images"
    files = [str(file) for file in folder.iterdir()]
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: (files, ""))
    page = start_page(first_start)
    click(page.pictures)
    menu = page.findChild(QMenu)
    assert menu is not None
    next(each for each in menu.actions() if each.text() == entry).trigger()
    menu.close()
    qtbot.waitUntil(lambda: not first_start.jobs.is_busy)
    dataset = first_start.document.dataset
    assert dataset.counts().total == 3
    assert dataset.folder.parent == settings.datasets_folder
    assert dataset.name == ("images" if entry.startswith("A folder") else "My pictures")
    assert shown_place(first_start) == "label"
    assert sorted(map(str, folder.iterdir())) == sorted(files)  # the person's own stay


def test_the_sample_is_made_labelled_and_opened_the_second_time_it_is_there(
    qtbot: QtBot, first_start: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sample, "TABLES", 2)
    monkeypatch.setattr(sample, "PICTURES", 3)
    click(start_page(first_start).sample)
    assert first_start.jobs.isVisible()
    qtbot.waitUntil(lambda: first_start.document.has_dataset)
    dataset = first_start.document.dataset
    assert dataset.name == sample.NAME
    assert shown_place(first_start) == "label"
    assert dataset.counts().total == 6
    assert dataset.counts().unlabelled == 0
    assert first_start.status.sentence.text().startswith("A sample, labelled already. Ctrl+3")
    assert len(dataset.images(ImageState.LABELLED)) > 3
    assert not first_start.document.can_undo  # nobody's work could be taken back by a slip
    first_start.actions_of_dataset.close()
    click(start_page(first_start).sample)
    assert not first_start.jobs.is_busy
    assert first_start.document.dataset.folder == dataset.folder


def test_a_sample_that_is_cancelled_or_fails_leaves_nothing(tmp_path: Path) -> None:
    place = tmp_path / "datasets"
    with pytest.raises(Stopped):
        sample.make_sample(place, lambda done, total: None, lambda: True)
    assert list(place.iterdir()) == []
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UserError, match="Cannot make a dataset in"):
        sample.make_sample(tmp_path / "file", lambda done, total: None, lambda: False)


def test_what_a_killed_program_left_of_a_sample_is_swept_and_one_under_way_is_not(
    tmp_path: Path,
) -> None:
    left, under_way = tmp_path / ".sample-old", tmp_path / ".sample-new"
    for folder in (left, under_way):
        (folder / "Sample dataset").mkdir(parents=True)
    os.utime(left, (0, 0))
    with pytest.raises(Stopped):
        sample.make_sample(tmp_path, lambda done, total: None, lambda: True)
    assert list(tmp_path.iterdir()) == [under_way]


def test_cancel_ends_the_making_of_the_sample(qtbot: QtBot, first_start: MainWindow) -> None:
    page = start_page(first_start)
    click(page.sample)
    for choice in (*page.choices, page.new, page.open):
        assert not choice.isEnabled()
        click(choice)
    assert not first_start.banner.isVisible()
    assert any(label.text() == "Making the sample dataset…" for label in page.findChildren(QLabel))
    click(first_start.jobs.cancel)
    qtbot.waitUntil(lambda: not first_start.jobs.is_busy)
    assert first_start.status.sentence.text() == "The sample dataset was not made."
    assert start_page(first_start) is page
    assert all(choice.isEnabled() for choice in page.choices)
    assert page.sample.hasFocus()


def test_recent_datasets_tell_their_images_and_one_that_is_gone_can_be_removed(
    qtbot: QtBot, settings: Settings, tmp_path: Path
) -> None:
    for folder in (tmp_path / "gone", made(tmp_path / "kitchen", 3)):
        settings.remember_dataset(folder)
    settings.remember_closed()
    window = MainWindow(Document(NoDataset()), settings)
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    recent = start_page(window).recent
    qtbot.waitUntil(lambda: recent.is_missing(1))
    spoken = [recent.item(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(2)]
    assert spoken[0].startswith("kitchen, 3 images   today")
    assert spoken[1] == "gone, not there any more"
    assert [entry.isEnabled() for entry in recent.menu_of(1).actions()][:2] == [False, False]
    viewport, left = recent.viewport(), Qt.MouseButton.LeftButton
    nothing = Qt.KeyboardModifier.NoModifier
    QTest.mouseClick(viewport, left, nothing, recent.cross_of(1).center())
    assert settings.all_recent_datasets() == [tmp_path / "kitchen"]
    at_its_right = recent.visualItemRect(recent.item(0)).bottomRight() - QPoint(12, 12)
    QTest.mouseClick(viewport, left, nothing, at_its_right)  # where one that is gone has its cross
    assert settings.all_recent_datasets() == [tmp_path / "kitchen"]
    assert window.document.dataset.folder == tmp_path / "kitchen"
    assert shown_place(window) == "label"
    close(window)


@pytest.mark.parametrize("is_open", [False, True])
@pytest.mark.parametrize("what", ["pictures", "folder", "zip", "dataset"])
def test_what_is_dropped_onto_the_start_page_becomes_a_dataset_or_is_opened(
    qtbot: QtBot,
    first_start: MainWindow,
    tmp_path: Path,
    what: str,
    is_open: bool,
) -> None:
    other = made(tmp_path / "other")
    window = first_start
    window.actions_of_dataset.open(other)
    if what == "zip":
        window.actions_of_dataset.export(tmp_path / "given.zip")
        qtbot.waitUntil(lambda: not window.jobs.is_busy)
    if is_open:
        window.actions_of_dataset.create("before")
        window.show_start()
    else:
        window.actions_of_dataset.close()
    pictures = sorted((other / "images").iterdir())
    dropped = {
        "pictures": pictures,
        "folder": [other / "images"],
        "zip": [tmp_path / "given.zip"],
        "dataset": [other],
    }[what]
    drop(window, *dropped)
    qtbot.waitUntil(lambda: not window.jobs.is_busy)
    names = {"pictures": "My pictures", "folder": "images", "zip": "given", "dataset": "other"}
    assert window.document.dataset.name == names[what]
    assert window.document.dataset.counts().total == (1 if what == "zip" else 2)
    assert shown_place(window) == "label"


def test_nothing_can_get_lost_where_no_dataset_is_open(first_start: MainWindow) -> None:
    dataset = first_start.document.dataset
    assert not first_start.document.has_dataset
    assert dataset.images() == []
    with pytest.raises(UserError, match="cannot be changed"):
        dataset.add_session("table", "test")
    for action in ("export_coco", "check", "restore", "close_dataset"):
        first_start.keys.run(f"everywhere.{action}")
        assert first_start.status.sentence.text() == "No dataset is open."


@pytest.mark.parametrize("key", [Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3])
def test_a_workspace_that_is_asked_for_gets_a_dataset(first_start: MainWindow, key: Qt.Key) -> None:
    QTest.keyClick(first_start, key, CONTROL)
    assert shown_place(first_start) == {"1": "capture", "2": "label", "3": "train"}[chr(key.value)]
    assert first_start.document.dataset.name == "My first dataset"
    assert not first_start.document.dataset.read_only


def test_a_closed_dataset_is_not_opened_again_until_the_person_does(
    qtbot: QtBot, settings: Settings, tmp_path: Path
) -> None:
    settings.remember_dataset(made(tmp_path / "kitchen"))
    window = opened(qtbot, settings)
    assert shown_place(window) == "label"
    window.keys.run("everywhere.close_dataset")
    start_page(window)
    assert settings.was_closed
    Dataset.open(tmp_path / "kitchen").close()  # its lock is free
    window.actions_of_dataset.open(tmp_path / "kitchen")
    assert not settings.was_closed
    close(window)


def test_the_start_page_is_asked_for_and_left_again(
    qtbot: QtBot, first_start: MainWindow, tmp_path: Path
) -> None:
    first_start.actions_of_dataset.open(made(tmp_path / "kitchen"))
    first_start.show_workspace("train")
    first_start.keys.run("everywhere.start_page")
    page = start_page(first_start)
    QTest.keyClick(page.robot, Qt.Key.Key_Escape)
    assert shown_place(first_start) == "train"


def test_the_page_is_worked_by_the_keyboard_alone(
    qtbot: QtBot, settings: Settings, tmp_path: Path
) -> None:
    settings.remember_dataset(made(tmp_path / "kitchen"))
    settings.remember_closed()
    window = MainWindow(Document(NoDataset()), settings)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    page = start_page(window)
    qtbot.waitUntil(page.robot.hasFocus)
    reached: list[QWidget] = []
    for _ in range(7):
        focus = QApplication.focusWidget()
        assert focus is not None
        reached.append(focus)
        QTest.keyClick(focus, Qt.Key.Key_Tab)
    assert reached == [*page.choices, page.new, page.open, page.recent]
    assert all(button.accessibleName() or button.text() for button in (*page.choices, page.new))
    assert page.recent.accessibleName()
    QTest.keyClick(page.recent, Qt.Key.Key_Return)
    assert window.document.dataset.name == "kitchen"
    close(window)


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Space])
def test_enter_and_space_press_a_choice(qtbot: QtBot, first_start: MainWindow, key: Qt.Key) -> None:
    page = start_page(first_start)
    with qtbot.waitSignal(page.simulated_requested):
        QTest.keyClick(page.simulated, key)
    first_start.live.stop()


def damage(folder: Path) -> None:
    (folder / "dataset.sqlite").write_bytes(b"nonsense" * 100)


def remove(folder: Path) -> None:
    (folder / "dataset.sqlite").unlink()


@pytest.mark.parametrize(
    ("spoil", "images", "fault"),
    [(None, 2, ""), (damage, None, "is damaged"), (remove, None, "is not there any more")],
)
def test_a_dataset_is_summed_up_without_opening_it_for_labelling(
    tmp_path: Path, spoil: Callable[[Path], None] | None, images: int | None, fault: str
) -> None:
    folder = made(tmp_path / "kitchen")
    if spoil:
        spoil(folder)
    with_writer = summary_of(folder)
    assert with_writer.image_count == images
    assert fault in with_writer.fault
    assert with_writer.is_missing == (spoil is remove)


@pytest.mark.parametrize("content", [b"no picture", None])
def test_a_dataset_that_is_made_for_an_import_goes_again_where_nothing_comes(
    qtbot: QtBot, first_start: MainWindow, tmp_path: Path, content: bytes | None
) -> None:
    folder = tmp_path / "my photos"
    folder.mkdir()
    if content:
        (folder / "a.jpg").write_bytes(content)
    before = sorted(first_start._settings.datasets_folder.glob("*"))
    first_start.actions_of_dataset.add_pictures([folder])
    qtbot.waitUntil(lambda: not first_start.jobs.is_busy)
    assert not first_start.document.has_dataset
    assert sorted(first_start._settings.datasets_folder.glob("*")) == before
    assert first_start._settings.recent_datasets() == []
    start_page(first_start)
    if content:
        assert "a.jpg is not a picture" in first_start.banner.message.text()
