"""How long a run may take, in a person's terms, and back from what a run was asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from labeler.runs.prepare import Wish


class Budget(StrEnum):
    """The three rows to choose from."""

    QUICK = "quick"
    GOOD = "good"
    BEST = "best"


SECONDS = {Budget.QUICK: 60.0, Budget.GOOD: 300.0, Budget.BEST: 3600.0}
"""For BEST the most it may take."""


@dataclass(frozen=True, slots=True)
class Length:
    """An expert's own length; 0: as the budget says. Epochs decide where both are given."""

    minutes: float = 0.0
    epochs: float = 0.0


def with_budget(wish: Wish, budget: Budget, length: Length) -> Wish:
    """The wish with this length."""
    seconds = length.minutes * 60.0 or SECONDS[budget]
    kind = "epochs" if length.epochs else "best" if budget is Budget.BEST else "time"
    return replace(wish, budget=kind, seconds=seconds, epochs=length.epochs)


def budget_of(wish: Wish) -> tuple[Budget, Length]:
    """What was chosen, so that with_budget() gives the same wish again."""
    fitting = [Budget.BEST] if wish.budget == "best" else [Budget.QUICK, Budget.GOOD]
    if wish.budget == "epochs":
        fitting = list(Budget)
    budget = next((each for each in fitting if SECONDS[each] == wish.seconds), fitting[0])
    minutes = 0.0 if wish.seconds == SECONDS[budget] else wish.seconds / 60.0
    return budget, Length(minutes, wish.epochs if wish.budget == "epochs" else 0.0)
