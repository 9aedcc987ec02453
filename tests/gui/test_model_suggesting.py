"""Boxes suggested by the model of a finished run: a real ONNX session in a real window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from labeler.dataset.category_edits import add_category, rename_category
from labeler.dataset.edits import draw
from labeler.dataset.model import BBox
from labeler.dataset.store import Dataset
from labeler.gui.background import is_idle
from labeler.gui.label import model_run
from labeler.gui.main_window import MainWindow
from tests.gui.label_window import Hand, add_plain_pictures, close, open_window
from tests.gui.tiny_model import write_tiny_model
from trainer.config import RunConfig, save_config

RUN = "2026-11-24_17-04"


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    with Dataset.create(tmp_path / "kitchen") as dataset:
        images = add_plain_pictures(dataset, 5)
        dataset.apply(add_category(dataset, "Mug"))
        dataset.apply(draw(dataset, images[1].id, 1, BBox(10, 10, 50, 50)))
        run = dataset.runs_folder / RUN
        run.mkdir()
        save_config(run, RunConfig("images", "images"))
        write_tiny_model(run / "model.onnx")
    shown = open_window(tmp_path / "kitchen", tmp_path / "settings.ini")
    qtbot.addWidget(shown)
    yield shown
    close(shown)


@pytest.fixture
def choose(window: MainWindow, qtbot: QtBot) -> Callable[[], list[str]]:
    """Opens the menu by its key and takes the first model; gives what is said from then on."""
    hand = Hand(window)
    said: list[str] = []
    window.document.said.connect(said.append)

    def take() -> list[str]:
        by_model = hand.label.detectors.by_model
        hand.press(
            Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        )
        qtbot.waitUntil(lambda: by_model.menu is not None)
        assert by_model.menu is not None
        action = by_model.menu.actions()[0]
        assert "24 Nov" in action.text()
        by_model.menu.close()
        action.trigger()
        return said

    return take


def wait_for_the_end(window: MainWindow, said: list[str], qtbot: QtBot) -> None:
    keeper = Hand(window).label.detectors.by_model.keeper
    qtbot.waitUntil(lambda: bool(said) and is_idle() and keeper.is_done)


def test_it_looks_at_what_is_to_do_and_says_what_it_does_not_know(
    window: MainWindow, choose: Callable[[], list[str]], qtbot: QtBot
) -> None:
    said = choose()
    wait_for_the_end(window, said, qtbot)
    dataset = window.document.dataset
    counts = [image.suggestion_count for image in dataset.images()]
    assert counts == [1, 0, 1, 1, 1]
    (found,) = dataset.suggestions(dataset.images()[0].id)
    assert (found.source, found.model, found.category_id) == ("detector", RUN, 1)
    assert found.bbox.as_list() == pytest.approx([100, 100, 400, 200], abs=1)
    assert said[-1] == "Suggestions on 4 of 4 images. Not in this dataset: vector."


def test_a_picture_that_cannot_be_read_is_named_and_the_others_are_looked_at(
    window: MainWindow, choose: Callable[[], list[str]], qtbot: QtBot
) -> None:
    dataset = window.document.dataset
    dataset.path_of(dataset.images()[2]).write_bytes(b"no picture")
    said = choose()
    wait_for_the_end(window, said, qtbot)
    assert [image.suggestion_count for image in dataset.images()] == [1, 0, 0, 1, 1]
    assert "Left out: 1 image." in said[-1]


def test_a_model_of_other_things_is_refused_in_a_sentence(
    window: MainWindow, choose: Callable[[], list[str]], qtbot: QtBot
) -> None:
    failed: list[str] = []
    window.document.failed.connect(lambda sentence, _: failed.append(sentence))
    category = window.document.dataset.categories()[0]
    window.document.perform(rename_category(window.document.dataset, category.id, "spoon"))
    choose()
    qtbot.waitUntil(lambda: bool(failed))
    assert failed == ["This model finds mug, vector, but this dataset has no class of that name."]


def test_escape_stops_it_and_what_was_found_stays(
    window: MainWindow,
    choose: Callable[[], list[str]],
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hand = Hand(window)
    looking, goes_on = Event(), Event()
    load = vars(model_run)["load_upright"]

    def load_slowly(path: Path, longest: int) -> object:
        looking.set()
        assert goes_on.wait(60)
        return load(path, longest)

    monkeypatch.setattr(model_run, "load_upright", load_slowly)
    said = choose()
    assert looking.wait(60)
    assert hand.label.detectors.bar.isVisible()
    hand.press(Qt.Key.Key_Escape)
    goes_on.set()
    wait_for_the_end(window, said, qtbot)
    counts = [image.suggestion_count for image in window.document.dataset.images()]
    assert counts == [1, 0, 0, 0, 0]
    assert said[-1].startswith("Stopped after 1 image. What was found stays.")
    assert not hand.label.detectors.bar.isVisible()


def test_what_waits_to_be_stored_never_lands_in_another_dataset(
    window: MainWindow, choose: Callable[[], list[str]], qtbot: QtBot, tmp_path: Path
) -> None:
    window.document.set_busy("A backup is written.")  # nothing can be stored
    said = choose()
    by_model = Hand(window).label.detectors.by_model
    keeper = by_model.keeper
    qtbot.waitUntil(lambda: not by_model.is_running and is_idle() and not keeper.is_done)
    assert said == []  # how many there are is told once they are stored
    other = Dataset.create(tmp_path / "other")
    images = add_plain_pictures(other, 5)
    other.apply(add_category(other, "Cup"))
    window.document.open(other)
    window.document.set_busy("")
    assert keeper.is_done
    keeper.store()
    assert not [each for image in images for each in other.suggestions(image.id)]
