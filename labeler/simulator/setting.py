"""What a person may choose of the world's looks. Light to import: the command line needs it."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

ROOMS = ("kitchen", "living room", "classroom", "office")
TABLES = ("wood", "cloth", "plain", "tiles", "carpet", "papers")
HOURS = ("noon", "afternoon", "overcast", "evening", "night")
MOST_CLUTTER = 8
VARIED = 1000
BATTERY_HOURS = 12.0
"""How long a battery lasts where nothing else is said: after a school day a third of it is left."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One of ROOMS, TABLES and HOURS, and how many things without a name stand around. Empty or
    None: as the seed has it."""

    room: str = ""
    table: str = ""
    hour: str = ""
    clutter: int | None = None


def home_of(seed: int) -> tuple[str, str]:
    """The room and the table of a world where nobody chose. Worlds below VARIED are kitchens with
    the first three tables, neighbours differing in theirs; from there on there is all of it."""
    if seed < VARIED:
        return ROOMS[0], TABLES[(seed + seed // 3) % 3]
    chance = Random(seed)
    return chance.choice(ROOMS), chance.choice(TABLES)
