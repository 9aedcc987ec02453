"""What was seen of a class stands in Capture, and follows what is drawn and taken."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from labeler.dataset.edits import draw
from labeler.dataset.images import add_picture
from labeler.dataset.model import BBox, Category, Suggestion
from labeler.dataset.store import Dataset
from labeler.errors import UserError
from labeler.gui.capture.workspace import CaptureWorkspace
from labeler.gui.document import Document
from labeler.gui.live import LiveCamera
from tests.dataset.shots import shot
from tests.gui.live_waits import show, until

Draw = Callable[..., None]


@pytest.fixture
def workspace(qtbot: QtBot, document: Document, live: LiveCamera) -> CaptureWorkspace:
    """With its coverage open, and nothing in the dataset."""
    shown = CaptureWorkspace(document, live)
    show(qtbot, shown)
    qtbot.keyClick(shown, Qt.Key.Key_C)
    return shown


@pytest.fixture
def mugs(document: Document, workspace: CaptureWorkspace, dataset: Dataset) -> Draw:
    """Adds an image with a mug, 320 x 180, whose light nobody measured yet."""
    dataset.add_category(Category(1, "mug", "#112233"))
    document.categories_changed.emit()
    session = dataset.add_session("import", "import").id

    def put(bbox: BBox, *, seed: int, light: float = 1.0) -> None:
        data = shot(seed, light=light)
        image = add_picture(dataset, data, original_name="x.jpg", session_id=session).image
        document.notify_images_added([image.id])
        document.perform(draw(dataset, image.id, 1, bbox))

    return put


def filled_pixels(picture: QImage) -> int:
    colors = (picture.pixelColor(x, 20) for x in range(2, picture.width() - 2))
    return sum(color.hslSaturation() > 60 for color in colors)


def test_without_classes_it_says_where_they_come_from(workspace: CaptureWorkspace) -> None:
    assert "No classes yet" in workspace.coverage.words.text()
    assert workspace.coverage.view.isHidden()


def test_what_is_missing_is_said_and_follows_each_box(
    qtbot: QtBot, workspace: CaptureWorkspace, mugs: Draw, dataset: Dataset
) -> None:
    card = workspace.coverage
    until(qtbot, lambda: card.words.text().startswith("No boxes of mug yet."))
    empty = filled_pixels(card.view.grab().toImage())
    mugs(BBox(10, 60, 60, 40), seed=1)
    mugs(BBox(200, 10, 110, 30), seed=2, light=0.3)
    until(
        qtbot,
        lambda: (
            card.words.text() == "No mug small or far away, at the bottom or in bright light yet."
        ),
    )
    assert card.view.accessibleDescription() == card.words.text()
    assert all(image.brightness is not None for image in dataset.images())  # measured on the way
    assert filled_pixels(card.view.grab().toImage()) > empty + 40


def test_what_a_full_disk_does_not_take_leaves_the_light_unknown_and_the_rest_counted(
    qtbot: QtBot, workspace: CaptureWorkspace, mugs: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise UserError("The disk is full.")

    monkeypatch.setattr("labeler.dataset.keepers.measure_missing", refuse)
    mugs(BBox(100, 60, 60, 40), seed=1)
    words = workspace.coverage.words
    until(
        qtbot,
        lambda: (
            words.text()
            == "No mug small or far away, large or near, at the left or at the right yet."
        ),
    )
    monkeypatch.setattr(Dataset, "placed", refuse)
    workspace.coverage.refresh()
    until(qtbot, lambda: words.text() == "The disk is full.")


def test_suggestions_are_drawn_apart_and_count_nowhere(
    qtbot: QtBot, workspace: CaptureWorkspace, mugs: Draw, document: Document, dataset: Dataset
) -> None:
    card = workspace.coverage
    mugs(BBox(100, 60, 60, 40), seed=1)
    until(qtbot, lambda: "at the left" in card.words.text())
    before, words = card.view.grab().toImage(), card.words.text()
    offered = Suggestion(1, 1, 1, BBox(0, 0, 40, 40), 0.9, "detector")
    document.offer(lambda kept: [each.image_id for each in kept.offer("detector", [1], [offered])])
    until(qtbot, lambda: card.view.grab().toImage() != before)
    assert card.words.text() == words


def test_another_dataset_is_counted_anew_and_a_closed_card_counts_nothing(
    qtbot: QtBot, workspace: CaptureWorkspace, mugs: Draw, document: Document, dataset: Dataset
) -> None:
    mugs(BBox(100, 60, 60, 40), seed=1)
    until(qtbot, lambda: "No mug" in workspace.coverage.words.text())
    with Dataset.create(dataset.folder.parent / "other") as other:
        document.open(other)
        assert "No classes yet" in workspace.coverage.words.text()
        qtbot.keyClick(workspace, Qt.Key.Key_C)
        assert workspace.coverage.words.isHidden()
        document.open(Dataset.open(dataset.folder))
    assert workspace.coverage.category.currentText() == "mug"
    assert workspace.coverage.words.text() == ""
    document.dataset.close()


def test_once_the_window_closes_nothing_is_counted_any_more(
    qtbot: QtBot, workspace: CaptureWorkspace, mugs: Draw
) -> None:
    card = workspace.coverage
    until(qtbot, lambda: card.words.text().startswith("No boxes of mug yet."))
    mugs(BBox(10, 60, 60, 40), seed=1)
    assert card._settle.isActive()
    workspace.shut_down()
    assert not card._settle.isActive()
