"""Which image follows which, where a sequence ends, and which box of one is which of the next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeler.dataset.category_edits import add_category
from labeler.dataset.edits import draw
from labeler.dataset.matching import matched
from labeler.dataset.model import BBox, Image, Suggestion
from labeler.dataset.offering import (
    INTERPOLATION,
    TRACKER,
    Carried,
    Found,
    Offered,
    offer_found,
)
from labeler.dataset.sequence import onward
from labeler.dataset.store import Dataset

PLACE = BBox(100, 100, 60, 40)


@pytest.fixture
def dataset(tmp_path: Path) -> Iterator[Dataset]:
    with Dataset.create(tmp_path / "d") as made:
        made.apply(add_category(made, "mug"))
        made.apply(add_category(made, "cup"))
        yield made


def taken(dataset: Dataset, times: Sequence[float]) -> list[int]:
    """A session with one image for each time; the ids, in the order given."""
    session = dataset.add_session("burst", "test", 0.0)
    ids = [dataset.new_image_id() for _ in times]
    for number, at in zip(ids, times, strict=True):
        name = f"{number}.jpg"
        dataset.add_image(Image(number, name, name, 640, 360, name, session.id, at))
    return ids


def carried(bbox: BBox = PLACE, category_id: int = 1) -> Carried:
    return Carried(category_id, bbox, 0.9)


def found(dataset: Dataset, image_id: int, *boxes: Carried) -> Found:
    keyed = dict(enumerate(boxes, 1))
    return Found(image_id, dataset.image(image_id).last_edit, keyed, keyed)


def test_images_follow_in_the_order_they_were_taken_within_their_session(dataset: Dataset) -> None:
    late, first, middle = taken(dataset, (3, 1, 2))
    taken(dataset, (1.5, 2.5))
    assert onward(dataset, first).image_ids == (middle, late)
    assert onward(dataset, first).times == (2, 3)
    assert onward(dataset, late, backwards=True).image_ids == (middle, first)
    assert onward(dataset, late).image_ids == ()


def test_images_of_one_moment_follow_by_id(dataset: Dataset) -> None:
    ids = taken(dataset, (5, 5, 5))
    assert onward(dataset, ids[0]).image_ids == tuple(ids[1:])


@pytest.mark.parametrize(
    ("times", "reached", "pause"),
    [
        ((0, 0.2, 0.4, 0.6, 5, 5.2), 3, 4.4),  # a burst, then another one
        ((0, 4, 9, 12, 30, 34), 5, None),  # photos taken by hand: 18 s are no pause
        ((0, 4, 9, 12, 60, 64), 3, 48),
        ((0, 0, 0, 1, 1, 1, 2, 2), 7, None),  # a clock that counts seconds
        ((0, 0, 0, 0), 3, None),
    ],
)
def test_a_sequence_ends_where_the_pause_is_long_for_its_pace(
    dataset: Dataset, times: Sequence[float], reached: int, pause: float | None
) -> None:
    route = onward(dataset, taken(dataset, times)[0])
    assert len(route.image_ids) == reached
    assert route.pause_s == (None if pause is None else pytest.approx(pause))


def test_boxes_are_paired_by_class_overlap_and_distance() -> None:
    one = {
        1: carried(BBox(0, 0, 10, 10)),
        2: carried(BBox(50, 0, 10, 10)),
        3: carried(BBox(0, 0, 10, 10), 2),
    }
    other = {7: carried(BBox(300, 0, 10, 10)), 8: carried(BBox(2, 0, 10, 10))}
    assert matched(one, other) == {1: 8, 2: 7}


boxes = st.builds(
    Carried,
    st.integers(1, 2),
    st.builds(BBox, st.integers(0, 90), st.integers(0, 90), st.just(20), st.just(20)),
)


@given(st.lists(boxes, max_size=5), st.lists(boxes, max_size=5))
def test_no_box_is_paired_twice_and_none_is_left_that_could_be(
    one: list[Carried], other: list[Carried]
) -> None:
    pairs = matched(dict(enumerate(one)), dict(enumerate(other)))
    assert len(set(pairs.values())) == len(pairs)
    for kind in (1, 2):
        counts = [sum(each.category_id == kind for each in side) for side in (one, other)]
        assert sum(one[key].category_id == kind for key in pairs) == min(counts)


def test_what_is_found_takes_the_place_of_the_nearest_older_one(dataset: Dataset) -> None:
    image_id = taken(dataset, (0,))[0]
    far, other = BBox(400, 200, 60, 40), carried(BBox(100, 100, 60, 40), 2)
    offer_found(dataset, TRACKER, "", [found(dataset, image_id, carried(), carried(far), other)])
    kept = dataset.suggestions(image_id)
    moved = BBox(110, 100, 60, 40)
    offer_found(dataset, TRACKER, "", [found(dataset, image_id, carried(moved))])
    assert dataset.suggestions(image_id)[:2] == kept[1:]
    assert dataset.suggestions(image_id)[2].bbox == moved


def test_what_is_lost_leaves_no_older_suggestion_behind(dataset: Dataset) -> None:
    image_id = taken(dataset, (0,))[0]
    offer_found(dataset, TRACKER, "", [found(dataset, image_id, carried())])
    lost = Found(image_id, 0, followed={1: carried(BBox(300, 200, 60, 40))})
    offer_found(dataset, TRACKER, "", [lost])
    assert dataset.suggestions(image_id) == []
    assert dataset.faults() == []


def test_a_straight_line_and_a_track_take_each_others_place(dataset: Dataset) -> None:
    image_id = taken(dataset, (0,))[0]
    for source in (TRACKER, INTERPOLATION, TRACKER):
        offer_found(dataset, source, "", [found(dataset, image_id, carried())])
        assert [each.source for each in dataset.suggestions(image_id)] == [source]


@pytest.mark.parametrize("earlier", [TRACKER, INTERPOLATION])
@pytest.mark.parametrize("later", [TRACKER, INTERPOLATION])
def test_what_was_carried_of_another_thing_before_waits_on(
    dataset: Dataset, earlier: str, later: str
) -> None:
    """However it came there: the person has not seen it yet."""
    image_id = taken(dataset, (0,))[0]
    cup, mug = carried(BBox(400, 200, 60, 40), 2), carried()
    offer_found(dataset, earlier, "", [found(dataset, image_id, cup)])
    before = dataset.suggestions(image_id)
    offer_found(dataset, later, "", [found(dataset, image_id, mug)])
    left = dataset.suggestions(image_id)
    assert [each for each in left if each.category_id == 2] == before
    assert [each.source for each in left if each.category_id == 1] == [later]


def test_what_a_detector_suggests_elsewhere_is_left_alone(dataset: Dataset) -> None:
    image_id = taken(dataset, (0,))[0]
    places = (PLACE, BBox(400, 200, 60, 40))
    same, other = (
        Suggestion(dataset.new_suggestion_id(), image_id, 1, place, 0.5, "detector")
        for place in places
    )
    dataset.offer("detector", [image_id], [same, other])
    offer_found(dataset, TRACKER, "", [found(dataset, image_id, carried())])
    left = dataset.suggestions(image_id)
    assert other in left
    assert same not in left
    assert sorted(each.source for each in left) == ["detector", TRACKER]


def test_an_image_that_was_edited_meanwhile_is_left_alone(dataset: Dataset) -> None:
    first, second = taken(dataset, (0, 1))
    was = [found(dataset, number, carried()) for number in (first, second)]
    dataset.apply(draw(dataset, first, 2, BBox(300, 200, 20, 20)))
    assert offer_found(dataset, TRACKER, "", was) == Offered([second], 1)
    assert dataset.suggestions(first) == []
