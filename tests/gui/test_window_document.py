"""The document: edits that are kept, taken back, refused, and told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from labeler.dataset.category_edits import add_category, rename_category
from labeler.dataset.edits import delete, draw, verify
from labeler.dataset.model import BBox, ImageState
from labeler.dataset.store import Dataset
from labeler.errors import UserError
from labeler.gui.document import Document
from tests.gui.label_window import add_plain_pictures


class Told:
    """What the document told since it was asked to listen."""

    def __init__(self, document: Document) -> None:
        self.sentences: list[str] = []
        self.failures: list[tuple[str, str]] = []
        self.boxes_changed: list[int] = []
        self.categories = 0
        document.said.connect(self.sentences.append)
        document.failed.connect(lambda text, details: self.failures.append((text, details)))
        document.annotations_changed.connect(self.boxes_changed.append)
        document.categories_changed.connect(self._count)

    def _count(self) -> None:
        self.categories += 1


@pytest.fixture
def first(dataset: Dataset) -> int:
    """The id of the first of two pictures; there is a class "mug" with the id 1."""
    image = add_plain_pictures(dataset, 2)[0]
    dataset.apply(add_category(dataset, "mug"))
    return image.id


@pytest.fixture
def told(document: Document) -> Told:
    return Told(document)


def drawn(document: Document, image_id: int) -> None:
    assert document.attempt(lambda dataset: draw(dataset, image_id, 1, BBox(10, 10, 50, 40)))


def test_an_edit_is_kept_told_and_can_be_taken_back(
    document: Document, first: int, told: Told
) -> None:
    drawn(document, first)
    assert told.boxes_changed == [first]
    assert told.sentences == ["Draw mug. Kept."]
    assert document.undo()
    assert document.dataset.annotations(first) == []
    name = document.dataset.image(first).original_name
    assert told.sentences[-1] == f"Undo: Draw mug, on {name}. Kept."
    assert document.redo()
    assert len(document.dataset.annotations(first)) == 1


def test_taking_back_a_deletion_brings_the_very_same_box(document: Document, first: int) -> None:
    drawn(document, first)
    before = document.dataset.annotations(first)
    document.attempt(lambda dataset: delete(dataset, [before[0].id]))
    document.undo()
    assert document.dataset.annotations(first) == before


def test_an_edit_that_changes_nothing_cannot_be_taken_back(
    document: Document, first: int, told: Told
) -> None:
    before = document.history.undoable
    assert document.attempt(lambda dataset: rename_category(dataset, 1, "mug"))
    assert document.history.undoable == before
    assert told.sentences == []


def test_nothing_to_take_back_is_no_failure(document: Document, told: Told) -> None:
    assert not document.undo()
    assert not document.redo()
    assert told.failures == []


def test_what_cannot_be_built_is_reported(document: Document, first: int, told: Told) -> None:
    before = document.history.undoable
    assert not document.attempt(lambda dataset: draw(dataset, first, 1, BBox(900, 900, 5, 5)))
    assert "at least 2 pixels" in told.failures[0][0]
    assert document.history.undoable == before


def test_a_read_only_dataset_refuses_with_a_sentence(
    qtbot: QtBot, dataset: Dataset, first: int
) -> None:
    with Dataset.open(dataset.folder, read_only=True) as other:
        looking = Document(other)
        told = Told(looking)
        assert not looking.attempt(lambda each: verify(each, first))
        assert "read-only" in told.failures[0][0]
    assert dataset.image(first).state is ImageState.UNLABELLED


def test_a_failed_undo_leaves_the_history_where_it_was(
    document: Document, first: int, told: Told
) -> None:
    drawn(document, first)
    document.set_busy("An import is running.")
    assert not document.undo()
    assert told.failures == [("An import is running.", "")]
    document.set_busy("")
    assert document.undo()
    assert document.dataset.annotations(first) == []


def test_a_dataset_that_was_moved_away_takes_no_edit_that_would_be_lost(
    document: Document, first: int, told: Told, tmp_path: Path
) -> None:
    folder = document.dataset.folder
    folder.rename(tmp_path / "elsewhere")
    assert not document.attempt(lambda dataset: draw(dataset, first, 1, BBox(10, 10, 50, 40)))
    assert "moved or replaced" in told.failures[0][0]
    (tmp_path / "elsewhere").rename(folder)
    drawn(document, first)
    assert len(document.dataset.annotations(first)) == 1


def test_a_full_disk_is_told_and_loses_neither_boxes_nor_history(
    document: Document, first: int, told: Told
) -> None:
    drawn(document, first)
    before = document.dataset.annotations(first)
    writer = document.dataset._writer
    pages = writer.execute("PRAGMA page_count").fetchone()[0]
    writer.execute(f"PRAGMA max_page_count = {pages}")
    for _ in range(400):
        if not document.attempt(lambda dataset: verify(dataset, first)) or told.failures:
            break
        document.attempt(lambda dataset: verify(dataset, first, verified=False))
    assert "full" in told.failures[0][0]
    assert document.dataset.annotations(first) == before
    writer.execute("PRAGMA max_page_count = 1000000")
    while document.can_undo:
        assert document.undo()
    assert document.dataset.annotations(first) == []


def test_another_dataset_starts_with_an_empty_history(
    qtbot: QtBot, document: Document, first: int, tmp_path: Path
) -> None:
    drawn(document, first)
    before = document.dataset
    with qtbot.waitSignal(document.dataset_opened):
        document.open(Dataset.create(tmp_path / "other"))
    assert not document.can_undo
    with pytest.raises(ValueError, match="closed"):
        before.categories()
    document.dataset.close()


def test_the_details_of_a_failure_travel_with_it(document: Document, told: Told) -> None:
    document.report(UserError("The disk is full.", details=os.strerror(28)))
    assert told.failures == [("The disk is full.", os.strerror(28))]


def test_the_journal_holds_what_was_done_and_undone(document: Document, first: int) -> None:
    drawn(document, first)
    document.undo()
    newest = [entry.description for entry in document.dataset.journal(2)]
    assert newest == ["Undo: Draw mug", "Draw mug"]


def test_who_keeps_the_dataset_busy_takes_back_only_its_own_word(document: Document) -> None:
    told: list[str] = []
    document.failed.connect(lambda sentence, details: told.append(sentence))
    document.set_busy("An import runs.")
    assert not document.begin_busy("Many boxes change.", "edit")
    assert told == ["An import runs."]
    document.set_busy("")
    assert document.begin_busy("Many boxes change.", "edit")
    document.set_busy("")  # the end of a job that came in between
    assert not document.attempt(lambda dataset: add_category(dataset, "mug"))
    document.set_busy("", "edit")
    assert document.attempt(lambda dataset: add_category(dataset, "mug"))


def test_an_edit_that_was_made_before_a_job_began_is_refused_while_it_runs(
    document: Document, first: int, told: Told
) -> None:
    edit = draw(document.dataset, first, 1, BBox(10, 10, 50, 40))
    before = document.history.undoable
    document.set_busy("An import is running.")
    assert not document.perform(edit)
    assert told.failures == [("An import is running.", "")]
    assert document.dataset.annotations(first) == []
    assert document.history.undoable == before
    document.set_busy("")
    assert document.perform(edit)
    assert len(document.dataset.annotations(first)) == 1
