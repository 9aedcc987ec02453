"""Validation images come from other sittings than training images, as far as there are some."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeler.dataset.model import Image, Session
from labeler.dataset.splits import split_by_session

BLANK = Image(0, "", "", 640, 360, "", 1, 0.0)


def make(sizes: dict[int, int], every: float = 1.0) -> tuple[list[Image], list[Session]]:
    """Images of sessions of these sizes, one each `every` seconds, with ids in that order."""
    images: list[Image] = []
    for session_id, size in sizes.items():
        for n in range(size):
            at = 1e6 * session_id + every * n
            images.append(replace(BLANK, id=len(images), session_id=session_id, captured_at=at))
    return images, [Session(number, f"session {number}", "c", 0.0) for number in sizes]


sizes = st.dictionaries(st.integers(1, 9), st.integers(1, 30), min_size=1, max_size=6)


@settings(derandomize=True, deadline=None, max_examples=100)
@given(sizes, st.floats(0.05, 0.5), st.integers(0, 5), st.sampled_from([0.0, 0.1, 60.0]))
def test_every_image_is_on_one_side_and_no_session_on_two(
    sizes: dict[int, int], fraction: float, seed: int, every: float
) -> None:
    images, sessions = make(sizes, every)
    split = split_by_session(images, sessions, fraction, seed)
    ids = [*split.train_ids, *split.val_ids, *split.dropped_ids]
    assert sorted(ids) == [image.id for image in images]
    if len(images) > 1:
        assert split.train_ids
        assert split.val_ids
    if len(sizes) > 1:
        of = {image.id: image.session_id for image in images}
        assert not {of[i] for i in split.train_ids} & {of[i] for i in split.val_ids}
        assert split.dropped_ids == ()
    assert split == split_by_session(list(reversed(images)), sessions, fraction, seed)


def test_about_the_fraction_is_held_back_where_sessions_allow() -> None:
    images, sessions = make(dict.fromkeys(range(1, 21), 10))
    for seed in range(5):
        assert len(split_by_session(images, sessions, 0.2, seed).val_ids) == 40


def test_of_two_sessions_the_one_nearer_to_the_fraction_is_held_back() -> None:
    images, sessions = make({1: 96, 2: 24})
    split = split_by_session(images, sessions)
    assert len(split.val_ids) == 24
    assert split.explanation == (
        "24 images of session 2 are held back for validation, "
        "96 images of the other sessions train."
    )


def test_the_seed_chooses_the_sessions() -> None:
    images, sessions = make(dict.fromkeys(range(1, 10), 10))
    assert len({split_by_session(images, sessions, seed=seed).val_ids for seed in range(9)}) > 2


def test_no_category_is_held_back_as_a_whole_if_it_can_be_helped() -> None:
    images, sessions = make({1: 10, 2: 10, 3: 10, 4: 10, 5: 10})
    only_in_2 = {image.id: [7] for image in images if image.session_id == 2}
    for seed in range(20):
        split = split_by_session(images, sessions, seed=seed, categories_of=only_in_2)
        assert set(only_in_2) <= set(split.train_ids)


def test_it_is_told_when_training_lacks_a_category() -> None:
    images, sessions = make({1: 10, 2: 10})
    categories = {image.id: [image.session_id] for image in images}
    split = split_by_session(images, sessions, categories_of=categories)
    assert "1 of the classes only occur in the images held back" in split.explanation


def test_one_session_is_cut_in_time_with_a_gap() -> None:
    images, sessions = make({1: 200}, every=0.5)
    for seed in range(5):
        split = split_by_session(images, sessions, seed=seed)
        val = list(split.val_ids)
        assert val == list(range(val[0], val[0] + 40))
        assert 1 <= len(split.dropped_ids) <= 16
        # 2 seconds are 4 frames, of which the ones nearer than 2 seconds are 3
        assert min(abs(t - v) for t in split.train_ids for v in (val[0], val[-1])) == 4
        assert "second session" in split.explanation


def test_slow_series_lose_nothing_at_the_seam() -> None:
    images, sessions = make({1: 50}, every=30.0)
    assert split_by_session(images, sessions).dropped_ids == ()


def test_one_session_keeps_every_category_in_training_if_it_can() -> None:
    images, sessions = make({1: 50}, every=30.0)
    rare = {image.id: [1] for image in images[:10]}
    for seed in range(9):
        split = split_by_session(images, sessions, seed=seed, categories_of=rare)
        assert set(rare) & set(split.train_ids)


def test_a_collection_without_times_is_drawn_by_chance() -> None:
    images, sessions = make({1: 100}, every=0.0)
    split = split_by_session(images, sessions)
    assert len(split.val_ids) == 20
    assert split.val_ids != tuple(range(split.val_ids[0], split.val_ids[0] + 20))
    assert "by chance" in split.explanation


@pytest.mark.parametrize("count", [0, 1])
def test_too_few_images_all_train(count: int) -> None:
    images, sessions = make({1: count})
    split = split_by_session(images, sessions)
    assert (len(split.train_ids), split.val_ids) == (count, ())
    assert "Too few" in split.explanation
