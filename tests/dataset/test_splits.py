"""Validation images come from other sittings than training images, as far as there are some."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeler.dataset.inherited import Inherited, is_too_few
from labeler.dataset.model import Image, Session
from labeler.dataset.near_duplicates import LOOK_BYTES, Likeness
from labeler.dataset.splits import TEST_FROM, TestPart, split_by_session

BLANK = Image(0, "", "", 640, 360, "", 1, 0.0)


def make(sizes: dict[int, int], every: float = 1.0) -> tuple[list[Image], list[Session]]:
    """Images of sessions of these sizes, one each `every` seconds, with ids in that order."""
    images: list[Image] = []
    for session_id, size in sizes.items():
        for n in range(size):
            at = 1e6 * session_id + every * n
            images.append(replace(BLANK, id=len(images), session_id=session_id, captured_at=at))
    return images, [Session(number, f"session {number}", "c", 0.0) for number in sizes]


def likeness(looks: Mapping[int, int]) -> Likeness:
    """Images of one number look the same, all others differ in half of their bits."""
    return Likeness({image: _look(look) for image, look in looks.items()})


def _look(number: int) -> bytes:
    return random.Random(number).randbytes(LOOK_BYTES - 12) + bytes(12)


sizes = st.dictionaries(st.integers(1, 9), st.integers(1, 60), min_size=1, max_size=6)


@settings(derandomize=True, deadline=None, max_examples=100)
@given(sizes, st.floats(0.05, 0.5), st.integers(0, 5), st.sampled_from([0.0, 0.1, 60.0]))
def test_every_image_is_on_one_side_and_the_same_question_has_the_same_answer(
    sizes: dict[int, int], fraction: float, seed: int, every: float
) -> None:
    images, sessions = make(sizes, every)
    split = split_by_session(images, sessions, fraction, seed)
    ids = [*split.train_ids, *split.val_ids, *split.test_ids, *split.dropped_ids]
    assert sorted(ids) == [image.id for image in images]
    if len(images) > 1:
        assert split.train_ids
        assert split.val_ids
    assert bool(split.test_ids) == (len(images) >= TEST_FROM)
    assert split == split_by_session(list(reversed(images)), sessions, fraction, seed)


@settings(derandomize=True, deadline=None, max_examples=50)
@given(st.dictionaries(st.integers(1, 30), st.integers(20, 30), min_size=8), st.integers(0, 5))
def test_no_session_stands_on_two_sides_where_there_are_several_of_a_size(
    sizes: dict[int, int], seed: int
) -> None:
    images, sessions = make(sizes)
    split = split_by_session(images, sessions, seed=seed)
    of = {image.id: image.session_id for image in images}
    sides = [{of[i] for i in ids} for ids in (split.train_ids, split.val_ids, split.test_ids)]
    assert not any(a & b for a, b in itertools.combinations(sides, 2))
    assert split.dropped_ids == ()


def test_about_the_fraction_is_held_back_where_sessions_allow() -> None:
    images, sessions = make(dict.fromkeys(range(1, 20), 10))
    for seed in range(5):
        assert len(split_by_session(images, sessions, 0.2, seed).val_ids) == 40
    images, sessions = make(dict.fromkeys(range(1, 41), 10))
    for seed in range(5):
        split = split_by_session(images, sessions, 0.2, seed)
        assert (len(split.test_ids), len(split.val_ids)) == (60, 70)


def test_of_two_sessions_the_one_nearer_to_the_fraction_is_held_back() -> None:
    images, sessions = make({1: 96, 2: 24})
    split = split_by_session(images, sessions)
    assert len(split.val_ids) == 24
    assert split.explanation == (
        "96 images to learn from, 24 to check with. Those to check with are all images of session "
        "“session 2”. No images are kept for a final score: that begins at 200 images."
    )


def test_where_whole_sessions_are_too_small_or_too_large_a_stretch_is_held_back() -> None:
    for sizes in ({1: 180, 2: 3, 3: 4}, {1: 4, 2: 62}):
        images, sessions = make(sizes)
        split = split_by_session(images, sessions)
        assert len(split.val_ids) == round(len(images) / 5)
        assert "Those to check with were taken one after another in session" in split.explanation
        assert list(split.val_ids) == list(range(split.val_ids[0], split.val_ids[-1] + 1))


def test_the_test_part_is_the_same_for_every_seed_and_explained() -> None:
    images, sessions = make(dict.fromkeys(range(1, 13), 20))
    splits = [split_by_session(images, sessions, seed=seed) for seed in range(6)]
    assert len({split.test_ids for split in splits}) == 1
    assert len({split.val_ids for split in splits}) > 1
    assert len(splits[0].test_ids) == 40
    assert "40 for the final score. Those to check with" in splits[0].explanation
    assert "Those for the final score are all images of sessions" in splits[0].explanation


def test_images_added_later_never_move_old_ones_out_of_the_test_part() -> None:
    images, sessions = make(dict.fromkeys(range(1, 13), 20))
    before = split_by_session(images, sessions)
    grown, sessions = make({**dict.fromkeys(range(1, 13), 25), **dict.fromkeys(range(20, 60), 9)})
    after = split_by_session(grown, sessions, test_before=before.test)
    of = {image.id: image.session_id for image in images}
    tested = {of[number] for number in before.test_ids}
    still = {image.id for image in grown if image.session_id in tested}
    assert still <= set(after.test_ids)
    assert len(still) == 25 * len(tested)  # what their sessions have gained is there as well
    assert len(after.test_ids) > len(still)  # the part has grown with the dataset
    again = split_by_session(grown, sessions, seed=7, test_before=after.test)
    assert again.test_ids == after.test_ids


def test_a_test_part_of_single_images_stays_and_survives_deletions() -> None:
    images, sessions = make({1: 300}, every=30.0)
    before = split_by_session(images, sessions)
    assert len(before.test_ids) == 45
    assert before.test == TestPart(frozenset(), frozenset(before.test_ids))
    fewer = [image for image in images if image.id % 2]
    after = split_by_session(fewer, sessions, test_before=before.test)
    assert set(after.test_ids) == {number for number in before.test_ids if number % 2}
    assert f" {len(after.test_ids)} for the final score" in after.explanation


def test_of_many_images_a_thousand_are_enough_to_check_with_and_all_others_train() -> None:
    images, sessions = make({1: 12_000}, every=60.0)
    split = split_by_session(images, sessions)
    assert (len(split.val_ids), len(split.test_ids)) == (1000, 1000)
    assert len(split.train_ids) == 10_000


def test_near_duplicates_in_other_sessions_are_left_out() -> None:
    images, sessions = make(dict.fromkeys(range(1, 11), 30), every=60.0)
    looks = {image.id: image.id for image in images}
    looks[31] = looks[61] = looks[91] = looks[121] = looks[151] = looks[181] = looks[1]
    split = split_by_session(images, sessions, likeness=likeness(looks))
    sides = [{looks[i] for i in ids} for ids in (split.train_ids, split.val_ids, split.test_ids)]
    assert not any(a & b for a, b in itertools.combinations(sides, 2))
    assert 1 <= len(split.dropped_ids) <= 7
    assert "nearly the same as images to check with or for the final score" in split.explanation
    assert f", {len(split.dropped_ids)} left out. " in split.explanation


def test_sessions_that_show_much_of_the_same_stand_on_one_side() -> None:
    images, sessions = make(dict.fromkeys(range(1, 9), 10))
    looks = {image.id: image.id for image in images}
    looks.update({10 * twin + n: n for twin in (3, 6) for n in range(5)})  # of the first session
    for seed in range(8):
        split = split_by_session(images, sessions, seed=seed, likeness=likeness(looks))
        sides = [{looks[i] for i in ids} for ids in (split.train_ids, split.val_ids)]
        assert not sides[0] & sides[1]
        assert split.dropped_ids == ()


def test_what_came_together_is_drawn_in_groups_of_what_looks_alike() -> None:
    images, sessions = make({1: 120}, every=0.0)
    looks = {image.id: image.id // 3 for image in images}
    split = split_by_session(images, sessions, likeness=likeness(looks))
    assert len(split.val_ids) == 24
    assert not {looks[i] for i in split.val_ids} & {looks[i] for i in split.train_ids}


@pytest.mark.parametrize(("every", "is_film"), [(0.01, False), (0.01, True), (0.2, False)])
def test_photos_that_were_copied_at_once_are_drawn_as_without_times_but_no_film_is(
    every: float, is_film: bool
) -> None:
    images, sessions = make({1: 150}, every)
    looks = {n: n // 4 if is_film else n for n in range(150)}
    split = split_by_session(images, sessions, likeness=likeness(looks))
    was_copied = every < 0.05 and not is_film
    assert ("drawn at random" in split.explanation) == was_copied
    assert (len(split.dropped_ids) == 0) == was_copied


def test_it_is_said_where_alike_images_cannot_be_kept_apart() -> None:
    images, sessions = make({1: 60}, every=60.0)
    split = split_by_session(images, sessions, likeness=likeness(dict.fromkeys(range(60), 0)))
    assert (
        "look nearly the same as images to check with, so the score will be too high"
        in split.warnings[0]
    )
    assert len(split.train_ids) >= 30


def test_the_seed_chooses_the_sessions() -> None:
    images, sessions = make(dict.fromkeys(range(1, 10), 10))
    assert len({split_by_session(images, sessions, seed=seed).val_ids for seed in range(9)}) > 2


def test_no_category_is_held_back_as_a_whole_if_it_can_be_helped() -> None:
    images, sessions = make({1: 10, 2: 10, 3: 10, 4: 10, 5: 10})
    only_in_2 = {image.id: [7] for image in images if image.session_id == 2}
    for seed in range(20):
        split = split_by_session(images, sessions, seed=seed, categories_of=only_in_2)
        assert set(only_in_2) <= set(split.train_ids)


def test_where_each_session_shows_a_class_of_its_own_a_stretch_of_each_is_held_back() -> None:
    images, sessions = make({1: 30, 2: 40, 3: 30}, every=30.0)
    categories = {image.id: [image.session_id] for image in images}
    for seed in range(5):
        split = split_by_session(images, sessions, seed=seed, categories_of=categories)
        for ids, count in ((split.train_ids, 80), (split.val_ids, 20)):
            assert len(ids) == count
            assert {categories[number][0] for number in ids} == {1, 2, 3}
        assert (
            "80 images to learn from, 20 to check with. Those to check with were taken one after "
            "another in each of sessions “session 1”, “session 2” and “session 3”."
        ) in split.explanation


def test_single_images_of_classes_of_their_own_still_leave_something_to_check() -> None:
    images, sessions = make({1: 1, 2: 1, 3: 1})
    categories = {image.id: [image.session_id] for image in images}
    split = split_by_session(images, sessions, categories_of=categories)
    assert (len(split.train_ids), len(split.val_ids)) == (2, 1)


def test_one_session_is_cut_in_time_with_a_gap() -> None:
    images, sessions = make({1: 190}, every=0.5)
    for seed in range(5):
        split = split_by_session(images, sessions, seed=seed)
        val = list(split.val_ids)
        assert val == list(range(val[0], val[0] + 38))
        assert 3 <= len(split.dropped_ids) <= 6
        # 2 seconds are 4 frames, of which the ones nearer than 2 seconds are 3
        assert min(abs(t - v) for t in split.train_ids for v in (val[0], val[-1])) == 4
        assert "A second one would give a more honest score" in split.one_sitting


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
    assert "drawn at random" in split.explanation
    assert "without the time each was taken" in split.one_sitting


@pytest.mark.parametrize("count", [0, 1])
def test_too_few_images_all_train(count: int) -> None:
    images, sessions = make({1: count})
    split = split_by_session(images, sessions)
    assert (len(split.train_ids), split.val_ids) == (count, ())
    assert "Too few" in split.explanation


@settings(derandomize=True, deadline=None, max_examples=60)
@given(sizes, st.integers(0, 5), st.integers(0, 2**60), st.integers(0, 2**60))
def test_what_weights_have_learned_from_never_validates_and_what_checked_them_does(
    sizes: dict[int, int], seed: int, learned_bits: int, checked_bits: int
) -> None:
    images, sessions = make(sizes)
    learned = frozenset(image.id for image in images if learned_bits >> image.id % 60 & 1)
    checked = frozenset(image.id for image in images if checked_bits >> image.id % 60 & 1)
    before = TestPart(frozenset({min(sizes)}) if seed % 2 else frozenset())
    inherited = Inherited("first", learned, checked)
    split = split_by_session(images, sessions, seed=seed, test_before=before, inherited=inherited)
    ids = [*split.train_ids, *split.val_ids, *split.test_ids, *split.dropped_ids]
    assert sorted(ids) == [image.id for image in images]
    assert not learned.intersection(split.val_ids)
    waiting = {image.id for image in images if image.session_id in before.session_ids}
    if len(images) > 1:
        assert waiting == set(split.test_ids)
    if len(images) > 1 + len(waiting):
        assert checked - learned - waiting <= {*split.val_ids, *split.dropped_ids}


def test_only_sessions_that_the_weights_never_saw_check_beside_the_old_ones() -> None:
    images, sessions = make(dict.fromkeys(range(1, 7), 10))
    inherited = Inherited("first", frozenset(range(16)), frozenset(range(16, 20)))
    split = split_by_session(images, sessions, inherited=inherited)
    of = {image.id: image.session_id for image in images}
    assert set(range(16, 20)) < set(split.val_ids)
    new = [number for number in split.val_ids if number >= 20]
    assert len(new) == 10
    assert len({of[number] for number in new}) == 1
    assert "Of those to check with, 4 checked first, the others are new to it." in split.explanation
    assert split.explanation.startswith(f"{split.sizes.told}. ")
    assert "for a final score: only a run that starts anew" in split.explanation


def test_a_session_that_grows_is_checked_with_more_of_what_has_come_since() -> None:
    """The first 20 of one session; then it grew to 400."""
    images, sessions = make({1: 400}, every=10.0)
    first = split_by_session(images[:20], sessions)
    learned, checked = frozenset(first.train_ids), frozenset(first.val_ids)
    for left in (images, [image for image in images if image.id not in checked]):
        inherited = Inherited("first", learned, checked)
        split = split_by_session(left, sessions, inherited=inherited)
        assert len(split.val_ids) == round(0.2 * len(left))
        assert not learned.intersection(split.val_ids)
    assert "Of those to check with" not in split.explanation


@pytest.mark.parametrize("seed", range(3))
def test_what_checks_a_grown_session_is_apart_from_what_was_learned(seed: int) -> None:
    """In time, and what looks like it is left to be learned from."""
    images, sessions = make({1: 100})
    learned = frozenset(range(20))
    looks = {number: 0 if number < 40 else number for number in range(100)}
    inherited = Inherited("first", learned, frozenset())
    split = split_by_session(images, sessions, seed=seed, inherited=inherited)
    assert len(split.val_ids) == 20
    assert min(split.val_ids) > 20
    for seen in (learned, split.train_ids):
        assert min(abs(one - other) for one in split.val_ids for other in seen) >= 2
    split = split_by_session(
        images, sessions, seed=seed, likeness=likeness(looks), inherited=inherited
    )
    assert len(split.val_ids) == 20
    assert min(split.val_ids) >= 40
    assert split.warnings == ()


def test_what_looks_like_learned_images_never_checks_however_few_are_left() -> None:
    images, sessions = make({1: 100})
    inherited = Inherited("first", frozenset(range(20)), frozenset())
    looks = dict.fromkeys(range(90), 0) | {number: number for number in range(90, 100)}
    split = split_by_session(images, sessions, likeness=likeness(looks), inherited=inherited)
    assert 0 < len(split.val_ids) <= 10
    assert min(split.val_ids) >= 90


def test_where_the_times_are_no_real_ones_nothing_that_has_come_checks() -> None:
    images, sessions = make({1: 100}, every=60.0)
    inherited = Inherited("first", frozenset(range(0, 100, 2)), frozenset(), tells_time=False)
    assert not split_by_session(images, sessions, inherited=inherited).val_ids


def test_images_without_a_time_beside_learned_ones_check_nothing() -> None:
    images, sessions = make({1: 100}, every=0.0)
    inherited = Inherited("first", frozenset(range(16)), frozenset(range(16, 20)))
    split = split_by_session(images, sessions, inherited=inherited)
    assert split.val_ids == tuple(range(16, 20))
    assert is_too_few(len(split.val_ids), len(images))
    assert not is_too_few(len(split.val_ids), 80)


def test_what_came_to_a_session_and_checks_as_a_whole_faces_no_moments_neighbour() -> None:
    """What came within a moment of what was learned is left to training, unless that is held."""
    images, sessions = make(dict.fromkeys(range(1, 7), 20))
    learned = frozenset(image.id for image in images if image.id % 20 < 10)
    split = split_by_session(images, sessions, inherited=Inherited("first", learned, frozenset()))
    assert split.val_ids
    at = {image.id: image.captured_at for image in images}
    for held in split.val_ids:
        assert min(abs(at[held] - at[number]) for number in split.train_ids) >= 2
