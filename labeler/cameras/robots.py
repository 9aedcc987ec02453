"""The robots a person has configured: the sections of the SDK's sdk_config.ini."""

from __future__ import annotations

import configparser
import locale
from dataclasses import dataclass
from pathlib import Path

from labeler.cameras.faults import Cause, RobotError
from labeler.errors import UserError

REQUIRED = ("name", "ip", "cert", "guid")
LARGEST = 1 << 20
"""Bytes of a configuration; a hundred robots need a fiftieth of it."""
_WORDS = {"name": "name", "ip": "address", "cert": "certificate", "guid": "token"}


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
        return join_address(self.ip, self.port)

    @property
    def target(self) -> str:
        """The address as gRPC takes it, always with its port."""
        return _with_port(self.ip, self.port)

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
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise UserError(
            f"The robot configuration {path} cannot be read: {error.strerror}. Mend that, or move "
            "it away and set the robots up again."
        ) from error
    try:
        if len(data) > LARGEST:
            raise configparser.Error
        return parse_sections(_decode(data))
    except configparser.Error as error:
        # Not the parser's own words, nor as the cause: it quotes lines, and one holds the token.
        raise UserError(
            f"The robot configuration {path} is damaged{_where(error)}. Mend that in a text "
            "editor, or move the file away and set the robots up again."
        ) from None


def parse_sections(text: str) -> dict[str, dict[str, str]]:
    """Keys and values by serial in small letters. Raises configparser.Error."""
    # As the SDK reads it, but for "%", which it would take for a reference to another key.
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.read_string(text)
    return {serial.lower(): dict(parser[serial]) for serial in parser.sections()}


def find_robot(word: str, path: Path | None = None) -> RobotConfig:
    """The robot with this serial or name, in any case of letters. Raises UserError."""
    path = path or config_path()
    sections = read_sections(path)
    wanted = word.lower() if word.lower() in sections else word.strip().lower()
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
        raise _unconfigured(
            f"No robot is set up on this computer yet: {path} does not exist or is empty."
        )
    known = ", ".join(values.get("name") or serial for serial, values in sections.items())
    raise _unconfigured(f'No robot "{word}" is set up in {path}. Known robots: {known}.')


def known_address(serial: str) -> str:
    """Where a robot is by the configuration, as one types it; "" where that is not known."""
    try:
        values = read_sections(config_path()).get(serial, {})
    except UserError:  # whoever needs the robot will say it
        return ""
    host, port = split_address(values.get("ip", "").strip(), values.get("port", "").strip())
    return join_address(host, port) if host else ""


def _robot(serial: str, values: dict[str, str], path: Path) -> RobotConfig:
    missing = [f"{_WORDS[key]} ({key})" for key in REQUIRED if not values.get(key, "").strip()]
    if missing:
        raise _unconfigured(
            f"The robot {values.get('name') or serial} is not wholly set up: {path} has no "
            f"{' and no '.join(missing)} for {serial}. Set it up again."
        )
    for key in REQUIRED:
        if not values[key].strip().isprintable():
            raise _unconfigured(
                f"The {_WORDS[key]} ({key}) of {serial} in {path} is damaged: it holds more than "
                "text on one line. Set the robot up again."
            )
    host, port = split_address(values["ip"].strip(), values.get("port", "").strip())
    if not is_port(port):
        raise _unconfigured(
            f'The port "{port:.20}" of {serial} in {path} is not a number from 1 to 65535. '
            "Set the robot up again."
        )
    return RobotConfig(
        serial=serial,
        name=values["name"].strip(),
        ip=host,
        cert=path.parent / at_home(values["cert"].strip()),
        guid=values["guid"].strip(),
        port=int(port),
    )


def split_address(address: str, port: str) -> tuple[str, str]:
    """Host and port, as people write them: 192.168.1.7, vector.local:8443, fe80::1, [fe80::1]:8443.

    port: what is written elsewhere, or "". An IPv6 address has a port only with its brackets.
    """
    inside, bracket, after = address.removeprefix("[").partition("]")
    if address.startswith("[") and bracket and (not after or after.startswith(":")):
        return inside, port or after.removeprefix(":") or "443"
    host, colon, its_port = address.partition(":")
    if colon and ":" not in its_port:
        return host, port or its_port
    return address, port or "443"


def join_address(host: str, port: int | str) -> str:
    """The other way round: without the port where it is the usual one."""
    return host if str(port) == "443" else _with_port(host, port)


def has_port(address: str) -> bool:
    """Whether a port is part of what a person typed."""
    return split_address(address, "")[0] != address.strip("[]")


def is_port(text: str) -> bool:
    """Whether it is a number from 1 to 65535, and no longer than one."""
    return text.isdecimal() and len(text) <= 5 and 0 < int(text) < 65536


def _with_port(host: str, port: int | str) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def at_home(text: str) -> Path:
    """A path in which "~" may stand for the person's own folder; of nobody's it is no sign."""
    try:
        return Path(text).expanduser()
    except RuntimeError:
        return Path(text)


def _unconfigured(sentence: str) -> RobotError:
    return RobotError(sentence, lasting=True, cause=Cause.CONFIGURATION)


def _where(error: configparser.Error) -> str:
    """The line's number, which tells nothing of what stands there."""
    lines = [each[0] for each in getattr(error, "errors", [])] or [getattr(error, "lineno", None)]
    return f" in line {lines[0]}" if isinstance(lines[0], int) else ""


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:  # the SDK writes in the system's own encoding
        return data.decode(locale.getpreferredencoding(False), errors="replace")
