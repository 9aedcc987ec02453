"""Setting a robot up for this computer, through the wire-pod that it belongs to."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from labeler.cameras import preflight, single_calls
from labeler.cameras.faults import Cause, RobotError
from labeler.cameras.pod import fetch_certificate, read_pod, robots_of
from labeler.cameras.robots import (
    RobotConfig,
    config_path,
    find_robot,
    has_port,
    is_port,
    read_sections,
    split_address,
)
from labeler.cameras.sdk_config import SERIAL, change_address, put_robot, write_certificate
from labeler.errors import UserError
from labeler.temporary import temporary_folder

TIMEOUT = 5.0
_LARGEST = 1 << 20
_NAMED = re.compile(r"(?:vector-\w{4}-)?([0-9a-z]{8})")


class Step(StrEnum):
    POD = "wire-pod"
    CERTIFICATE = "certificate"
    ROBOT = "robot"
    TOKEN = "token"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person knows of the robot; "" or None: to be found out.

    address: a host, or host:port. certificate: a file instead of the wire-pod's. token: one that
    the person has already.
    """

    pod: str = ""
    serial: str = ""
    address: str = ""
    certificate: Path | None = None
    token: str = field(default="", repr=False)


OnStep = Callable[[Step, str], None]
"""A step that begins, with an empty sentence; then the same step with what came of it."""


def set_up(
    wish: Wish, on_step: OnStep, should_stop: Callable[[], bool] = lambda: False
) -> RobotConfig:
    """Finds out what is missing, tries it on the robot, and keeps it in the SDK's own files.

    Nothing is written before the robot has accepted everything, nor once should_stop() is true.
    Blocks up to half a minute. Raises UserError for the step that was begun last.
    """
    _check_file(on_step)
    wish, spare = _ask_pod(wish, on_step)
    on_step(Step.CERTIFICATE, "")
    pem = _certificate(wish)
    name = _name_in(pem, str(wish.certificate or f"the wire-pod at {read_pod(wish.pod)}"))
    on_step(Step.CERTIFICATE, f"The certificate is that of {name}.")
    on_step(Step.ROBOT, "")
    host, port = read_address(wish.address)
    with temporary_folder("setup") as folder:
        trial = folder / "robot.cert"
        trial.write_bytes(pem)
        robot = RobotConfig(wish.serial, name, host, trial, wish.token, port)
        _meet(robot, on_step)
        robot = _with_token(robot, spare, on_step)
    if should_stop():
        raise UserError("The set-up was stopped. Nothing was changed.")
    on_step(Step.KEPT, "")
    path = config_path()
    robot = replace(robot, cert=write_certificate(path.parent, name, wish.serial, pem))
    put_robot(path, wish.serial, _values(robot, read_sections(path)))
    on_step(Step.KEPT, f"Kept in ~/{path.relative_to(Path.home()).as_posix()}.")
    return robot


def move_robot(
    serial: str, address: str, should_stop: Callable[[], bool] = lambda: False
) -> RobotConfig:
    """Keeps a robot's new address once that very robot answers there. Raises UserError.

    Nothing is written once should_stop() is true.
    """
    host, port = read_address(address)
    known = find_robot(serial)
    robot = replace(known, ip=host, port=port if has_port(address.strip()) else known.port)
    preflight.check_robot(robot)
    if should_stop():
        raise UserError("The robot keeps the address that it had.")
    change_address(config_path(), serial, address)
    return robot


def read_address(text: str) -> tuple[str, int]:
    """Host and port of what a person types. Raises RobotError."""
    host, port = split_address(text.strip(), "")
    good = host and host.isprintable() and not set(host) & set(" /@[]")
    if not (good and is_port(port)):
        raise RobotError(f'"{text}" is no address of a robot. One looks like 192.168.1.7.')
    return host, int(port)


def _check_file(on_step: OnStep) -> None:
    """A file that could not be added to would be told of after all the rest."""
    try:
        read_sections(config_path())
    except UserError:
        on_step(Step.KEPT, "")
        raise


def _ask_pod(wish: Wish, on_step: OnStep) -> tuple[Wish, str]:
    """The wish with serial number and address, and the token that the wire-pod itself uses."""
    serial = wish.serial.strip().lower() or _serial_in(wish.certificate)
    wish = replace(wish, serial=serial, address=wish.address.strip())
    if serial and not SERIAL.fullmatch(serial):
        raise RobotError(f'"{serial}" is no serial number of a robot. One looks like 00e20100.')
    if wish.certificate is not None and wish.serial and wish.address:
        return wish, ""
    on_step(Step.POD, "")
    pod = read_pod(wish.pod)
    known = robots_of(pod)
    on_step(Step.POD, f"The wire-pod at {pod} knows {_count(len(known))}. {pod.news}".strip())
    if not wish.serial and len(known) == 1:
        wish = replace(wish, serial=known[0].serial)
    found = next((each for each in known if each.serial == wish.serial), None)
    if not wish.serial and not known:
        raise RobotError(
            f"The wire-pod at {pod} knows no robot yet. Set yours up on its page first: http://{pod}"
        )
    if not wish.serial:
        names = ", ".join(each.serial for each in known)
        raise RobotError(f"Which robot? The wire-pod at {pod} knows these serial numbers: {names}.")
    if not wish.address and (found is None or not found.address):
        raise RobotError(
            f"The wire-pod at {pod} does not know where the robot {wish.serial} is. Type the "
            "robot's address: put it on its charger, press its button twice, lift its arm."
        )
    return (
        replace(wish, address=wish.address or (found.address if found else "")),
        found.token if found else "",
    )


def _serial_in(certificate: Path | None) -> str:
    """From its name, as the SDK and wire-pod give it: Vector-A1B2-00e20100.cert, 00e20100."""
    if certificate is None:
        return ""
    match = _NAMED.fullmatch(certificate.stem.lower())
    return match[1] if match else ""


def _certificate(wish: Wish) -> bytes:
    if wish.certificate is None:
        return fetch_certificate(read_pod(wish.pod), wish.serial)
    try:
        with wish.certificate.open("rb") as file:
            return file.read(_LARGEST)
    except OSError as error:
        raise UserError(
            f"The certificate {wish.certificate} cannot be read: {error.strerror}."
        ) from (error)


def _name_in(pem: bytes, source: str) -> str:
    """source: where the certificate is from, as the person knows it."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    try:
        der = x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)
    except ValueError as error:
        raise UserError(f"What {source} holds is no certificate of a robot.") from error
    names = preflight.certificate_names(der)
    if not names:
        raise UserError(f"The certificate in {source} names no robot.")
    return next((name for name in names if name.lower().startswith("vector-")), names[0])


def _meet(robot: RobotConfig, on_step: OnStep) -> None:
    try:
        preflight.check_robot(robot)
    except RobotError as error:
        if error.cause is not Cause.CERTIFICATE:
            raise
        raise RobotError(
            f"The robot at {robot.address} is another one, or was set up anew since this "
            "certificate was made. Compare the addresses, or set it up with wire-pod again.",
            cause=Cause.CERTIFICATE,
        ) from error
    on_step(Step.ROBOT, f"{robot.name} answers at {robot.address}.")


def _with_token(robot: RobotConfig, spare: str, on_step: OnStep) -> RobotConfig:
    """The robot with the first token that it accepts: the person's, a new one, wire-pod's own."""
    on_step(Step.TOKEN, "")
    try:
        token = robot.guid or single_calls.request_token(robot, TIMEOUT)
    except RobotError:
        if not spare:
            raise
        token = spare
    trial = replace(robot, guid=token)
    try:
        single_calls.is_camera_taken(trial, TIMEOUT)
    except RobotError as error:
        if error.cause is not Cause.TOKEN or not robot.guid:
            raise
        raise RobotError(
            f"{robot.name} does not accept this token. Leave it empty: a new one is asked for.",
            cause=Cause.TOKEN,
        ) from error
    robot = trial
    on_step(Step.TOKEN, f"{robot.name} accepts this computer.")
    return robot


def _values(robot: RobotConfig, sections: dict[str, dict[str, str]]) -> dict[str, str]:
    values = {"cert": str(robot.cert), "ip": robot.ip, "name": robot.name, "guid": robot.guid}
    if robot.port != 443 or "port" in sections.get(robot.serial, {}):
        values["port"] = str(robot.port)
    return values


def _count(robots: int) -> str:
    return "1 robot" if robots == 1 else f"{robots} robots"
