"""Weights that have rows for each category, carried over to other categories."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True, slots=True)
class ClassRows:
    """How the categories lie in a tensor's first dimension: anchors x (background + categories +
    behind) x each, the last one fastest.

    background: 1 where the background comes before the categories. each: numbers for each of them.
    behind: 1 where a row for none of them comes after the categories.
    """

    background: int = 0
    each: int = 1
    behind: int = 0


@dataclass(frozen=True, slots=True)
class Namesakes:
    """labels: for each of our labels the label there that means the same, or None where it is new.
    there: how many categories there are.
    """

    labels: tuple[int | None, ...]
    there: int


def carried(own: Tensor, theirs: Tensor, rows: ClassRows, namesakes: Namesakes) -> Tensor:
    """own (first dimension ours), with what theirs has for namesakes and for none of them.

    New categories keep the rows that they have in own. Raises RuntimeError where the shapes are
    not those of these categories.
    """
    pairs = [(place, label) for place, label in enumerate(namesakes.labels) if label is not None]
    first, ours_end, known_end = rows.background, len(namesakes.labels), namesakes.there
    ours = [*range(first), *(first + place for place, _ in pairs)]
    known = [*range(first), *(first + label for _, label in pairs)]
    ours += [first + ours_end + index for index in range(rows.behind)]
    known += [first + known_end + index for index in range(rows.behind)]
    new = _apart(own, rows, len(namesakes.labels)).clone()
    new[:, ours] = _apart(theirs, rows, namesakes.there)[:, known]
    return new.flatten(0, 2)


def _apart(tensor: Tensor, rows: ClassRows, categories: int) -> Tensor:
    """(anchors, background + categories + behind, each, ...)."""
    whole = rows.background + categories + rows.behind
    return tensor.reshape(-1, whole, rows.each, *tensor.shape[1:])
