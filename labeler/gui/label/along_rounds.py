"""When learning along learns: early and often at first, then after every few images. No Qt."""

from __future__ import annotations

FIRST = 3
"""So many images have to be labelled before it is offered, and before it begins."""
_FEW, _SOON, _LATER = 10, 2, 5
"""Until there are that many labelled images it learns again after so many more; then, later."""
_FIRST_S, _LATER_S = 3.0, 4.0


def is_due(labelled: int, news: int, has_learnt: bool) -> bool:
    """news: images that a person has said something about since the last round began."""
    if labelled < FIRST:
        return False
    return not has_learnt or news >= (_SOON if labelled <= _FEW else _LATER)


def budget_s(labelled: int) -> float:
    """Seconds that a round learns for; looking at what is new comes on top."""
    return _FIRST_S if labelled < 2 * FIRST else _LATER_S
