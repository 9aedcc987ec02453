"""When a rule applies, and which rules can be followed at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from labeler.errors import UserError
from labeler.react.rules import (
    Deed,
    Lookout,
    Rule,
    Sighted,
    check,
    from_json,
    never_seen,
    to_json,
)

SIZE = (640, 360)
RULE = Rule("mug", Deed.SAY, "Tea!", frames=3, score=0.5, rest_s=10.0)


def mug(score: float = 0.9, x: float = 10.0) -> Sighted:
    return Sighted("mug", score, (x, 10.0, 50.0, 50.0))


def fired(lookout: Lookout, *pictures: list[Sighted], every_s: float = 0.1) -> list[int]:
    """At which of the pictures a rule applied."""
    return [
        number
        for number, things in enumerate(pictures)
        if lookout.see(things, SIZE, number * every_s)
    ]


def test_it_applies_once_it_was_seen_often_enough_in_a_row() -> None:
    assert fired(Lookout([RULE]), *[[mug()]] * 5) == [2]


def test_what_is_exactly_as_sure_as_asked_for_counts_and_what_is_less_does_not() -> None:
    assert fired(Lookout([RULE]), *[[mug(score=0.5)]] * 3) == [2]
    assert fired(Lookout([RULE]), *[[mug(score=0.499)]] * 3) == []


def test_a_gap_begins_the_count_again() -> None:
    seen, gap = [mug()], [mug(score=0.4)]
    assert fired(Lookout([RULE]), seen, seen, gap, seen, seen, seen) == [5]


def test_it_rests_before_it_applies_again() -> None:
    pictures = [[mug()]] * 40
    assert fired(Lookout([RULE]), *pictures, every_s=1.0) == [2, 12, 22, 32]


def test_what_finds_no_room_applies_again_while_it_is_seen() -> None:
    lookout = Lookout([RULE])
    assert [len(lookout.see([mug()], SIZE, at)) for at in (0.0, 0.1, 0.2)] == [0, 0, 1]
    lookout.put_back(RULE)
    assert len(lookout.see([mug()], SIZE, 0.3)) == 1
    lookout.put_back(RULE)
    assert [len(lookout.see(things, SIZE, 0.4)) for things in ([], [mug()])] == [0, 0]


def test_another_class_is_another_matter() -> None:
    ball = Sighted("ball", 0.9, (0.0, 0.0, 9.0, 9.0))
    assert fired(Lookout([RULE]), *[[ball]] * 9) == []


def test_classes_are_told_apart_as_everywhere_whatever_the_case() -> None:
    assert fired(Lookout([replace(RULE, category="Mug")]), *[[mug()]] * 3) == [2]
    rules = [RULE, replace(RULE, category="Cup"), replace(RULE, category="ball", is_on=False)]
    assert never_seen(rules, ["MUG", "vector"]) == ["Cup"]


def test_the_surest_thing_is_the_one_that_counts() -> None:
    lookout = Lookout([replace(RULE, frames=1)])
    (due,) = lookout.see([mug(0.6, 1.0), mug(0.8, 2.0)], SIZE, 0.0)
    assert (due.thing.box[0], due.picture) == (2.0, SIZE)


def test_each_rule_counts_and_rests_by_itself() -> None:
    quick = replace(RULE, frames=1, rest_s=1.0)
    lookout = Lookout([RULE, quick])
    assert [len(lookout.see([mug()], SIZE, at)) for at in (0.0, 0.5, 1.0)] == [1, 0, 2]


def test_a_rule_that_is_switched_off_never_applies() -> None:
    assert fired(Lookout([replace(RULE, is_on=False)]), *[[mug()]] * 9) == []


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (replace(RULE, category=""), "what has to be seen"),
        (replace(RULE, text=" "), "to say"),
        (replace(RULE, frames=0), "out of range"),
        (replace(RULE, score=float("nan")), "out of range"),
        (replace(RULE, rest_s=0.1), "rest"),
        (replace(RULE, deed=Deed.RUN, text='echo "half'), "cannot be read"),
        (replace(RULE, deed=Deed.POST, text="file:///etc/passwd"), "http"),
        (replace(RULE, deed=Deed.POST, text="https://"), "http"),
        (replace(RULE, deed=Deed.POST, text="https://me:secret@host/"), "password"),
        (replace(RULE, deed=Deed.POST, text="https://host/a b"), "space"),
        (replace(RULE, text="x" * 501), "longer"),
    ],
)
def test_a_rule_that_cannot_be_followed_is_refused_in_a_sentence(rule: Rule, words: str) -> None:
    with pytest.raises(UserError, match=words):
        check(rule)


def test_rules_come_back_as_they_were_and_odd_ones_are_left_out() -> None:
    rules = [RULE, Rule("mug", Deed.TURN), Rule("ball", Deed.POST, "http://localhost:1/x")]
    entries = [*to_json(rules), {"category": "mug"}, {"deed": "fly"}, None, {"deed": "say"}]
    entries += [{"category": 7, "deed": "turn"}]
    assert from_json(entries) == rules


def test_half_an_address_is_a_sentence_while_it_is_typed() -> None:
    with pytest.raises(UserError, match="cannot be read"):
        check(Rule("mug", Deed.POST, "http://[::1"))
