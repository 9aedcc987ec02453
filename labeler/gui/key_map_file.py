"""A key map in a file: only what differs from the defaults, as versioned JSON."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from labeler.errors import UserError
from labeler.gui.key_map import MOST_KEYS, Changes, canonical

FORMAT = "vector-labeler keys"
VERSION = 2
_MOVED = {
    1: {
        "everywhere.train": ("Ctrl+4", "Ctrl+3"),
        "everywhere.preview": ("Ctrl+5", "Ctrl+4"),
        "everywhere.compare": ("Ctrl+6", "Ctrl+5"),
    }
}
"""Defaults that a later version moved, by the last version that had them: the old key, the new one.

A file of that version repeats the old default beside the key that the person added.
"""
_LARGEST = 1_000_000
"""Bytes; a true one has a few thousand."""
_LONGEST_NAME = 100


def read_key_map(file: Path) -> dict[str, tuple[str, ...]]:
    """The changes that a file holds, unknown actions among them.

    Raises UserError, which names the file and its fault, for anything but a whole key map.
    """
    try:
        with file.open("rb") as stream:
            data = stream.read(_LARGEST + 1)
    except OSError as error:
        raise UserError(f"{file} could not be read: {error.strerror}.") from error
    try:
        return parse_key_map(data)
    except ValueError as error:
        raise UserError(f"{file} is no usable key map: {error}") from error


def write_key_map(file: Path, changes: Changes) -> None:
    """Replaces the file only when the new one is complete. Raises UserError where it cannot."""
    text = json.dumps(
        {"format": FORMAT, "version": VERSION, "keys": changes}, indent=2, ensure_ascii=False
    )
    fresh = file.with_name(f"{file.name}.new")
    if len(text.encode()) > _LARGEST:
        raise UserError("These are too many keys to keep.")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with fresh.open("w", encoding="utf-8") as stream:
            stream.write(text + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(file)
    except OSError as error:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise UserError(f"The keys could not be written to {file}: {error.strerror}.") from error


def keep_key_map(file: Path, changes: Changes) -> None:
    """Writes the person's own keys; a broken file in their place is put aside, not lost.

    Raises UserError where they cannot be written.
    """
    if file.exists():
        try:
            read_key_map(file)
        except UserError:
            with suppress(OSError):
                file.replace(file.with_name(f"{file.stem}.broken{file.suffix}"))
    write_key_map(file, changes)


def parse_key_map(data: bytes) -> dict[str, tuple[str, ...]]:
    """Raises ValueError, whose text says what is wrong as the end of a sentence."""
    if len(data) > _LARGEST:
        raise ValueError("it is far too large.")
    try:
        read = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ValueError("it is not a text in UTF-8.") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"line {error.lineno} is not JSON ({error.msg}).") from None
    except (RecursionError, ValueError):
        raise ValueError("it is not JSON that can be read.") from None
    keys = _checked(read)
    read_keys = {_name(name): _keys(name, value) for name, value in keys.items()}
    return _with_moved_defaults(read_keys, read["version"])


def _with_moved_defaults(
    changes: dict[str, tuple[str, ...]], version: int
) -> dict[str, tuple[str, ...]]:
    """An old default follows to its new key, unless the person gave that one to something else."""
    moved = dict(changes)
    for old_version in range(version, VERSION):
        for name, (old, new) in _MOVED[old_version].items():
            is_taken = any(new in keys for keys in moved.values())
            if old in moved.get(name, ()) and not is_taken:
                moved[name] = tuple(new if key == old else key for key in moved[name])
    return moved


def _checked(read: Any) -> dict[str, Any]:
    if not isinstance(read, dict) or read.get("format") != FORMAT:
        raise ValueError(f'it does not say "format": "{FORMAT}".')
    version = read.get("version")
    if type(version) is not int or version < 1:
        raise ValueError("it does not tell its version.")
    if version > VERSION:
        raise ValueError(
            f"it was written by a newer program (version {version}, here {VERSION} is known)."
        )
    if not isinstance(read.get("keys"), dict):
        raise ValueError('its "keys" are not a table of actions.')
    return dict(read["keys"])


def _name(name: str) -> str:
    place, _, action = name.partition(".")
    if not (place and action and len(name) <= _LONGEST_NAME and name.isprintable()):
        raise ValueError(f"{_short(name)} is no name of an action.")
    return name


def _keys(name: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise ValueError(f"the keys of {name} are not a list of texts.")
    if len(value) > MOST_KEYS:
        raise ValueError(f"{name} has more than {MOST_KEYS} keys.")
    keys = {text: canonical(text) for text in value}
    wrong = next((text for text, key in keys.items() if key is None), None)
    if wrong is not None:
        raise ValueError(f"{_short(wrong)} of {name} is no key.")
    return tuple(dict.fromkeys(key for key in keys.values() if key))


def _short(text: str) -> str:
    """Quoted, without letters that would break the sentence."""
    quoted = json.dumps(text)
    return quoted if len(quoted) <= 40 else f'{quoted[:36]}…"'
