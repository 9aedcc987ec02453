"""How a run of carried boxes is told in the status line."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication

from labeler.gui.counts import counted
from labeler.gui.label.between import Between
from labeler.gui.label.carry_run import End, Order, Outcome


def _tr(text: str) -> str:
    return QCoreApplication.translate("Carrying", text)


def told(outcome: Outcome, offered: int, order: Order, names: Mapping[int, str]) -> str:
    """offered: how many suggestions were made; names: the class of each box, by its key."""
    if outcome.end is End.FAULT:
        return _tr("Stopped after {n}: {fault}").format(
            n=counted(outcome.images, "image"), fault=outcome.fault
        )
    if not outcome.images and outcome.end in (End.SESSION, End.PAUSE):
        return _none_follows(outcome, order)
    lost = _lost(outcome, names)
    if outcome.end is End.LOST:
        return lost
    if order.only_next:
        words = (
            _tr("{n} carried on. Enter accepts, Del rejects.").format(n=counted(offered, "box"))
            if offered
            else _tr("Nothing new to suggest here: boxed, confirmed or rejected already.")
        )
    else:
        words = _how_far(outcome, order)
    return f"{words} {lost}" if lost else words


def told_between(outcome: Between, offered: int, name: str) -> str:
    if outcome.key_frame is None:
        return _tr('No earlier image of this sequence has a box "{name}".').format(name=name)
    if not outcome.images:
        return _tr('There is no image between this box "{name}" and the one before.').format(
            name=name
        )
    return _tr('"{name}" suggested on {n} between two boxes.').format(
        name=name, n=counted(offered, "image")
    )


def _none_follows(outcome: Outcome, order: Order) -> str:
    if outcome.end is End.PAUSE:
        words = (
            _tr("The image before was taken {s} earlier: nothing is carried over such a pause.")
            if order.backwards
            else _tr("The next image was taken {s} later: nothing is carried over such a pause.")
        )
        return words.format(s=_seconds(outcome.pause_s))
    if order.backwards:
        return _tr("This is the first image of its session.")
    return _tr("This is the last image of its session.")


def _how_far(outcome: Outcome, order: Order) -> str:
    count = counted(outcome.images, "image")
    if outcome.end is End.STOPPED:
        return _tr("Stopped after {n}. What was found stays.").format(n=count)
    if outcome.end is End.PAUSE:
        return _tr("Carried through {n}, up to a pause of {s}.").format(
            n=count, s=_seconds(outcome.pause_s)
        )
    if order.backwards:
        return _tr("Carried through {n}, to the beginning of the session.").format(n=count)
    return _tr("Carried through {n}, to the end of the session.").format(n=count)


def _lost(outcome: Outcome, names: Mapping[int, str]) -> str:
    """Lost mug after 14 images; cube and card after 20 images."""
    together: dict[int, list[str]] = {}
    for key, images in sorted(outcome.lost.items(), key=lambda pair: pair[1]):
        together.setdefault(images, []).append(names.get(key, ""))
    if not together:
        return ""
    parts = [
        _tr("{names} after {n}").format(names=", ".join(each), n=counted(images, "image"))
        if images
        else _tr("{names} at once").format(names=", ".join(each))
        for images, each in together.items()
    ]
    return _tr("Lost {what}.").format(what="; ".join(parts))


def _seconds(seconds: float) -> str:
    if seconds < 120:
        return _tr("{0:.0f} s").format(seconds)
    return _tr("{0:.0f} min").format(seconds / 60)
