"""Moving pictures that several detectors look at frame for frame: a video, a folder, a made drive.

The same clip gives the same frames each time that it is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from labeler.cameras.folder import pictures_in
from labeler.cameras.pixels import open_capture
from labeler.cameras.video import frame_rate
from labeler.dataset import picture
from labeler.errors import UserError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

SIMULATED = "simulated"
"""simulated:7 is the simulated robot's own way through the world of seed 7."""
UNSEEN_SEED = 41
"""A world that nothing of the program trains in by itself."""

_SIMULATED_RATE, _SIMULATED_SECONDS = 15.0, 20.0
_FOLDER_RATE = 2.0
_LONGEST = 1280
"""Frames are looked at in this size at most: no detector's input is larger."""


@dataclass(frozen=True, slots=True)
class Clip:
    """per_second: frames. count: how many there are, as far as the file tells; 0: unknown.

    read() gives the frames from the first on, RGB uint8 (height, width, 3), all of one size, the
    longest side at most 1280. It raises UserError where there is none.
    """

    name: str
    per_second: float
    count: int
    read: Callable[[], Iterator[Pixels]]


def open_clip(word: str) -> Clip:
    """A video file, a folder of pictures, "simulated" or "simulated:SEED". Raises UserError."""
    kind, _, seed = word.partition(":")
    if kind == SIMULATED and not Path(word).exists():
        if seed and not seed.isdecimal():
            raise UserError(
                f"{word}: the simulated world's seed must be a number, as in simulated:7."
            )
        return simulated_clip(int(seed) if seed else UNSEEN_SEED)
    path = Path(word)
    return folder_clip(path) if path.is_dir() else video_clip(path)


def video_clip(path: Path) -> Clip:
    """Raises UserError where it is no video."""
    import cv2

    if not path.is_file():
        raise UserError(f"The video {path} does not exist.")
    capture = open_capture(path)
    if capture is None:
        raise UserError(f"The video {path} cannot be played: not a video, or damaged.")
    rate, count = frame_rate(capture), int(capture.get(cv2.CAP_PROP_FRAME_COUNT))
    capture.release()
    return Clip(path.name, rate, max(0, count), lambda: _frames_of_video(path))


def folder_clip(folder: Path) -> Clip:
    """The pictures by name, two a second; those that cannot be read are passed over."""
    paths = pictures_in(folder)
    if not paths:
        raise UserError(f"There are no pictures in {folder}.")
    return Clip(folder.name, _FOLDER_RATE, len(paths), lambda: _frames_of_folder(folder, paths))


def simulated_clip(seed: int = UNSEEN_SEED, seconds: float = _SIMULATED_SECONDS) -> Clip:
    """What the simulated robot sees while it lives its own life in the world of that seed."""
    count = max(1, round(_SIMULATED_RATE * seconds))
    name = f"simulated world {seed}"
    return Clip(name, _SIMULATED_RATE, count, lambda: _frames_of_world(seed, count))


def _frames_of_video(path: Path) -> Iterator[Pixels]:
    import cv2

    capture = open_capture(path)
    empty = True
    try:
        while capture is not None and capture.grab():
            good, pixels = capture.retrieve()
            if good:
                empty = False
                yield _fitted(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB))
    finally:
        if capture is not None:
            capture.release()
    if empty:
        raise UserError(f"The video {path} holds no pictures.")


def _frames_of_folder(folder: Path, paths: list[Path]) -> Iterator[Pixels]:
    """Each in the frame of the first that can be read."""
    import numpy as np

    size: tuple[int, int] | None = None
    for path in paths:
        try:
            upright = picture.upright(picture.read(path), path.name, _LONGEST)
        except UserError:
            continue
        frame = np.asarray(upright)
        size = size or (frame.shape[1], frame.shape[0])
        yield _inside(frame, size)
    if size is None:
        raise UserError(f"None of the {len(paths)} pictures in {folder} can be read.")


def _frames_of_world(seed: int, count: int) -> Iterator[Pixels]:
    """As they come out of the JPEG that the robot sends."""
    import cv2
    import numpy as np

    from labeler.simulator.render import Renderer
    from labeler.simulator.world import World

    world, camera = World(seed), Renderer(seed)
    for _ in range(count):
        world.step(1 / _SIMULATED_RATE)
        sent = np.frombuffer(camera.photograph(world.scene()), np.uint8)
        seen = cv2.imdecode(sent, cv2.IMREAD_COLOR)
        assert seen is not None
        yield np.asarray(cv2.cvtColor(seen, cv2.COLOR_BGR2RGB), np.uint8)


def _fitted(frame: object) -> Pixels:
    """Not larger than is looked at."""
    import cv2
    import numpy as np

    pixels = np.asarray(frame, np.uint8)
    height, width = pixels.shape[:2]
    if max(width, height) <= _LONGEST:
        return pixels
    part = _LONGEST / max(width, height)
    size = (max(1, round(part * width)), max(1, round(part * height)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def _inside(frame: Pixels, size: tuple[int, int]) -> Pixels:
    """The whole frame in the middle of a grey one of that size (width, height)."""
    import cv2
    import numpy as np

    height, width = frame.shape[:2]
    if (width, height) == size:
        return frame
    part = min(size[0] / width, size[1] / height)
    inner = (max(1, int(part * width)), max(1, int(part * height)))
    left, top = (size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2
    canvas = np.full((size[1], size[0], 3), 114, np.uint8)
    canvas[top : top + inner[1], left : left + inner[0]] = cv2.resize(
        frame, inner, interpolation=cv2.INTER_AREA
    )
    return canvas
