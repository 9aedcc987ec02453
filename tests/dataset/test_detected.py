"""What a detector found becomes suggestions, once, and never in a person's way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from labeler.dataset import suggestion_edits
from labeler.dataset.category_edits import add_category
from labeler.dataset.detected import Detected, offer_detected
from labeler.dataset.edits import draw, verify
from labeler.dataset.model import BBox, Image, Suggestion
from labeler.dataset.offering import TRACKER, Carried, Found, offer_found
from labeler.dataset.store import Dataset

PLACE, NEAR, ELSEWHERE = BBox(100, 100, 60, 60), BBox(115, 100, 60, 60), BBox(300, 100, 60, 60)
MUG, CUP = 1, 2


@pytest.fixture
def dataset(tmp_path: Path) -> Iterator[Dataset]:
    with Dataset.create(tmp_path / "d") as made:
        session = made.add_session("s", "c", 0.0)
        for number in (1, 2, 3):
            name = f"{number}.jpg"
            made.add_image(Image(number, name, name, 640, 360, name, session.id, 0.0))
        made.apply(add_category(made, "mug"))
        made.apply(add_category(made, "cup"))
        yield made


def found(*boxes: BBox, category: int = MUG, score: float = 0.8) -> list[Detected]:
    return [Detected(category, box, score) for box in boxes]


def waiting(dataset: Dataset, image_id: int = 1) -> list[Suggestion]:
    return dataset.suggestions(image_id)


def test_it_is_stored_with_its_score_and_model(dataset: Dataset) -> None:
    assert offer_detected(dataset, "m", {1: found(PLACE), 2: []}) == [1]
    (kept,) = waiting(dataset)
    assert (kept.source, kept.model, kept.score, kept.bbox) == ("detector", "m", 0.8, PLACE)


def test_the_next_findings_take_the_place_of_the_last(dataset: Dataset) -> None:
    offer_detected(dataset, "a", {1: found(PLACE), 2: found(PLACE)})
    assert offer_detected(dataset, "b", {1: found(ELSEWHERE), 2: []}) == [1, 2]
    assert [(each.model, each.bbox) for each in waiting(dataset)] == [("b", ELSEWHERE)]
    assert waiting(dataset, 2) == []


def test_images_of_which_a_person_has_said_something_are_left_alone(dataset: Dataset) -> None:
    dataset.apply(draw(dataset, 1, MUG, ELSEWHERE))
    dataset.apply(verify(dataset, 2))
    everywhere = dict.fromkeys((1, 2, 3, 99), found(PLACE))
    assert offer_detected(dataset, "m", everywhere) == [3]


def test_what_was_rejected_is_not_offered_again_a_little_beside(dataset: Dataset) -> None:
    offer_detected(dataset, "a", {1: found(PLACE)})
    dataset.apply(suggestion_edits.reject(dataset, [waiting(dataset)[0].id]))
    offer_detected(dataset, "b", {1: [*found(NEAR, ELSEWHERE), *found(NEAR, category=CUP)]})
    assert {(each.category_id, each.bbox) for each in waiting(dataset)} == {
        (MUG, ELSEWHERE),
        (CUP, NEAR),
    }


def test_one_thing_is_not_offered_as_two_kinds(dataset: Dataset) -> None:
    both = [*found(PLACE, score=0.5), *found(NEAR, category=CUP, score=0.6)]
    offer_detected(dataset, "m", {1: [*both, *found(ELSEWHERE)]})
    assert {(each.category_id, each.bbox) for each in waiting(dataset)} == {
        (CUP, NEAR),
        (MUG, ELSEWHERE),
    }
    carry(dataset, 2, score=0.99)
    assert offer_detected(dataset, "m", {2: found(NEAR, category=CUP)}) == []


def test_of_doubles_the_best_stays(dataset: Dataset) -> None:
    offer_detected(dataset, "m", {1: [*found(PLACE, score=0.5), *found(NEAR, score=0.9)]})
    assert [each.bbox for each in waiting(dataset)] == [NEAR]


def test_a_carried_box_that_has_slipped_is_not_offered_again_beside(dataset: Dataset) -> None:
    slipped = BBox(PLACE.x + 0.45 * PLACE.width, PLACE.y, PLACE.width, PLACE.height)
    offer_detected(dataset, "m", {2: found(slipped)})
    carry(dataset, 1, score=0.99)
    assert offer_detected(dataset, "m", {1: found(slipped)}) == []
    carry(dataset, 2, score=0.99)


def test_what_the_tracker_offers_is_not_offered_twice(dataset: Dataset) -> None:
    carried = {0: Carried(MUG, PLACE)}
    offer_found(dataset, TRACKER, "pixels", [Found(1, dataset.image(1).last_edit, carried)])
    offer_detected(dataset, "m", {1: found(NEAR, ELSEWHERE), 2: found(NEAR, ELSEWHERE)})
    assert [(each.source, each.bbox) for each in waiting(dataset)] == [
        (TRACKER, PLACE),
        ("detector", ELSEWHERE),
    ]
    offer_found(dataset, TRACKER, "pixels", [Found(2, dataset.image(2).last_edit, carried)])
    assert [each.source for each in waiting(dataset, 2)] == ["detector", TRACKER]


def trust(offered: Suggestion) -> float:
    return offered.score


def carry(dataset: Dataset, image_id: int, score: float) -> BBox:
    """Where the carried mug is suggested."""
    carried = {0: Carried(MUG, PLACE, score), 1: Carried(CUP, ELSEWHERE, score)}
    carried_there = [Found(image_id, dataset.image(image_id).last_edit, carried)]
    offer_found(dataset, TRACKER, "pixels", carried_there, trust)
    return place_of_mug(dataset, image_id)


def place_of_mug(dataset: Dataset, image_id: int) -> BBox:
    kept = {each.category_id: each for each in waiting(dataset, image_id)}
    assert [each.source for each in kept.values()] == [TRACKER] * 2
    assert kept[CUP].bbox == ELSEWHERE
    return kept[MUG].bbox


def test_a_doubtful_carried_box_gives_way_to_a_detectors_that_is_to_be_trusted(
    dataset: Dataset,
) -> None:
    for image_id, score in ((1, 0.9), (2, 0.6)):
        offer_detected(dataset, "m", {image_id: found(NEAR, score=score)})
    assert carry(dataset, 1, score=0.85) == NEAR
    assert carry(dataset, 2, score=0.85) == PLACE


def test_a_sure_carried_box_stays_where_it_is(dataset: Dataset) -> None:
    offer_detected(dataset, "m", {1: found(NEAR, score=0.9)})
    assert carry(dataset, 1, score=0.99) == PLACE


def test_what_is_detected_later_moves_a_doubtful_carried_box_that_waits(dataset: Dataset) -> None:
    for image_id, score in ((1, 0.85), (2, 0.99)):
        carry(dataset, image_id, score)
    seen = dict.fromkeys((1, 2), found(NEAR, score=0.9))
    assert offer_detected(dataset, "m", seen) == []
    assert offer_detected(dataset, "m", seen, trust) == [1]
    assert [place_of_mug(dataset, each) for each in (1, 2)] == [NEAR, PLACE]
