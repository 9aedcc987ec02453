"""How a picture was taken, in a line."""

from __future__ import annotations

import math

from PySide6.QtCore import QCoreApplication

from labeler.dataset.model import Image


def _tr(text: str) -> str:
    return QCoreApplication.translate("TakingWords", text)


def taking_words(image: Image) -> str:
    """What the camera told of itself; nothing where it told nothing."""
    told, parts = image.readings, []
    if image.head_angle_rad is not None:
        parts.append(_tr("head {0}°").format(round(math.degrees(image.head_angle_rad))))
    if told.lift_mm is not None:
        parts.append(_tr("lift {0} mm").format(round(told.lift_mm)))
    if told.exposure_ms is not None and told.gain is not None:
        words = _tr("exposure {ms:g} ms, gain {gain:.1f}")
        parts.append(words.format(ms=told.exposure_ms, gain=told.gain))
    if told.auto_exposure:
        parts.append(_tr("automatic exposure"))
    if told.battery is not None:
        parts.append(_tr("battery {0} %").format(round(100 * told.battery)))
    return ", ".join(parts)
