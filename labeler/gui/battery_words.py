"""A camera whose battery is nearly empty, said once until it has been charged."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from labeler.cameras.base import CameraStatus

LOW = 0.1
"""Of the range from nearly empty to full, as CameraStatus.battery: 3.65 V of a Vector."""
CHARGED = 0.25
"""From here on it may become low again; the voltage sinks and rises with what the motors do."""


class BatteryWords:
    """Of one camera at a time, by its name."""

    def __init__(self) -> None:
        self._told: str | None = None

    def sentence(self, name: str, status: CameraStatus) -> str:
        """What is to be said now; "" for nothing new."""
        if status.battery is None:
            return ""
        if status.battery >= CHARGED and self._told == name:
            self._told = None
        if status.battery >= LOW or self._told == name:
            return ""
        self._told = name
        return low_words(name, status.battery)


def low_words(name: str, battery: float) -> str:
    words = QCoreApplication.translate(
        "BatteryWords",
        "The battery of {name} is nearly empty ({percent} %). Put it on its charger soon; the "
        "photos so far are safe.",
    )
    return words.format(name=name, percent=round(100 * battery))
