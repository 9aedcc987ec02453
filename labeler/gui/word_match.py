"""Finds things by words: how well a few typed letters fit a line of text."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_WORD = re.compile(r"\w+|[^\w\s]")
_EXACT, _START, _INSIDE, _LETTERS, _TYPO = 5.0, 4.0, 2.0, 1.0, 0.5
_ASIDE = 0.4
"""What a hit in the second text counts against one in the first."""
_TYPO_FROM = 4
"""Letters; a shorter word with a wrong one would fit nearly everything."""


def fit(query: str, text: str, aside: str = "") -> float | None:
    """How well the query fits, more is better; None where one of its words fits nowhere.

    Upper case and accents do not count, nor does the order of the words. aside: further words
    that find the line as well, at less weight, such as its key or its place.
    """
    words, others = words_of(text), words_of(aside)
    total = 0.0
    for wished in words_of(query):
        best = max(_best(wished, words), _ASIDE * _best(wished, others))
        if best == 0.0:
            return None
        total += best
    return total


@lru_cache(maxsize=2048)
def words_of(text: str) -> tuple[str, ...]:
    """In small letters without accents; a sign is a word of its own."""
    split = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in split if not unicodedata.combining(letter))
    return tuple(_WORD.findall(plain.casefold()))


def _best(wished: str, words: tuple[str, ...]) -> float:
    """Earlier words count a little more."""
    return max(
        (_one(wished, word) * (1.0 - 0.01 * min(place, 20)) for place, word in enumerate(words)),
        default=0.0,
    )


def _one(wished: str, word: str) -> float:
    if wished == word:
        return _EXACT
    if word.startswith(wished):
        return _START
    if len(wished) > 1 and wished in word:
        return _INSIDE
    if _has_letters_in_order(wished, word):
        return _LETTERS
    return _TYPO if _is_one_slip(wished, word[: len(wished) + 1]) else 0.0


def _has_letters_in_order(wished: str, word: str) -> bool:
    """As in "vrfy" for verify; the first letter must be the word's own."""
    if len(wished) < 2 or wished[0] != word[0]:
        return False
    rest = iter(word)
    return all(letter in rest for letter in wished)


def _is_one_slip(wished: str, word: str) -> bool:
    """One letter wrong, missing, too many, or two swapped, at the word's beginning."""
    if len(wished) < _TYPO_FROM:
        return False
    same = next(
        (at for at, (a, b) in enumerate(zip(wished, word, strict=False)) if a != b),
        min(len(wished), len(word)),
    )
    mine, theirs = wished[same:], word[same:]
    swapped = mine[1::-1] + mine[2:] if len(mine) > 1 else mine
    return (
        theirs.startswith(mine[1:])
        or (theirs[1:].startswith(mine) and same > 0)
        or (theirs[1:].startswith(mine[1:]) and len(theirs) > 0)
        or (theirs.startswith(swapped) and len(mine) > 1)
    )
