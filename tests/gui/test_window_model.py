"""Any walk through a labelled dataset, with undo and redo, against a model: what is on show."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from labeler.dataset.category_edits import add_category
from labeler.dataset.model import BBox
from labeler.dataset.store import Dataset
from labeler.gui.main_window import MainWindow
from tests.gui.label_window import Hand, add_plain_pictures, close, open_window

CONTROL = Qt.KeyboardModifier.ControlModifier
IMAGES = 4
inside = st.builds(BBox, *map(st.integers, (0, 0, 9, 9), (500, 250, 100, 100)))
Shown = dict[int, tuple[tuple[BBox, ...], bool]]
"""Of each image its boxes, and whether it is confirmed."""


@dataclass(frozen=True)
class Done:
    """An edit: the image that it touched, if any, and all images before and after."""

    image_id: int | None
    before: Shown
    after: Shown


def prepared(folder: Path) -> Path:
    with Dataset.create(folder) as dataset:
        add_plain_pictures(dataset, IMAGES)
        dataset.apply(add_category(dataset, "mug"))
    return folder


def test_the_window_shows_what_the_store_holds_wherever_one_goes(
    qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_window(prepared(tmp_path / "first"), tmp_path / "settings.ini")
    qtbot.addWidget(window)
    numbers = itertools.count()

    class Walk(Walking):
        def __init__(self) -> None:
            super().__init__(window, prepared(tmp_path / f"walk {next(numbers)}"))

    run_state_machine_as_test(
        Walk,
        settings=settings(derandomize=True, deadline=None, max_examples=12, stateful_step_count=25),
    )
    close(window)


class Walking(RuleBasedStateMachine):
    """done and undone are the history, current the image that should be on show."""

    def __init__(self, window: MainWindow, folder: Path) -> None:
        super().__init__()
        self.window = window
        self.document = window.document
        self.hand = Hand(window)
        self.label = self.hand.label
        self.folder = folder

    @initialize()
    def begin(self) -> None:
        self.document.open(Dataset.open(self.folder))
        self.current = 1
        self.images: Shown = dict.fromkeys(range(1, IMAGES + 1), ((), False))
        self.done = [Done(None, self.images, self.images)]  # the class
        self.undone: list[Done] = []
        self.names = itertools.count()

    def keep(self, image_id: int | None, after: Shown) -> None:
        self.done.append(Done(image_id, self.images, after))
        self.undone.clear()
        self.images = after

    def follow(self, done: Done) -> None:
        if done.image_id is not None:
            self.current = done.image_id

    @rule(key=st.sampled_from((Qt.Key.Key_D, Qt.Key.Key_A)))
    def go(self, key: Qt.Key) -> None:
        by = 1 if key is Qt.Key.Key_D else -1
        self.current = min(max(self.current + by, 1), IMAGES)
        self.hand.press(key)

    @rule(image_id=st.integers(1, IMAGES))
    def jump(self, image_id: int) -> None:
        self.current = image_id
        self.label.show_image(image_id)

    @rule(bbox=inside)
    def draw(self, bbox: BBox) -> None:
        boxes, _ = self.images[self.current]
        if self.document.dataset.categories():
            self.keep(self.current, {**self.images, self.current: ((*boxes, bbox), False)})
            self.label.editor.draw(bbox)

    @rule()
    def verify_and_go(self) -> None:
        boxes, verified = self.images[self.current]
        if not verified:
            self.keep(self.current, {**self.images, self.current: (boxes, True)})
        self.current = min(self.current + 1, IMAGES)
        self.hand.press(Qt.Key.Key_Space)

    @rule()
    def add_class(self) -> None:
        name = f"class {next(self.names)}"
        if self.document.attempt(lambda dataset: add_category(dataset, name)):
            self.keep(None, self.images)

    @rule()
    def undo(self) -> None:
        self.hand.press(Qt.Key.Key_Z, CONTROL)
        if self.done:
            last = self.done.pop()
            self.undone.append(last)
            self.images = last.before
            self.follow(last)

    @rule()
    def redo(self) -> None:
        self.hand.press(Qt.Key.Key_Y, CONTROL)
        if self.undone:
            next_one = self.undone.pop()
            self.done.append(next_one)
            self.images = next_one.after
            self.follow(next_one)

    @precondition(lambda self: len(self.done) > 1)
    @rule(share=st.floats(0, 1))
    def go_back(self, share: float) -> None:
        """By the history, over several edits at once; the last that was undone is shown."""
        standing = 1 + int(share * (len(self.done) - 2))
        moves = len(self.done) - standing
        entry = self.document.history.undoable[standing - 1]
        self.document.go_back_to(entry)
        for _ in range(moves):
            last = self.done.pop()
            self.undone.append(last)
            self.images = last.before
        if moves:
            self.follow(last)

    @rule()
    def start_again(self) -> None:
        """As after closing the program: the history is the journal's."""
        self.window.setUpdatesEnabled(False)  # or it would paint from a dataset that is closed
        self.document.dataset.close()
        self.document.open(Dataset.open(self.folder))
        self.window.setUpdatesEnabled(True)
        assert self.label.editor.image_id is not None
        self.current = self.label.editor.image_id

    @invariant()
    def what_is_on_show_is_what_is_kept(self) -> None:
        if not hasattr(self, "current"):
            return
        assert self.label.editor.image_id == self.current
        shown = self.label.filmstrip.current()
        assert shown is not None
        assert shown.id == self.current
        boxes, verified = self.images[self.current]
        assert tuple(self.hand.boxes) == boxes
        assert tuple(each.bbox for each in self.label.canvas.boxes) == boxes
        assert shown.verified == verified
        assert not self.window.banner.isVisible()

    @invariant()
    def the_history_is_as_long_as_it_should_be(self) -> None:
        if hasattr(self, "current"):
            assert len(self.document.history.undoable) == len(self.done)
            assert len(self.document.history.redoable) == len(self.undone)


def test_opening_another_dataset_renames_none_of_its_classes(qtbot: QtBot, tmp_path: Path) -> None:
    window = open_window(prepared(tmp_path / "first"), tmp_path / "settings.ini")
    qtbot.addWidget(window)
    with Dataset.create(tmp_path / "second") as other:
        add_plain_pictures(other, 1)
        other.apply(add_category(other, "cube"))
    window.document.open(Dataset.open(tmp_path / "second"))
    assert [each.name for each in window.document.dataset.categories()] == ["cube"]
    assert len(window.document.history.undoable) == 1
    close(window)
