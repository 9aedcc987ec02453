"""What the window and the assistant say to each other: one JSON object a line. Stdlib only."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import PureWindowsPath
from typing import Any

Box = tuple[int, float, float, float, float]
"""A category's id and x, y, width, height in pixels of the upright picture."""
Offer = tuple[int, float, float, float, float, float]
"""A category's id, a score from 0 to 1, and x, y, width, height as in Box."""
Chances = tuple[tuple[float, float], ...]
"""By rising score: from that score on, how likely a person leaves the box as it is, 0 to 1."""

_LARGEST_SIDE = 100_000
_LARGEST_NUMBER = 1e6
_LARGEST_ID = 2**53
_LONGEST_BUDGET = 3600.0


@dataclass(frozen=True, slots=True)
class KnownImage:
    """file: inside the order's folder. key: the hash of its bytes. Sizes in pixels, upright."""

    id: int
    file: str
    key: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Labels:
    """What a person says about one image. boxes: none at all means that nothing is there; None
    that the person has not said anything yet, or has taken it back."""

    id: int
    boxes: tuple[Box, ...] | None


@dataclass(frozen=True, slots=True)
class Know:
    """These images are there. The assistant looks at them whenever it has nothing else to do."""

    folder: str
    images: tuple[KnownImage, ...]


@dataclass(frozen=True, slots=True)
class Label:
    """The labels of these images, in place of what was said of them. categories: (id, name)."""

    categories: tuple[tuple[int, str], ...]
    images: tuple[Labels, ...]


@dataclass(frozen=True, slots=True)
class Learn:
    """Learn from all labels for so long. steps: at most so many; 0: only the time decides."""

    seconds: float
    steps: int = 0


@dataclass(frozen=True, slots=True)
class Suggest:
    """Look for things on these images, in this order, and say which are most useful to label."""

    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Pause:
    """The person draws: leave the processor alone."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on."""


@dataclass(frozen=True, slots=True)
class Ready:
    """The assistant is warm. memory_bytes: the most that it keeps of pictures."""

    threads: int
    memory_bytes: int


@dataclass(frozen=True, slots=True)
class Looked:
    """So many of the known images were looked at; said about once a second."""

    images: int
    of: int


@dataclass(frozen=True, slots=True)
class Learning:
    """Said about once a second."""

    seconds: float
    seconds_total: float


@dataclass(frozen=True, slots=True)
class Learnt:
    """One round is done. found and asked: how many of so many boxes that the person drew of late
    it would have offered, before it had learnt from them; 0, 0 where nothing is known yet.
    chances: how far to trust its scores, learnt from the same boxes; empty likewise."""

    round: int
    images: int
    boxes: int
    seconds: float
    steps: int
    found: int
    asked: int
    chances: Chances = ()

    def chance(self, score: float) -> float:
        """That a person leaves an offer with that score as it is; 0 where nothing is known."""
        return next((chance for least, chance in reversed(self.chances) if score >= least), 0.0)


@dataclass(frozen=True, slots=True)
class Suggested:
    """What was found on one image; nothing where nothing was."""

    id: int
    offers: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class Ranked:
    """All images of the order were looked at. ids: the most useful to label first."""

    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Warned:
    """Something the person should know; the assistant goes on."""

    message: str


@dataclass(frozen=True, slots=True)
class Refused:
    """An order was not understood or cannot be done now."""

    message: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The assistant cannot go on, and ends. message is for the person."""

    message: str


Order = Know | Label | Learn | Suggest | Pause | Resume
Answer = Ready | Looked | Learning | Learnt | Suggested | Ranked | Warned | Refused | Failed
_ANSWERS: dict[str, Callable[..., Answer]] = {
    cls.__name__: cls
    for cls in (Ready, Looked, Learning, Learnt, Suggested, Ranked, Warned, Refused, Failed)
}


def to_line(said: Order | Answer) -> str:
    """One JSON object without a newline: {"say": "Learn", "seconds": 10.0, "steps": 0}."""
    return json.dumps({"say": type(said).__name__, **asdict(said)}, allow_nan=False)


def answer_from(line: str) -> Answer:
    """Raises ValueError where the line is no answer."""
    try:
        values: dict[str, Any] = json.loads(line)
        make = _ANSWERS[values.pop("say")]
        return make(**{key: _frozen(value) for key, value in values.items()})
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"not an answer of the assistant: {line[:200]!r}") from error


def order_from(line: str) -> Order:
    """Whatever the line holds, what comes out is sound: ids are whole, numbers finite, files stay
    inside their folder. Raises ValueError that says what is wrong."""
    try:
        values = json.loads(line)
        make = _ORDERS[values["say"]]
        return make(values)
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"this is no order: {line[:120]!r}") from error
    except ValueError as error:
        raise ValueError(f"{error}, in the order {line[:120]!r}") from error


def _know(values: dict[str, Any]) -> Know:
    images = tuple(
        KnownImage(
            _id(each["id"]),
            _inside(each["file"]),
            str(each["key"]),
            _within(each["width"], 1, _LARGEST_SIDE),
            _within(each["height"], 1, _LARGEST_SIDE),
        )
        for each in values["images"]
    )
    return Know(str(values["folder"]), images)


def _label(values: dict[str, Any]) -> Label:
    categories = tuple((_id(number), str(name)) for number, name in values["categories"])
    known = {number for number, _ in categories}
    if len(known) < len(categories):
        raise ValueError("a category comes twice")
    images = []
    for each in values["images"]:
        boxes = each["boxes"]
        images.append(
            Labels(
                _id(each["id"]),
                None if boxes is None else tuple(_box(box, known) for box in boxes),
            )
        )
    return Label(categories, tuple(images))


def _learn(values: dict[str, Any]) -> Learn:
    seconds = _number(values["seconds"])
    if not 0 < seconds <= _LONGEST_BUDGET:
        raise ValueError(f"nobody can learn for {seconds} seconds")
    return Learn(seconds, _within(values.get("steps", 0), 0, _LARGEST_ID))


def _suggest(values: dict[str, Any]) -> Suggest:
    return Suggest(tuple(map(_id, values["ids"])))


_ORDERS: dict[str, Callable[[dict[str, Any]], Order]] = {
    "Know": _know,
    "Label": _label,
    "Learn": _learn,
    "Suggest": _suggest,
    "Pause": lambda _: Pause(),
    "Resume": lambda _: Resume(),
}


def _box(values: Any, known: set[int]) -> Box:
    category, *numbers = values
    x, y, width, height = map(_number, numbers)
    if category not in known:
        raise ValueError(f"there is no category {category!r}")
    if width <= 0 or height <= 0:
        raise ValueError("a box has no area")
    return _id(category), x, y, width, height


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{value!r} is no number")
    if abs(value) > _LARGEST_NUMBER:
        raise ValueError(f"{value!r} is too large")
    return float(value)


def _id(value: Any) -> int:
    return _within(value, 0, _LARGEST_ID)


def _within(value: Any, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ValueError(f"{value!r} is no whole number from {low} to {high}")
    return value


def _inside(file: Any) -> str:
    path = PureWindowsPath(str(file))  # reads both kinds of slashes
    if not path.name or "\0" in str(file) or path.anchor or ".." in path.parts:
        raise ValueError(f"{file!r} is outside its folder")
    return str(file)


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
