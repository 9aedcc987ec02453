""" "When it sees X for N frames": rules as values, and when one applies. No window, no robot."""

from __future__ import annotations

import math
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from labeler.errors import UserError

MOST_FRAMES = 300
LONGEST_TEXT = 500
SHORTEST_REST_S, LONGEST_REST_S = 1.0, 3600.0


class Deed(StrEnum):
    """SAY, ANIMATE and TURN are the robot's; RUN starts a program, POST tells a web address."""

    SAY = "say"
    ANIMATE = "animate"
    TURN = "turn"
    RUN = "run"
    POST = "post"


@dataclass(frozen=True, slots=True)
class Rule:
    """When category is seen for so many frames in a row with this score (0 to 1), do the deed.

    text: what to say, the animation, the command line or the address; nothing for TURN. rest_s:
    seconds before it may happen again.
    """

    category: str
    deed: Deed
    text: str = ""
    frames: int = 5
    score: float = 0.5
    rest_s: float = 10.0
    is_on: bool = True


@dataclass(frozen=True, slots=True)
class Sighted:
    """One thing in one picture. box: COCO x, y, width, height in its pixels; score: 0 to 1."""

    category: str
    score: float
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Due:
    """A rule that applies now, to this thing in a picture of this size (width, height)."""

    rule: Rule
    thing: Sighted
    picture: tuple[int, int]


class Lookout:
    """Takes what is seen in each picture in turn, and tells which rules apply."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = [rule for rule in rules if rule.is_on]
        self._names = [rule.category.casefold() for rule in self._rules]
        self._seen = [0] * len(self._rules)
        self._done: list[float] = [-math.inf] * len(self._rules)

    def see(self, things: Sequence[Sighted], picture: tuple[int, int], now: float) -> list[Due]:
        """now: monotonic seconds. A rule that is resting counts, and waits for its rest to end."""
        due = []
        for place, rule in enumerate(self._rules):
            best = max(
                (
                    each
                    for each in things
                    if each.category.casefold() == self._names[place] and each.score >= rule.score
                ),
                key=lambda each: each.score,
                default=None,
            )
            self._seen[place] = 0 if best is None else self._seen[place] + 1
            is_rested = now - self._done[place] >= rule.rest_s
            if best is not None and self._seen[place] >= rule.frames and is_rested:
                self._seen[place], self._done[place] = 0, now
                due.append(Due(rule, best, picture))
        return due

    def put_back(self, rule: Rule) -> None:
        """It was not done: it applies again at the next picture where it is still seen."""
        for place, each in enumerate(self._rules):
            if each == rule:
                self._seen[place], self._done[place] = rule.frames, -math.inf


def never_seen(rules: Iterable[Rule], names: Iterable[str]) -> list[str]:
    """What rules that are on wait for, and no class of a detector with these names is."""
    known = {name.casefold() for name in names}
    waited = {rule.category for rule in rules if rule.is_on}
    return sorted(each for each in waited if each.casefold() not in known)


def check(rule: Rule) -> None:
    """Raises UserError where the rule can never be followed."""
    if not rule.category.strip():
        raise UserError("Choose what has to be seen.")
    if len(rule.text) > LONGEST_TEXT:
        raise UserError(f"The text is longer than {LONGEST_TEXT} characters.")
    if not (1 <= rule.frames <= MOST_FRAMES and 0 <= rule.score <= 1):
        raise UserError("The number of frames or the score is out of range.")
    if not SHORTEST_REST_S <= rule.rest_s <= LONGEST_REST_S:
        raise UserError("The rest between two times is out of range.")
    if rule.deed is not Deed.TURN and not rule.text.strip():
        raise UserError(_MISSING[rule.deed])
    if rule.deed is Deed.RUN:
        words_of(rule.text)
    if rule.deed is Deed.POST:
        _require_address(rule.text.strip())


def host_of(url: str) -> str:
    """What may be shown of a web address: the rest is often a key."""
    try:
        return urlsplit(url.strip()).netloc.rpartition("@")[2]
    except ValueError:
        return ""


def _require_address(url: str) -> None:
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise UserError(f"The address {url} cannot be read: {error}.") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UserError("The address must begin with http:// or https://.")
    if "@" in parts.netloc:
        raise UserError("The address must not hold a name or a password.")
    if any(letter.isspace() for letter in url):
        raise UserError("The address must not have a space in it.")


_MISSING = {
    Deed.SAY: "Write what the robot is to say.",
    Deed.ANIMATE: "Choose an animation.",
    Deed.RUN: "Write the command to run.",
    Deed.POST: "Write the web address to call.",
}


def words_of(command: str) -> list[str]:
    """A command line as the program and its words. No shell: no variables, no pipes.

    Raises UserError where a quotation mark is missing.
    """
    try:
        return shlex.split(command)
    except ValueError as error:
        raise UserError(f"The command {command} cannot be read: {error}.") from error


def to_json(rules: Iterable[Rule]) -> list[dict[str, Any]]:
    return [asdict(rule) for rule in rules]


def from_json(entries: Iterable[Any]) -> list[Rule]:
    """Those that can be followed; what was kept by another version, or by hand, may be odd."""
    known = {each.name for each in fields(Rule)}
    found = []
    for entry in entries:
        try:
            values = {name: value for name, value in entry.items() if name in known}
            values["deed"] = Deed(values["deed"])
            rule = Rule(**values)
            check(rule)
        except (AttributeError, KeyError, TypeError, ValueError, UserError):
            continue
        found.append(rule)
    return found
