"""The SDK's configuration of the simulated robot: a section of sdk_config.ini and a .cert file."""

from __future__ import annotations

import configparser
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from labeler.errors import UserError

FILE_NAME = "sdk_config.ini"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the robot says it is. guid is the token that a client must show."""

    name: str = "Vector-SIM1"
    serial: str = "00sim001"
    guid: str = field(default_factory=lambda: secrets.token_urlsafe(16))


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
    """Writes the certificate and the robot's section; other sections stay. Returns the ini file.

    Raises UserError where the folder cannot be written or holds a file that is no ini file.
    """
    path = folder / FILE_NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        parser = configparser.ConfigParser(strict=False, interpolation=None)
        parser.read(path, encoding="utf-8")
        _replace(cert_path(folder, identity), certificate)
        parser[identity.serial] = {
            "cert": str(cert_path(folder, identity).resolve()),
            "ip": address.ip,
            "name": identity.name,
            "guid": identity.guid,
            "port": str(address.port),
        }
        _replace(path, _text(parser).encode("utf-8"))
    except (OSError, configparser.Error, UnicodeDecodeError) as error:
        raise UserError(
            f"The simulated robot's configuration could not be written to {path}: {error}. "
            "Choose another folder with --folder."
        ) from error
    return path


def sdk_folder() -> Path:
    """Where the SDK looks for robots: the person's own folder. Written only when they ask."""
    return Path.home() / ".anki_vector"


def _text(parser: configparser.ConfigParser) -> str:
    lines: list[str] = []
    for name in parser.sections():
        lines.append(f"[{name}]")
        lines += [f"{key} = {value}" for key, value in parser.items(name)]
        lines.append("")
    return "\n".join(lines)


def _replace(path: Path, data: bytes) -> None:
    temporary = path.with_name(f"{path.name}.{os.getpid()}.new")
    temporary.write_bytes(data)
    temporary.replace(path)
