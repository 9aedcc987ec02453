"""Classes are recoloured, ordered, given keys, merged and deleted; their ids never change."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from labeler.dataset import category_edits as edits
from labeler.dataset.edits import draw, verify
from labeler.dataset.history import History
from labeler.dataset.model import BBox, Image, ImageState, Suggestion
from labeler.dataset.store import Dataset
from labeler.errors import UserError


@pytest.fixture
def dataset(tmp_path: Path) -> Iterator[Dataset]:
    with Dataset.create(tmp_path / "d") as made:
        session = made.add_session("s", "c", 0.0)
        for number in (1, 2):
            name = f"{number}.jpg"
            made.add_image(Image(number, name, name, 640, 360, name, session.id, 0.0))
        for name in ("mug", "cup", "ball"):
            made.apply(edits.add_category(made, name))
        made.apply(draw(made, 1, 1, BBox(1, 1, 30, 30)))
        made.apply(draw(made, 1, 2, BBox(50, 1, 30, 30)))
        made.apply(draw(made, 2, 1, BBox(1, 1, 30, 30)))
        made.apply(verify(made, 1))
        made.apply(verify(made, 2))
        offered = Suggestion(made.new_suggestion_id(), 2, 1, BBox(90, 1, 30, 30), 0.5, "tracker")
        made.offer("tracker", [2], [offered])
        yield made


def names(dataset: Dataset) -> list[str]:
    return [category.name for category in dataset.categories()]


def test_recoloured(dataset: Dataset) -> None:
    dataset.apply(edits.recolor_category(dataset, 1, "#AABBCC"))
    assert dataset.categories()[0].color == "#aabbcc"
    with pytest.raises(UserError, match="not a colour"):
        edits.recolor_category(dataset, 1, "red")


def test_put_in_order_and_new_ones_come_last(dataset: Dataset) -> None:
    dataset.apply(edits.order_categories(dataset, [3, 1]))
    assert names(dataset) == ["ball", "mug", "cup"]
    dataset.apply(edits.add_category(dataset, "hat"))
    assert names(dataset) == ["ball", "mug", "cup", "hat"]
    assert [category.id for category in dataset.categories()] == [3, 1, 2, 4]
    assert edits.order_categories(dataset, [3, 1, 2, 4]).changes == ()


def test_a_key_is_given_once_and_the_others_go_round_it(dataset: Dataset) -> None:
    dataset.apply(edits.set_category_key(dataset, 3, "1"))
    assert edits.keys_of(dataset.categories()) == {"1": 3, "2": 1, "3": 2}
    dataset.apply(edits.set_category_key(dataset, 2, "1"))
    assert edits.keys_of(dataset.categories()) == {"1": 2, "2": 1, "3": 3}
    with pytest.raises(UserError, match="digit"):
        edits.set_category_key(dataset, 2, "x")


def test_merged_with_boxes_suggestions_and_confirmations_kept(dataset: Dataset) -> None:
    before = list(dataset.all_annotations())
    dataset.apply(edits.merge_categories(dataset, 1, 2))
    assert names(dataset) == ["cup", "ball"]
    assert {box.category_id for box in dataset.all_annotations()} == {2}
    assert dataset.suggestions(2)[0].category_id == 2
    assert dataset.image(1).verified
    History(dataset).undo()
    assert list(dataset.all_annotations()) == before
    assert names(dataset) == ["mug", "cup", "ball"]
    with pytest.raises(UserError, match="itself"):
        edits.merge_categories(dataset, 1, 1)


def test_deleting_takes_boxes_along_and_says_so_before(dataset: Dataset) -> None:
    before = list(dataset.all_annotations())
    assert edits.usage_of(dataset, 1) == edits.Usage(annotations=2, images=2, suggestions=1)
    edit = edits.delete_category(dataset, 1)
    assert edit.description == "Delete class mug and its 2 boxes"
    dataset.apply(edit)
    assert [box.category_id for box in dataset.all_annotations()] == [2]
    assert dataset.image(2).state is ImageState.UNLABELLED  # not "empty, confirmed"
    History(dataset).undo()
    assert list(dataset.all_annotations()) == before
    assert dataset.image(2).verified
    assert dataset.image(2).suggestion_count == 1
    assert dataset.faults() == []


def test_boxes_are_counted_per_class(dataset: Dataset) -> None:
    assert dataset.boxes_per_category() == {1: 2, 2: 1}
    assert dataset.use_of(1) == (2, 2, 1)
    assert dataset.use_of(3) == (0, 0, 0)
