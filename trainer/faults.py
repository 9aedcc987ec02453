"""What can go wrong in a person's data or machine, told to the person."""

from __future__ import annotations


class TrainerError(ValueError):
    """Its text is what the person reads: what happened, to which file, what to do next."""


def some_of(names: list[str], limit: int = 5) -> str:
    """The first few names, and how many more: "a.jpg, b.jpg and 7 more"."""
    if len(names) <= limit:
        return ", ".join(names)
    return ", ".join(names[:limit]) + f" and {len(names) - limit} more"
