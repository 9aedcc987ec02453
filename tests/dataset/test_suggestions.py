"""Suggestions: offered apart from the boxes, until a person says what becomes of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from labeler.dataset import suggestion_edits as edits
from labeler.dataset.category_edits import add_category, delete_category
from labeler.dataset.changes import StaleEdit
from labeler.dataset.edits import draw, verify
from labeler.dataset.history import History
from labeler.dataset.model import BBox, Image, ImageState, Suggestion
from labeler.dataset.store import Dataset

PLACE = BBox(100, 100, 60, 40)


@pytest.fixture
def dataset(tmp_path: Path) -> Iterator[Dataset]:
    with Dataset.create(tmp_path / "d") as made:
        session = made.add_session("s", "c", 0.0)
        for number in (1, 2):
            name = f"{number}.jpg"
            made.add_image(Image(number, name, name, 640, 360, name, session.id, 0.0))
        made.apply(add_category(made, "mug"))
        made.apply(add_category(made, "cup"))
        yield made


def offered(dataset: Dataset, bbox: BBox = PLACE, source: str = "tracker") -> list[Suggestion]:
    number = dataset.new_suggestion_id()
    return dataset.offer(source, [1], [Suggestion(number, 1, 1, bbox, 0.8, source)])


def test_a_suggestion_is_no_box(dataset: Dataset) -> None:
    offered(dataset)
    image = dataset.image(1)
    assert image.state is ImageState.UNLABELLED
    assert (image.suggestion_count, image.annotation_count) == (1, 0)
    assert list(dataset.all_annotations()) == []
    assert dataset.faults() == []


def test_a_second_offer_of_a_source_replaces_its_first_alone(dataset: Dataset) -> None:
    offered(dataset)
    offered(dataset, BBox(300, 100, 50, 50), source="detector")
    (kept,) = offered(dataset, BBox(200, 100, 60, 40))
    assert {each.source for each in dataset.suggestions(1)} == {"tracker", "detector"}
    assert kept in dataset.suggestions(1)
    assert dataset.image(1).suggestion_count == 2


def test_what_is_of_a_class_that_is_gone_meanwhile_is_left_out(dataset: Dataset) -> None:
    found = [Suggestion(5, 1, 1, PLACE, 0.8, "d"), Suggestion(6, 1, 2, PLACE, 0.8, "d")]
    dataset.apply(delete_category(dataset, 1))
    assert [each.category_id for each in dataset.offer("d", [1], found)] == [2]
    assert [each.id for each in dataset.suggestions(1)] == [6]


def test_accepting_makes_a_box_and_can_be_undone(dataset: Dataset) -> None:
    (kept,) = offered(dataset)
    dataset.apply(edits.accept(dataset, [kept.id]))
    (box,) = dataset.annotations(1)
    assert (box.bbox, box.category_id) == (PLACE, 1)
    assert dataset.suggestions(1) == []
    History(dataset).undo()
    assert dataset.suggestions(1) == [kept]
    assert dataset.annotations(1) == []
    assert dataset.faults() == []


def test_adjusting_accepts_it_where_the_person_put_it(dataset: Dataset) -> None:
    (kept,) = offered(dataset)
    dataset.apply(edits.adjust(dataset, kept.id, BBox(600, 100, 100, 40)))
    (box,) = dataset.annotations(1)
    assert box.bbox == BBox(600, 100, 40, 40)  # inside the image


def test_accepting_as_another_class(dataset: Dataset) -> None:
    (kept,) = offered(dataset)
    dataset.apply(edits.accept(dataset, [kept.id], category_id=2))
    assert dataset.annotations(1)[0].category_id == 2


def test_accepting_withdraws_that_nothing_is_here(dataset: Dataset) -> None:
    dataset.apply(verify(dataset, 1))
    (kept,) = offered(dataset)
    dataset.apply(edits.accept(dataset, [kept.id]))
    assert not dataset.image(1).verified


def test_a_rejected_one_is_not_offered_again_by_its_source(dataset: Dataset) -> None:
    (kept,) = offered(dataset)
    dataset.apply(edits.reject(dataset, [kept.id]))
    assert dataset.image(1).suggestion_count == 0
    assert offered(dataset, BBox(103, 101, 60, 40)) == []
    assert offered(dataset, BBox(300, 200, 60, 40)) != []
    assert offered(dataset, PLACE, source="detector") != []
    assert dataset.rejected_suggestions(1) == [replace(kept, rejected=True)]


def test_a_rejection_can_be_undone(dataset: Dataset) -> None:
    (kept,) = offered(dataset)
    dataset.apply(edits.reject(dataset, [kept.id]))
    History(dataset).undo()
    assert dataset.suggestions(1) == [kept]
    assert dataset.image(1).suggestion_count == 1


def test_where_a_box_stands_nothing_is_offered(dataset: Dataset) -> None:
    dataset.apply(draw(dataset, 1, 1, PLACE))
    assert offered(dataset) == []


def test_one_that_is_gone_cannot_be_accepted(dataset: Dataset) -> None:
    (kept,) = offered(dataset)
    edit = edits.accept(dataset, [kept.id])
    offered(dataset, BBox(1, 1, 20, 20))
    with pytest.raises(StaleEdit):
        dataset.apply(edit)
    with pytest.raises(StaleEdit, match="no longer"):
        edits.reject(dataset, [kept.id])
    assert dataset.annotations(1) == []


def test_suggestions_outlive_the_program(dataset: Dataset) -> None:
    (kept,) = offered(dataset)
    dataset.close()
    with Dataset.open(dataset.folder) as again:
        assert again.suggestions(1) == [kept]
        assert again.new_suggestion_id() > kept.id
