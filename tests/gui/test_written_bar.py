"""What was written is shown with its place, and two buttons that lead there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRect, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from pytestqt.qtbot import QtBot

from labeler.dataset.store import Dataset
from labeler.gui import open_outside
from labeler.gui.preview.workspace import PreviewWorkspace
from labeler.gui.written_bar import WrittenBar
from labeler.react.rules import Deed, Rule
from tests.gui.label_window import close, open_window
from tests.gui.tiny_model import write_tiny_model


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """What the system's own window for files is asked to show."""
    paths: list[Path] = []

    def show(url: QUrl) -> bool:
        paths.append(Path(url.toLocalFile()))
        return True

    monkeypatch.setattr(open_outside, "_xdg_open", lambda: None)
    monkeypatch.setattr(QDesktopServices, "openUrl", show)
    return paths


@pytest.fixture
def bar(qtbot: QtBot) -> WrittenBar:
    made = WrittenBar()
    qtbot.addWidget(made)
    made.resize(700, 40)
    return made


@pytest.mark.parametrize("is_folder", [False, True])
def test_a_file_is_shown_in_its_folder_and_a_folder_is_opened(
    qtbot: QtBot, bar: WrittenBar, shown: list[Path], tmp_path: Path, is_folder: bool
) -> None:
    path = tmp_path / "mugs.zip"
    path.mkdir() if is_folder else path.write_bytes(b"")
    bar.show_written(path, "Exported the model.")
    assert bar.isVisible()
    assert (bar.sentence.text(), bar.place.text()) == ("Exported the model.", str(path))
    qtbot.mouseClick(bar.folder_button, Qt.MouseButton.LeftButton)
    assert shown == [path if is_folder else tmp_path]


def test_its_path_is_copied(qtbot: QtBot, bar: WrittenBar, tmp_path: Path) -> None:
    bar.show_written(tmp_path / "a b" / "mugs.zip", "Exported the model.")
    qtbot.mouseClick(bar.copy_button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == str(tmp_path / "a b" / "mugs.zip")


def test_a_folder_that_is_gone_is_said(
    qtbot: QtBot, bar: WrittenBar, shown: list[Path], tmp_path: Path
) -> None:
    bar.show_written(tmp_path / "gone" / "mugs.zip", "Exported the model.")
    with qtbot.waitSignal(bar.said) as said:
        bar.folder_button.click()
    assert said.args == [f"{tmp_path / 'gone'} cannot be shown. Is it still there?"]
    assert not shown


def test_it_stays_until_it_is_closed_and_the_newest_takes_its_place(
    qtbot: QtBot, bar: WrittenBar, tmp_path: Path
) -> None:
    bar.show_written(tmp_path / "one.zip", "Exported the model.")
    bar.show_written(tmp_path / "two.html", "Wrote the report.")
    assert bar.path == tmp_path / "two.html"
    assert bar.sentence.text() == "Wrote the report."
    bar.copy_button.setFocus()
    qtbot.keyClick(bar.copy_button, Qt.Key.Key_Escape)
    assert not bar.isVisible()


@pytest.mark.parametrize("width", [500, 720, 1000])
def test_the_sentence_is_never_cut_and_the_path_is_told_from_others(
    qtbot: QtBot, bar: WrittenBar, tmp_path: Path, width: int
) -> None:
    bar.show_written(tmp_path / "2026-12-03_05-53-42", "Recorded 0:04, 1.3 MB with 5 pictures.")
    bar.resize(width, bar.sizeHint().height())
    qtbot.waitUntil(lambda: bar.sentence.width() >= bar.sentence.sizeHint().width())
    qtbot.waitUntil(lambda: bar.place.width() >= min(200, width // 3))
    assert bar.sentence.geometry().bottom() < bar.height()
    assert bar.place.geometry().bottom() <= bar.height()


def test_what_was_written_covers_neither_the_red_sign_nor_the_names_of_two_models(
    qtbot: QtBot, tmp_path: Path
) -> None:
    Dataset.create(tmp_path / "table").close()
    window = open_window(tmp_path / "table", tmp_path / "settings.ini")
    qtbot.addWidget(window)
    window.show_workspace("preview")
    preview: Any = window.current
    assert isinstance(preview, PreviewWorkspace)
    preview.use_model(write_tiny_model(tmp_path / "model.onnx"))
    preview.controls.beside.use(write_tiny_model(tmp_path / "other.onnx"))
    qtbot.waitUntil(lambda: preview.stage.is_double)
    window.document.tell_written(tmp_path / "clip", "Recorded 0:04.")
    preview.reacting.use([Rule("vector", Deed.SAY, "hello")])
    preview.react()  # the sign comes after the bar
    view = preview.stage.view

    def covered() -> bool:
        bar = QRect(window.written.mapTo(window, QPoint()), window.written.size())
        sign = view.alarm_rect().toRect().translated(view.mapTo(window, QPoint()))
        heads = [QRect(each.mapTo(window, QPoint()), each.size()) for each in preview.stage.heads]
        return any(bar.intersects(each) for each in (sign, *heads))

    assert view.alarm == "Reacting"
    qtbot.waitUntil(lambda: window.written.isVisible() and not covered())
    below = window.written.mapTo(window, QPoint()).y()
    preview.stop()
    qtbot.waitUntil(lambda: window.written.mapTo(window, QPoint()).y() < below)
    close(window)
