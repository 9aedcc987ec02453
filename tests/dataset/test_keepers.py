"""Poor shots are told from good ones, by measure and against their own session."""

from __future__ import annotations

import pytest

from labeler.dataset.filters import ImageFilter
from labeler.dataset.images import add_picture
from labeler.dataset.judging import Judging
from labeler.dataset.keepers import Judge, judge_of, mark, measure, measure_missing
from labeler.dataset.model import Flaw, Image
from labeler.dataset.store import Dataset
from tests.dataset.shots import shot


def judged(judge: Judge, data: bytes) -> Flaw | None:
    return judge.flaw(measure(data, "shot"))


def add(dataset: Dataset, data: bytes, session_id: int = 1) -> Image:
    return add_picture(dataset, data, original_name="x.jpg", session_id=session_id).image


@pytest.fixture
def judge() -> Judge:
    """Of a session with six sharp shots."""
    return Judge(measure(shot(seed), "shot") for seed in range(6))


@pytest.fixture
def filled(dataset: Dataset) -> Dataset:
    dataset.add_session("table", "camera")
    for seed in range(6):
        add(dataset, shot(seed))
    return dataset


def test_a_blurred_shot_is_told_by_the_sharpness_of_its_session(judge: Judge) -> None:
    assert judged(judge, shot(20)) is None
    assert judged(judge, shot(20, blur=6)) is Flaw.BLURRED
    soft = Judge(measure(shot(seed, blur=6), "shot") for seed in range(6))
    assert judged(soft, shot(20, blur=6)) is None  # all of it is as sharp as this camera gets


def test_the_first_shot_is_blurred_only_where_nothing_in_it_is_sharp() -> None:
    assert judged(Judge(), shot(1)) is None
    assert judged(Judge(), shot(1, blur=30)) is Flaw.BLURRED


def test_black_and_burnt_out_shots_are_told_before_blurred_ones(judge: Judge) -> None:
    assert judged(judge, shot(20, light=0.1, blur=6)) is Flaw.DARK
    assert judged(judge, shot(20, light=3.5)) is Flaw.BURNT
    assert judged(judge, shot(20, light=0.6)) is None


def test_a_shot_in_which_nothing_moved_is_alike_and_one_small_move_is_enough(judge: Judge) -> None:
    judge.remember(measure(shot(9, cube_at=300), "shot"))
    assert judged(judge, shot(9, cube_at=300, noise=1)) is Flaw.ALIKE
    assert judged(judge, shot(9, cube_at=330)) is None
    assert judged(judge, shot(9)) is None


def test_a_session_that_goes_on_another_day_knows_its_shots(filled: Dataset) -> None:
    filled.add_session("floor", "camera")
    again = judge_of(filled, "table")
    assert judged(again, shot(3, noise=1)) is Flaw.ALIKE
    assert judged(again, shot(20, blur=6)) is Flaw.BLURRED
    assert judged(judge_of(filled, "floor"), shot(3, noise=1)) is None


def test_each_shot_is_judged_by_those_of_its_own_session(filled: Dataset) -> None:
    judging = Judging()
    data = shot(3, noise=1)
    for name, flaw in (("table", Flaw.ALIKE), ("floor", None), ("table", Flaw.ALIKE)):
        assert judging.flaw(filled, name, data) is flaw


def test_what_was_found_is_kept_and_can_be_filtered(filled: Dataset) -> None:
    found = measure(shot(3), "shot")
    image = mark(filled, filled.image(4), found, Flaw.BLURRED)
    filled.close()
    with Dataset.open(filled.folder) as again:
        assert again.image(4) == image
        assert (image.flaw, image.brightness) == (Flaw.BLURRED, found.brightness)
        assert list(again.image_ids(ImageFilter(has_flaw=True))) == [4]
        assert list(again.image_ids(ImageFilter(has_flaw=False))) == [1, 2, 3, 5, 6]
        assert again.matches(4, ImageFilter(has_flaw=True))


def test_images_that_were_never_measured_are_measured_in_steps_and_a_damaged_one_left(
    filled: Dataset,
) -> None:
    filled.path_of(filled.image(2)).write_bytes(b"no picture")
    steps, after = [], 0
    while (last := measure_missing(filled, after, at_most=4)) is not None:
        steps.append(last)
        after = last
    assert steps == [4, 6]
    assert [image.id for image in filled.images() if image.brightness is None] == [2]
    assert all(image.flaw is None for image in filled.images())
    near = measure(shot(0), "shot").brightness
    assert filled.image(1).brightness == pytest.approx(near, abs=1.5)
    filled.close()
    with Dataset.open(filled.folder, read_only=True) as locked:
        assert measure_missing(locked, 0, at_most=4) is None
