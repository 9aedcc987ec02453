"""What the picture shows, in words for those who listen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from labeler.gui.counts import counted
from labeler.gui.label.painting import ShownBox

_NAMED = 3
"""Of more selected boxes than these only the number is told."""


def spoken(boxes: Sequence[ShownBox], selection: Sequence[int]) -> str:
    """As in "2 boxes. Selected: mug at 10, 20, 50 wide, 40 high."."""
    offered = sum(box.dashed for box in boxes)
    told = [counted(len(boxes) - offered, "box")]
    if offered:
        told.append(counted(offered, "suggestion"))
    chosen = set(selection)
    if len(chosen) > _NAMED:
        told.append(_tr("Selected: {0}").format(counted(len(chosen), "box")))
    elif chosen:
        names = ", ".join(_one(box) for box in boxes if box.id in chosen)
        told.append(_tr("Selected: {0}").format(names))
    return ". ".join(told) + "."


def _one(box: ShownBox) -> str:
    words = _tr("suggested {0} at {1:.0f}, {2:.0f}, {3:.0f} wide, {4:.0f} high")
    if not box.dashed:
        words = _tr("{0} at {1:.0f}, {2:.0f}, {3:.0f} wide, {4:.0f} high")
    return words.format(box.name, box.bbox.x, box.bbox.y, box.bbox.width, box.bbox.height)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Spoken", text)
