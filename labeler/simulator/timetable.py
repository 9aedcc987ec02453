"""Faults by timetable: when each begins, how long it lasts, and whether it comes again."""

from __future__ import annotations

import asyncio
import json
import math
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
_ROBOT = re.compile(r"^(\d{1,3})\s*:\s*")
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
    words, times = " ".join(line.split()), {"at": 0.0, "for": 0.0, "every": 0.0}
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
    except RecursionError as error:
        raise _no_timetable(path, "it is nested too deeply") from error
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        raise _no_timetable(path, str(error)) from error


def _no_timetable(path: Path, why: str) -> UserError:
    return UserError(
        f"The timetable {path} is not a JSON list of faults ({why}). One of them is "
        '{"fault": "freeze", "at": 10, "for": 5}.'
    )


def _entry(line: Any) -> Entry:
    if isinstance(line, str):
        return entry_of(line)
    at, lasting, every = (float(line.get(name, 0)) for name in ("at", "for", "every"))
    robot = int(line.get("robot", 0))
    return _checked(Entry(str(line["fault"]), at, lasting, every, robot), str(line))


def _checked(entry: Entry, line: str) -> Entry:
    if entry.words not in MOMENTS and not Faults().switch(entry.words):
        raise UserError(f"The simulated robot knows no fault {_short(line)}; {HELP}.")
    if not all(0 <= seconds < math.inf for seconds in (entry.at, entry.lasting, entry.every)):
        raise UserError(f"The seconds of the fault {_short(line)} are numbers from 0 on; {HELP}.")
    if entry.lasting and entry.end is None:
        raise UserError(f"The fault {_short(line)} is over in a moment: leave out the seconds.")
    return entry


def _short(line: str) -> str:
    return repr(line if len(line) <= 80 else f"{line[:80]}…")


def check_robots(entries: Iterable[Entry], robots: int) -> None:
    """Raises UserError where one is for a robot that there is not."""
    for entry in entries:
        if not 0 <= entry.robot <= robots:
            raise UserError(
                f"The fault {entry.order!r} is for robot {entry.robot}, and there "
                f"{'is one' if robots == 1 else f'are {robots}'}: --robots says how many."
            )


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
