"""What a sweep and a posing partner are to do: asked of the person, with the time they take."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from labeler.cameras.posing_plan import MOST_PICTURES, RADIUS_CM, PosingWish
from labeler.cameras.sweep import HEAD_DEGREES, MOST_ANGLES, MOST_STEPS, WHOLE_TURN, SweepWish
from labeler.gui.capture.number_form import Number, NumberForm
from labeler.gui.settings import Settings

_SEEDS = 10_000
SWEEP_SECONDS, POSE_SECONDS = 0.8, 1.5
"""What a picture takes about, measured with the simulated robot."""


def sweep_form(parent: QWidget, on_chosen: Callable[[SweepWish], None]) -> NumberForm:
    """on_chosen gets the wish once the person begins."""
    low, high = HEAD_DEGREES
    usual = SweepWish()
    degrees = _tr(" degrees")
    numbers = [
        Number("sweep_steps", _tr("Directions"), usual.steps, 1, MOST_STEPS),
        Number(
            "sweep_arc",
            _tr("Spread over"),
            usual.arc_deg,
            10,
            WHOLE_TURN,
            degrees,
            _tr("360 is all around; less lies half to the left and half to the right"),
        ),
        Number("sweep_angles", _tr("Head angles at each"), usual.angles, 1, MOST_ANGLES),
        Number("sweep_lowest", _tr("Lowest"), usual.lowest_deg, low, high, degrees),
        Number("sweep_highest", _tr("Highest"), usual.highest_deg, low, high, degrees),
    ]

    def summary(chosen: Mapping[str, int]) -> str:
        count = chosen["sweep_steps"] * chosen["sweep_angles"]
        return picture_count(count) + _tr(", {0}.").format(_duration(count * SWEEP_SECONDS))

    return NumberForm(
        parent,
        _tr("Sweep"),
        _tr(
            "The robot turns on the spot and raises its head, and takes a picture at each stop "
            "once it stands still. Leave it room to turn."
        ),
        numbers,
        summary,
        lambda chosen: on_chosen(_sweep(chosen)),
    )


def _sweep(chosen: Mapping[str, int]) -> SweepWish:
    low, high = sorted((chosen["sweep_lowest"], chosen["sweep_highest"]))
    return SweepWish(chosen["sweep_steps"], chosen["sweep_angles"], low, high, chosen["sweep_arc"])


def posing_form(
    parent: QWidget, partners: Sequence[str], on_chosen: Callable[[PosingWish, int], None]
) -> NumberForm:
    """partners: their names. on_chosen gets the wish and which partner was chosen."""
    usual = PosingWish()
    low, high = RADIUS_CM
    numbers = [
        Number("pose_pictures", _tr("Pictures of it"), usual.pictures, 1, MOST_PICTURES),
        Number("pose_negatives", _tr("Pictures without it"), usual.negatives, 0, MOST_PICTURES),
        Number(
            "pose_radius",
            _tr("Circle's radius"),
            usual.radius_cm,
            low,
            high,
            _tr(" cm"),
            _tr("The partner never leaves this circle around where it stands now"),
        ),
        Number(
            "pose_seed",
            _tr("Seed"),
            usual.seed,
            0,
            _SEEDS - 1,
            "",
            _tr("The same number gives the same poses again; each run takes the next."),
            is_advanced=True,
        ),
    ]

    def summary(chosen: Mapping[str, int]) -> str:
        without = chosen["pose_negatives"]
        count = chosen["pose_pictures"] + without
        words = (
            _tr(", {0}. Those without it wait until you have checked them.")
            if without
            else _tr(", {0}.")
        )
        return picture_count(count) + words.format(_duration(count * POSE_SECONDS))

    form = NumberForm(
        parent,
        _tr("Posing partner"),
        _tr(
            "Put the partner where this robot sees it well, and leave the circle around it free. "
            "It drives from pose to pose; this robot photographs, and turns away at the end."
        ),
        numbers,
        summary,
        lambda chosen: begin(chosen),
    )
    partner = form.add_choice(_tr("Partner"), partners, _tr("The robot that poses"))

    def begin(chosen: Mapping[str, int]) -> None:
        Settings().set_number("pose_seed", (chosen["pose_seed"] + 1) % _SEEDS)
        on_chosen(_posing(chosen), partner.currentIndex())

    return form


def _posing(chosen: Mapping[str, int]) -> PosingWish:
    return PosingWish(
        chosen["pose_pictures"],
        chosen["pose_negatives"],
        chosen["pose_radius"],
        chosen["pose_seed"],
    )


def picture_count(count: int) -> str:
    """As in "24 pictures"."""
    return (_tr("{0} picture") if count == 1 else _tr("{0} pictures")).format(count)


def _duration(seconds: float) -> str:
    if seconds < 90:
        return _tr("about {0} s").format(max(5, 5 * round(seconds / 5)))
    return _tr("about {0} min").format(round(seconds / 60))


def _tr(text: str) -> str:
    return QCoreApplication.translate("DriveForms", text)
