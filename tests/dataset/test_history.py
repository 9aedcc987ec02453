"""Undo and redo from the journal: across reopening, exactly, and to any entry."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from labeler.dataset import history
from labeler.dataset.category_edits import add_category, delete_category
from labeler.dataset.changes import EntryKind, StaleEdit
from labeler.dataset.edits import delete, draw, verify
from labeler.dataset.history import History
from labeler.dataset.model import Annotation, BBox, Image, Suggestion
from labeler.dataset.store import Dataset
from labeler.dataset.suggestion_edits import reject


@pytest.fixture
def dataset(tmp_path: Path) -> Iterator[Dataset]:
    with Dataset.create(tmp_path / "d") as made:
        session = made.add_session("s", "c", 0.0)
        for number in (1, 2):
            name = f"{number}.jpg"
            made.add_image(Image(number, name, name, 640, 360, name, session.id, 0.0))
        yield made


def reopened(dataset: Dataset) -> Dataset:
    dataset.close()
    return Dataset.open(dataset.folder)


def labelled(dataset: Dataset, boxes: int) -> None:
    dataset.apply(add_category(dataset, "mug"))
    for place in range(boxes):
        dataset.apply(draw(dataset, 1 + place % 2, 1, BBox(10 * place, 5, 40, 30)))


def test_yesterdays_edits_are_undone_after_reopening(dataset: Dataset) -> None:
    labelled(dataset, 3)
    with reopened(dataset) as again:
        history = History(again)
        assert history.started_after == history.undoable[-1]
        assert [history.undo() is not None for _ in range(5)] == [True] * 4 + [False]
        assert list(again.all_annotations()) == []
        assert again.categories() == []


def test_what_was_undone_is_redone_after_reopening_with_its_ids(dataset: Dataset) -> None:
    labelled(dataset, 3)
    before = list(dataset.all_annotations())
    history = History(dataset)
    for _ in range(2):
        history.undo()
    with reopened(dataset) as again:
        history = History(again)
        assert history.redo() is not None
        assert history.redo() is not None
        assert history.redo() is None
        assert list(again.all_annotations()) == before


def test_a_new_edit_ends_what_could_be_redone(dataset: Dataset) -> None:
    labelled(dataset, 2)
    history = History(dataset)
    history.undo()
    dataset.apply(verify(dataset, 2))
    assert history.redoable == ()
    undoable = history.undoable
    with reopened(dataset) as again:
        assert History(again).redoable == ()
        assert History(again).undoable == undoable


def test_the_journal_says_what_an_undo_takes_back(dataset: Dataset) -> None:
    labelled(dataset, 1)
    history = History(dataset)
    drawn = history.undoable[-1]
    history.undo()
    history.redo()
    redone, undone, done, *_ = dataset.journal()
    assert (redone.kind, undone.kind, done.kind) == (EntryKind.REDO, EntryKind.UNDO, EntryKind.DO)
    assert redone.of == undone.of == done.id == drawn
    assert done.image_id == 1


def test_going_back_to_an_entry_and_forth_again(dataset: Dataset) -> None:
    labelled(dataset, 4)
    boxes = list(dataset.all_annotations())
    history = History(dataset)
    entries = history.undoable
    assert len(history.go_to(entries[2])) == 2
    assert [each.id for each in dataset.all_annotations()] == [1, 2]
    history.go_to(entries[-1])
    assert list(dataset.all_annotations()) == boxes
    history.go_to(0)
    assert dataset.categories() == []
    with pytest.raises(KeyError):
        history.go_to(10_000)


def test_going_back_over_something_stale_changes_nothing(dataset: Dataset) -> None:
    labelled(dataset, 2)
    history = History(dataset)
    target = history.undoable[0]
    gone = delete(dataset, [1])
    dataset.apply(gone, EntryKind.NOTE)  # as an import or another tool would
    before, entries = list(dataset.all_annotations()), dataset.journal()
    with pytest.raises(StaleEdit):
        history.go_to(target)
    assert list(dataset.all_annotations()) == before
    assert dataset.journal() == entries
    assert history.undoable[-1] == entries[1].id


def test_notes_are_not_undone(dataset: Dataset) -> None:
    labelled(dataset, 1)
    dataset.note("Import x.json: 0 images, 0 boxes")
    history = History(dataset)
    edit = history.undo()
    assert edit is not None
    assert edit.description == "Undo: Draw mug"


def test_images_know_their_last_edit_whatever_the_clock_says(dataset: Dataset) -> None:
    labelled(dataset, 1)
    dataset.apply(verify(dataset, 2))
    assert dataset.image(2).last_edit > dataset.image(1).last_edit > 0


def test_undo_reaches_further_back_than_what_is_near(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "NEAR", 4)
    labelled(dataset, 9)
    boxes = list(dataset.all_annotations())
    with reopened(dataset) as again:
        found = History(again)
        assert len(found.undoable) == 4
        first = again.journal()[-1].id
        assert found.steps_to(first) == -9
        assert len(found.go_to(first)) == 9
        assert found.steps_to(again.journal(1, before=first + 10)[0].id) == 9
        found.undo()
        assert found.undo() is None
    with Dataset.open(dataset.folder) as again:
        found = History(again)
        for _ in range(10):
            assert found.redo() is not None
        assert list(again.all_annotations()) == boxes


def test_an_edit_ten_thousand_lines_of_the_history_ago_can_be_taken_back(
    dataset: Dataset,
) -> None:
    labelled(dataset, 1)
    with dataset.transaction():
        for number in range(9_990):
            dataset.note(f"Photo {number}")
    with reopened(dataset) as again:
        undone = History(again).undo()
        assert undone is not None
        assert undone.description == "Undo: Draw mug"
        assert list(again.all_annotations()) == []


@pytest.mark.parametrize(("behind", "is_told"), [(30 * 60, False), (2 * 3600, True), (-9e6, False)])
def test_a_clock_that_stands_before_the_newest_edit_is_told(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch, behind: float, is_told: bool
) -> None:
    """By seconds: half an hour may be a change to summer time that went wrong."""
    assert history.clock_concern(dataset) == ""
    labelled(dataset, 1)
    now = time.time() - behind
    monkeypatch.setattr("labeler.dataset.history.time.time", lambda: now)
    told = history.clock_concern(dataset)
    assert told.startswith("The newest edit is of ") == is_told
    assert bool(told) == is_told


def test_a_class_that_was_only_suggested_since_is_taken_back_with_what_was_offered(
    dataset: Dataset,
) -> None:
    labelled(dataset, 1)
    offered = Suggestion(dataset.new_suggestion_id(), 2, 1, BBox(1, 1, 9, 9), 0.5, "tracker")
    dataset.offer("tracker", [2], [offered])
    found = History(dataset)
    assert found.undo() is not None
    assert found.undo() is not None
    assert (dataset.categories(), dataset.suggestions(2)) == ([], [])
    assert found.redo() is not None
    assert [each.name for each in dataset.categories()] == ["mug"]
    assert dataset.suggestions(2) == [offered]  # the redo brings them back, and so on
    assert found.undo() is not None
    assert (dataset.categories(), dataset.suggestions(2)) == ([], [])
    with reopened(dataset) as again:
        assert History(again).redo() is not None
        assert again.suggestions(2) == [offered]


def test_what_was_offered_of_a_class_between_two_steps_comes_back_with_it(
    dataset: Dataset,
) -> None:
    labelled(dataset, 0)
    first, second = (
        Suggestion(dataset.new_suggestion_id(), image, 1, BBox(1, 1, 9, 9), 0.5, "tracker")
        for image in (1, 2)
    )
    dataset.offer("tracker", [1], [first])
    dataset.apply(delete_category(dataset, 1))
    found = History(dataset)
    assert found.undo() is not None
    dataset.offer("tracker", [2], [second])
    no = reject(dataset, [second.id])
    dataset.apply(no)  # kept as an answer of its own
    assert found.undo() is not None
    assert found.undo() is not None
    assert (dataset.categories(), list(dataset.all_suggestions())) == ([], [])
    assert found.redo() is not None
    assert dataset.suggestions(1) == [first]
    assert dataset.suggestions(2) == [second]
    assert found.redo() is not None
    assert [each.id for each in dataset.rejected_suggestions(2)] == [second.id]
    assert dataset.faults() == []


def test_a_class_with_boxes_from_outside_is_not_taken_back_and_it_is_told(
    dataset: Dataset,
) -> None:
    labelled(dataset, 0)
    dataset.add_annotations([Annotation(dataset.new_annotation_id(), 1, 1, BBox(1, 1, 9, 9))])
    with pytest.raises(StaleEdit, match="Undo: Add class mug: not made, for something that came"):
        History(dataset).undo()
    assert len(dataset.categories()) == 1
