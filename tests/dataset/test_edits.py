"""Edits say what they do, keep confirmations honest, and can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from labeler.dataset.category_edits import PALETTE, add_category, clean_name, rename_category
from labeler.dataset.changes import AnnotationChange, Edit, VerifiedChange
from labeler.dataset.edits import (
    TO_CHECK,
    delete,
    draw,
    put_copies,
    reshape,
    set_category,
    set_image_note,
    verify,
)
from labeler.dataset.empty_check import unchecked
from labeler.dataset.model import Annotation, BBox, Image, ImageState
from labeler.dataset.store import Dataset
from labeler.errors import UserError


@pytest.fixture
def image(dataset: Dataset, add_image: Callable[..., Image]) -> Image:
    for name in ("cube", "mug"):
        dataset.apply(add_category(dataset, name))
    return add_image(width=640, height=360)


@pytest.fixture
def box(dataset: Dataset, image: Image) -> Annotation:
    dataset.apply(draw(dataset, image.id, 1, BBox(10, 20, 100, 50)))
    return dataset.annotations(image.id)[0]


def state(dataset: Dataset, image: Image) -> ImageState:
    return dataset.image(image.id).state


def test_drawing_makes_an_image_labelled(dataset: Dataset, image: Image, box: Annotation) -> None:
    assert box == Annotation(box.id, image.id, 1, BBox(10, 20, 100, 50))
    assert state(dataset, image) is ImageState.LABELLED


def test_the_history_tells_an_empty_image_from_one_that_is_right(
    dataset: Dataset, image: Image
) -> None:
    assert verify(dataset, image.id).description == "Nothing here"
    dataset.apply(draw(dataset, image.id, 1, BBox(10, 20, 100, 50)))
    assert verify(dataset, image.id).description == "Confirm image"


def test_an_image_counts_once_as_what_it_is_whether_or_not_it_is_confirmed(
    dataset: Dataset, image: Image, add_image: Callable[..., Image]
) -> None:
    """The bar at the window's edge and the words before a training tell these numbers."""
    others = [add_image(seed) for seed in (7, 8, 9)]
    dataset.apply(draw(dataset, image.id, 1, BBox(10, 20, 100, 50)))
    dataset.apply(draw(dataset, others[0].id, 1, BBox(10, 20, 30, 20)))
    dataset.apply(verify(dataset, image.id))
    dataset.apply(verify(dataset, others[1].id))
    counts = dataset.counts()
    assert (counts.unlabelled, counts.labelled, counts.empty, counts.total) == (1, 2, 1, 4)
    states = [each.state for each in dataset.images()]
    assert states.count(ImageState.LABELLED) == counts.labelled
    assert states.count(ImageState.EMPTY) == counts.empty


def test_a_drawn_box_is_clipped_to_the_image(dataset: Dataset, image: Image) -> None:
    dataset.apply(draw(dataset, image.id, 1, BBox(-10, 300, 50, 100)))
    assert dataset.annotations(image.id)[0].bbox == BBox(0, 300, 40, 60)


def test_copies_say_all_that_is_said_about_the_boxes_and_have_ids_of_their_own(
    dataset: Dataset, image: Image, box: Annotation, add_image: Callable[..., Image]
) -> None:
    """Pasted on a smaller image each is cut at its edges, and one that lies outside is left out."""
    marked = replace(box, occluded=True, truncated=True, difficult=True, note="behind the cup")
    outside = replace(box, bbox=BBox(70, 60, 10, 10))
    other = add_image(7)  # 64 x 48
    dataset.apply(put_copies(dataset, other.id, [marked, outside], "Paste 2 boxes"))
    (copy,) = dataset.annotations(other.id)
    assert copy.id != box.id
    assert copy == replace(marked, id=copy.id, image_id=other.id, bbox=BBox(10, 20, 54, 28))
    assert dataset.annotations(image.id) == [box]


def test_what_leaves_no_box_is_refused(dataset: Dataset, image: Image, box: Annotation) -> None:
    with pytest.raises(UserError, match="2 pixels"):
        draw(dataset, image.id, 1, BBox(640, 0, 50, 50))
    with pytest.raises(UserError, match="2 pixels"):
        reshape(dataset, box.id, BBox(0, 0, 50, 1))


def test_building_an_edit_writes_nothing(dataset: Dataset, image: Image) -> None:
    draw(dataset, image.id, 1, BBox(10, 20, 100, 50))
    verify(dataset, image.id)
    add_category(dataset, "ball")
    assert dataset.annotations(image.id) == []
    assert len(dataset.categories()) == 2


def test_unknown_images_boxes_and_categories_are_refused(dataset: Dataset, image: Image) -> None:
    for build in (
        lambda: draw(dataset, image.id, 99, BBox(10, 20, 100, 50)),
        lambda: draw(dataset, 99, 1, BBox(10, 20, 100, 50)),
        lambda: reshape(dataset, 99, BBox(10, 20, 100, 50)),
        lambda: delete(dataset, [99]),
        lambda: set_category(dataset, [], 99),
        lambda: verify(dataset, 99),
        lambda: rename_category(dataset, 99, "x"),
    ):
        with pytest.raises(UserError):
            build()


def test_reshaping_keeps_id_and_category(dataset: Dataset, box: Annotation) -> None:
    dataset.apply(reshape(dataset, box.id, BBox(1.5, 2.5, 30, 40)))
    assert dataset.annotation(box.id) == Annotation(box.id, box.image_id, 1, BBox(1.5, 2.5, 30, 40))


def test_changing_nothing_is_no_edit(dataset: Dataset, image: Image, box: Annotation) -> None:
    before = len(dataset.journal())
    for edit in (
        reshape(dataset, box.id, box.bbox),
        set_category(dataset, [box.id], 1),
        delete(dataset, []),
        verify(dataset, image.id, False),
        rename_category(dataset, 1, "cube"),
    ):
        assert edit.changes == ()
        dataset.apply(edit)
    assert len(dataset.journal()) == before


@pytest.mark.parametrize(
    "build",
    [
        lambda dataset, box: draw(dataset, box.image_id, 1, BBox(0, 0, 9, 9)),
        lambda dataset, box: reshape(dataset, box.id, BBox(0, 0, 9, 9)),
        lambda dataset, box: set_category(dataset, [box.id], 2),
        lambda dataset, box: delete(dataset, [box.id]),
    ],
    ids=["draw", "reshape", "set_category", "delete"],
)
def test_an_edit_withdraws_the_confirmation_and_undo_restores_it(
    dataset: Dataset, box: Annotation, build: Callable[[Dataset, Annotation], Edit]
) -> None:
    dataset.apply(verify(dataset, box.image_id))
    edit = build(dataset, box)
    dataset.apply(edit)
    assert not dataset.image(box.image_id).verified
    dataset.apply(edit.inverse())
    assert dataset.image(box.image_id).verified


def test_deleting_the_last_box_never_confirms_an_empty_image(
    dataset: Dataset, image: Image, box: Annotation
) -> None:
    dataset.apply(verify(dataset, image.id))
    dataset.apply(delete(dataset, [box.id]))
    assert state(dataset, image) is ImageState.UNLABELLED
    dataset.apply(verify(dataset, image.id))
    assert state(dataset, image) is ImageState.EMPTY


@pytest.mark.parametrize(
    "answer",
    [
        lambda dataset, image: verify(dataset, image.id),
        lambda dataset, image: draw(dataset, image.id, 1, BBox(0, 0, 9, 9)),
    ],
    ids=["empty", "a box"],
)
def test_an_answer_takes_the_question_whether_an_image_is_empty_and_no_other_note(
    dataset: Dataset, image: Image, answer: Callable[[Dataset, Image], Edit]
) -> None:
    dataset.apply(set_image_note(dataset, image.id, TO_CHECK))
    edit = answer(dataset, image)
    dataset.apply(edit)
    assert dataset.image(image.id).note == ""
    dataset.apply(edit.inverse())
    assert dataset.image(image.id).note == TO_CHECK
    assert [each.id for each in unchecked(dataset)] == [image.id]
    dataset.apply(set_image_note(dataset, image.id, f"{TO_CHECK} I think so"))
    dataset.apply(answer(dataset, image))
    assert dataset.image(image.id).note == f"{TO_CHECK} I think so"


def test_several_boxes_of_several_images_are_one_edit(
    dataset: Dataset, image: Image, box: Annotation, add_image: Callable[..., Image]
) -> None:
    other = add_image(1)
    dataset.apply(draw(dataset, other.id, 1, BBox(1, 1, 9, 9)))
    ids = [found.id for found in dataset.all_annotations()]
    edit = set_category(dataset, [*ids, *ids], 2)
    dataset.apply(edit)
    assert {found.category_id for found in dataset.all_annotations()} == {2}
    assert edit.image_ids() == (image.id, other.id)
    assert edit.description == "Turn 2 boxes into mug"
    dataset.apply(delete(dataset, ids))
    assert dataset.counts().labelled == 0


def test_undo_and_redo_names_alternate(dataset: Dataset, image: Image) -> None:
    edit = draw(dataset, image.id, 1, BBox(10, 20, 100, 50))
    assert edit.inverse().description == "Undo: Draw cube"
    assert edit.inverse().inverse() == edit


def test_colours_are_taken_in_turn(dataset: Dataset) -> None:
    for number in range(10):
        dataset.apply(add_category(dataset, f"thing {number}"))
    assert [c.color for c in dataset.categories()] == list(PALETTE[:10])


def test_a_category_name_is_taken_once(dataset: Dataset, image: Image) -> None:
    with pytest.raises(UserError, match="already a class cube"):
        add_category(dataset, " CUBE ")
    with pytest.raises(UserError, match="already a class mug"):
        rename_category(dataset, 1, "mug")
    dataset.apply(rename_category(dataset, 1, "Cube"))
    assert [c.name for c in dataset.categories()] == ["Cube", "mug"]


def test_names_are_composed_and_trimmed() -> None:
    assert clean_name("  tasse \t à\u00a0cafe\u0301 ") == "tasse à café"
    assert clean_name("杯子 ☕") == "杯子 ☕"
    for name in ("", " \n ", "x" * 101, "bell\x07", "half \ud800 letter"):
        with pytest.raises(UserError):
            clean_name(name)


def test_an_edit_survives_json(dataset: Dataset, image: Image, box: Annotation) -> None:
    dataset.apply(verify(dataset, image.id))
    for edit in (
        delete(dataset, [box.id]),
        reshape(dataset, box.id, BBox(0.1, 0.2, 30.3, 40.4)),
        add_category(dataset, "ティーカップ"),
    ):
        assert Edit.from_json(edit.to_json()) == edit
    with pytest.raises(ValueError, match="unknown change"):
        Edit.from_json('{"description": "x", "changes": [{"kind": "Magic"}]}')


def test_impossible_changes_cannot_be_made(box: Annotation) -> None:
    elsewhere = Annotation(box.id, box.image_id + 1, 1, box.bbox)
    for before, after in ((None, None), (box, elsewhere)):
        with pytest.raises(ValueError, match=r"a change needs|never changes"):
            AnnotationChange(before, after)
    assert VerifiedChange(1, False, True).inverse() == VerifiedChange(1, True, False)
