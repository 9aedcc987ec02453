"""What the trainer says: one JSON object a line on stdout, the same lines in RUN/events.jsonl."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from math import isfinite
from typing import Any


@dataclass(frozen=True, slots=True)
class Downloading:
    """Pretrained weights are being fetched. total_bytes is 0 where the server does not say."""

    name: str
    received_bytes: int
    total_bytes: int


@dataclass(frozen=True, slots=True)
class Started:
    """The data is read and the recipe chosen. choices: one plain line for each decision."""

    images_train: int
    images_val: int
    categories: tuple[str, ...]
    seconds_total: float
    choices: tuple[str, ...]


MEASURING = "Measuring"
"""The phase between the last look at the validation pictures and the end: what the model can do is
measured. Nobody knows how long that takes."""


@dataclass(frozen=True, slots=True)
class Progressed:
    """Sent about once a second. phase is a short phrase for the person ("Learning").

    seconds_left is measured; None before there is anything to measure by, and in MEASURING.
    """

    phase: str
    seconds: float
    seconds_total: float
    epoch: float
    images_per_second: float
    loss: float | None
    learning_rate: float = 0.0
    seconds_left: float | None = None
    step: int = 0


@dataclass(frozen=True, slots=True)
class Evaluated:
    """The weights so far were scored on the validation images. ap and ap50 run from 0 to 1.

    ap_low and ap_high: the 95 % bootstrap interval over images; -1: unknown. ap50_low and
    ap50_high: that of AP50.
    """

    seconds: float
    epoch: float
    loss: float
    ap: float
    ap50: float
    learning_rate: float
    is_best: bool
    ap_low: float = -1.0
    ap_high: float = -1.0
    ap50_low: float = -1.0
    ap50_high: float = -1.0


@dataclass(frozen=True, slots=True)
class Warned:
    """Something the person should know; training goes on."""

    message: str


@dataclass(frozen=True, slots=True)
class Paused:
    """The run stands still, its state saved, until it is told to go on or to stop."""

    seconds: float
    epoch: float


@dataclass(frozen=True, slots=True)
class Resumed:
    """The run goes on, after a pause or from the state that an ended process has left."""

    seconds: float
    epoch: float


@dataclass(frozen=True, slots=True)
class Finished:
    """The run is complete: best.safetensors and model.onnx are in place."""

    ap: float
    ap50: float
    seconds: float
    epochs: float
    stopped_early: bool


@dataclass(frozen=True, slots=True)
class Failed:
    """The run ended without a result. message is for the person; details are in log.txt."""

    message: str


Event = (
    Downloading | Started | Progressed | Evaluated | Warned | Paused | Resumed | Finished | Failed
)
_TYPES: dict[str, Callable[..., Event]] = {
    cls.__name__: cls
    for cls in (
        Downloading,
        Started,
        Progressed,
        Evaluated,
        Warned,
        Paused,
        Resumed,
        Finished,
        Failed,
    )
}
_FIELDS = {name: frozenset(inspect.signature(make).parameters) for name, make in _TYPES.items()}


def to_line(event: Event) -> str:
    """One JSON object without a newline: {"event": "Evaluated", "seconds": 12.5, ...}."""
    return json.dumps({"event": type(event).__name__, **asdict(event)}, allow_nan=False)


def from_line(line: str) -> Event:
    """The event on one line; unknown keys are left out, so that older readers go on working.

    Raises ValueError where the line is no event.
    """
    try:
        values: dict[str, Any] = json.loads(line)
        make = _TYPES[values["event"]]
        known = _FIELDS[values["event"]]
        arguments = {
            key: tuple(value) if isinstance(value, list) else value
            for key, value in values.items()
            if key in known
        }
        if any(isinstance(each, float) and not isfinite(each) for each in arguments.values()):
            raise ValueError("a number is not finite")
        return make(**arguments)
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"not a trainer event: {line[:200]!r}") from error
