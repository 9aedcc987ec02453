"""What a real robot does wrong, to be switched on by tests while the simulated one runs."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field


@dataclass(slots=True)
class Faults:
    """Switches, all off at first.

    frozen: feeds and events stay open and send nothing more. deny_control: requests for control
    are never answered. hanging: names of calls that never answer, e.g. "GetCameraConfig".
    """

    frozen: bool = False
    deny_control: bool = False
    hanging: set[str] = field(default_factory=set)

    async def maybe_hang(self, call: str) -> None:
        while call in self.hanging or "*" in self.hanging:
            await asyncio.sleep(0.02)

    def switch(self, words: str) -> bool:
        """One line of orders: "freeze", "thaw", "deny control", "allow control", "hang CALL",
        "answer CALL" ("*": every call). False where the words mean nothing."""
        match words.split():
            case ["freeze"] | ["thaw"]:
                self.frozen = words == "freeze"
            case ["deny" | "allow" as what, "control"]:
                self.deny_control = what == "deny"
            case ["hang", call]:
                self.hanging.add(call)
            case ["answer", call]:
                self.hanging.discard(call)
            case _:
                return False
        return True
