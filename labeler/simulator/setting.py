"""What a person may choose of the world's looks. Light to import: the command line needs it."""

from __future__ import annotations

from dataclasses import dataclass

ROOMS = ("kitchen", "living room", "classroom", "office")
TABLES = ("wood", "cloth", "plain", "tiles", "carpet", "papers")
HOURS = ("noon", "afternoon", "overcast", "evening", "night")
MOST_CLUTTER = 8


@dataclass(frozen=True, slots=True)
class Setting:
    """One of ROOMS, TABLES and HOURS, and how many things without a name stand around. Empty or
    None: as the seed has it."""

    room: str = ""
    table: str = ""
    hour: str = ""
    clutter: int | None = None
