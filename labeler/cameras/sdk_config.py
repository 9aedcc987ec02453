"""Writes a robot into the SDK's own files: readable by their owner alone, the rest untouched."""

from __future__ import annotations

import configparser
import locale
import os
import re
import secrets
import stat
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from labeler.cameras.robots import has_port, parse_sections, read_sections, split_address
from labeler.dataset.files import reason, sync_folder
from labeler.errors import UserError

_HEADER = re.compile(r"\[(?P<serial>.+)\]")
_NAME = re.compile(r"[0-9A-Za-z_-]{1,40}")
SERIAL = re.compile(r"[0-9a-z]{1,32}")
"""A serial number in small letters; it is a section's name, and a part of a file's."""


def put_robot(path: Path, serial: str, values: Mapping[str, str]) -> None:
    """Sets keys of one robot's section, or adds the section.

    Every other line of the file stays as it is, comments too. Raises UserError where the file is
    damaged or cannot be written; it is then as it was.
    """
    for key, value in values.items():
        if not value.strip() or not value.isprintable():
            raise UserError(f"This {key} cannot be written into {path}: it is empty or not text.")
    serial = serial.lower()
    read_sections(path)  # tells of damage
    with _alone(path):
        text, encoding = _read(path)
        changed = _with_values(text, serial, values)
        _check(path, parse_sections(text), changed, serial, values)
        try:
            data = changed.encode(encoding)
        except UnicodeEncodeError:
            data = changed.encode("utf-8")
        _write_private(path, data)


def change_address(path: Path, serial: str, address: str) -> None:
    """Where the robot is now: a host, or host:port. Raises UserError."""
    address = address.strip()
    host, port = split_address(address, "")
    values = {"ip": host, "port": port} if has_port(address) else {"ip": host}
    if serial.lower() not in read_sections(path):
        raise UserError(f"No robot {serial} is configured in {path}. Set it up first.")
    put_robot(path, serial, values)


def write_certificate(folder: Path, name: str, serial: str, pem: bytes) -> Path:
    """The file that the SDK would write: NAME-SERIAL.cert. Raises UserError."""
    if not _NAME.fullmatch(name) or not SERIAL.fullmatch(serial.lower()):
        raise UserError(f'"{name}" with the serial number "{serial}" is no robot\'s name.')
    path = folder / f"{name}-{serial.lower()}.cert"
    _write_private(path, pem)
    return path


def _read(path: Path) -> tuple[str, str]:
    """The text and its encoding, so that not a byte of what others wrote changes."""
    data = path.read_bytes() if path.exists() else b""
    own = locale.getpreferredencoding(False)  # the SDK reads and writes in this one
    for encoding in (own,) if data.isascii() else ("utf-8-sig", own):
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1"), "latin-1"


def _with_values(text: str, serial: str, values: Mapping[str, str]) -> str:
    """The text with the robot's last section changed: the last one is the one that counts."""
    end = "\r\n" if "\r\n" in text else "\n"
    lines = [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")]
    lines = lines if text else []
    begin = None
    for at, line in enumerate(lines):
        header = _HEADER.match(line)
        if header and header["serial"].lower() == serial:
            begin = at + 1
    if begin is None:
        gap = [""] if lines and lines[-1].strip() else []
        lines += [*gap, f"[{serial}]", *(f"{key} = {value}" for key, value in values.items())]
        return end.join([*lines, ""])
    stop = next((at for at in range(begin, len(lines)) if _HEADER.match(lines[at])), len(lines))
    body = _changed_body(lines[begin:stop], values)
    return end.join([*lines[:begin], *body, *lines[stop:], ""])


def _changed_body(body: list[str], values: Mapping[str, str]) -> list[str]:
    """Each key's line replaced where it stands; new keys after the last line that is not empty."""
    found: list[str] = []
    done: set[str] = set()
    is_ours = False
    for line in body:
        key = re.split(r"[=:]", line, maxsplit=1)[0].strip().lower()
        is_comment = line.lstrip().startswith(("#", ";"))
        if line[:1].isspace() and line.strip() and not is_comment:
            if not is_ours:  # it goes on with the value above it
                found.append(line)
            continue
        is_ours = not is_comment and key in values
        if not is_ours:
            found.append(line)
        elif key not in done:
            done.add(key)
            found.append(f"{key} = {values[key]}")
    at = len(found)
    while at and not found[at - 1].strip():
        at -= 1
    found[at:at] = [f"{key} = {value}" for key, value in values.items() if key not in done]
    return found


def _check(
    path: Path,
    before: dict[str, dict[str, str]],
    changed: str,
    serial: str,
    values: Mapping[str, str],
) -> None:
    """What will be read is what was there, and the new values. Raises UserError."""
    wanted = {**before, serial: {**before.get(serial, {}), **values}}
    try:
        good = parse_sections(changed) == wanted
    except configparser.Error:
        good = False
    if not good:
        raise UserError(
            f"{path} is written in a way that cannot be changed safely. Change the robot {serial} "
            "in it by hand, or move the file away and set the robot up again."
        )


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Two windows at once: the second one reads only when the first has written.

    By a lock on the folder, which leaves nothing behind; Windows has none for folders.
    """
    if sys.platform == "win32":
        yield
        return
    import fcntl

    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path.parent, os.O_RDONLY)
    except OSError as error:
        raise _unwritten(path, error) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _write_private(path: Path, data: bytes) -> None:
    """Whole or not at all, and for its owner alone. A link stays one. Raises UserError."""
    path = path.resolve()
    if path.exists() and not path.stat().st_mode & stat.S_IWUSR:
        raise UserError(f"{path} is write-protected. Allow its owner to write it, then try again.")
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                out.write(data)
                out.flush()
                os.fsync(out.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        sync_folder(path.parent)
    except OSError as error:
        raise _unwritten(path, error) from error


def _unwritten(path: Path, error: OSError) -> UserError:
    return UserError(f"{path} cannot be written: {reason(error)}. Nothing was changed.")
