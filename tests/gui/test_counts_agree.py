"""Whatever is done, all parts of the window show the same numbers, and the list the same marks."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from labeler.dataset import category_edits
from labeler.dataset.detected import Detected, offer_detected
from labeler.dataset.edits import draw
from labeler.dataset.model import BBox, ImageState, Suggestion
from labeler.dataset.store import Dataset
from labeler.gui.background import is_idle
from labeler.gui.document import Document
from labeler.gui.label.image_list import IMAGE_ROLE
from labeler.gui.label.learning_along import Stage
from labeler.gui.main_window import MainWindow
from labeler.gui.settings import Settings
from tests.gui.label_window import Hand, add_plain_pictures, close, open_window
from trainer.assist_lines import Learnt

IMAGES = 12
KEY, SHIFT, CONTROL = (
    Qt.Key,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)


class Person(Hand):
    """Does anything at random, and reads off what the window shows."""

    def __init__(self, window: MainWindow, qtbot: QtBot, seed: int) -> None:
        super().__init__(window)
        self.random = random.Random(seed)
        self._qtbot = qtbot

    # What can be done

    def act(self) -> str:
        """One thing at random; its name."""
        things = (
            *(self.draw, self.delete, self.verify, self.walk, self.undo, self.undo, self.redo),
            *(self.suggest, self.suggest, self.replace, self.accept, self.accept_all, self.reject),
            *(self.drop_session, self.change_filter, self.go_far_back, self.label_many),
            *(self.add_images, self.drop_class, self.accept_and_go, self.copy_previous),
        )
        thing = self.random.choice(things)
        thing()
        return thing.__name__

    def draw(self) -> None:
        self._ensure_class()
        if self.label.editor.image_id is not None:
            x, y = self.random.randrange(0, 500), self.random.randrange(0, 250)
            self.drag((x + 5, y + 5), (x + 90, y + 80))

    def delete(self) -> None:
        self.press(KEY.Key_A, CONTROL)
        self.press(KEY.Key_Delete)

    def verify(self) -> None:
        self.press(KEY.Key_Space)

    def walk(self) -> None:
        key = self.random.choice((KEY.Key_D, KEY.Key_A, KEY.Key_Home, KEY.Key_End))
        self.press(key)

    def undo(self) -> None:
        self.window.document.undo()

    def redo(self) -> None:
        self.window.document.redo()

    def suggest(self) -> None:
        """On one image, as the tracker does."""
        dataset, (number,) = self.dataset, self._some(1)
        self._ensure_class()
        kind = self.random.choice(dataset.categories()).id
        bbox = BBox(self.random.randrange(500), self.random.randrange(250), 60, 60)
        made = Suggestion(dataset.new_suggestion_id(), number, kind, bbox, 0.9, "tracker")
        self.window.document.offer(
            lambda _: (dataset.offer("tracker", [number], [made]), [number])[1]
        )

    def replace(self) -> None:
        """On many, in place of what was there, as a detector does; on some it finds nothing now."""
        self._ensure_class()
        kind = self.dataset.categories()[0].id
        found = {
            number: [Detected(kind, BBox(self.random.randrange(500), 40, 70, 70), 0.8)]
            if self.random.random() < 0.6
            else []
            for number in self._some(6)
        }
        self.window.document.offer(lambda dataset: offer_detected(dataset, "m", found))

    def accept(self) -> None:
        self.press(KEY.Key_Return)

    def accept_all(self) -> None:
        self.press(KEY.Key_Return, SHIFT)

    def accept_and_go(self) -> None:
        self.press(KEY.Key_Return, CONTROL)

    def reject(self) -> None:
        self.label.canvas.select(())
        self.press(KEY.Key_Delete)
        self.press(KEY.Key_Delete)

    def drop_session(self) -> None:
        self.press(KEY.Key_Delete, SHIFT)

    def change_filter(self) -> None:
        bar = self.label.filmstrip.filters
        bar.state.setCurrentIndex(self.random.randrange(4))
        if self.random.random() < 0.5:
            self.label.filmstrip.show_all()

    def go_far_back(self) -> None:
        entries = list(self.window.document.history.undoable)
        if entries:
            self.window.document.go_back_to(self.random.choice(entries[-8:]))

    def label_many(self) -> None:
        self._ensure_class()
        kind = self.dataset.categories()[0].id
        for number in self._some(3):
            self.window.document.perform(draw(self.dataset, number, kind, BBox(9, 9, 30, 30)))

    def add_images(self) -> None:
        if len(self.dataset.images()) < IMAGES + 4:
            known = {each.id for each in self.dataset.images()}
            add_plain_pictures(self.dataset, len(known) + 1)
            new = [each.id for each in self.dataset.images() if each.id not in known]
            self.window.document.notify_images_added(new)

    def drop_class(self) -> None:
        categories = self.dataset.categories()
        if len(categories) > 1:
            self.window.document.attempt(
                lambda dataset: category_edits.delete_category(dataset, categories[-1].id)
            )

    def copy_previous(self) -> None:
        self.press(KEY.Key_V, CONTROL | SHIFT)

    @property
    def dataset(self) -> Dataset:
        return self.window.document.dataset

    def _some(self, count: int) -> list[int]:
        return self.random.sample([each.id for each in self.dataset.images()], count)

    def _ensure_class(self) -> None:
        names = {each.name for each in self.dataset.categories()}
        for name in sorted({"mug", "cube"} - names):
            self.window.document.perform(category_edits.add_category(self.dataset, name))

    # What is shown

    def settle(self) -> None:
        listing = self.label.travel.listing
        self._qtbot.waitUntil(lambda: is_idle() and not listing.is_pending)
        self._qtbot.waitUntil(lambda: not self.label.desk.is_counting)
        QApplication.processEvents()

    def check(self, done: list[str]) -> None:
        self.settle()
        images = self.dataset.images()
        boxes = {each.id: len(self.dataset.annotations(each.id)) for each in images}
        waiting = {each.id: len(self.dataset.suggestions(each.id)) for each in images}
        labelled = sum(boxes[each.id] > 0 for each in images)
        empty = sum(each.verified and not boxes[each.id] for each in images)
        suggested = sum(count > 0 for count in waiting.values())
        to_do = len(images) - labelled - empty
        assert self.status_numbers() == (len(images), labelled, empty, suggested, to_do), done
        bar = self.window.status.bar
        assert (bar.value(), bar.maximum()) == (labelled + empty, len(images)), done
        assert self.filter_numbers() == [len(images), to_do, labelled, empty], done
        assert self.label.detectors.along.words == "", done  # off: it shows no number
        for row in range(self.label.filmstrip.images.rowCount()):
            index = self.label.filmstrip.images.index(row)
            shown = index.data(IMAGE_ROLE)
            assert (shown.annotation_count, shown.suggestion_count) == (
                boxes[shown.id],
                waiting[shown.id],
            ), done
        self._check_list(done)
        counts = self.dataset.boxes_per_category()
        assert self.class_numbers() == [
            counts.get(each.id, 0) for each in self.dataset.categories()
        ], done
        current = self.label.editor.image_id
        if current is not None:
            assert self.label.boxes.list.count() == boxes[current] + waiting[current], done

    def _check_list(self, done: list[str]) -> None:
        """As many rows as the chosen state has images, but for the one that one is at."""
        strip = self.label.filmstrip
        wanted = strip.state()
        counts = self.window.document.counts
        fitting = {
            None: counts.total,
            ImageState.UNLABELLED: counts.unlabelled,
            ImageState.LABELLED: counts.labelled,
            ImageState.EMPTY: counts.empty,
        }[wanted]
        assert fitting <= strip.images.rowCount() <= fitting + 1, done
        if wanted is not None:
            assert strip.filters.found.text() == f"{fitting} of {counts.total}", done

    def status_numbers(self) -> tuple[int, int, int, int, int]:
        status = self.window.status
        words = f"{status.counts.text()}   {status.to_do.text()}"
        found = [
            re.search(rf"(\d+) {what}", words)
            for what in ("image", "labelled", "empty", "with suggestions", "to do")
        ]
        total, labelled, empty, suggested, to_do = (int(f.group(1)) if f else 0 for f in found)
        return total, labelled, empty, suggested, to_do

    def filter_numbers(self) -> list[int]:
        state = self.label.filmstrip.filters.state
        texts = [state.itemText(row) for row in range(state.count())]
        return [int(re.sub(r"\D", "", text)) for text in texts]

    def class_numbers(self) -> list[int]:
        rows = self.label.classes.list.rows()
        found = [re.search(r", (\d+) box", row.toolTip()) for row in rows]
        return [int(each.group(1)) if each else -1 for each in found]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with Dataset.create(tmp_path / "table") as dataset:
        add_plain_pictures(dataset, IMAGES)
        dataset.apply(category_edits.add_category(dataset, "mug"))
    return tmp_path / "table"


@pytest.fixture
def window(qtbot: QtBot, folder: Path, tmp_path: Path) -> Iterator[MainWindow]:
    shown = open_window(folder, tmp_path / "settings.ini")
    qtbot.addWidget(shown)
    yield shown
    close(shown)


@pytest.mark.parametrize("seed", range(4))
def test_all_numbers_and_marks_agree_after_anything(
    window: MainWindow, qtbot: QtBot, seed: int
) -> None:
    person = Person(window, qtbot, seed)
    done: list[str] = []
    for _ in range(40):
        done.append(person.act())
        person.check(done)


def test_a_window_that_only_looks_shows_what_another_one_did(
    qtbot: QtBot, folder: Path, tmp_path: Path
) -> None:
    """Two windows on one dataset: the second may only read."""
    writing = open_window(folder, tmp_path / "settings.ini")
    reading = MainWindow(
        Document(Dataset.open(folder, read_only=True)), Settings(tmp_path / "other.ini")
    )
    for each in (writing, reading):
        qtbot.addWidget(each)
    reading.backups.stop()
    reading.show()
    person, onlooker = Person(writing, qtbot, 7), Person(reading, qtbot, 7)
    done: list[str] = []
    for _ in range(12):
        done.append(person.act())
        reading.document.look_elsewhere()
        onlooker.check(done)
    close(writing)
    close(reading)


def test_what_learning_along_says_is_counted_with_the_rest(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its line said "1 image with suggestions" beside two marked ones."""
    person, document = Person(window, qtbot, 1), window.document
    along = person.label.detectors.along
    monkeypatch.setattr(along, "_last", Learnt(1, 10, 10, 1.0, 60, 0, 0))
    monkeypatch.setattr(along, "stage", Stage.READY)
    kind = document.dataset.categories()[0].id
    for count, image in enumerate(document.dataset.images()[:3], 1):
        found = {image.id: [Detected(kind, BBox(40, 40, 60, 60), 0.9)]}
        document.offer(lambda dataset, found=found: offer_detected(dataset, "m", found))
        assert person.status_numbers()[3] == count
        words = "1 image with suggestions" if count == 1 else f"{count} images with suggestions"
        assert person.label.detectors.switch.line.text() == words
