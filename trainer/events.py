"""What the trainer says: one JSON object a line on stdout, the same lines in RUN/events.jsonl."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

from trainer.stored import (
    Amount,
    AtMost,
    Count,
    NotJsonError,
    Score,
    Seconds,
    Sentence,
    StoredError,
    Within,
    lines_of,
    parsed,
    value_of,
)

EVENTS = "events.jsonl"
Epochs = Annotated[float, Within(0, 1e9)]
_MOST_BYTES = 256 << 20
"""Of the file: a run of seven days, the longest there is, tells 140 MB."""


@dataclass(frozen=True, slots=True)
class Downloading:
    """Pretrained weights are being fetched. total_bytes is 0 where the server does not say."""

    name: Sentence
    received_bytes: Count
    total_bytes: Count


@dataclass(frozen=True, slots=True)
class Started:
    """The data is read and the recipe chosen. choices: one plain line for each decision."""

    images_train: Count
    images_val: Count
    categories: Annotated[tuple[Sentence, ...], AtMost(100_000)]
    seconds_total: Seconds
    choices: Annotated[tuple[Sentence, ...], AtMost(1_000)]


MEASURING = "Measuring"
"""The phase between the last look at the validation pictures and the end: what the model can do is
measured. Nobody knows how long that takes."""


@dataclass(frozen=True, slots=True)
class Progressed:
    """Sent about once a second. phase is a short phrase for the person ("Learning").

    seconds_left is measured; None before there is anything to measure by, and in MEASURING.
    """

    phase: Sentence
    seconds: Seconds
    seconds_total: Seconds
    epoch: Epochs
    images_per_second: Amount
    loss: Amount | None
    learning_rate: Amount = 0.0
    seconds_left: Seconds | None = None
    step: Count = 0


@dataclass(frozen=True, slots=True)
class Evaluated:
    """The weights so far were scored on the validation images. ap and ap50 run from 0 to 1.

    ap_low and ap_high: the 95 % bootstrap interval over images; -1: unknown. ap50_low and
    ap50_high: that of AP50. images: how many of them it looked at; 0: all. The first score of a
    run may be of a few; it says nothing about which weights are the best, and the next one counts.
    """

    seconds: Seconds
    epoch: Epochs
    loss: Amount
    ap: Score
    ap50: Score
    learning_rate: Amount
    is_best: bool
    ap_low: Score = -1.0
    ap_high: Score = -1.0
    ap50_low: Score = -1.0
    ap50_high: Score = -1.0
    images: Count = 0


@dataclass(frozen=True, slots=True)
class Warned:
    """Something the person should know; training goes on."""

    message: Sentence


@dataclass(frozen=True, slots=True)
class Paused:
    """The run stands still, its state saved, until it is told to go on or to stop."""

    seconds: Seconds
    epoch: Epochs


@dataclass(frozen=True, slots=True)
class Resumed:
    """The run goes on, after a pause or from the state that an ended process has left."""

    seconds: Seconds
    epoch: Epochs


@dataclass(frozen=True, slots=True)
class Finished:
    """The run is complete: best.safetensors and model.onnx are in place."""

    ap: Score
    ap50: Score
    seconds: Seconds
    epochs: Epochs
    stopped_early: bool


@dataclass(frozen=True, slots=True)
class Failed:
    """The run ended without a result. message is for the person; details are in log.txt."""

    message: Sentence


Event = (
    Downloading | Started | Progressed | Evaluated | Warned | Paused | Resumed | Finished | Failed
)
_TYPES: dict[str, type[Event]] = {
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


def to_line(event: Event) -> str:
    """One JSON object without a newline: {"event": "Evaluated", "seconds": 12.5, ...}."""
    return json.dumps({"event": type(event).__name__, **asdict(event)}, allow_nan=False)


def from_line(line: str) -> Event:
    """The event on one line; unknown keys are left out, so that older readers go on working.

    Raises ValueError where the line is no event.
    """
    try:
        event = _event_of(parsed(line))
    except ValueError as error:
        raise ValueError(f"not a trainer event: {line[:200]!r} ({error})") from error
    if event is None:
        raise ValueError(f"not a trainer event: {line[:200]!r}")
    return event


def read_events(run: Path) -> Iterator[Event]:
    """The events in RUN/events.jsonl, as far as they can be meant; none where it cannot be read.

    A half line, as a killed process leaves it, is passed over.
    """
    try:
        for _, line in lines_of(run / EVENTS, _MOST_BYTES):
            try:
                yield from_line(line)
            except ValueError:
                continue
    except (OSError, StoredError):
        return


def checked_events(run: Path) -> Iterator[Event]:
    """The same, but what is no half line and cannot be meant either raises StoredError.

    None where the file is missing. Lines of events that this version does not know are passed over.
    """
    path = run / EVENTS
    try:
        for number, line in lines_of(path, _MOST_BYTES):
            try:
                event = _event_of(parsed(line))
            except NotJsonError:
                continue
            except ValueError as error:
                raise StoredError(f"{path} is damaged: line {number}: {error}.") from error
            if event is not None:
                yield event
    except FileNotFoundError:
        return
    except OSError as error:
        raise StoredError(f"{path} cannot be read ({error.strerror}).") from error


def _event_of(values: Any) -> Event | None:
    """None where it is of no event that is known. Raises WrongValueError."""
    name = values.get("event") if isinstance(values, dict) else None
    if not isinstance(name, str) or name not in _TYPES:
        return None
    event: Event = value_of(_TYPES[name], values)
    return event
