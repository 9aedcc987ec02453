"""The robots a person has configured: the sections of the SDK's sdk_config.ini."""

from __future__ import annotations

import configparser
import locale
from dataclasses import dataclass
from pathlib import Path

from labeler.errors import UserError

CONFIGURE = "python -m anki_vector.configure"
REQUIRED = ("name", "ip", "cert", "guid")


@dataclass(frozen=True, slots=True)
class RobotConfig:
    """How to reach one robot. cert is its certificate file, guid the person's secret token."""

    serial: str
    name: str
    ip: str
    cert: Path
    guid: str
    port: int = 443

    @property
    def address(self) -> str:
        """The address as a person knows it: without the port where it is the usual one."""
        return self.ip if self.port == 443 else f"{self.ip}:{self.port}"

    def __repr__(self) -> str:  # the token must not end up in a log
        return f"RobotConfig({self.serial}, {self.name}, {self.address})"


def config_path() -> Path:
    """Where the SDK keeps its configuration. We read it and never write it."""
    return Path.home() / ".anki_vector" / "sdk_config.ini"


def read_sections(path: Path) -> dict[str, dict[str, str]]:
    """Keys and values by serial; empty when the file does not exist.

    Raises UserError when it cannot be read or is not an ini file.
    """
    try:
        text = _decode(path.read_bytes())
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise UserError(f"The robot configuration {path} cannot be read: {error.strerror}.") from (
            error
        )
    # As the SDK reads it, but for "%", which it would take for a reference to another key.
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    try:
        parser.read_string(text, source=str(path))
    except configparser.Error as error:
        raise UserError(
            f"The robot configuration {path} is damaged. Configure the robot again: {CONFIGURE}",
            details=str(error),
        ) from error
    return {serial.lower(): dict(parser[serial]) for serial in parser.sections()}


def find_robot(word: str, path: Path | None = None) -> RobotConfig:
    """The robot with this serial or name, in any case of letters. Raises UserError."""
    path = path or config_path()
    sections = read_sections(path)
    wanted = word.strip().lower()
    for serial, values in sections.items():
        if wanted in (serial, values.get("name", "").lower()):
            return _robot(serial, values, path)
    if not sections:
        raise UserError(
            f"No robot is configured: {path} does not exist or is empty. "
            f"Configure one first: {CONFIGURE}"
        )
    known = ", ".join(values.get("name", serial) for serial, values in sections.items())
    raise UserError(
        f'No robot "{word}" is configured in {path}. Known robots: {known}. To add one: {CONFIGURE}'
    )


def _robot(serial: str, values: dict[str, str], path: Path) -> RobotConfig:
    missing = [key for key in REQUIRED if not values.get(key, "").strip()]
    if missing:
        raise UserError(
            f"The robot configuration {path} has no {' and no '.join(missing)} for {serial}. "
            f"Configure the robot again: {CONFIGURE}"
        )
    port = values.get("port", "443").strip()
    if not (port.isdecimal() and 0 < int(port) < 65536):
        raise UserError(f'The port "{port}" of {serial} in {path} is not a number from 1 to 65535.')
    return RobotConfig(
        serial=serial,
        name=values["name"].strip(),
        ip=values["ip"].strip(),
        cert=Path(values["cert"].strip()).expanduser(),
        guid=values["guid"].strip(),
        port=int(port),
    )


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:  # the SDK writes in the system's own encoding
        return data.decode(locale.getpreferredencoding(False), errors="replace")
