"""The SDK's configuration of the simulated robot: a section of sdk_config.ini and a .cert file."""

from __future__ import annotations

import configparser
import os
import re
import secrets
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from labeler.errors import UserError

FILE_NAME = "sdk_config.ini"
CONNECTING = 0.5
"""Seconds in which somebody on this machine answers, if only by taking the connection."""
_NAME = re.compile(r"[0-9A-Za-z_-]{1,40}")
_SERIAL = re.compile(r"[0-9a-z]{1,32}")
_TOKEN = re.compile(r"[!-~]{1,200}")
_HEADER = re.compile(r"\[(?P<serial>.+)\]")


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the robot says it is. guid is the token that a client must show."""

    name: str = "Vector-SIM1"
    serial: str = "00sim001"
    guid: str = field(default_factory=lambda: secrets.token_urlsafe(16))

    def check(self) -> None:
        """Raises UserError where it could stand in no configuration or certificate."""
        for pattern, word, what in (
            (_NAME, self.name, "name: up to 40 letters, digits and hyphens"),
            (_SERIAL, self.serial, "serial number: up to 32 small letters and digits"),
            (_TOKEN, self.guid, "token: up to 200 letters, digits and signs without a space"),
        ):
            if not pattern.fullmatch(word):
                raise UserError(f"{word[:80]!r} is no robot's {what}.")


def numbered(first: Identity, count: int) -> list[Identity]:
    """first and the ones that follow it: their names and serials count on, tokens differ."""
    found = [first]
    for number in range(1, count):
        name, serial = _counted_on(first.name, number), _counted_on(first.serial, number)
        found.append(Identity(name, serial))
    return found


def _counted_on(word: str, by: int) -> str:
    """ "SIM1" and 2 give "SIM3"; a word that does not end in digits counts as the first one."""
    stem = word.rstrip("0123456789")
    digits = word[len(stem) :]
    return f"{stem}{int(digits or 1) + by:0{len(digits)}d}"


@dataclass(frozen=True, slots=True)
class Address:
    ip: str
    port: int


def cert_path(folder: Path, identity: Identity) -> Path:
    return folder / f"{identity.name}-{identity.serial}.cert"


def write_configuration(
    folder: Path, identity: Identity, address: Address, certificate: bytes
) -> Path:
    """Writes the certificate and the robot's section, for their owner alone. Returns the ini file.

    Every other line of the file stays as it is: it may hold a person's own robots. Raises UserError
    where the folder cannot be written, holds a file that is no ini file, or has this very robot
    already, and it runs.
    """
    path = folder / FILE_NAME
    values = {
        "cert": str(cert_path(folder, identity).resolve()),
        "ip": address.ip,
        "name": identity.name,
        "guid": identity.guid,
        "port": str(address.port),
    }
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone(folder):
            text = _read(path)
            _check_that_none_runs(path, _sections(path, text), identity, address.port)
            others = _without(text, identity.serial)
            _replace(cert_path(folder, identity), certificate)
            _replace(path, _with(others, identity.serial, values).encode("latin-1"))
    except OSError as error:
        raise _unwritten(path, error.strerror or str(error)) from error
    return path


def remove_configuration(folder: Path, identity: Identity) -> None:
    """Takes the section and the certificate away, unless another robot's token stands there by now.
    Raises UserError."""
    path = folder / FILE_NAME
    try:
        with _alone(folder):
            text = _read(path)
            if _sections(path, text).get(identity.serial, {}).get("guid") == identity.guid:
                rest = _without(text, identity.serial)
                if rest:
                    _replace(path, rest.encode("latin-1"))
                else:  # as it was before
                    path.unlink()
                cert_path(folder, identity).unlink(missing_ok=True)
    except OSError as error:
        raise _unwritten(path, error.strerror or str(error)) from error


def sdk_folder() -> Path:
    """Where the SDK looks for robots: the person's own folder. Written only when they ask."""
    return Path.home() / ".anki_vector"


def _read(path: Path) -> str:
    """Its bytes, each as one character, so that none of them changes. Raises UserError."""
    text = path.read_bytes().decode("latin-1") if path.exists() else ""
    _sections(path, text)
    return text


def _sections(path: Path, text: str) -> dict[str, dict[str, str]]:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    try:
        parser.read_string(text.removeprefix("\xef\xbb\xbf"))
    except configparser.Error:  # it quotes lines, and one may hold a token
        raise _unwritten(path, "the file is damaged") from None
    return {serial.lower(): dict(parser[serial]) for serial in parser.sections()}


def _check_that_none_runs(
    path: Path, sections: dict[str, dict[str, str]], identity: Identity, our_port: int
) -> None:
    """One that was killed left its section behind; nobody listens at its port, or we do."""
    port = sections.get(identity.serial, {}).get("port", "")
    if port == str(our_port):
        return
    try:
        socket.create_connection(("127.0.0.1", int(port)), CONNECTING).close()
    except (OSError, ValueError, OverflowError):
        return
    raise UserError(
        f"{identity.name} ({identity.serial}) runs already and stands in {path}. Give this one "
        "another name: --name Vector-SIM7 --serial 00sim007."
    )


def _without(text: str, serial: str) -> str:
    """The text without that robot's section, but with the comments in it."""
    kept, is_ours = [], False
    for line in text.split("\n"):
        if header := _HEADER.match(line):
            is_ours = header["serial"].lower() == serial
        if not is_ours or line.startswith(("#", ";")):
            kept.append(line)
    rest = "\n".join(kept).rstrip("\r\n")
    return rest + _line_end(text) if rest else ""


def _with(text: str, serial: str, values: dict[str, str]) -> str:
    end = _line_end(text)
    lines = [f"[{serial}]", *(f"{key} = {value}" for key, value in values.items()), ""]
    return text + end * bool(text) + end.join(lines)


def _line_end(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Of several programs that write here the next one reads only when this one has written.

    The window locks the folder in the same way; Windows has no lock for folders.
    """
    if sys.platform == "win32":
        yield
        return
    import fcntl

    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _replace(path: Path, data: bytes) -> None:
    """Whole or not at all, and for its owner alone. A link stays one."""
    path = path.resolve()
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _unwritten(path: Path, why: str) -> UserError:
    return UserError(
        f"The simulated robot's configuration could not be written to {path}: {why}. "
        "Mend that, or start it without --install and --folder."
    )
