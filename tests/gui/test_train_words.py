"""Times and dates of runs as people read them, and curves in the window's colours."""

from __future__ import annotations

from datetime import datetime

import pytest
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from labeler.gui import times
from labeler.gui.elided_label import ElidedLabel
from labeler.gui.train import words
from labeler.gui.train.curves import Curve, Line

NOW = datetime(2026, 11, 24, 17, 4)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (41.4, "41 s"), (185, "3:05 min"), (7800, "2:10 h"), (-3, "0 s")],
)
def test_durations_are_short(qtbot: QtBot, seconds: float, text: str) -> None:
    assert times.duration(seconds) == text


def test_progress_is_told_in_one_unit(qtbot: QtBot) -> None:
    assert words.of_total(41, 60) == "41 of 60 s"
    assert words.of_total(101, 300) == "1:41 of 5:00 min"
    assert words.of_total(301, 300) == "5:00 of 5:00 min"


@pytest.mark.parametrize(
    ("then", "text"),
    [
        (datetime(2026, 11, 24, 9, 5), "today 09:05"),
        (datetime(2026, 11, 23, 23, 59), "yesterday 23:59"),
        (datetime(2026, 11, 3, 9, 12), "3 Nov 09:12"),
        (datetime(2025, 1, 3, 9, 12), "3 Jan 2025 09:12"),
    ],
)
def test_dates_are_told_from_today(qtbot: QtBot, then: datetime, text: str) -> None:
    assert times.day_and_time(then.timestamp(), NOW) == text


def test_a_download_without_a_known_size_tells_what_has_come(qtbot: QtBot) -> None:
    assert words.megabytes(3_100_000, 13_400_000) == "3.1 of 13.4 MB"
    assert words.megabytes(3_100_000, 0) == "3.1 MB"


def _show(qtbot: QtBot, parent: QWidget, curve: Curve) -> None:
    parent.resize(400, 300)
    curve.resize(400, 300)
    with qtbot.waitExposed(parent):
        parent.show()
    qtbot.waitUntil(lambda: curve.has_plot)


def test_a_curve_follows_the_palette(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    curve = Curve("AP", "seconds", top=1.0, parent=parent)
    line = Line([(1.0, 0.2), (2.0, 0.5)], name="AP 0.50", band=[(1.0, 0.1, 0.3), (2.0, 0.4, 0.6)])
    curve.show_lines([line], title="AP", seconds_total=60.0, mark=(2.0, 0.5))
    _show(qtbot, parent, curve)
    palette = QPalette(curve.palette())
    palette.setColor(QPalette.ColorRole.Window, QColor("#123456"))
    palette.setColor(QPalette.ColorRole.Accent, QColor("#abcdef"))
    curve.setPalette(palette)
    corner = curve.grab().toImage().pixelColor(curve.width() - 3, curve.height() - 3)
    assert corner.name() == "#123456"
    assert list(curve.points) == [(1.0, 0.2), (2.0, 0.5)]
    assert "#abcdef" in curve.title.text()


def test_a_single_point_of_every_line_can_be_seen(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    curve = Curve("AP", "seconds", top=1.0, parent=parent)
    _show(qtbot, parent, curve)
    lines = [Line([(30.0, 0.3)], color="#ff0000"), Line([(30.0, 0.7)], color="#0000ff")]
    curve.show_lines(lines, title="AP", seconds_total=60.0)
    qtbot.waitUntil(lambda: {"#ff0000", "#0000ff"} <= _colors_in_the_middle(curve))


def _colors_in_the_middle(curve: Curve) -> set[str]:
    """Below the title, which has the lines' colours as well."""
    image = curve.grab().toImage()
    return {
        image.pixelColor(x, y).name()
        for x in range(image.width() // 4, 3 * image.width() // 4)
        for y in range(curve.title.geometry().bottom() + 1, image.height() - 40)
    }


def test_a_curve_survives_any_numbers(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    curve = Curve("Loss", "seconds", top=None, parent=parent)
    _show(qtbot, parent, curve)
    for points in ([], [(0.0, 0.0)], [(float(n), 1e6 / (n + 1)) for n in range(500)]):
        curve.show_lines([Line(points, color="#d55e00"), Line(points[:1])], title="Loss")
        assert not curve.grab().isNull()


def test_a_line_without_room_gives_way_and_keeps_its_words_for_the_tooltip(qtbot: QtBot) -> None:
    label = ElidedLabel()
    qtbot.addWidget(label)
    label.setText("Stopped after 5:00 min, the best is kept")
    assert label.minimumSizeHint().width() <= 30
    assert label.text() == label.toolTip() == "Stopped after 5:00 min, the best is kept"
    label.resize(60, 20)
    assert not label.grab().isNull()
