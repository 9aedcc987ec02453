"""Small words for sentences that people read."""

from __future__ import annotations


def counted(count: int, noun: str) -> str:
    """The number with the noun in its right form: 1 box, 2 boxes, 0 images."""
    if count == 1:
        return f"1 {noun}"
    return f"{count} {noun}{'es' if noun.endswith(('s', 'x')) else 's'}"
