"""What a real robot does wrong, to be switched on and off while the simulated one runs."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from labeler.simulator.frames import Moment

SWITCHES: dict[str, tuple[str, object]] = {
    "freeze": ("frozen", True),
    "thaw": ("frozen", False),
    "drop": ("away", True),
    "return": ("away", False),
    "reject token": ("rejecting", True),
    "accept token": ("rejecting", False),
    "deny control": ("deny_control", True),
    "allow control": ("deny_control", False),
    "low battery": ("low_battery", True),
    "full battery": ("low_battery", False),
    "cliff": ("cliff", True),
    "ground": ("cliff", False),
    "dock": ("docked", True),
    "undock": ("docked", False),
    "lift": ("off_ground", "lifted"),
    "held": ("off_ground", "held"),
    "fall": ("off_ground", "falling"),
    "put down": ("off_ground", ""),
    "fast": ("latency", 0.0),
    "mend": ("corrupt", ""),
}
"""Words without arguments, the field that they set, and to what."""
OPPOSITES = {
    "freeze": "thaw",
    "stall": "go on",
    "drop": "return",
    "slow": "fast",
    "corrupt": "mend",
    "reject token": "accept token",
    "deny control": "allow control",
    "low battery": "full battery",
    "cliff": "ground",
    "dock": "undock",
    "lift": "put down",
    "held": "put down",
    "fall": "put down",
    "hang": "answer",
}
"""What ends a fault that began with these words."""
SLOW = (200, 100)
"""Milliseconds and kilobytes a second of a slow link, where nothing else is said."""
WORDS = (*OPPOSITES, "take control", "take camera")
"""What a fault can begin with."""
DAMAGES = ("truncated", "garbage", "empty", "mixed")


@dataclass(slots=True)
class Faults:
    """Switches, all off at first.

    frozen: feeds and events stay open and send nothing more. away: the connection is reset and the
    port closed. rejecting: no token is good enough. deny_control: requests for control are never
    answered. hanging: names of calls that never answer, e.g. "GetCameraConfig". latency: seconds
    before each answer and picture; rate: bytes a second of pictures, 0: no limit. corrupt: how
    pictures are damaged, of DAMAGES. cliff, docked: where the robot stands. off_ground:
    "lifted", "held" or "falling", empty where it stands. changed tells when away does.
    """

    frozen: bool = False
    away: bool = False
    rejecting: bool = False
    deny_control: bool = False
    low_battery: bool = False
    cliff: bool = False
    docked: bool = False
    off_ground: str = ""
    latency: float = 0.0
    rate: float = 0.0
    corrupt: str = ""
    hanging: set[str] = field(default_factory=set)
    changed: Moment = field(default_factory=Moment)

    async def delay(self, call: str) -> None:
        """What a call has to wait for before it is answered."""
        if self.latency:
            await asyncio.sleep(self.latency)
        while call in self.hanging or "*" in self.hanging:
            await asyncio.sleep(0.02)

    async def travel(self, size: int) -> None:
        """The time that a picture of so many bytes is on its way."""
        if self.latency or self.rate:
            await asyncio.sleep(self.latency + (size / self.rate if self.rate else 0.0))

    def switch(self, words: str) -> bool:
        """One line of orders, see docs/simulator.md. False where the words mean nothing."""
        if words in SWITCHES:
            name, value = SWITCHES[words]
            setattr(self, name, value)
            if words == "fast":
                self.rate = 0.0
            self.changed.happened()
            return True
        return self._switch_with_arguments(words.split())

    def _switch_with_arguments(self, words: list[str]) -> bool:
        match words:
            case ["stall"]:
                self.frozen = True
                self.hanging.add("*")
            case ["go", "on"]:
                self.frozen = False
                self.hanging.discard("*")
            case ["hang", call]:
                self.hanging.add(call)
            case ["answer", call]:
                self.hanging.discard(call)
            case ["corrupt"]:
                self.corrupt = "mixed"
            case ["corrupt", kind] if kind in DAMAGES:
                self.corrupt = kind
            case ["slow", *numbers] if _two_numbers(numbers):
                milliseconds, kilobytes = [*map(int, numbers), *SLOW[len(numbers) :]]
                self.latency, self.rate = milliseconds / 1000, kilobytes * 1000.0
            case _:
                return False
        return True


def _two_numbers(words: list[str]) -> bool:
    return len(words) <= 2 and all(word.isdecimal() and len(word) <= 9 for word in words)


def ending(words: str) -> str | None:
    """What ends the fault: "thaw" for "freeze". None where it is over in a moment."""
    begun = words.split()
    if begun[:1] == ["hang"]:
        return " ".join(["answer", *begun[1:]])
    if words in OPPOSITES:
        return OPPOSITES[words]
    return OPPOSITES.get(begun[0]) if begun and begun[0] in ("slow", "corrupt") else None


def damaged(jpeg: bytes, kind: str, number: int) -> bytes:
    """A picture as a bad connection or camera leaves it. "mixed" changes with the number."""
    if kind == "mixed":
        kind = DAMAGES[number % 3]
    if kind == "truncated":
        return jpeg[: len(jpeg) // 3]
    if kind == "garbage":
        return bytes((7 * i + number) % 256 for i in range(2000))
    return b""
