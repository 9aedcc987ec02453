"""Words of people are shown as they were written, also where they look like HTML."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from labeler.gui import theme

NAME = '<b>mug</b> <img src="nowhere">'


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication) -> Iterator[QWidget]:
    style, palette, sheet = qapp.style().name(), qapp.palette(), qapp.styleSheet()
    theme.install(qapp)
    shown = QWidget()
    qtbot.addWidget(shown)
    yield shown
    QToolTip.hideText()
    qapp.setStyleSheet(sheet)
    qapp.setPalette(palette)
    qapp.setStyle(style)


def test_a_tooltip_shows_a_name_as_it_is(qtbot: QtBot, qapp: QApplication, window: QWidget) -> None:
    with qtbot.waitExposed(window):
        window.show()
    for text in (NAME, NAME + " again"):
        QToolTip.showText(QPoint(5, 5), text, window)
        (tip,) = (each for each in qapp.topLevelWidgets() if each.inherits("QTipLabel"))
        assert isinstance(tip, QLabel)
        assert tip.text() == text
        assert tip.textFormat() is Qt.TextFormat.PlainText


def test_a_label_is_rich_only_where_it_says_so(qtbot: QtBot, window: QWidget) -> None:
    plain, rich = QLabel(NAME, window), QLabel(NAME, window)
    rich.setTextFormat(Qt.TextFormat.RichText)
    with qtbot.waitExposed(window):
        window.show()
    assert plain.textFormat() is Qt.TextFormat.PlainText
    assert rich.textFormat() is Qt.TextFormat.RichText


@pytest.mark.parametrize("name", [NAME, '<img src="http://127.0.0.1:9/x">', "a<br>b", "&lt;i&gt;"])
def test_a_question_shows_a_name_as_it_is(qtbot: QtBot, window: QWidget, name: str) -> None:
    box = QMessageBox(QMessageBox.Icon.Question, "Import", name, parent=window)
    box.setInformativeText(name)
    with qtbot.waitExposed(window):
        window.show()
    box.open()
    shown = [label for label in box.findChildren(QLabel) if name in label.text()]
    assert len(shown) == 2
    assert {label.textFormat() for label in shown} == {Qt.TextFormat.PlainText}
