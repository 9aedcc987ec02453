"""What can go wrong with a robot, each in one sentence that says what to do next."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from labeler.errors import UserError

if TYPE_CHECKING:
    from labeler.cameras.robots import RobotConfig

CONFIGURE = "python -m anki_vector.configure"


class Cause(StrEnum):
    """What a fault comes from, as far as it leads to something a person can do."""

    SILENT = "silent"  # nobody answers at the address: off, asleep, away, or moved
    ADDRESS = "address"  # somebody else answers there, or nobody ever could
    CERTIFICATE = "certificate"
    OTHER_CERTIFICATE = "other certificate"  # of a network camera or a wire-pod: not that of before
    TOKEN = "token"
    CONFIGURATION = "configuration"  # something is not written there
    OTHER_PROGRAM = "other program"
    OTHER = "other"


_MOVE = f"To give it another address: {CONFIGURE} -u NEW-ADDRESS"
_SET_UP = f"To set it up: {CONFIGURE}"
IN_SHELL = {
    Cause.SILENT: _MOVE,
    Cause.ADDRESS: _MOVE,
    Cause.CERTIFICATE: _SET_UP,
    Cause.TOKEN: _SET_UP,
    Cause.CONFIGURATION: _SET_UP,
    Cause.OTHER_CERTIFICATE: "If it was set up anew, add --trust-new-certificate.",
}
"""What stands in the place of the window's buttons "New address…", "Set it up again…" and "Trust
it"."""


class RobotError(UserError):
    """A fault of the robot or of the way to it.

    lasting: trying again will not help before a person has done something.
    """

    def __init__(
        self,
        message: str,
        *,
        lasting: bool = False,
        details: str = "",
        cause: Cause = Cause.OTHER,
    ) -> None:
        super().__init__(message, details=details, in_shell=IN_SHELL.get(cause, ""))
        self.lasting = lasting
        self.cause = cause


def not_answering(robot: RobotConfig) -> RobotError:
    return RobotError(
        f"The robot at {robot.address} does not answer. Is it awake and on the same network?",
        cause=Cause.SILENT,
    )


def refused(robot: RobotConfig) -> RobotError:
    return RobotError(
        f"The robot at {robot.address} refuses the connection. "
        "Is that still its address, and has it finished starting?",
        cause=Cause.ADDRESS,
    )


def unreachable(robot: RobotConfig, reason: str) -> RobotError:
    return RobotError(
        f"The robot at {robot.address} cannot be reached ({reason}). "
        "Is this computer on the robot's network?",
        cause=Cause.SILENT,
    )


def unknown_host(robot: RobotConfig) -> RobotError:
    """Not lasting: no name is known while this computer's own network is away."""
    return RobotError(
        f'The address "{robot.ip}" of {robot.name} is not known on this network. '
        "Is this computer on the robot's network? If so, the robot has another address now.",
        cause=Cause.ADDRESS,
    )


def not_tls(robot: RobotConfig, reason: str = "") -> RobotError:
    return RobotError(
        f"What answers at {robot.address} is not {robot.name} but some other device: it does not "
        "speak as a robot does. The robot has probably got another address.",
        lasting=True,
        details=reason,
        cause=Cause.ADDRESS,
    )


def hung_up(robot: RobotConfig, reason: str) -> RobotError:
    """Not lasting: a robot that is starting does so."""
    return RobotError(
        f"What answers at {robot.address} hangs up at once. If it is {robot.name}, it may still be "
        "starting; if not, the robot has another address now.",
        details=reason,
        cause=Cause.ADDRESS,
    )


def silent(robot: RobotConfig) -> RobotError:
    return RobotError(
        f"The robot at {robot.address} accepts the connection but says nothing. "
        "If it stays so, switch the robot off and on again.",
        cause=Cause.SILENT,
    )


def wrong_certificate(robot: RobotConfig, reason: str = "") -> RobotError:
    return RobotError(
        f"The robot at {robot.address} does not fit the certificate that this computer has of "
        f"{robot.name} ({robot.cert}). Either it was set up anew, or it is another robot. "
        "Set it up again, with its address of today.",
        lasting=True,
        details=reason,
        cause=Cause.CERTIFICATE,
    )


def certificate_dates(robot: RobotConfig, reason: str) -> RobotError:
    return RobotError(
        f"The certificate of the robot at {robot.address} is not valid today ({reason}). "
        "Is this computer's date right? If it is, set the robot up again.",
        lasting=True,
        cause=Cause.CERTIFICATE,
    )


def wrong_name(robot: RobotConfig, names: list[str]) -> RobotError:
    called = " or ".join(names)
    return RobotError(
        f"The robot at {robot.address} is {called}, not {robot.name}. {robot.name} has probably "
        "got another address, or its name is misspelt in sdk_config.ini.",
        lasting=True,
        cause=Cause.ADDRESS,
    )


def missing_certificate(robot: RobotConfig) -> RobotError:
    return RobotError(
        f"The certificate {robot.cert} of {robot.name} is missing. Set the robot up again.",
        lasting=True,
        cause=Cause.CERTIFICATE,
    )


def unreadable_certificate(robot: RobotConfig, reason: str) -> RobotError:
    return RobotError(
        f"The certificate {robot.cert} of {robot.name} cannot be read. Set the robot up again.",
        lasting=True,
        details=reason,
        cause=Cause.CERTIFICATE,
    )


def not_authorised(robot: RobotConfig) -> RobotError:
    return RobotError(
        f"{robot.name} does not accept this computer's token, so it does not let it in: not "
        "authorised. Set the robot up again, which gets a new token.",
        lasting=True,
        cause=Cause.TOKEN,
    )


def no_token(robot: RobotConfig, reason: str) -> RobotError:
    return RobotError(
        f"{robot.name} gave no token to this computer: {reason}. Is wire-pod running, and is it "
        "the one that the robot was set up with?",
        lasting=True,
        cause=Cause.TOKEN,
    )


def camera_taken(robot: RobotConfig) -> RobotError:
    return RobotError(
        f"Another program watches through {robot.name}. Both can look, but when it stops, the "
        "picture here stops too and is asked for again.",
        cause=Cause.OTHER_PROGRAM,
    )


def too_old_or_new(robot: RobotConfig, reason: str) -> RobotError:
    return RobotError(
        f"{robot.name} and the robot SDK on this computer do not understand each other: "
        "one of them is too old. Update the robot, or the SDK: "
        "pip install --upgrade wirepod_vector_sdk",
        lasting=True,
        details=reason,
    )


def no_control(robot: RobotConfig) -> RobotError:
    return RobotError(
        f"{robot.name} did not hand over control. Is it on a flat surface and charged, and is no "
        "other program driving it? The picture goes on without control."
    )


def connection_lost(robot: RobotConfig, reason: str = "") -> RobotError:
    return RobotError(f"The connection to {robot.name} is lost.", details=reason)


def picture_frozen(robot: RobotConfig) -> RobotError:
    return RobotError(
        f"{robot.name} at {robot.address} does not answer any more.", cause=Cause.SILENT
    )


def picture_stopped(robot: RobotConfig) -> RobotError:
    return RobotError(f"{robot.name} answers but sends no picture.")


def picture_taken_away(robot: RobotConfig) -> RobotError:
    return RobotError(
        f"Another program stopped the picture of {robot.name}.", cause=Cause.OTHER_PROGRAM
    )


def photo_failed(robot: RobotConfig, reason: str) -> RobotError:
    return RobotError(f"{robot.name} did not take the photo. Try again.", details=reason)


def sdk_missing(reason: str) -> RobotError:
    return RobotError(
        "The robot's SDK is not installed. Install it: pip install wirepod_vector_sdk",
        lasting=True,
        details=reason,
    )


def sdk_too_old(version: str) -> RobotError:
    return RobotError(
        f"The installed robot SDK anki_vector {version} cannot work here. Replace it: "
        "pip uninstall -y anki_vector wirepod_vector_sdk, then pip install wirepod_vector_sdk",
        lasting=True,
    )


def unexpected(robot: RobotConfig, error: BaseException) -> RobotError:
    return RobotError(
        f"Connecting to {robot.name} failed: {_first_line(error)}. Try again, or switch the robot "
        "off and on again.",
        details=repr(error),
    )


def explain(error: BaseException, robot: RobotConfig) -> RobotError:
    """The sentence for whatever the SDK raised while connecting."""
    if isinstance(error, RobotError):
        return error
    makers = {
        "VectorUnauthenticatedException": not_authorised(robot),
        "VectorNotFoundException": not_answering(robot),
        "VectorTimeoutException": not_answering(robot),
        "VectorUnavailableException": connection_lost(robot, str(error)),
        "VectorInvalidVersionException": too_old_or_new(robot, str(error)),
        "VectorControlTimeoutException": no_control(robot),
        "FileNotFoundError": missing_certificate(robot),
        "TimeoutError": not_answering(robot),
    }
    return makers.get(type(error).__name__) or unexpected(robot, error)


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
