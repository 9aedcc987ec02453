"""Mistakes to look at: small cut-outs with the boxes drawn over them, inside the page."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from dataclasses import dataclass

from PIL import Image

from trainer.coco import CocoSet, Picture
from trainer.measured import Box, Case, Mistakes
from trainer.picture_gate import PictureError
from trainer.pictures import read_picture, require_shape
from trainer.report.markup import Markup, name_of, tag
from trainer.run_files import bears_mark

MOST_OF_A_KIND = 6
_LONGEST = 240
"""Pixels of a cut-out: a page of 30 stays under half a megabyte."""
_ROOM = 0.35
"""Around the boxes, as a share of their longer side."""
_SMALLEST = 48.0


@dataclass(frozen=True, slots=True)
class _Window:
    """The part of a picture that is shown, in its own pixels."""

    left: float
    top: float
    width: float
    height: float


def gallery(errors: Mistakes, coco: CocoSet) -> Markup:
    """The worst mistakes of a kind whose pictures can be read; empty where there are none."""
    pictures = {picture.id: picture for picture in coco.pictures}
    names = dict(coco.categories)
    shown: list[Markup] = []
    for case in errors.cases:
        picture = pictures.get(case.image_id)
        if picture is not None and (cut := _cut_out(case, picture)):
            shown.append(tag("figure", cut, tag("figcaption", *_words(case, names))))
        if len(shown) == MOST_OF_A_KIND:
            break
    return tag("div", *shown, class_="gallery") if shown else Markup()


def may_be_shown(picture: Picture) -> bool:
    """Not where a run names pictures of this computer that never belonged to it."""
    return picture.mark is None or bears_mark(picture.path, picture.mark)


def _words(case: Case, names: Mapping[int, str]) -> list[str]:
    words: list[str] = []
    if case.found_category is not None and case.score is not None:
        words += [tag("b", name_of(names.get(case.found_category, "?"), 40), f" {case.score:.2f}")]
    if case.truth_category is not None:
        is_other = case.truth_category != case.found_category
        words += [" on " if words and is_other else ""]
        words += [name_of(names.get(case.truth_category, "?"), 40)] if is_other else []
    return [*words, tag("small", name_of(case.file_name, 60))]


def _cut_out(case: Case, picture: Picture) -> Markup | None:
    """None where there is nothing to show."""
    boxes = [box for box in (case.found, case.truth) if box is not None]
    window = _window(boxes, picture) if boxes else None
    data = _encoded(picture, window) if window else None
    if window is None or data is None:
        return None
    size = {"width": window.width, "height": window.height}
    image = tag("image", href=data, x=window.left, y=window.top, **size)
    frames = [
        tag("rect", x=box[0], y=box[1], width=box[2], height=box[3], class_=look)
        for box, kind in ((case.truth, "frame truth"), (case.found, "frame found"))
        if box is not None
        for look in ("under", kind)
    ]
    view = f"{window.left:.1f} {window.top:.1f} {window.width:.1f} {window.height:.1f}"
    return tag("svg", image, *frames, viewBox=view, role="img")


def _window(boxes: list[Box], picture: Picture) -> _Window | None:
    left, top = (min(box[side] for box in boxes) for side in (0, 1))
    right, bottom = (max(box[side] + box[side + 2] for box in boxes) for side in (0, 1))
    room = max(_ROOM * max(right - left, bottom - top), (_SMALLEST - (right - left)) / 2)
    left, top = max(0.0, left - room), max(0.0, top - room)
    right = min(float(picture.width), right + room)
    bottom = min(float(picture.height), bottom + room)
    if right - left < 1 or bottom - top < 1:
        return None
    return _Window(left, top, right - left, bottom - top)


def _encoded(picture: Picture, window: _Window) -> str | None:
    """A JPEG as a data address; None where the picture cannot be read any more."""
    if not may_be_shown(picture):
        return None
    claimed = (picture.width, picture.height)
    scale = min(1.0, _LONGEST / max(window.width, window.height))
    enough = (round(claimed[0] * scale), round(claimed[1] * scale))
    try:
        decoded = read_picture(picture.path, claimed, enough=enough)
        require_shape(decoded.size, claimed)
    except PictureError:
        return None
    height, width = decoded.rgb.shape[:2]
    sx, sy = width / claimed[0], height / claimed[1]
    box = (
        window.left * sx,
        window.top * sy,
        (window.left + window.width) * sx,
        (window.top + window.height) * sy,
    )
    size = (max(1, round(window.width * scale)), max(1, round(window.height * scale)))
    small = Image.fromarray(decoded.rgb).resize(size, Image.Resampling.BILINEAR, box=box)
    stream = io.BytesIO()
    small.save(stream, "JPEG", quality=78)
    return f"data:image/jpeg;base64,{base64.b64encode(stream.getvalue()).decode()}"
