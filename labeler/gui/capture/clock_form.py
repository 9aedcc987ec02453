"""How often and how many photos the clock takes, where the menu has not the wanted numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from labeler.gui.capture.number_form import Number, NumberForm
from labeler.gui.counts import counted
from labeler.gui.times import duration

LONGEST_S = 999
FEWEST_PHOTOS, MOST_PHOTOS = 2, 1000


def clock_form(
    parent: QWidget, seconds: int, photos: int, on_chosen: Callable[[int, int], None]
) -> NumberForm:
    """seconds, photos: as they stand, 0 photos for no limit. on_chosen gets both."""
    numbers = [
        Number("clock_every", _tr("One every"), seconds, 1, LONGEST_S, _tr(" s")),
        Number("clock_many", _tr("How many"), photos or 20, FEWEST_PHOTOS, MOST_PHOTOS),
    ]

    def summary(chosen: Mapping[str, int]) -> str:
        many = chosen["clock_many"]
        lasting = duration(chosen["clock_every"] * (many - 1))
        return _tr("{photos} in {time}.").format(photos=counted(many, "photo"), time=lasting)

    return NumberForm(
        parent,
        _tr("Photos by the clock"),
        _tr("The first one is taken at once. Esc ends it."),
        numbers,
        summary,
        lambda chosen: on_chosen(chosen["clock_every"], chosen["clock_many"]),
    )


def _tr(text: str) -> str:
    return QCoreApplication.translate("ClockForm", text)
