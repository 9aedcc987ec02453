"""What an import brought, as rows, and how the journal writes them: a list of values a row."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass
from typing import Any, Protocol, TypeVar

from labeler.dataset.model import (
    NO_READINGS,
    Annotation,
    BBox,
    Category,
    Image,
    Pose,
    Readings,
    Session,
    Suggestion,
)


class _Numbered(Protocol):
    @property
    def id(self) -> int: ...


_Row = TypeVar("_Row")

_SESSION = ("id", "name", "camera", "started_at", "note")
_CATEGORY = ("id", "name", "color", "position", "key")
_IMAGE = (
    *("id", "file_name", "original_name", "width", "height", "sha256", "session_id"),
    *("captured_at", "head_angle_rad", "pose", "verified", "note", "readings"),
)
_BOX = ("id", "image_id", "category_id", "bbox")
_ANNOTATION = (*_BOX, "occluded", "truncated", "difficult", "note")
_SUGGESTION = (*_BOX, "score", "source", "model", "rejected")
_AT_ONCE = 500
"""So many rows are written by one call, which holds up all other threads meanwhile."""


@dataclass(frozen=True, slots=True)
class Imported:
    """Rows that came in one go. Those of images count as they were then: what was measured on a
    picture since, and how many boxes it has, is not part of it.
    """

    sessions: tuple[Session, ...] = ()
    categories: tuple[Category, ...] = ()
    images: tuple[Image, ...] = ()
    annotations: tuple[Annotation, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()

    def image_ids(self) -> tuple[int, ...]:
        """Of the images that came or whose boxes did, each once."""
        ids = dict.fromkeys(image.id for image in self.images)
        ids.update(dict.fromkeys(each.image_id for each in self.annotations))
        ids.update(dict.fromkeys(each.image_id for each in self.suggestions))
        return tuple(ids)

    def to_json(self) -> str:
        parts = (
            ("sessions", _SESSION, self.sessions),
            ("categories", _CATEGORY, self.categories),
            ("images", _IMAGE, self.images),
            ("annotations", _ANNOTATION, self.annotations),
            ("suggestions", _SUGGESTION, self.suggestions),
        )
        told = (f'"{name}": {_table(names, rows)}' for name, names, rows in parts if rows)
        return f"{{{', '.join(told)}}}"

    @classmethod
    def from_values(cls, values: dict[str, Any]) -> Imported:
        """The inverse of to_json, once that is read. Raises ValueError, KeyError or TypeError."""
        return cls(
            _rows(values.get("sessions"), Session),
            _rows(values.get("categories"), Category),
            _rows(values.get("images"), _image),
            _rows(values.get("annotations"), _annotation),
            _rows(values.get("suggestions"), _suggestion),
        )


def as_imported(image: Image) -> Image:
    """The image without what changes by itself: its counts, its measures, its newest edit."""
    kept = {name: getattr(image, name) for name in _IMAGE}
    return Image(**kept)


def _table(names: Sequence[str], rows: Sequence[_Numbered]) -> str:
    told = ", ".join(_dumped(names, rows))
    return f'{{"fields": {json.dumps(names)}, "rows": [{told}]}}'


def _dumped(names: Sequence[str], rows: Sequence[_Numbered]) -> Iterator[str]:
    for start in range(0, len(rows), _AT_ONCE):
        values = [
            [_value(getattr(row, name)) for name in names] for row in rows[start : start + _AT_ONCE]
        ]
        yield json.dumps(values)[1:-1]


def _value(value: Any) -> Any:
    if isinstance(value, BBox):
        return value.as_list()
    if isinstance(value, Pose):
        return astuple(value)
    if isinstance(value, Readings):
        return None if value == NO_READINGS else astuple(value)
    return value


def _rows(table: dict[str, Any] | None, make: Callable[..., _Row]) -> tuple[_Row, ...]:
    if table is None:
        return ()
    names = table["fields"]
    return tuple(make(**dict(zip(names, row, strict=True))) for row in table["rows"])


def _image(**values: Any) -> Image:
    pose, readings = values["pose"], values["readings"]
    values["pose"] = None if pose is None else Pose(*pose)
    values["readings"] = NO_READINGS if readings is None else Readings(*readings)
    return Image(**values)


def _annotation(**values: Any) -> Annotation:
    return Annotation(**{**values, "bbox": BBox(*values["bbox"])})


def _suggestion(**values: Any) -> Suggestion:
    return Suggestion(**{**values, "bbox": BBox(*values["bbox"])})
