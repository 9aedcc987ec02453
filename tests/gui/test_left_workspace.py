"""The window opens in the workspace in which each dataset was left."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from labeler.dataset.store import Dataset
from labeler.gui.document import Document
from labeler.gui.main_window import MainWindow
from labeler.gui.pages import pages
from labeler.gui.settings import Settings
from tests.gui.label_window import close

PLACES = [page.id for page in pages()]


def opened(qtbot: QtBot, folder: Path) -> MainWindow:
    dataset = Dataset.open(folder) if folder.exists() else Dataset.create(folder)
    window = MainWindow(Document(dataset), Settings(folder.parent / "settings.ini"))
    window.backups.stop()
    qtbot.addWidget(window)
    return window


def shown(qtbot: QtBot, window: MainWindow) -> str:
    window.show()
    qtbot.waitUntil(lambda: window.stack.currentWidget() is not None)
    return next(each for each in PLACES if window.bar.button(each).isChecked())


@pytest.mark.parametrize("left", PLACES)
def test_the_window_opens_where_it_was_left(qtbot: QtBot, tmp_path: Path, left: str) -> None:
    window = opened(qtbot, tmp_path / "kitchen")
    assert shown(qtbot, window) == "label"  # the first time
    window.show_workspace(left)
    close(window)
    again = opened(qtbot, tmp_path / "kitchen")
    assert again.bar.button(left).isChecked()  # also before it is painted
    assert shown(qtbot, again) == left
    assert again.current is again.workspace(left)
    close(again)


def test_each_dataset_has_its_own_and_another_one_opens_in_label(
    qtbot: QtBot, tmp_path: Path
) -> None:
    for name, place in (("kitchen", "train"), ("garden", "compare")):
        window = opened(qtbot, tmp_path / name)
        window.show()
        window.show_workspace(place)
        close(window)
    for name, place in (("kitchen", "train"), ("garden", "compare"), ("new", "label")):
        window = opened(qtbot, tmp_path / name)
        assert shown(qtbot, window) == place
        close(window)


def test_no_other_workspace_is_built_at_the_start(qtbot: QtBot, tmp_path: Path) -> None:
    window = opened(qtbot, tmp_path / "kitchen")
    window.show()
    window.show_workspace("train")
    close(window)
    again = opened(qtbot, tmp_path / "kitchen")
    assert again.stack.count() == 0  # the first paint waits for no library
    qtbot.waitUntil(lambda: shown(qtbot, again) == "train")
    assert again.stack.count() == 1
    close(again)


def test_a_window_that_closes_before_it_was_painted_ends(qtbot: QtBot, tmp_path: Path) -> None:
    settings = Settings(tmp_path / "settings.ini")
    settings.remember_workspace(tmp_path / "kitchen", "train")
    settings.save()
    window = opened(qtbot, tmp_path / "kitchen")
    close(window)


def test_a_workspace_of_a_later_version_is_not_looked_for(qtbot: QtBot, tmp_path: Path) -> None:
    settings = Settings(tmp_path / "settings.ini")
    settings.remember_workspace(tmp_path / "kitchen", "curate")
    settings.save()
    window = opened(qtbot, tmp_path / "kitchen")
    assert shown(qtbot, window) == "label"
    close(window)
