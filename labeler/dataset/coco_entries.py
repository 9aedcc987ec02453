"""One entry of a foreign COCO file at a time: believed only after every field was looked at."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from labeler.dataset.category_edits import clean_name
from labeler.dataset.edits import MAX_NOTE, clean_note
from labeler.dataset.model import BBox, Pose, Readings, is_moment, is_reading
from labeler.errors import UserError

Key = int | str
"""An id as the file has it. COCO's are integers; some tools write text."""

_LARGEST_ID = 1 << 53
_LONGEST_NOTE = 4 * MAX_NOTE
"""Beyond this a note is not even looked at: composing its letters may shorten it, not so much."""
_COLOR = re.compile(r"#[0-9a-f]{6}")


class BadEntry(UserError):  # noqa: N818 - a fault to mend, as its parent is
    """This entry cannot be taken; others can. Its text says why."""


@dataclass(frozen=True, slots=True)
class ImageEntry:
    """An image as the file has it. The fields after captured_at are this program's own extras."""

    key: Key
    file_name: str
    size: tuple[float, float] | None
    captured_at: float | None
    session: Key | None
    verified: bool | None
    original_name: str | None
    head_angle_rad: float | None
    pose: Pose | None
    readings: Readings
    note: str
    model: str


@dataclass(frozen=True, slots=True)
class CategoryEntry:
    """A category as the file has it."""

    key: Key
    name: str
    color: str | None
    digit: str


@dataclass(frozen=True, slots=True)
class SessionEntry:
    """This program's own extra."""

    key: Key
    name: str
    camera: str
    started_at: float
    note: str


def image_entry(entry: Any) -> ImageEntry:
    """Raises BadEntry without a usable id and file_name; doubtful extras count as missing."""
    fields = _fields(entry)
    file_name = fields.get("file_name")
    if not isinstance(file_name, str) or not file_name:
        raise BadEntry("it has no file_name")
    captured_at = _moment(fields.get("captured_at"))
    verified, original_name = fields.get("verified"), fields.get("original_name")
    told = fields.get("capture")
    capture = told if isinstance(told, dict) else fields  # where exports had it before
    return ImageEntry(
        key=_key(fields, "id"),
        file_name=file_name,
        size=_size(fields),
        captured_at=_date(fields.get("date_captured")) if captured_at is None else captured_at,
        session=_known_key(fields.get("session_id")),
        verified=verified if isinstance(verified, bool) else None,
        original_name=_text(original_name),
        head_angle_rad=_reading(capture.get("head_angle_rad")),
        pose=_pose(capture.get("pose")),
        readings=_readings(capture),
        note=_note(fields.get("note")),
        model=_text(fields.get("model")) or "",
    )


def category_entry(entry: Any) -> CategoryEntry:
    """Raises BadEntry without a usable id and name."""
    fields = _fields(entry)
    name, color = fields.get("name"), fields.get("color")
    if not isinstance(name, str):
        raise BadEntry("it has no name")
    try:
        name = clean_name(name)
    except UserError as error:
        raise BadEntry(str(error).rstrip(".")) from error
    known = isinstance(color, str) and _COLOR.fullmatch(color)
    digit = fields.get("key")
    return CategoryEntry(
        _key(fields, "id"),
        name,
        color if known else None,
        digit if isinstance(digit, str) and digit in tuple("123456789") else "",
    )


def session_entry(entry: Any) -> SessionEntry:
    """Raises BadEntry where anything is missing."""
    fields = _fields(entry)
    name, camera = _text(fields.get("name")), _text(fields.get("camera"))
    started_at = _moment(fields.get("started_at"))
    if name is None or camera is None or started_at is None:
        raise BadEntry("it lacks a name, a camera or a time")
    return SessionEntry(_key(fields, "id"), name, camera, started_at, _note(fields.get("note")))


def annotation_place(entry: Any) -> tuple[Key | None, Key]:
    """(id or None, image_id). Raises BadEntry without a usable image_id."""
    fields = _fields(entry)
    return _known_key(fields.get("id")), _key(fields, "image_id")


def annotation_category(entry: dict[str, Any]) -> Key:
    """Raises BadEntry without a usable category_id."""
    return _key(entry, "category_id")


def annotation_bbox(entry: dict[str, Any]) -> BBox:
    """Raises BadEntry for a crowd and for anything but four finite numbers with positive sides."""
    if entry.get("iscrowd") not in (None, 0, False):
        raise BadEntry("it marks a crowd, not one thing")
    bbox = entry.get("bbox")
    if not isinstance(bbox, list) or len(bbox) != 4:
        raise BadEntry("its bbox is not a list of four numbers")
    numbers = [_number(value) for value in bbox]
    if any(number is None for number in numbers):
        raise BadEntry("its bbox holds something other than finite numbers")
    x, y, width, height = (number for number in numbers if number is not None)
    if width <= 0 or height <= 0:
        raise BadEntry("its bbox has no positive width and height")
    if not (math.isfinite(x + width) and math.isfinite(y + height)):
        raise BadEntry("its bbox has numbers beyond all bounds")
    return BBox(x, y, width, height)


def annotation_score(entry: dict[str, Any]) -> float | None:
    """From 0 to 1, of a box that a detector found; None for a box without a score.

    Raises BadEntry for a number beyond that: it is a detector's box, and how sure it was is not
    known, so it is neither a person's label nor a suggestion.
    """
    score = entry.get("score")
    if isinstance(score, bool) or not isinstance(score, int | float):
        return None
    if not 0 <= score <= 1:
        raise BadEntry(f"its score is {score:g}, not a number from 0 to 1")
    return float(score)


@dataclass(frozen=True, slots=True)
class AnnotationExtras:
    """What is said about a box beyond COCO."""

    occluded: bool
    truncated: bool
    difficult: bool
    note: str


def annotation_extras(entry: dict[str, Any]) -> AnnotationExtras:
    """This program's own fields, or those in "attributes", where CVAT writes them.

    Doubtful ones count as missing.
    """
    attributes = entry.get("attributes")
    places = (entry, attributes if isinstance(attributes, dict) else {})

    def flag(name: str) -> bool:
        told = (_flag(place.get(name)) for place in places)
        return next((said for said in told if said is not None), False)

    return AnnotationExtras(
        flag("occluded"),
        flag("truncated"),
        flag("difficult"),
        next(filter(None, (_note(place.get("note")) for place in places)), ""),
    )


def _flag(value: Any) -> bool | None:
    """None for what is neither yes nor no."""
    if isinstance(value, bool | int | float) and value in (0, 1):
        return value == 1
    return None


def _note(value: Any) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST_NOTE:
        return ""
    try:
        return clean_note(value)
    except UserError:
        return ""


def _fields(entry: Any) -> dict[str, Any]:
    if not isinstance(entry, dict):
        raise BadEntry("it is not an object")
    return entry


def _key(fields: dict[str, Any], name: str) -> Key:
    key = _known_key(fields.get(name))
    if key is None:
        raise BadEntry(f"its {name} is missing or not a number")
    return key


def _known_key(value: Any) -> Key | None:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    return None if isinstance(value, int) and abs(value) >= _LARGEST_ID else value


def _number(value: Any) -> float | None:
    """A finite number within what a float can tell apart, else None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


def _moment(value: Any) -> float | None:
    number = _number(value)
    return number if is_moment(number) else None


def _reading(value: Any) -> float | None:
    number = _number(value)
    return number if is_reading(number) else None


def _text(value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    return value[:1000].encode("utf-8", "replace").decode("utf-8")


def _size(fields: dict[str, Any]) -> tuple[float, float] | None:
    width, height = _number(fields.get("width")), _number(fields.get("height"))
    return None if width is None or height is None else (width, height)


def _pose(value: Any) -> Pose | None:
    if not isinstance(value, dict):
        return None
    numbers = [_reading(value.get(name)) for name in ("x_mm", "y_mm", "heading_rad")]
    known = [number for number in numbers if number is not None]
    return Pose(*known) if len(known) == 3 else None


def _readings(capture: dict[str, Any]) -> Readings:
    auto, battery = capture.get("auto_exposure"), _number(capture.get("battery"))
    return Readings(
        lift_mm=_reading(capture.get("lift_mm")),
        battery=battery if battery is not None and 0 <= battery <= 1 else None,
        exposure_ms=_reading(capture.get("exposure_ms")),
        gain=_reading(capture.get("gain")),
        auto_exposure=auto if isinstance(auto, bool) else None,
    )


def _date(value: Any) -> float | None:
    """COCO's date_captured, "2013-11-14 17:02:52", without a zone taken as UTC."""
    try:
        read = datetime.fromisoformat(str(value))
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
