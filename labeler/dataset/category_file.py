"""Names of classes from a text file, one a line, as labelImg and YOLO keep them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from labeler.dataset.category_edits import clean_name
from labeler.dataset.files import reason
from labeler.errors import UserError

MAX_BYTES = 1 << 20
"""A larger file is no list of classes."""
MAX_NAMES = 2000
"""So many classes a file may name."""


@dataclass(frozen=True, slots=True)
class NamesInFile:
    """The usable names, each once, in the file's order; skipped holds (line number, why)."""

    names: tuple[str, ...]
    skipped: tuple[tuple[int, str], ...]


def read_names(path: Path) -> NamesInFile:
    """Reads predefined_classes.txt, classes.txt and the like. Blank lines mean nothing.

    Raises UserError where it cannot be read, is too large, or holds no text.
    """
    names: dict[str, str] = {}
    skipped: list[tuple[int, str]] = []
    for number, line in enumerate(_text(path).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            name = clean_name(line)
        except UserError as error:
            skipped.append((number, str(error)))
            continue
        names.setdefault(name.casefold(), name)
    if not names:
        raise UserError(f"{path.name} names no class. It should hold one name a line.")
    if len(names) > MAX_NAMES:
        raise UserError(
            f"{path.name} names {len(names)} classes, more than {MAX_NAMES}. "
            "Is it a list of classes, one name a line?"
        )
    return NamesInFile(tuple(names.values()), tuple(skipped))


def _text(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise UserError(f"Cannot read {path}: {reason(error)}.") from error
    if len(data) > MAX_BYTES:
        raise UserError(f"{path.name} is too large for a list of classes.")
    marks = (b"\xff\xfe", b"\xfe\xff")
    try:
        text = data.decode("utf-16" if data.startswith(marks) else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{path.name} is no text in UTF-8. Save it as UTF-8 first.") from error
    if "\0" in text:
        raise UserError(f"{path.name} is no text file.")
    return text
