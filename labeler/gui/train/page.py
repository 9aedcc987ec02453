"""The pages of the right side, by their ids, which are the ids of the actions that turn to them."""

from __future__ import annotations

from enum import StrEnum


class Page(StrEnum):
    """How the run on show learns, what it learned, and the table of all runs."""

    LEARNING = "learning"
    RESULT = "result"
    ALL_RUNS = "all_runs"
