"""The window is wholly on a screen, with its frame, whatever the screens are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QMargins, QPoint, QRect
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from labeler.dataset.store import Dataset
from labeler.gui.document import Document
from labeler.gui.main_window import MainWindow
from labeler.gui.pages import CAPTURE, COMPARE, LABEL, PREVIEW, TRAIN
from labeler.gui.settings import Settings
from labeler.gui.window_place import SIZE, bring_inside, fitted
from tests.gui.label_window import close, open_window

FRAME = QMargins(2, 28, 2, 2)
LAPTOP = QRect(0, 0, 1280, 800)
BESIDE = QRect(1280, 0, 1920, 1080)
ABOVE = QRect(0, -1080, 1920, 1080)


@pytest.mark.parametrize(
    ("wanted", "screens", "place"),
    [
        pytest.param(
            QRect(320, 140, 1280, 800),
            [QRect(0, 0, 1920, 1080)],
            QRect(320, 140, 1280, 800),
            id="there is room",
        ),
        pytest.param(QRect(0, 0, 1280, 800), [LAPTOP], QRect(2, 28, 1276, 770), id="laptop"),
        pytest.param(
            QRect(0, 0, 1280, 800), [QRect(0, 0, 1024, 728)], QRect(2, 28, 1020, 698), id="1024x768"
        ),
        pytest.param(
            QRect(0, 0, 1280, 800), [QRect(0, 0, 640, 400)], QRect(2, 28, 636, 370), id="scale of 2"
        ),
        pytest.param(
            QRect(1400, 100, 900, 700),
            [LAPTOP, BESIDE],
            QRect(1400, 100, 900, 700),
            id="second monitor",
        ),
        pytest.param(
            QRect(1400, 100, 900, 700),
            [LAPTOP],
            QRect(190, 63, 900, 700),
            id="the second monitor is gone",
        ),
        pytest.param(
            QRect(100, -1000, 900, 700),
            [LAPTOP, ABOVE],
            QRect(100, -1000, 900, 700),
            id="monitor above",
        ),
        pytest.param(
            QRect(700, 600, 900, 700), [LAPTOP], QRect(378, 98, 900, 700), id="half off the screen"
        ),
        pytest.param(
            QRect(1100, 200, 900, 700),
            [LAPTOP, BESIDE],
            QRect(1282, 200, 900, 700),
            id="between two monitors",
        ),
        pytest.param(
            QRect(10, 10, 900, 700),
            [QRect(64, 32, 1216, 768)],
            QRect(66, 60, 900, 700),
            id="beside a panel",
        ),
    ],
)
def test_the_whole_frame_is_on_one_screen(
    wanted: QRect, screens: list[QRect], place: QRect
) -> None:
    assert fitted(wanted, screens, FRAME) == place


def rects(least: int, most: int) -> st.SearchStrategy[QRect]:
    at, size = st.integers(-4000, 4000), st.integers(least, most)
    return st.builds(QRect, at, at, size, size)


@given(rects(1, 6000), st.lists(rects(320, 4000), min_size=1, max_size=3))
def test_any_window_fits_any_screens_and_stays_where_it_fits(
    wanted: QRect, screens: list[QRect]
) -> None:
    place = fitted(wanted, screens, FRAME)
    frame = place.marginsAdded(FRAME)
    assert any(screen.contains(frame) for screen in screens)
    assert place.width() <= wanted.width()
    assert place.height() <= wanted.height()
    home = next(screen for screen in screens if screen.contains(frame))
    assert fitted(place, [home], FRAME) == place


@pytest.fixture
def opened(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    """A new window on the test's screen, which is smaller than 1280x800."""
    window = MainWindow(Document(Dataset.create(tmp_path / "new")), Settings(tmp_path / "s.ini"))
    window.backups.stop()
    qtbot.addWidget(window)
    yield window
    close(window)


def screen() -> QRect:
    return QGuiApplication.primaryScreen().availableGeometry()


def test_a_new_window_has_its_title_and_its_bottom_line_on_the_screen(
    qtbot: QtBot, opened: MainWindow
) -> None:
    assert SIZE.width() > screen().width()
    opened.show()
    qtbot.waitUntil(lambda: screen().contains(opened.frameGeometry()))
    bottom = opened.status.mapToGlobal(opened.status.rect().bottomLeft())
    assert screen().contains(bottom)


def test_a_window_whose_monitor_is_gone_comes_back_to_the_one_that_is_there(
    qtbot: QtBot, opened: MainWindow, tmp_path: Path
) -> None:
    opened.setGeometry(3000, 2000, 700, 500)
    opened.show()
    settings = Settings(tmp_path / "other.ini")
    settings.geometry = opened.saveGeometry()
    again = MainWindow(opened.document, settings)
    again.backups.stop()
    qtbot.addWidget(again)
    again.show()
    qtbot.waitUntil(lambda: screen().contains(again.frameGeometry()))
    assert (again.width(), again.height()) == (700, 500)
    again.close()


def test_a_window_that_the_person_has_made_larger_meanwhile_is_left_alone(
    opened: MainWindow,
) -> None:
    opened.show()
    placed = opened.size()
    opened.resize(SIZE)
    bring_inside(opened, placed)
    assert opened.size() == SIZE
    bring_inside(opened, SIZE)
    assert screen().contains(opened.frameGeometry())


@pytest.mark.parametrize("page", [CAPTURE, LABEL, TRAIN, PREVIEW, COMPARE])
def test_a_message_never_covers_what_stands_beside_the_main_part(
    qtbot: QtBot, tmp_path: Path, page: str
) -> None:
    Dataset.create(tmp_path / "table").close()
    window = open_window(tmp_path / "table", tmp_path / "settings.ini")
    qtbot.addWidget(window)
    window.resize(1024, 700)
    window.show_workspace(page)
    window.show_failure("Something did not work.")
    qtbot.waitUntil(window.banner.isVisible)
    main = window.current.main_part()
    room = QRect(main.mapTo(window, QPoint(0, 0)), main.size())
    message = QRect(window.banner.mapTo(window, QPoint(0, 0)), window.banner.size())
    assert room.contains(message)
    assert room.width() < 900
    close(window)
