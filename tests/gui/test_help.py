"""Help: the menu behind the question mark, the documentation, versions for a bug report."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

import labeler
from labeler.cameras.base import CameraState, CameraStatus
from labeler.dataset.store import Dataset
from labeler.gui import open_outside, theme
from labeler.gui.help.about import About
from labeler.gui.help.documentation import Documentation, title_of
from labeler.gui.keys_page import KeysPage
from labeler.gui.main_window import MainWindow
from labeler.gui.pages import START
from tests.gui.label_window import close, open_window

ROOT = Path(__file__).parents[2]


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    Dataset.create(tmp_path / "kitchen").close()
    shown = open_window(tmp_path / "kitchen", tmp_path / "settings.ini")
    qtbot.addWidget(shown)
    yield shown
    close(shown)


@pytest.fixture
def looks(qapp: QApplication) -> Iterator[None]:
    """The program's own, whose buttons are larger than bare ones."""
    palette, sheet = qapp.palette(), qapp.styleSheet()
    theme.use(qapp, theme.LIGHT)
    yield
    qapp.setStyleSheet(sheet)
    qapp.setPalette(palette)


def choose(window: MainWindow, text: str) -> None:
    menu = window.help.menu()
    menu.aboutToShow.emit()
    next(each for each in menu.actions() if each.text() == text).trigger()


def test_the_help_menu_leads_to_keys_and_start_page(window: MainWindow) -> None:
    choose(window, "Keys")
    page = window.findChild(KeysPage)
    assert page is not None
    page.reject()
    choose(window, "Start page")
    assert window.current is window.workspace(START)


def test_help_is_in_the_palette_and_in_the_datasets_menu(window: MainWindow) -> None:
    names = {action.id for action in window.keys.book.actions("")}
    assert {"start_page", "documentation", "log", "about"} <= names
    menu = window.menu.menu()
    menu.aboutToShow.emit()
    assert "Help" in [each.text() for each in menu.actions()]


def test_a_narrow_window_keeps_every_workspace_in_reach(
    qtbot: QtBot, window: MainWindow, looks: None
) -> None:
    assert window.help.isVisible()
    window.pill.show_status(
        "Vector-SIM1", CameraStatus(CameraState.LIVE, frames_per_second=15, battery=1.0)
    )
    window.resize(636, 380)
    qtbot.waitUntil(lambda: not window.help.isVisible())
    assert window.width() == 636
    shown = [window.menu, window.pill, *map(window.bar.button, window.pages)]
    qtbot.waitUntil(lambda: all(each.width() >= each.sizeHint().width() for each in shown))
    for widget in shown:
        assert window.rect().contains(widget.rect().translated(widget.mapTo(window, QPoint())))


def test_about_tells_the_versions_and_copies_them_for_a_bug_report(
    qtbot: QtBot, window: MainWindow
) -> None:
    choose(window, "About Vector Labeler")
    about = window.findChild(About)
    assert about is not None
    assert not about.isModal()
    QTest.mouseClick(about.copy, Qt.MouseButton.LeftButton)
    copied = QGuiApplication.clipboard().text()
    assert f"Vector Labeler {labeler.__version__}\n" in copied
    assert f"ONNX Runtime {metadata.version('onnxruntime')}\n" in copied
    assert f"Python {sys.version.split()[0]}\n" in copied
    assert "window.log" in copied
    about.reject()


def test_versions_are_told_without_importing_anything(tmp_path: Path) -> None:
    heavy = "torch, cv2, onnxruntime, anki_vector"
    code = (
        "import sys; from labeler.versions import versions; versions('6'); "
        f"print([m for m in '{heavy}'.split(', ') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_log_is_shown_or_its_folder(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[QUrl] = []
    monkeypatch.setattr(open_outside, "_xdg_open", lambda: None)
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: bool(shown.append(url)))
    choose(window, "Show the log")
    assert Path(shown[0].toLocalFile()).exists()
    assert "window.log" in window.banner.message.text()  # nothing here opens files: the place


def test_the_documentation_is_read_in_a_window_of_its_own(qtbot: QtBot, window: MainWindow) -> None:
    choose(window, "Documentation")
    shown = window.findChild(Documentation)
    assert shown is not None
    titles = [shown.list.item(row).text() for row in range(shown.list.count())]
    assert len(titles) == len(list((ROOT / "docs").glob("*.md")))
    assert "Glossary" in titles
    for row, title in enumerate(titles):
        shown.list.setCurrentRow(row)
        assert title in shown.page.toPlainText()
        qtbot.waitUntil(lambda: shown.page.horizontalScrollBar().maximum() == 0)
    shown.page.anchorClicked.emit(QUrl("labelling.md"))
    assert shown.list.currentItem().text() == title_of(ROOT / "docs" / "labelling.md")
    qtbot.waitUntil(shown.isActiveWindow)
    QTest.keyClick(shown, Qt.Key.Key_Escape)
    assert not shown.isVisible()
