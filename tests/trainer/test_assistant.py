"""The assistant that learns while a person labels: a real process, and its parts."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.trainer.assist_process import UNHURRIED, AssistProcess, boxes_of, known, labelled
from tests.trainer.training_runs import write_coco
from trainer.assist_features import Features
from trainer.assist_lines import (
    Learn,
    Learning,
    Learnt,
    Pause,
    Ranked,
    Ready,
    Refused,
    Resume,
    Suggest,
    Suggested,
    Warned,
    order_from,
    to_line,
)
from trainer.assist_network import size_for, stride_for
from trainer.assist_ranking import doubt, most_useful_first
from trainer.assist_trials import Trials, iou
from trainer.assist_views import LabelledViews
from trainer.protocol import Target

LABELLED, OTHERS = range(1, 13), range(13, 25)


@pytest.fixture(scope="module")
def coco(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    folder = tmp_path_factory.mktemp("assist")
    made = write_coco(folder / "all.json", folder / "images", 24, seed=4)
    (folder / "images" / "all-024.jpg").write_text("no picture", encoding="utf-8")
    return made, folder / "images"


@pytest.fixture(scope="module")
def assistant(coco: tuple[dict[str, Any], Path]) -> Iterator[AssistProcess]:
    """It has learnt from twelve images, and its answers about the rest have been heard."""
    made, images = coco
    running = AssistProcess()
    running.tell(known(made, images), labelled(made, LABELLED), Learn(60.0, 40))
    running.hear(Learnt)
    running.tell(Suggest((*OTHERS, 99)))
    running.hear(Ranked)
    yield running
    running.process.kill()
    running.end()


def of(process: AssistProcess, kind: type) -> list[Any]:
    return [answer for answer in process.heard if isinstance(answer, kind)]


def test_it_says_how_many_threads_and_how_much_memory_it_may_take(
    assistant: AssistProcess,
) -> None:
    [ready] = of(assistant, Ready)
    assert ready.threads <= 2
    assert ready.memory_bytes <= 1_000_000_000


def test_it_finds_on_other_images_what_was_labelled(
    assistant: AssistProcess, coco: tuple[dict[str, Any], Path]
) -> None:
    offers = {each.id: each.offers for each in of(assistant, Suggested)}
    boxes = [(number, box) for number in OTHERS[:-1] for box in boxes_of(coco[0], number)]
    found = [
        box
        for number, box in boxes
        if any(each[0] == box[0] and iou(each[2:], box[1:]) > 0.5 for each in offers[number])
    ]
    assert len(found) > 0.8 * len(boxes)
    assert sum(map(len, offers.values())) < 1.5 * len(boxes)


def test_it_ranks_every_image_that_can_be_read_and_names_the_other(
    assistant: AssistProcess,
) -> None:
    ranked = of(assistant, Ranked)[0]
    assert sorted(ranked.ids) == list(OTHERS[:-1])
    [warned] = of(assistant, Warned)
    assert warned.message.startswith("all-024.jpg cannot be read as a picture")


def test_lines_that_are_no_orders_are_refused_and_it_goes_on(assistant: AssistProcess) -> None:
    for line in ("rubbish", "[" * 5000, "\x00", '{"say": "Fly"}', '{"say": "Learn"}'):
        assistant.tell(line)
        assert assistant.hear(Refused).message
    assert assistant.process.poll() is None


def test_while_it_pauses_nothing_is_learnt(assistant: AssistProcess) -> None:
    assistant.tell(Pause(), Learn(60.0, 2), "rubbish")
    assistant.hear(Refused)  # it listens
    assert len(of(assistant, Learnt)) == 1
    assistant.tell(Resume())
    assert assistant.hear(Learnt).round == 2


def test_it_leaves_the_rest_of_many_images_when_there_is_more_to_learn_from(
    assistant: AssistProcess,
) -> None:
    assistant.tell(Pause(), Suggest(tuple(OTHERS)), Learn(60.0, 2), Resume())
    assert 0 < len(assistant.hear(Ranked).ids) < len(OTHERS) - 1
    assistant.hear(Learnt)


def test_what_was_offered_is_held_against_what_the_person_draws(
    assistant: AssistProcess, coco: tuple[dict[str, Any], Path]
) -> None:
    new = OTHERS[:9]
    assistant.tell(labelled(coco[0], new), Learn(60.0, 2))
    learnt = assistant.hear(Learnt)
    assert learnt.images == len(LABELLED) + len(new)
    assert learnt.asked == sum(len(boxes_of(coco[0], number)) for number in new)
    assert 0.7 * learnt.asked < learnt.found <= learnt.asked


def test_it_ends_when_its_stdin_does_even_in_the_middle_of_learning(
    coco: tuple[dict[str, Any], Path],
) -> None:
    running = AssistProcess(UNHURRIED)
    running.tell(Learn(3000.0))
    assert running.hear(Refused).message == "There is no box yet to learn from."
    running.tell(known(*coco), labelled(coco[0], (1, 2)), Learn(3000.0))
    running.hear(Learning)
    assert running.end() == 0


WRONG = [
    {"say": "Know", "folder": "f", "images": [{"id": 1, "file": "../a", "key": "k"}]},
    {"say": "Know", "folder": "f", "images": [{"id": 1, "file": "C:\\a", "key": "k"}]},
    {"say": "Know", "folder": "f", "images": 3},
    {"say": "Label", "categories": [[1, "a"]], "images": [{"id": 1, "boxes": [[2, 0, 0, 1, 1]]}]},
    {"say": "Label", "categories": [[1, "a"]], "images": [{"id": 1, "boxes": [[1, 0, 0, 0, 1]]}]},
    {"say": "Label", "categories": [[1, "a"], [1, "b"]], "images": []},
    {"say": "Learn", "seconds": float("nan")},
    {"say": "Learn", "seconds": 1e9},
    {"say": "Suggest", "ids": [1.5]},
    {"say": "Suggest", "ids": [True]},
]


@pytest.mark.parametrize("order", WRONG, ids=lambda order: json.dumps(order)[:60])
def test_an_impossible_order_is_refused(order: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        order_from(json.dumps(order))


ODD = st.sampled_from([None, True, -1, 0, 1, 2**60, 0.5, float("nan"), 1e300, "", "a", "../a"])
ROW = st.lists(ODD, max_size=5) | st.fixed_dictionaries(
    {"id": ODD, "file": ODD, "key": ODD, "width": ODD, "height": ODD, "boxes": st.lists(ODD)}
)
JSON = ODD | ROW | st.lists(ODD | ROW, max_size=3)
SAID = st.sampled_from(["Know", "Label", "Learn", "Suggest", "Pause"])


@given(SAID, st.dictionaries(st.sampled_from(["ids", "images", "seconds", "categories"]), JSON))
def test_whatever_comes_is_an_order_or_refused(say: str, values: dict[str, Any]) -> None:
    try:
        order = order_from(json.dumps({"say": say, **values}))
    except ValueError:
        return
    assert order_from(to_line(order)) == order


def test_the_most_doubtful_images_come_first_and_unlike_ones_before_their_doubles() -> None:
    looks = torch.tensor([[1.0, 0.0], [1.0, 0.01], [0.0, 1.0], [0.7, 0.7]])
    labelled_looks = torch.tensor([[0.6, 0.8]])
    assert most_useful_first([0.9, 0.9, 0.5, 0.1], looks, labelled_looks) == [0, 2, 3, 1]
    assert most_useful_first([], torch.empty(0, 2), labelled_looks) == []


def test_doubt_is_largest_at_the_threshold() -> None:
    assert doubt([0.4], 0.4) == 1.0
    assert doubt([0.95], 0.4) < doubt([0.6], 0.4)
    assert doubt([0.1, 0.95], 0.4) < doubt([0.3, 0.95], 0.4)
    assert 0 < doubt([], 0.4) < 0.1


def test_the_threshold_follows_what_the_person_makes_of_the_offers() -> None:
    trials = Trials()
    box = (1, 10.0, 10.0, 20.0, 20.0)
    wrong = (1, 0.6, 60.0, 60.0, 20.0, 20.0)
    assert trials.threshold == pytest.approx(0.4)
    for _ in range(20):
        trials.add([(1, 0.7, 10.0, 10.0, 20.0, 20.0), wrong], [box])
    assert 0.6 < trials.threshold < 0.7
    assert (trials.found(trials.threshold), trials.asked) == (20, 20)


def test_only_offers_that_are_left_alone_pay_for_wrong_ones() -> None:
    trials = Trials()
    box, wrong = (1, 10.0, 10.0, 20.0, 20.0), (1, 0.6, 60.0, 60.0, 20.0, 20.0)
    exact, rough = (1, 0.5, *box[1:]), (1, 0.5, 14.0, 10.0, 20.0, 20.0)
    for _ in range(20):
        trials.add([exact, exact, wrong], [box, box])
    assert trials.threshold < 0.5
    for _ in range(40):
        trials.add([rough, rough, wrong], [box, box])
    assert trials.threshold > 0.6


def test_how_far_a_score_is_to_be_trusted_is_learnt_from_what_was_left_alone() -> None:
    trials = Trials()
    box = (1, 10.0, 10.0, 20.0, 20.0)
    for _ in range(14):
        trials.add([(1, 0.9, *box[1:])], [box])
    assert Learnt(1, 1, 1, 1.0, 1, 1, 1, trials.chances).chance(0.9) == 0.0
    for _ in range(46):
        trials.add([(1, 0.9, *box[1:]), (1, 0.5, 14.0, 10.0, 20.0, 20.0)], [box, box])
    learnt = Learnt(1, 1, 1, 1.0, 1, 1, 1, trials.chances)
    assert learnt.chance(0.95) > 0.9
    assert learnt.chance(0.9) > 0.9
    assert learnt.chance(0.6) == 0.0
    assert learnt.chance(0.1) == 0.0


def test_the_newest_images_are_learnt_from_more_often() -> None:
    views = LabelledViews(10**6, torch.Generator().manual_seed(1))
    nothing = Target(torch.empty(0, 4), torch.empty(0, dtype=torch.long))
    for number in range(60):
        views.add(number, [torch.full((1, 1, 1, 1), float(number))], [nothing])
    drawn = torch.cat([views.draw(8)[0][0].flatten() for _ in range(50)])
    assert len(drawn) == 400
    assert sorted(drawn.unique().tolist()) == list(range(60))
    assert (drawn >= 40).sum() > 0.45 * len(drawn)  # a third of all images


def test_the_input_grows_with_small_things_and_is_coarser_where_all_are_large() -> None:
    small, large = size_for(16 / 9, 10**6, 0.1), size_for(16 / 9, 10**6, 0.6)
    assert math.prod(small) > 2 * math.prod(large)
    assert (stride_for(large, 0.4, None), stride_for(large, 0.05, None)) == (16, 8)
    assert stride_for(large, None, None) == 8
    middling = 0.12
    assert (stride_for(large, middling, None), stride_for(large, middling, 16)) == (8, 16)
    assert stride_for(large, 0.4, 8) == 8  # it would have to begin anew


def test_of_more_images_than_fit_into_memory_most_are_still_known_the_next_time() -> None:
    kept = Features(room_bytes=10 * 2 * (2 * 4 * 4))
    levels = [torch.full((2, 4, 4), 0.5)]
    known = []
    for _ in range(3):
        for key in range(11):
            known.append(key in kept)
            if key not in kept:
                kept.put(key, levels)
    assert [sum(known[begin : begin + 11]) for begin in (0, 11, 22)] == [0, 9, 9]
    assert kept.is_full
    kept.drop(0)
    assert not kept.is_full


def test_a_batch_is_kept_whole_also_where_memory_is_full() -> None:
    """Of the images that are wanted at once some are known, others are yet to be seen."""
    kept = Features(room_bytes=10 * 2 * (2 * 4 * 4))
    levels = [torch.full((2, 4, 4), 0.5)]
    for key in range(10):
        kept.put(key, levels)
    batch = [8, 9, 10, 11, 12, 13, 14, 15]
    for key in batch[2:]:
        kept.put(key, levels, needed=batch)
    assert kept.batch(batch)[0].shape == (8, 2, 4, 4)
    assert [key in kept for key in range(8)] == [True, True] + [False] * 6
