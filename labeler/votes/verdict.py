"""What a count of votes tells, in words: who was liked better, how sure, and what the scores say.

Pure functions. Those who saw no difference are counted and told, and left out of the interval and
of the test: they say nothing about which of the two is better.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from labeler.runs.pair import PRETRAINED, SCRATCH
from labeler.runs.pair_story import Story, Winner
from labeler.runs.pair_words import PLAIN, PairWords
from labeler.votes.ballot import Round
from labeler.votes.statistics import exact_interval, sign_test

SURE = 0.05
"""Where chance alone gives so uneven a vote less often than this, the vote tells."""
FEWEST = 6
"""With fewer who chose, even if all agree, chance does it more often than that (5: 6 %)."""
_RANDOM = "random weights"


@dataclass(frozen=True, slots=True)
class Tally:
    """Votes for each run, and those that saw no difference."""

    pretrained: int
    scratch: int
    same: int

    @property
    def chose(self) -> int:
        return self.pretrained + self.scratch

    @property
    def total(self) -> int:
        return self.chose + self.same


@dataclass(frozen=True, slots=True)
class Verdict:
    """share, low, high: of those who chose, who chose pretrained, with its 95 % interval; 0 to 1.

    chance: the sign test. sentences: the count, how sure it is, and what AP50, or AP, says to it.
    words: how the two are called.
    """

    tally: Tally
    share: float | None
    low: float
    high: float
    chance: float
    winner: Winner
    sentences: tuple[str, ...]
    words: PairWords = PLAIN


def count(rounds: Iterable[Round]) -> Tally:
    """Of these rounds together, by what A and B were in each. Only of those already revealed."""
    sides = [
        each.side_of(vote.choice) for each in rounds if not each.is_open for vote in each.votes
    ]
    return Tally(sides.count(PRETRAINED), sides.count(SCRATCH), sides.count(None))


def judge(tally: Tally, story: Story | None = None, words: PairWords = PLAIN) -> Verdict:
    """story: what the scores on the validation images tell of the same pair."""
    chance = sign_test(tally.pretrained, tally.scratch)
    low, high = exact_interval(tally.pretrained, tally.chose)
    winner = Winner.UNCLEAR
    if chance <= SURE:
        more = tally.pretrained > tally.scratch
        winner = Winner.PRETRAINED if more else Winner.SCRATCH
    said = [
        _counted(tally, words),
        _sureness(tally, low, high, chance, words),
        _beside_ap(tally, winner, story, words),
    ]
    return Verdict(
        tally,
        tally.pretrained / tally.chose if tally.chose else None,
        low,
        high,
        chance,
        winner,
        tuple(sentence for sentence in said if sentence),
        words,
    )


def _name(side: str, words: PairWords) -> str:
    return words.name if side == PRETRAINED else _RANDOM


def _counted(tally: Tally, words: PairWords) -> str:
    if not tally.total:
        return "Nobody voted."
    parts = [f"{tally.pretrained} for {words.name}", f"{tally.scratch} for {_RANDOM}"]
    parts.append(f"{tally.same} saw no difference")
    return f"{_votes(tally.total)}: {', '.join(parts)}."


def _sureness(tally: Tally, low: float, high: float, chance: float, words: PairWords) -> str:
    if not tally.chose:
        return "Nobody chose one of the two, so the vote tells nothing." if tally.total else ""
    if tally.chose < FEWEST:
        few = f"Fewer than {FEWEST} such votes cannot tell, even if all agree."
        return f"{_of_few(tally, words)} {few}"
    share = tally.pretrained / tally.chose
    told = (
        f"Of the {tally.chose} who chose, {_percent(share)} took {words.name} "
        f"(95 % interval {_percent(low)} to {_percent(high)})."
    )
    likely = "less than 0.1 %" if chance < 0.001 else f"{100 * chance:.1f} %"
    verdict = "hardly chance" if chance <= SURE else "may well be chance"
    left_out = (
        " Those who saw no difference are not counted in either figure." if tally.same else ""
    )
    return (
        f"{told} If both were liked equally, a vote as uneven as this would come up in {likely} of "
        f"all cases: {verdict}.{left_out}"
    )


def _of_few(tally: Tally, words: PairWords) -> str:
    """Too few for a share in percent."""
    more = PRETRAINED if tally.pretrained >= tally.scratch else SCRATCH
    if tally.chose == 1:
        return f"The only one who chose took {_name(more, words)}."
    if tally.chose in (tally.pretrained, tally.scratch):
        return f"All {tally.chose} who chose took {_name(more, words)}."
    return f"Of the {tally.chose} who chose, {tally.pretrained} took {words.name}."


def _beside_ap(tally: Tally, voted: Winner, story: Story | None, words: PairWords) -> str:
    """Whether people and the score agree: the one that tells who is ahead in the story."""
    if not tally.total or story is None or story.pretrained is None or story.scratch is None:
        return ""
    measure = "AP" if story.by_ap else "AP50"
    one, other = (each.score(by_ap=story.by_ap) for each in (story.pretrained, story.scratch))
    scores = f"{measure} {one:.2f} {words.manner} against {other:.2f}"
    if voted is Winner.UNCLEAR and story.winner is Winner.UNCLEAR:
        return f"Neither the vote nor {measure} can tell them apart ({scores})."
    scored = _name(story.winner, words)
    if voted is Winner.UNCLEAR:
        return f"{measure} shows what the vote does not: {scored} is better ({scores})."
    if story.winner is Winner.UNCLEAR:
        return (
            f"The vote shows what {measure} cannot: people prefer {_name(voted, words)} ({scores})."
        )
    if story.winner is voted:
        return f"The vote agrees with {measure} ({scores})."
    return f"The vote disagrees with {measure}, by which {scored} is better ({scores})."


def _votes(number: int) -> str:
    return "1 vote" if number == 1 else f"{number} votes"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
