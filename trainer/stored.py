"""JSON that lies on a disk, read with every value checked: it may be damaged, or a stranger's.

All that runs, pairs, votes and models keep in JSON is read through here, by the trainer and by the
window alike: a dataclass says what is wanted, its annotations are the check. What cannot be meant
ends in one sentence that names the file and the fault. Stdlib only.
"""

from __future__ import annotations

import errno
import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

from trainer.faults import TrainerError
from trainer.names import read_plain

MOST_BYTES = 64 << 20
"""Of a file, unless who reads it knows better."""
MOST_CHARACTERS = 100_000
MOST_ITEMS = 1_000_000
_LARGEST = 2**63 - 1
"""Whole numbers beyond 64 bits are nobody's."""
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)
_SHOWN = 60
"""Characters of a wrong value that a sentence quotes."""

KEY = "key"
"""In the metadata of a dataclass' field: what it is called in the file, if not as the field."""
UNSAID = "unsaid"
"""In the metadata of a dataclass' field: what files mean that leave it out, if not the default.

So a default may change, and files of before mean what they meant.
"""

T = TypeVar("T")
Check = Callable[[Any], Any]
"""Takes a value as JSON has it, gives it as it is wanted. Raises WrongValueError."""


class StoredError(TrainerError):
    """A file that cannot be meant. Its text names the file and the fault."""


class NotJsonError(ValueError):
    """Text that is no JSON, or half of one."""


class WrongValueError(ValueError):
    """A value that cannot be meant. where: the keys that lead to it, as "classes[3].ap"."""

    def __init__(self, fault: str, where: str = "") -> None:
        super().__init__(f"{where} {fault}" if where else fault)
        self.fault = fault
        self.where = where

    def inside(self, key: str) -> WrongValueError:
        """The same, seen from the value that holds it."""
        dot = "." if self.where and not self.where.startswith("[") else ""
        return WrongValueError(self.fault, f"{key}{dot}{self.where}")


@dataclass(frozen=True, slots=True)
class Within:
    """In Annotated[float, Within(0, 1)]: the smallest and the largest value that can be meant."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class AtMost:
    """In Annotated[str, AtMost(40)]: so many characters, or items of a tuple or mapping."""

    count: int


@dataclass(frozen=True, slots=True)
class AsName:
    """In Annotated[str, AsName()]: text that names a file, which need not be printable."""


Score = Annotated[float, Within(-1, 1)]
"""0 to 1; -1, as COCO writes it, where nobody could measure; differences, too."""
Seconds = Annotated[float, Within(0, 1e9)]
Amount = Annotated[float, Within(-1e15, 1e15)]
Count = Annotated[int, Within(0, 2**53)]
Sentence = Annotated[str, AtMost(20_000)]
PathText = Annotated[str, AsName(), AtMost(4_096)]
"""The name of a file or folder, or a path. It is not looked at where that leads."""


def read(path: Path, kind: type[T], most_bytes: int = MOST_BYTES) -> T:
    """The value of that kind that a JSON file holds.

    Raises StoredError, and OSError where the file is missing or cannot be read.
    """
    data = content_of(path, most_bytes)
    try:
        found: T = value_of(kind, parsed(data))
    except ValueError as error:
        raise StoredError(f"{path} is damaged: {error}.") from error
    return found


def content_of(path: Path, most_bytes: int = MOST_BYTES) -> bytes:
    """Raises StoredError where it is no plain file or larger than can be meant, OSError."""
    try:
        return read_plain(path, most_bytes)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EINVAL, errno.EFBIG):
            raise StoredError(f"{path} cannot be used: {error.strerror}.") from error
        raise


def lines_of(path: Path, most_bytes: int) -> Iterator[tuple[int, str]]:
    """The lines of a text with their numbers, from 1 on. Raises as content_of()."""
    text = content_of(path, most_bytes).decode("utf-8", "replace")
    yield from enumerate(text.split("\n"), start=1)


def parsed(text: str | bytes) -> Any:
    """JSON whose numbers are finite and whose whole numbers fit into 64 bits.

    Of a key that stands twice the last one counts. Raises ValueError, NotJsonError where it is no
    JSON at all; its text is the fault as a clause.
    """
    try:
        return json.loads(
            text if isinstance(text, str) else text.decode("utf-8-sig"),
            parse_int=_whole,
            parse_float=_finite,
            parse_constant=_no_constant,
        )
    except UnicodeDecodeError as error:
        raise NotJsonError(f"byte {error.start} is no text in UTF-8") from error
    except json.JSONDecodeError as error:
        raise NotJsonError(f"line {error.lineno} is not JSON ({error.msg})") from error
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def value_of(kind: Any, value: Any) -> Any:
    """The value as that kind, all of it checked.

    kind: int, float, str, bool, datetime (in ISO 8601), an Enum, a dataclass, a dict that is not
    looked into, tuples and mappings of such, unions with None, Annotated with Within or AtMost.
    Keys that a dataclass does not know are passed over; those with a default may be missing.
    Raises WrongValueError.
    """
    return check_of(kind)(value)


@cache
def check_of(kind: Any) -> Check:
    """What value_of() does, made once for each kind."""
    if kind in _PLAIN:
        return _PLAIN[kind]
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Annotated:
        inner = _path_text if AsName() in parts[1:] else check_of(parts[0])
        return _bounded(inner, parts[1:])
    if origin in (Union, UnionType):
        (inner,) = (part for part in parts if part is not NoneType)
        return _or_none(check_of(inner))
    if origin is tuple:
        return _tuple(parts)
    if origin is not None and issubclass(origin, Mapping):
        return _mapping(_number_in if parts[0] is int else check_of(parts[0]), check_of(parts[1]))
    if is_dataclass(kind):
        return _object(kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _choice(kind)
    raise AssertionError(f"no check for {kind!r}")


def as_json(content: Any, indent: int | None = None) -> bytes:
    """One line, or indented, with a line break at the end. Raises ValueError for NaN and Infinity,
    which are no JSON."""
    return (json.dumps(content, indent=indent, allow_nan=False) + "\n").encode()


def _whole(digits: str) -> int:
    if len(digits) > 20 or abs(number := int(digits)) > _LARGEST:
        raise ValueError(f"the number {digits[:20]}… is far too large")
    return number


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"the number {digits[:20]} is far too large")
    return number


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _integer(value: Any) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if type(value) is not int:
        raise WrongValueError(f"is {_told(value)}, not a whole number")
    if abs(value) > _LARGEST:
        raise WrongValueError("is far too large")
    return value


def _number(value: Any) -> float:
    if type(value) is not int and type(value) is not float:
        raise WrongValueError(f"is {_told(value)}, not a number")
    if (isinstance(value, int) and abs(value) > _LARGEST) or not math.isfinite(value):
        raise WrongValueError("is far too large")
    return float(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise WrongValueError(f"is {_told(value)}, not text")
    if len(value) > MOST_CHARACTERS:
        raise WrongValueError(f"has more than {MOST_CHARACTERS} characters")
    return value.encode("utf-8", "replace").decode()  # half a character becomes a question mark


def _path_text(value: Any) -> str:
    """As _text(), but bytes that are no text, which stand as half characters, stay what they are:
    a folder may be called so."""
    _text(value)
    if "\0" in value:
        raise WrongValueError("holds a character that no name can")
    return str(value)


def _an_object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise WrongValueError(f"is {_told(value)}, not an object")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise WrongValueError(f"is {_told(value)}, not true or false")
    return value


def _moment(value: Any) -> datetime:
    try:
        found = datetime.fromisoformat(_text(value))
        aware = found if found.tzinfo else found.astimezone()
        is_near = _EARLIEST <= aware <= _LATEST
    except (ValueError, OverflowError, OSError):
        raise WrongValueError(f"is {_told(value)}, not a date") from None
    if not is_near:
        raise WrongValueError(f"is {_told(value)}, which is out of all bounds")
    return aware


_PLAIN: dict[Any, Check] = {
    int: _integer,
    float: _number,
    str: _text,
    bool: _flag,
    datetime: _moment,
    dict: _an_object,
    Any: lambda value: value,
}


def _bounded(check: Check, bounds: tuple[Any, ...]) -> Check:
    def checked(value: Any) -> Any:
        found = check(value)
        for bound in bounds:
            if isinstance(bound, Within) and not bound.low <= found <= bound.high:
                told = f"must lie between {bound.low:g} and {bound.high:g}, not {_told(found)}"
                raise WrongValueError(told)
            if isinstance(bound, AtMost) and len(found) > bound.count:
                things = "characters" if isinstance(found, str) else "entries"
                raise WrongValueError(f"has more than {bound.count} {things}")
        return found

    return checked


def _or_none(check: Check) -> Check:
    return lambda value: None if value is None else check(value)


def _tuple(parts: tuple[Any, ...]) -> Check:
    is_open = len(parts) == 2 and parts[1] is ...
    checks = [check_of(part) for part in (parts[:1] if is_open else parts)]

    def checked(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple):
            raise WrongValueError(f"is {_told(value)}, not a list")
        if len(value) > MOST_ITEMS:
            raise WrongValueError(f"has more than {MOST_ITEMS} entries")
        if not is_open and len(value) != len(checks):
            raise WrongValueError(f"has {len(value)} entries, not {len(checks)}")
        each = checks * len(value) if is_open else checks
        found = []
        for place, (check, one) in enumerate(zip(each, value, strict=True)):
            try:
                found.append(check(one))
            except WrongValueError as error:
                raise error.inside(f"[{place}]") from None
        return tuple(found)

    return checked


def _mapping(key_check: Check, check: Check) -> Check:
    def checked(value: Any) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        if len(_an_object(value)) > MOST_ITEMS:
            raise WrongValueError(f"has more than {MOST_ITEMS} entries")
        for key, one in value.items():
            try:
                found[key_check(key)] = check(one)
            except WrongValueError as error:
                raise error.inside(f"[{_told(key)}]") from None
        return found

    return checked


def _number_in(key: Any) -> int:
    """JSON has text alone for keys."""
    text = _text(key)
    if not text.removeprefix("-").isdecimal() or len(text) > 19:
        raise WrongValueError("is no whole number")
    return int(text)


def _choice(kind: type[Enum]) -> Check:
    def checked(value: Any) -> Enum:
        try:
            return kind(value)
        except ValueError:
            known = ", ".join(str(each.value) for each in kind)
            raise WrongValueError(f"is {_told(value)}, not one of {known}") from None

    return checked


def _object(kind: Any) -> Check:
    hints = get_type_hints(kind, include_extras=True)
    known = [each for each in fields(kind) if each.init]
    checks = [
        (each.name, each.metadata.get(KEY, each.name), check_of(hints[each.name])) for each in known
    ]
    needed = {
        each.name: each.metadata.get(KEY, each.name)
        for each in known
        if each.default is MISSING and each.default_factory is MISSING
    }
    unsaid = {each.name: each.metadata[UNSAID] for each in known if UNSAID in each.metadata}

    def checked(value: Any) -> Any:
        found: dict[str, Any] = dict(unsaid)
        for name, key, check in checks:
            if key in _an_object(value):
                try:
                    found[name] = check(value[key])
                except WrongValueError as error:
                    raise error.inside(key) from None
        for name, key in needed.items():
            if name not in found:
                raise WrongValueError("is missing", key)
        try:
            return kind(**found)
        except WrongValueError:
            raise
        except ValueError as error:  # what the dataclass itself refuses
            raise WrongValueError(str(error)) from None

    return checked


def _told(value: Any) -> str:
    """A value as a sentence quotes it, on one line and short."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list | tuple):
        return "a list"
    if value is None:
        return "null"
    if isinstance(value, int) and abs(value) > _LARGEST:  # Python would not even print it
        return "a number out of all bounds"
    return ascii(value)[:_SHOWN] if isinstance(value, str) else repr(value)[:_SHOWN]
