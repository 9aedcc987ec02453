"""The first reading of a foreign COCO file: is it whole, and what does it offer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from labeler.dataset import coco_entries
from labeler.dataset.coco_entries import BadEntry, CategoryEntry, ImageEntry, Key, SessionEntry
from labeler.dataset.json_stream import JsonSource, entries
from labeler.dataset.progress import OnProgress, ShouldStop
from labeler.errors import UserError
from trainer.shell_text import one_line

MAX_TOLD = 10_000
"""So many lines of a report are kept; its total counts all."""

_LONGEST = 300
"""Characters of one of them: the longest name of a file, and some folders."""

_Entry = TypeVar("_Entry", ImageEntry, CategoryEntry, SessionEntry)


@dataclass(slots=True)
class Told:
    """A list of (what, why) that counts on when it is full."""

    lines: list[tuple[str, str]] = field(default_factory=list)
    total: int = 0

    def add(self, what: str, why: str) -> None:
        """what may be any text from outside; it is kept as it can be shown, and no longer."""
        self.total += 1
        if self.total <= MAX_TOLD:
            self.lines.append((_shown(what), _shown(why)))


def _shown(text: str) -> str:
    told = one_line(text)
    return told if len(told) <= _LONGEST else f"{told[:_LONGEST]}…"


@dataclass(slots=True)
class Plan:
    """The good entries by their id in the file, and what was skipped so far."""

    images: dict[Key, ImageEntry] = field(default_factory=dict)
    categories: dict[Key, CategoryEntry] = field(default_factory=dict)
    sessions: dict[Key, SessionEntry] = field(default_factory=dict)
    annotations: int = 0
    skipped: Told = field(default_factory=Told)


def made_plan(source: JsonSource, on_progress: OnProgress, should_stop: ShouldStop) -> Plan:
    """Reads the file to its end. Raises UserError where it is broken or no COCO file."""
    plan = Plan()
    readers: dict[str, Callable[[Any], None]] = {
        "images": _into(plan.images, coco_entries.image_entry),
        "categories": _into(plan.categories, coco_entries.category_entry),
        "sessions": _into(plan.sessions, coco_entries.session_entry),
    }
    seen: dict[str, int] = {}
    for key, entry in entries(source, {*readers, "annotations"}, on_progress, should_stop):
        seen[key] = seen.get(key, 0) + 1
        if key == "annotations":
            continue
        try:
            readers[key](entry)
        except BadEntry as error:
            plan.skipped.add(f"{key} entry {seen[key]}", str(error))
    plan.annotations = seen.get("annotations", 0)
    if not plan.images and not plan.categories:
        raise UserError(f"{source.name} holds no images. Is it a COCO detection file?")
    return plan


def _into(found: dict[Key, _Entry], read: Callable[[Any], _Entry]) -> Callable[[Any], None]:
    def take(entry: Any) -> None:
        good = read(entry)
        if good.key in found:
            raise BadEntry(f"its id {str(good.key)[:60]} is given twice")
        found[good.key] = good

    return take
