"""The list of classes in Preview, where a model knows many."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from labeler.gui.preview.class_list import ClassList

MANY = {number: f"class {number}" for number in range(80)}


@pytest.fixture
def classes(qtbot: QtBot) -> ClassList:
    classes = ClassList()
    qtbot.addWidget(classes)
    classes.hide_names(["class 70"])
    classes.show_classes(MANY, {})
    return classes


def shown(classes: ClassList) -> list[str]:
    items = (classes.item(row) for row in range(classes.count()))
    return [item.text() for item in items if not item.isHidden()]


def test_of_many_classes_those_have_a_row_that_were_in_view_or_are_switched_off(
    classes: ClassList,
) -> None:
    assert shown(classes) == ["class 70"]
    classes.show_counts({41: 2, 7: 1})
    assert shown(classes) == ["class 7", "class 41", "class 70"]
    height = classes.sizeHint().height()
    classes.show_counts({41: 1})
    assert shown(classes) == ["class 7", "class 41", "class 70"]  # no row jumps while one looks
    assert classes.sizeHint().height() == height
    classes.switch("class 70", on=True)
    assert "class 70" in shown(classes)  # it stays where it may be switched off again
    classes.show_classes(MANY | {80: "class 80"}, {})
    assert shown(classes) == []


def test_of_few_classes_each_has_a_row(classes: ClassList) -> None:
    classes.show_classes({1: "mug", 2: "ball"}, {})
    assert shown(classes) == ["mug", "ball"]
