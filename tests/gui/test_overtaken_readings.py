"""Of two readings of one folder the later one counts, in whatever order they come back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

import labeler.gui.compare.pair_shelf
import labeler.gui.train.run_shelf
from labeler.dataset.store import Dataset
from labeler.gui.background import finish_jobs
from labeler.gui.compare.pair_shelf import PairShelf
from labeler.gui.compare.shown_pair import ShownPair
from labeler.gui.document import Document
from labeler.gui.train.run_shelf import RunShelf
from labeler.runs.history import RunState, look_through
from labeler.runs.pair import look_through_pairs
from labeler.runs.prepare import Wish, new_run_folder, prepare_run_from_dataset
from labeler.runs.record import append_event
from tests.gui.live_waits import until
from tests.gui.pair_makers import write_pair
from tests.runs.run_makers import add_scenes
from trainer.events import Failed


@pytest.fixture
def document(qtbot: QtBot, tmp_path: Path) -> Iterator[Document]:
    with Dataset.create(tmp_path / "table") as fresh:
        add_scenes(fresh, 8, session="morning")
        yield Document(fresh)
        finish_jobs()


class Held:
    """A reading whose first one comes back only when it is let go."""

    def __init__(self, read: Callable[[Path], Any]) -> None:
        self.has_read = threading.Event()
        self.let_go = threading.Event()
        self._read = read

    def __call__(self, folder: Path) -> Any:
        found = self._read(folder)
        if not self.has_read.is_set():
            self.has_read.set()
            self.let_go.wait(60)
        return found


def test_a_pair_is_shown_as_it_was_found_last(
    qtbot: QtBot, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = write_pair(document.dataset, pretrained=[], scratch=[], with_models=False)
    held = Held(ShownPair.read)
    monkeypatch.setattr(ShownPair, "read", held)
    shelf = PairShelf(document)
    states: list[RunState] = []
    shelf.read.connect(lambda shown: states.append(shown.state))
    shelf.open(pair)
    assert held.has_read.wait(60)
    for side in ("pretrained", "scratch"):
        append_event(pair / side, Failed("It broke down."))
    shelf.open(pair)
    until(qtbot, lambda: states == [RunState.FAILED])
    assert shelf.is_reading
    held.let_go.set()
    until(qtbot, lambda: not shelf.is_reading)
    assert states == [RunState.FAILED]


def test_the_list_of_pairs_is_the_one_read_last(
    qtbot: QtBot, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(look_through_pairs)
    monkeypatch.setattr(labeler.gui.compare.pair_shelf, "look_through_pairs", held)
    shelf = PairShelf(document)
    shelf.load()
    assert held.has_read.wait(60)
    pair = write_pair(document.dataset, with_models=False)
    shelf.load()
    until(qtbot, lambda: [found.path for found in shelf.pairs] == [pair])
    held.let_go.set()
    until(qtbot, lambda: not shelf.is_reading)
    assert [found.path for found in shelf.pairs] == [pair]


def test_the_list_of_runs_is_the_one_read_last(
    qtbot: QtBot, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(look_through)
    monkeypatch.setattr(labeler.gui.train.run_shelf, "look_through", held)
    shelf = RunShelf(document)
    loads: list[int] = []
    shelf.loaded.connect(lambda: loads.append(len(shelf.runs)))
    shelf.load()
    assert held.has_read.wait(60)
    run = new_run_folder(document.dataset.runs_folder)
    prepare_run_from_dataset(document.dataset, run, Wish())
    shelf.load()
    until(qtbot, lambda: loads == [1])
    held.let_go.set()
    qtbot.wait(100)  # enough for the old one to come, if it does
    assert loads == [1]
