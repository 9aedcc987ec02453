"""What Preview remembers from one start to the next, in a small file of the person's own."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

import platformdirs

from labeler.dataset.files import PART
from trainer.stored import Sentence, StoredError, Within, read

APPLICATION = "vector-labeler"


@dataclass(frozen=True, slots=True)
class Remembered:
    """numbered: each thing carries its steady number. smooth: boxes are evened out.

    keep_every: of so many recorded pictures one is kept as COCO; 0: none. hidden: classes that are
    switched off. rules: those of labeler.react.rules, as JSON.
    """

    numbered: bool = True
    smooth: bool = False
    keep_every: int = 15
    hidden: list[str] = field(default_factory=list)
    rules: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Kept:
    """The same as it stands in the file."""

    numbered: bool = True
    smooth: bool = False
    keep_every: Annotated[int, Within(0, 1_000_000)] = 15
    hidden: tuple[Sentence, ...] = ()
    rules: tuple[dict[str, Any], ...] = ()


def recall() -> Remembered:
    """What was kept last; how it is at first where there is none or it makes no sense."""
    try:
        kept = read(_file(), _Kept)
    except (OSError, StoredError):
        return Remembered()
    return Remembered(
        kept.numbered, kept.smooth, kept.keep_every, list(kept.hidden), list(kept.rules)
    )


def keep(**changes: Any) -> None:
    """Replaces the file as a whole. What cannot be kept is lost in silence."""
    file = _file()
    part = file.with_name(f"{file.name}-{os.getpid()}{PART}")
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        words = asdict(replace(recall(), **changes))
        part.touch(mode=0o600)  # an address in a rule may hold a key
        part.write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")
        part.replace(file)


def _file() -> Path:
    return platformdirs.user_state_path(APPLICATION, appauthor=False) / "preview.json"
