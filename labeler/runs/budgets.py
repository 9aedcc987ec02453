"""How long a run may take, in a person's terms, and back from what a run was asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from labeler.runs.prepare import Wish


class Budget(StrEnum):
    """The four lengths to choose from, in the window and as --budget."""

    INSTANT = "instant"
    QUICK = "quick"
    GOOD = "good"
    BEST = "best"


SECONDS = {Budget.INSTANT: 10.0, Budget.QUICK: 60.0, Budget.GOOD: 300.0, Budget.BEST: 3600.0}
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
    """What was chosen, so that with_budget() gives the same wish again.

    A length below a minute that no budget has, as an older settings file may hold, is that of the
    nearest one: whoever sets a length by hand sets minutes.
    """
    fitting = [Budget.BEST] if wish.budget == "best" else [Budget.QUICK, Budget.GOOD]
    if wish.budget == "epochs":
        fitting = [Budget.QUICK, Budget.GOOD, Budget.BEST]
    if wish.budget != "best":
        fitting.append(Budget.INSTANT)
    budget = next((each for each in fitting if SECONDS[each] == wish.seconds), None)
    minutes = 0.0
    if budget is None and wish.seconds < SECONDS[Budget.QUICK] and wish.budget != "best":
        budget = min(fitting, key=lambda each: abs(SECONDS[each] - wish.seconds))
    elif budget is None:
        budget, minutes = fitting[0], wish.seconds / 60.0
    return budget, Length(minutes, wish.epochs if wish.budget == "epochs" else 0.0)
