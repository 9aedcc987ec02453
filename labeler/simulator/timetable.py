"""Faults by timetable: when each begins, how long it lasts, and whether it comes again."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labeler.errors import UserError
from labeler.simulator.faults import Faults, ending

MOMENTS = ("take control", "lose control", "take camera")
"""Faults that are over at once."""
_NUMBER = r"(\d+(?:\.\d+)?)"
_TIMES = re.compile(rf"\s+(at|for|every)\s+{_NUMBER}\s*s?$")
_ROBOT = re.compile(r"^(\d+)\s*:\s*")
HELP = 'for example "freeze at 10 for 5" or "2: drop at 30 for 3 every 60"'


@dataclass(frozen=True, slots=True)
class Entry:
    """One fault. at, lasting and every are seconds; lasting and every 0: for good, once.

    robot is the number of the one that has it, from 1; 0: all of them.
    """

    words: str
    at: float = 0.0
    lasting: float = 0.0
    every: float = 0.0
    robot: int = 0

    @property
    def order(self) -> str:
        return self._addressed(self.words)

    @property
    def end(self) -> str | None:
        words = ending(self.words)
        return None if words is None else self._addressed(words)

    def _addressed(self, words: str) -> str:
        return f"{self.robot}: {words}" if self.robot else words

    async def play(self, obey: Callable[[str], object]) -> None:
        """Gives the orders at their times, counted from now."""
        await asyncio.sleep(self.at)
        while True:
            obey(self.order)
            if self.lasting and self.end is not None:
                await asyncio.sleep(self.lasting)
                obey(self.end)
            if not self.every:
                return
            await asyncio.sleep(max(0.1, self.every - self.lasting))


def entry_of(line: str) -> Entry:
    """An entry in words: "freeze at 10 for 5". Raises UserError for words that mean nothing."""
    words, times = line.strip(), {"at": 0.0, "for": 0.0, "every": 0.0}
    robot = 0
    if found := _ROBOT.match(words):
        robot, words = int(found[1]), words[found.end() :]
    while found := _TIMES.search(words):
        times[found[1]] = float(found[2])
        words = words[: found.start()]
    return _checked(Entry(words, times["at"], times["for"], times["every"], robot), line)


def read_timetable(path: Path) -> list[Entry]:
    """The entries of a JSON file: a list of words, or of objects with "fault", "at", "for",
    "every" and "robot". Raises UserError."""
    try:
        lines = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(lines, list):
            raise TypeError("it is no list")
        return [_entry(line) for line in lines]
    except OSError as error:
        raise UserError(f"The timetable {path} cannot be read: {error.strerror}.") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise UserError(
            f"The timetable {path} is not a JSON list of faults ({error}). One of them is "
            '{"fault": "freeze", "at": 10, "for": 5}.'
        ) from error


def _entry(line: Any) -> Entry:
    if isinstance(line, str):
        return entry_of(line)
    at, lasting, every = (float(line.get(name, 0)) for name in ("at", "for", "every"))
    robot = int(line.get("robot", 0))
    return _checked(Entry(str(line["fault"]), at, lasting, every, robot), str(line))


def _checked(entry: Entry, line: str) -> Entry:
    if entry.words not in MOMENTS and not Faults().switch(entry.words):
        raise UserError(f"The simulated robot knows no fault {line!r}; {HELP}.")
    if entry.lasting and entry.end is None:
        raise UserError(f"The fault {line!r} is over in a moment: leave out the seconds.")
    return entry


def begin(entries: Iterable[Entry], obey: Callable[[str], object]) -> list[asyncio.Task[None]]:
    """Starts the entries in the running event loop. What is due at once is done before this
    returns."""
    tasks = []
    for entry in entries:
        if not (entry.at or entry.lasting or entry.every):
            obey(entry.order)
        else:
            tasks.append(asyncio.create_task(entry.play(obey)))
    return tasks
