"""The colours of a model's classes: the dataset's own by name, else ones told apart easily."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from labeler.dataset.category_edits import next_color
from labeler.dataset.model import Category


def class_colors(names: Mapping[int, str], categories: Iterable[Category]) -> dict[int, str]:
    """The model's category id -> "#rrggbb"."""
    known = {category.name.casefold(): category.color for category in categories}
    used = [known[key] for name in names.values() if (key := name.casefold()) in known]
    found: dict[int, str] = {}
    for number, name in names.items():
        color = known.get(name.casefold()) or next_color(used)
        used.append(color)
        found[number] = color
    return found
