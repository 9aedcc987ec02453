"""Which images are shown and in what order, as values and as SQL."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import KW_ONLY, dataclass
from enum import StrEnum

from labeler.dataset.model import ImageState

_DIGITS = re.compile(r"[0-9]+")
_STATE = {
    ImageState.UNLABELLED: "(annotation_count > 0) = 0 AND verified = 0",
    ImageState.LABELLED: "(annotation_count > 0) = 1",
    ImageState.EMPTY: "(annotation_count > 0) = 0 AND verified = 1",
}
_OF_CATEGORY = "SELECT image_id FROM annotation WHERE category_id = :category"
_IS_OF_CATEGORY = (
    "SELECT image_id FROM annotation WHERE image_id = :image AND +category_id = :category"
)
"""The same for one image alone: found by its few boxes, not by all of the category."""
_SUGGESTED = "SELECT id FROM image WHERE suggestion_count > 0"
_NOTED = (
    "SELECT id FROM image WHERE note <> '' UNION SELECT image_id FROM annotation WHERE note <> ''"
)
_FLAWED = "SELECT id FROM image WHERE flaw <> ''"
_IN = {True: "IN", False: "NOT IN"}


class Order(StrEnum):
    """What images are sorted by. Those that are alike in it stand as they were added."""

    ADDED = "added"
    TIME = "time"
    NAME = "name"
    BOXES = "boxes"
    EDITED = "edited"

    @property
    def column(self) -> str:
        """The column of the table image."""
        return _COLUMN[self]

    @property
    def is_fixed(self) -> bool:
        """Whether no edit moves an image."""
        return self not in (Order.BOXES, Order.EDITED)


_COLUMN = {
    Order.ADDED: "id",
    Order.TIME: "captured_at",
    Order.NAME: "name_key",
    Order.BOXES: "annotation_count",
    Order.EDITED: "last_edit",
}


@dataclass(frozen=True, slots=True)
class ImageFilter:
    """What an image has to be; None and empty text ask for nothing, several for all of them.

    category_id: a box of it is there. has_suggestions: some wait for a person. has_note: its own,
    or one of its boxes'. has_flaw: blurred, dark, burnt or like another one when it was taken.
    text: a part of its name or the beginning of its stored file's, in any case.
    """

    state: ImageState | None = None
    _: KW_ONLY  # a new field moves no other
    category_id: int | None = None
    session_id: int | None = None
    has_suggestions: bool | None = None
    verified: bool | None = None
    has_note: bool | None = None
    has_flaw: bool | None = None
    text: str = ""

    @property
    def takes_all(self) -> bool:
        return self == _ALL


_ALL = ImageFilter()


def condition(wanted: ImageFilter, *, of_one: bool = False) -> tuple[str, dict[str, int | str]]:
    """The filter as SQL about the table image, and the values of its names.

    The connection has to know mentions(). of_one: it is asked of the image :image alone.
    """
    parts: list[str] = []
    values: dict[str, int | str] = {}
    if wanted.state is not None:
        parts.append(_STATE[wanted.state])
    if wanted.category_id is not None:
        parts.append(f"id IN ({_IS_OF_CATEGORY if of_one else _OF_CATEGORY})")
        values["category"] = wanted.category_id
    if wanted.session_id is not None:
        parts.append("session_id = :session")
        values["session"] = wanted.session_id
    if wanted.has_suggestions is not None:
        parts.append(f"id {_IN[wanted.has_suggestions]} ({_SUGGESTED})")
    if wanted.verified is not None:
        parts.append("verified = :verified")
        values["verified"] = int(wanted.verified)
    if wanted.has_note is not None:
        parts.append(f"id {_IN[wanted.has_note]} ({_NOTED})")
    if wanted.has_flaw is not None:
        parts.append(f"id {_IN[wanted.has_flaw]} ({_FLAWED})")
    if wanted.text:
        parts.append("mentions(original_name, file_name, :text)")
        values["text"] = folded(wanted.text)
    return " AND ".join(parts) or "1", values


def mentions(original_name: str, file_name: str, text: str) -> bool:
    """Whether the folded text is a part of the name, or begins the stored file's. For SQL.

    The rest of a stored file's name is a hash, in which short texts would be found by chance.
    """
    return text in folded(original_name) or folded(file_name).startswith(text)


def folded(text: str) -> str:
    """The text without its case; letters that look alike are alike, however they are encoded."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", text.casefold())


def natural_key(name: str) -> str:
    """Names in the order of these come as people expect: img2 before img10. For SQL as well.

    Each number is led by how many digits it has, so that longer ones come later.
    """
    return _DIGITS.sub(_with_length, folded(name))


def _with_length(found: re.Match[str]) -> str:
    number = found[0].lstrip("0")
    return f"{len(number):03}{number}"
