"""The list of cameras to choose from, and how a choice becomes a camera."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from labeler.cameras.base import Camera
from labeler.cameras.network_address import NetworkAddress
from labeler.cameras.network_book import remembered
from labeler.cameras.robots import RobotConfig, config_path, find_robot, read_sections
from labeler.errors import UserError

Kind = Literal["robot", "simulated", "webcam", "network", "video", "folder"]
KINDS: tuple[Kind, ...] = ("robot", "simulated", "webcam", "network", "video", "folder")
SECOND = "simulated:second"
"""The id of the other robot in the simulated world; the first one's is "simulated"."""


@dataclass(frozen=True, slots=True)
class CameraChoice:
    """One line of the list. id is what open_camera and the command line take.

    A video, folder or network camera without a place yet has the id "video:", "folder:" or
    "network:".
    """

    id: str
    kind: Kind
    name: str
    detail: str


def list_cameras() -> list[CameraChoice]:
    """Robots of the SDK's configuration first. Opens no device and no connection.

    A damaged configuration stays in the list as a robot that says so when it is chosen.
    """
    return [
        *_robots(),
        CameraChoice("simulated", "simulated", "Simulated robot", "a Vector in a small world"),
        CameraChoice(SECOND, "simulated", "Simulated robot 2", "sees the first"),
        *_webcams(),
        *_network_cameras(),
        CameraChoice("network:", "network", "Network camera…", "a phone's or another, by address"),
        CameraChoice("video:", "video", "Video file…", "played as if it were live"),
        CameraChoice("folder:", "folder", "Folder of pictures…", "shown one after the other"),
    ]


def open_camera(
    choice: CameraChoice | str,
    *,
    path: Path | None = None,
    seed: int | None = None,
    robots: int = 1,
) -> Camera:
    """The camera, not started yet. Raises UserError for an id that names no kind of camera.

    path is the file of a video or the folder of pictures, where the id does not hold it; seed
    chooses the simulated robot's world, and robots how many in it can be reached.
    """
    word = choice if isinstance(choice, str) else choice.id
    kind, _, rest = word.partition(":")
    if kind == "simulated":
        from labeler.cameras.simulated import simulated_cameras

        number = int(word == SECOND)
        seed = int(rest) if rest.isdecimal() else seed or 0
        return simulated_cameras(max(robots, number + 1), seed)[number]
    if kind == "robot":
        return _robot_camera(rest)
    if kind == "webcam":
        from labeler.cameras.webcam import WebcamCamera

        return WebcamCamera(int(rest) if rest.isdecimal() else 0)
    if kind == "network":
        from labeler.cameras.network import NetworkCamera, read_address

        return NetworkCamera(read_address(rest))
    if kind in ("video", "folder"):
        return _file_camera(kind, path or (Path(rest) if rest else None))
    shown = kind if rest.startswith("//") else word  # an address may hold a password
    raise UserError(f'There is no camera "{shown}". Kinds of cameras: {", ".join(KINDS)}.')


def _robot_camera(serial: str) -> Camera:
    from labeler.cameras.vector import VectorCamera

    def locate() -> RobotConfig:
        return find_robot(serial)

    return VectorCamera(_name_of(serial), locate)


def _file_camera(kind: str, path: Path | None) -> Camera:
    from labeler.cameras.folder import FolderCamera
    from labeler.cameras.video import VideoCamera

    if path is None:
        raise UserError(f"Choose the {kind} first.")
    return VideoCamera(path) if kind == "video" else FolderCamera(path)


def _name_of(serial: str) -> str:
    try:
        return read_sections(config_path()).get(serial.lower(), {}).get("name") or serial
    except UserError:  # the camera itself will say it
        return serial or "robot"


def _robots() -> list[CameraChoice]:
    try:
        sections = read_sections(config_path())
    except UserError as error:
        return [CameraChoice("robot:", "robot", "Vector", str(error))]
    names = {serial: _shown(serial, values) for serial, values in sections.items()}
    counts = Counter(names.values())
    return [
        CameraChoice(
            f"robot:{serial}",
            "robot",
            name if counts[name] == 1 else f"{name} ({serial})",
            sections[serial].get("ip") or "no address",
        )
        for serial, name in names.items()
    ]


def _shown(serial: str, values: Mapping[str, str]) -> str:
    """Its name, where that is one: a line of the list has no room for two."""
    name = values.get("name", "")
    return name if name and name.isprintable() else serial


def _network_cameras() -> list[CameraChoice]:
    """Those of earlier sittings, by their host; with the path where two have the same."""
    from labeler.cameras.network import addresses_of

    found = [address for url in remembered() for address in addresses_of(url)]
    counts = Counter(each.host for each in found)
    return [
        network_choice(each, path=urlsplit(each.url).path if counts[each.host] > 1 else "")
        for each in found
    ]


def network_choice(address: NetworkAddress, path: str = "") -> CameraChoice:
    """path: what tells it from others of its host."""
    return CameraChoice(f"network:{address.id}", "network", address.name_with(path), address.url)


def _webcams() -> list[CameraChoice]:
    """On Linux those that the kernel lists. Elsewhere only opening tells, so one is offered."""
    if not sys.platform.startswith("linux"):
        return [CameraChoice("webcam:0", "webcam", "Webcam", "the first one")]
    found = []
    for device in sorted(Path("/sys/class/video4linux").glob("video*"), key=_device_number):
        index, name = _text(device / "index"), _text(device / "name")
        if index in ("", "0"):  # further nodes of one webcam carry no picture
            number = _device_number(device)
            found.append(
                CameraChoice(f"webcam:{number}", "webcam", name or "Webcam", f"/dev/video{number}")
            )
    return found


def _device_number(device: Path) -> int:
    digits = device.name.removeprefix("video")
    return int(digits) if digits.isdecimal() else 0


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
