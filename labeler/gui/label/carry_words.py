"""How a run of tracked boxes is told: in the status line, and on the images where it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from labeler.gui.counts import counted
from labeler.gui.label.between import Between
from labeler.gui.label.carry_run import End, Lost, Order, Outcome, Why


def _tr(text: str) -> str:
    return QCoreApplication.translate("Carrying", text)


@dataclass(frozen=True, slots=True)
class Names:
    """What a run speaks of: the class of each box by its key, of each category, of each image."""

    boxes: Mapping[int, str]
    categories: Mapping[int, str]
    images: Mapping[int, str]


def told(outcome: Outcome, offered: int, order: Order, names: Names) -> str:
    """In the status line. offered: how many suggestions were made."""
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
            _tr("{n} tracked. Enter accepts, Del rejects.").format(n=counted(offered, "box"))
            if offered
            else _tr("Nothing new to suggest here: drawn, confirmed or rejected already.")
        )
    else:
        words = _how_far(outcome, order)
    return f"{words} {lost}" if lost else words


def told_between(outcome: Between, offered: int, name: str) -> str:
    if outcome.key_frame is None:
        return _tr('No earlier image of this session has a box "{name}".').format(name=name)
    if not outcome.images:
        return _tr('There is no image between this box "{name}" and the one before.').format(
            name=name
        )
    return _tr('"{name}" suggested on {n} between two boxes.').format(
        name=name, n=counted(offered, "image")
    )


def notes(outcome: Outcome, order: Order, names: Names) -> dict[int, str]:
    """By image: that tracking ended there, why, and what to do. {key} stands for the key."""
    found: dict[int, list[str]] = {}
    for (image_id, why, other), boxes in _by_place(outcome, names).items():
        other_name = names.categories.get(other or 0, "")
        words = _why_here(why).format(names=", ".join(boxes), other=other_name, key="{key}")
        found.setdefault(image_id, []).append(words)
    end = _end_here(outcome, order)
    if end and not (outcome.end is End.SESSION and order.only_next):
        found.setdefault(outcome.ended_on, []).append(end)
    return {image_id: " ".join(each) for image_id, each in found.items()}


def _by_place(outcome: Outcome, names: Names) -> dict[tuple[int, Why, int | None], list[str]]:
    together: dict[tuple[int, Why, int | None], list[str]] = {}
    for key, lost in outcome.lost.items():
        boxes = together.setdefault((lost.image_id, lost.why, lost.other), [])
        name = names.boxes.get(key, "")
        if name not in boxes:
            boxes.append(name)
    return together


def _why_here(why: Why) -> str:
    return {
        Why.UNLIKE: _tr(
            "Tracking of {names} ended here: nothing in this image looks enough like it. If it is "
            "here, draw it and press {key} to go on."
        ),
        Why.LEFT: _tr(
            "Tracking of {names} ended here: too little of it is in the picture. Draw it where it "
            "comes back and press {key} there."
        ),
        Why.SIZE: _tr(
            "Tracking of {names} ended here: this image has another size than the one before. "
            "Draw it here and press {key} to go on."
        ),
        Why.CONFIRMED: _tr(
            "Tracking of {names} ended here: you confirmed this image without such a box. If it "
            "is here after all, draw it and press {key} to go on."
        ),
        Why.OTHER_CLASS: _tr(
            "Tracking of {names} ended here: the box at its place is of the class {other}. If "
            "that is wrong, change its class and press {key} to go on."
        ),
        Why.ELSEWHERE: _tr(
            "Tracking of {names} ended here: the box of this class is too far from where it was "
            "expected. If it is the same thing, press {key} here to go on with it."
        ),
    }[why]


def _why_in_short(lost: Lost, names: Names) -> str:
    return {
        Why.UNLIKE: _tr("nothing there looks enough like it"),
        Why.LEFT: _tr("it leaves the picture"),
        Why.SIZE: _tr("that image has another size"),
        Why.CONFIRMED: _tr("that image is confirmed without it"),
        Why.OTHER_CLASS: _tr("a box of {other} stands at its place"),
        Why.ELSEWHERE: _tr("the box of its class is too far away"),
    }[lost.why].format(other=names.categories.get(lost.other or 0, ""))


def _end_here(outcome: Outcome, order: Order) -> str:
    """Why it went no further for the boxes that were not lost."""
    if outcome.end is End.SESSION:
        return (
            _tr("Tracking ended here: this is the first image of its session.")
            if order.backwards
            else _tr("Tracking ended here: this is the last image of its session.")
        )
    if outcome.end is End.PAUSE:
        words = (
            _tr(
                "Tracking ended here: the image before was taken {s} earlier, so the scene may be "
                "another one. Draw the boxes there and press {key}."
            )
            if order.backwards
            else _tr(
                "Tracking ended here: the next image was taken {s} later, so the scene may be "
                "another one. Draw the boxes there and press {key}."
            )
        )
        return words.format(s=_seconds(outcome.pause_s), key="{key}")
    if outcome.end is End.STOPPED:
        return _tr("Tracking was stopped here. Press {key} to go on.")
    if outcome.end is End.FAULT:
        fault = outcome.fault.replace("{", "").replace("}", "")
        return _tr("Tracking ended here: {fault}").format(fault=fault)
    return ""


def _none_follows(outcome: Outcome, order: Order) -> str:
    if outcome.end is End.PAUSE:
        words = (
            _tr("The image before was taken {s} earlier: nothing is tracked over such a pause.")
            if order.backwards
            else _tr("The next image was taken {s} later: nothing is tracked over such a pause.")
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
        return _tr("Tracked through {n}, up to a pause of {s}.").format(
            n=count, s=_seconds(outcome.pause_s)
        )
    if order.backwards:
        return _tr("Tracked through {n}, to the beginning of the session.").format(n=count)
    return _tr("Tracked through {n}, to the end of the session.").format(n=count)


def _lost(outcome: Outcome, names: Names) -> str:
    """Lost mug after 14 images, on 15.png: it leaves the picture. Lost cube after 20 images, ..."""
    together: dict[Lost, list[str]] = {}
    for key, lost in sorted(outcome.lost.items(), key=lambda pair: pair[1].after):
        boxes = together.setdefault(lost, [])
        if names.boxes.get(key, "") not in boxes:
            boxes.append(names.boxes.get(key, ""))
    return " ".join(
        (
            _tr("Lost {names} after {n}, on {image}: {why}.")
            if lost.after
            else _tr("Lost {names} at once, on {image}: {why}.")
        ).format(
            names=", ".join(boxes),
            n=counted(lost.after, "image"),
            image=names.images.get(lost.image_id, ""),
            why=_why_in_short(lost, names),
        )
        for lost, boxes in together.items()
    )


def _seconds(seconds: float) -> str:
    if seconds < 120:
        return _tr("{0:.0f} s").format(seconds)
    return _tr("{0:.0f} min").format(seconds / 60)
