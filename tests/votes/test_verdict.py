"""A count of votes says no more than it can."""

from __future__ import annotations

import pytest

from labeler.runs.pair import PairRecords
from labeler.runs.pair_story import LEVEL, Story, Winner, tell
from labeler.runs.record import RunRecord
from labeler.votes.statistics import exact_interval, sign_test, tail
from labeler.votes.verdict import Tally, judge
from trainer.events import Evaluated


def _story(pretrained: float, scratch: float, level: float = LEVEL) -> Story:
    """Of runs with so much AP; where that decides, their AP50 is the other way round."""
    records = [
        RunRecord.of(
            [
                Evaluated(
                    60.0, 6.0, 0.5, ap, ap50, 1e-3, is_best=True, ap_low=ap - 0.1, ap_high=ap + 0.1
                )
            ]
        )
        for ap, ap50 in (
            (pretrained, pretrained if level == LEVEL else 0.96),
            (scratch, scratch if level == LEVEL else 0.97),
        )
    ]
    return tell(PairRecords(*records), level=level)


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [
        (0, 10, 0.0, 0.3085),
        (10, 10, 0.6915, 1.0),
        (17, 20, 0.6211, 0.9679),
        (5, 10, 0.1871, 0.8129),
        (1, 1, 0.025, 1.0),
        (300, 1000, 0.2717, 0.3295),
    ],
)
def test_the_interval_is_that_of_clopper_and_pearson(
    hits: int, of: int, low: float, high: float
) -> None:
    """Against the tables that R's binom.test gives."""
    assert exact_interval(hits, of) == pytest.approx((low, high), abs=1e-4)


def test_without_a_vote_everything_is_possible() -> None:
    assert exact_interval(0, 0) == (0.0, 1.0)
    assert sign_test(0, 0) == 1.0


def test_the_interval_holds_the_truth_at_least_as_often_as_it_says() -> None:
    of = 23
    for share in (0.03, 0.2, 0.5, 0.77, 0.99):
        held = sum(
            tail(hits, of, share) - tail(hits + 1, of, share)
            for hits in range(of + 1)
            if exact_interval(hits, of)[0] <= share <= exact_interval(hits, of)[1]
        )
        assert held >= 0.95


@pytest.mark.parametrize(
    ("one", "other", "chance"),
    [(5, 0, 0.0625), (6, 0, 0.03125), (10, 10, 1.0), (15, 5, 0.041389), (9, 1, 0.021484)],
)
def test_the_sign_test_is_two_sided_and_exact(one: int, other: int, chance: float) -> None:
    assert sign_test(one, other) == sign_test(other, one) == pytest.approx(chance, abs=1e-6)


def test_a_clear_vote_is_told_with_its_interval_and_what_became_of_ties() -> None:
    verdict = judge(Tally(pretrained=17, scratch=3, same=5), _story(0.62, 0.10))
    assert verdict.winner is Winner.PRETRAINED
    assert verdict.sentences == (
        "25 votes: 17 for pretrained, 3 for random weights, 5 saw no difference.",
        "Of the 20 who chose, 85 % took pretrained (95 % interval 62 % to 97 %). If both were "
        "liked equally, a vote as uneven as this would come up in 0.3 % of all cases: hardly "
        "chance. Those who saw no difference are not counted in either figure.",
        "The vote agrees with AP50 (AP50 0.62 pretrained against 0.10).",
    )


def test_a_vote_against_ap_is_said() -> None:
    verdict = judge(Tally(1, 11, 0), _story(0.62, 0.10))
    assert verdict.winner is Winner.SCRATCH
    assert verdict.sentences[-1].startswith(
        "The vote disagrees with AP50, by which pretrained is better"
    )


def test_where_ap50_tells_little_the_vote_is_set_beside_ap() -> None:
    verdict = judge(Tally(17, 3, 0), _story(0.62, 0.30, level=0.75))
    assert verdict.sentences[-1] == "The vote agrees with AP (AP 0.62 pretrained against 0.30)."
    assert (
        judge(Tally(1, 11, 0), _story(0.62, 0.30, level=0.75))
        .sentences[-1]
        .startswith("The vote disagrees with AP, by which pretrained is better")
    )


def test_five_votes_tell_nothing_even_if_all_agree() -> None:
    verdict = judge(Tally(5, 0, 0), _story(0.62, 0.10))
    assert verdict.winner is Winner.UNCLEAR
    assert "Fewer than 6 such votes cannot tell" in verdict.sentences[1]
    assert verdict.sentences[2].startswith("AP50 shows what the vote does not: pretrained")
    assert judge(Tally(6, 0, 0)).winner is Winner.PRETRAINED


@pytest.mark.parametrize(
    ("tally", "words"),
    [
        (Tally(1, 0, 0), "The only one who chose took pretrained."),
        (Tally(0, 1, 4), "The only one who chose took random weights."),
        (Tally(0, 4, 0), "All 4 who chose took random weights."),
        (Tally(5, 0, 1), "All 5 who chose took pretrained."),
        (Tally(2, 3, 0), "Of the 5 who chose, 2 took pretrained."),
    ],
)
def test_few_votes_are_counted_and_not_turned_into_percent(tally: Tally, words: str) -> None:
    told = judge(tally).sentences[1]
    assert told.startswith(words)
    assert "%" not in told


def test_where_neither_tells_it_is_said() -> None:
    verdict = judge(Tally(6, 5, 0), _story(0.40, 0.38))
    assert "may well be chance" in verdict.sentences[1]
    assert verdict.sentences[2].startswith("Neither the vote nor AP50 can tell them apart")
    assert (
        judge(Tally(11, 1, 0), _story(0.40, 0.38))
        .sentences[2]
        .startswith("The vote shows what AP50 cannot: people prefer pretrained")
    )


def test_empty_and_undecided_votes_have_their_own_words() -> None:
    assert judge(Tally(0, 0, 0), _story(0.6, 0.1)).sentences == ("Nobody voted.",)
    undecided = judge(Tally(0, 0, 3))
    assert undecided.share is None
    assert undecided.sentences[1] == "Nobody chose one of the two, so the vote tells nothing."
    assert judge(Tally(1, 0, 0)).sentences[0].startswith("1 vote: 1 for pretrained")
