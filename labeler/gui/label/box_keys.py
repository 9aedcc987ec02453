"""What names a box on the canvas: boxes and suggestions have ids of their own ranges.

A box's key is its id, a suggestion's the negative of its id, so that a selection may hold both.
"""

from __future__ import annotations

from collections.abc import Iterable


def key_of_suggestion(suggestion_id: int) -> int:
    return -suggestion_id


def is_suggestion(key: int) -> bool:
    return key < 0


def annotation_ids(keys: Iterable[int]) -> tuple[int, ...]:
    """The ids of the boxes among the keys."""
    return tuple(key for key in keys if not is_suggestion(key))


def suggestion_ids(keys: Iterable[int]) -> tuple[int, ...]:
    """The ids of the suggestions among the keys."""
    return tuple(-key for key in keys if is_suggestion(key))
