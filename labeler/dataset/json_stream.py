"""Reads the lists of a JSON object entry by entry, so that memory does not grow with the file."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NoReturn, Protocol

from labeler.dataset.files import reason
from labeler.dataset.progress import OnProgress, ShouldStop, Stopped, ignore_progress, never_stop
from labeler.errors import UserError

MAX_ENTRY = 16 << 20
"""The longest single entry, in characters. Real ones have hundreds, a crowd's mask some 100,000."""

WINDOW = 1 << 20
"""So many characters are read at a time."""
_SPACE = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"[-+.0-9eE]*")
"""What may belong to a number."""


class BrokenJson(UserError):  # noqa: N818 - a fault to mend, as its parent is
    """The file is not the JSON it should be; nothing of it can be trusted."""


class JsonSource(Protocol):
    """Where a JSON text comes from: a file, or a member of a zip. name is for sentences."""

    @property
    def name(self) -> str: ...

    @property
    def size(self) -> int:
        """In bytes. Raises OSError."""
        ...

    def open(self) -> BinaryIO:
        """From its first byte, as often as it is wanted. Raises UserError and OSError."""
        ...


@dataclass(frozen=True, slots=True)
class JsonFile:
    """A file of the disk."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def size(self) -> int:
        return self.path.stat().st_size

    def open(self) -> BinaryIO:
        if not self.path.is_file():
            told = "is not a file" if self.path.exists() else "is missing"
            raise UserError(f"{self.path} {told}.")
        return self.path.open("rb")


def source_of(place: Path | JsonSource) -> JsonSource:
    """A path as a source; a source as it is."""
    return JsonFile(place) if isinstance(place, Path) else place


def entries(
    place: Path | JsonSource,
    lists: Collection[str],
    on_progress: OnProgress = ignore_progress,
    should_stop: ShouldStop = never_stop,
    *,
    window: int = WINDOW,
) -> Iterator[tuple[str, Any]]:
    """Yields (key, entry) of those lists of the object in the file; reads all of it to the end.

    Numbers that JSON does not know (NaN, Infinity) come as floats. on_progress gets bytes. window:
    so many characters are read at a time; what is yielded does not depend on it.
    Raises BrokenJson, also late: keep nothing before the end. Raises Stopped.
    """
    source = source_of(place)
    try:
        with source.open() as raw:
            reader = _Reader(raw, source, on_progress, should_stop, window)
            yield from reader.lists_of_object(lists)
    except OSError as error:
        told = place if isinstance(place, Path) else source.name
        raise UserError(f"{told} cannot be read: {reason(error)}.") from error


class _Reader:
    """A window on the text that moves on; at is the place in it of what comes next."""

    def __init__(
        self,
        raw: BinaryIO,
        source: JsonSource,
        on_progress: OnProgress,
        should_stop: ShouldStop,
        window: int,
    ) -> None:
        self._raw = raw
        self._text = io.TextIOWrapper(raw, encoding="utf-8-sig")
        self._name = source.name
        self._size = source.size
        self._window = window
        self._on_progress = on_progress
        self._should_stop = should_stop
        self._decoder = json.JSONDecoder(parse_int=_integer)
        self._buffer = ""
        self._at = 0

    def lists_of_object(self, lists: Collection[str]) -> Iterator[tuple[str, Any]]:
        if self._peek() != "{":
            self._fail("it is not an object with images, annotations and categories")
        self._at += 1
        if self._peek() == "}":
            self._at += 1
        else:
            yield from self._members(lists)
        if self._peek():
            self._fail("there is something behind its end")

    def _members(self, lists: Collection[str]) -> Iterator[tuple[str, Any]]:
        while True:
            key = self._value()
            if not isinstance(key, str):
                self._fail("a name is missing")
            self._expect(":")
            if self._peek() == "[":
                wanted = key in lists
                yield from ((key, entry) for entry in self._items() if wanted)
            elif key in lists:
                self._fail(f"its {key} is not a list")
            else:
                self._value()
            if self._expect(",}") == "}":
                return

    def _items(self) -> Iterator[Any]:
        self._expect("[")
        if self._peek() == "]":
            self._at += 1
            return
        while True:
            yield self._value()
            if self._expect(",]") == "]":
                return

    def _expect(self, choices: str) -> str:
        found = self._peek()
        if not found or found not in choices:
            self._fail(f"'{choices[0]}' is missing")
        self._at += 1
        return found

    def _peek(self) -> str:
        """The next character that is not white space, "" at the end."""
        while True:
            space = _SPACE.match(self._buffer, self._at)
            self._at = space.end() if space else self._at
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._more(self._window):
                return ""

    def _value(self) -> Any:
        """The value that begins next; reads on until it is whole."""
        self._peek()
        wanted = self._window
        while True:
            value, end, fault = self._attempt()
            if not fault and not self._may_go_on(end):
                break
            if len(self._buffer) - self._at > MAX_ENTRY:
                self._fail(f"an entry is broken or longer than {MAX_ENTRY >> 20} MB")
            end -= self._at  # from here on the window begins with the value
            if not self._more(wanted):
                break
            wanted *= 2
        if fault:
            self._fail(fault)
        self._at = end
        return value

    def _may_go_on(self, end: int) -> bool:
        """Whether what was read as a value up to end may be a number that the window's edge cuts:
        of "1.5e-3" it may show "1.5e-", which the decoder reads as 1.5.
        """
        if self._buffer[end - 1] in '"]}':
            return False
        number = _NUMBER.match(self._buffer, end)
        return (number.end() if number else end) == len(self._buffer)

    def _attempt(self) -> tuple[Any, int, str]:
        try:
            value, end = self._decoder.raw_decode(self._buffer, self._at)
        except RecursionError:
            self._fail("it is nested too deeply")
        except ValueError as error:
            return None, self._at, getattr(error, "msg", str(error))
        return value, end, ""

    def _more(self, count: int) -> bool:
        """Moves the window on. False at the end of the file."""
        if self._should_stop():
            raise Stopped("Stopped. Nothing was changed.")
        try:
            text = self._text.read(count)
        except UnicodeDecodeError:
            self._fail("it is not text in UTF-8")
        self._buffer = self._buffer[self._at :] + text
        self._at = 0
        self._on_progress(min(self._raw.tell(), self._size), self._size)
        return bool(text)

    def _fail(self, fault: str) -> NoReturn:
        raise BrokenJson(f"{self._name} is not a readable JSON file: {fault}.")


def _integer(text: str) -> int | float:
    """Integers beyond any id or pixel become floats: they could have a million digits."""
    return int(text) if len(text) < 20 else float(text)
