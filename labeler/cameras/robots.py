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
    """Where the SDK keeps its configuration; only sdk_config.py ever writes there."""
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
    try:
        return parse_sections(text)
    except configparser.Error as error:
        # Not the parser's own words, nor as the cause: it quotes lines, and one holds the token.
        raise UserError(
            f"The robot configuration {path} is damaged{_where(error)}. Mend that line, or move "
            f"the file away and configure the robot again: {CONFIGURE}"
        ) from None


def parse_sections(text: str) -> dict[str, dict[str, str]]:
    """Keys and values by serial in small letters. Raises configparser.Error."""
    # As the SDK reads it, but for "%", which it would take for a reference to another key.
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.read_string(text)
    return {serial.lower(): dict(parser[serial]) for serial in parser.sections()}


def find_robot(word: str, path: Path | None = None) -> RobotConfig:
    """The robot with this serial or name, in any case of letters. Raises UserError."""
    path = path or config_path()
    sections = read_sections(path)
    wanted = word.strip().lower()
    if wanted in sections:
        return _robot(wanted, sections[wanted], path)
    alike = [
        serial
        for serial, values in sections.items()
        if values.get("name", "").strip().lower() == wanted
    ]
    if len(alike) == 1:
        return _robot(alike[0], sections[alike[0]], path)
    if alike:
        raise UserError(
            f'{len(alike)} robots in {path} are called "{word}". Say which one by its serial '
            f"number: {', '.join(alike)}."
        )
    if not sections:
        raise UserError(
            f"No robot is configured: {path} does not exist or is empty. "
            f"Configure one first: {CONFIGURE}"
        )
    known = ", ".join(values.get("name", serial) for serial, values in sections.items())
    raise UserError(
        f'No robot "{word}" is configured in {path}. Known robots: {known}. To add one: {CONFIGURE}'
    )


def known_address(serial: str) -> str:
    """Where a robot is by the configuration, as one types it; "" where that is not known."""
    try:
        values = read_sections(config_path()).get(serial, {})
    except UserError:  # whoever needs the robot will say it
        return ""
    host, port = split_address(values.get("ip", "").strip(), values.get("port", "").strip())
    return host if port == "443" or not host else f"{host}:{port}"


def _robot(serial: str, values: dict[str, str], path: Path) -> RobotConfig:
    missing = [key for key in REQUIRED if not values.get(key, "").strip()]
    if missing:
        raise UserError(
            f"The robot configuration {path} has no {' and no '.join(missing)} for {serial}. "
            f"Configure the robot again: {CONFIGURE}"
        )
    host, port = split_address(values["ip"].strip(), values.get("port", "").strip())
    if not (port.isdecimal() and 0 < int(port) < 65536):
        raise UserError(f'The port "{port}" of {serial} in {path} is not a number from 1 to 65535.')
    return RobotConfig(
        serial=serial,
        name=values["name"].strip(),
        ip=host,
        cert=path.parent / Path(values["cert"].strip()).expanduser(),
        guid=values["guid"].strip(),
        port=int(port),
    )


def split_address(address: str, port: str) -> tuple[str, str]:
    """Host and port. "192.168.1.7:8443" is one way to write them; an IPv6 address has no port."""
    host, colon, its_port = address.partition(":")
    if colon and ":" not in its_port:
        return host, port or its_port
    return address, port or "443"


def _where(error: configparser.Error) -> str:
    """The line's number, which tells nothing of what stands there."""
    lines = [each[0] for each in getattr(error, "errors", [])] or [getattr(error, "lineno", None)]
    return f" in line {lines[0]}" if isinstance(lines[0], int) else ""


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:  # the SDK writes in the system's own encoding
        return data.decode(locale.getpreferredencoding(False), errors="replace")
