"""A feed in a file: every picture as it was sent, with the robot's state at that moment.

A line of JSON for each picture, then its bytes, then a line break. A file that was cut off is
good up to its last whole picture.
"""

from __future__ import annotations

import base64
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labeler.errors import UserError
from trainer.names import is_plain_file
from trainer.stored import parsed, value_of

KIND = "vector feed 1"
_BEGINNING = f'{{"kind":"{KIND}"'.encode()
COUNTED = 1 << 32
"""The robot's messages count to one less, and from 0 again."""


@dataclass(frozen=True, slots=True)
class RecordedFrame:
    """at is in seconds since the first one, state a serialised RobotState; the picture's size
    bytes stand in the file from offset on."""

    at: float
    number: int
    time_stamp: int
    state: bytes
    offset: int
    size: int

    def comes_before(self, other: RecordedFrame) -> bool:
        return (
            self.at <= other.at
            and self.number < other.number
            and self.time_stamp <= other.time_stamp
        )


class _NothingWholeError(ValueError):
    """A feed without a single whole picture."""


class Recorder:
    """Writes a feed as it comes. What it wrote is in the file at once.

    remark: a sentence about what was in its way, or nothing.
    """

    def __init__(self, path: Path, name: str) -> None:
        """Raises UserError where the file cannot be made or is there already.

        What a recording left that was killed before its first whole picture is put aside.
        """
        self.path = path
        self.remark = _put_aside(path) if _is_left_behind(path) else ""
        self._is_empty = True
        try:
            self._file = path.open("xb", buffering=0)
        except FileExistsError as error:
            raise UserError(f"{path} is there already. Choose another file to record to.") from (
                error
            )
        except OSError as error:
            raise _unwritten(path, error) from error
        try:
            self._write(_line({"kind": KIND, "robot": name}))
        except OSError as error:
            self.close()
            raise _unwritten(path, error) from error

    def add(self, at: float, number: int, time_stamp: int, state: bytes, picture: bytes) -> None:
        """Raises UserError, as when the disk is full."""
        head: dict[str, Any] = {
            "at": round(at, 4),
            "number": number,
            "stamp": time_stamp,
            "size": len(picture),
        }
        head["state"] = base64.b64encode(state).decode("ascii")
        try:
            self._write(_line(head) + picture + b"\n")
        except OSError as error:
            raise UserError(
                f"Recording to {self.path} stopped: {error.strerror}. What came before is kept."
            ) from error
        self._is_empty = False

    def close(self) -> None:
        """A file without a picture is no feed, and would stand in the way of the next try."""
        was_open = not self._file.closed
        self._file.close()  # first, or Windows would not remove it
        if was_open and self._is_empty:
            self.path.unlink(missing_ok=True)

    def _write(self, data: bytes) -> None:
        left = memoryview(data)
        while left:  # an unbuffered file may take only a part at once
            left = left[self._file.write(left) :]


class Recording:
    """A recorded feed, opened to be read. frames has at least one."""

    def __init__(self, path: Path) -> None:
        """Raises UserError for a file that cannot be read or is no feed."""
        self.path = path
        try:
            self._file = path.open("rb")
        except OSError as error:
            raise UserError(f"The feed {path} cannot be read: {error.strerror}.") from error
        try:
            head = parsed(self._file.readline(1000))
            if not isinstance(head, dict) or head.get("kind") != KIND:
                raise ValueError("it does not begin as one")
            self.robot = value_of(str, head["robot"])
            self.frames = self._index()
            if not self.frames:
                raise _NothingWholeError("it holds no whole picture")
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            self.close()
            raise no_feed(path, str(error)) from error

    @property
    def seconds(self) -> float:
        """From its first picture to where it may begin again."""
        last = self.frames[-1].at
        return last + (last / max(1, len(self.frames) - 1) or 1.0)

    def picture(self, frame: RecordedFrame) -> bytes:
        self._file.seek(frame.offset)
        return self._file.read(frame.size)

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> Recording:
        return self

    def __exit__(self, *reason: object) -> None:
        self.close()

    def _index(self) -> list[RecordedFrame]:
        frames: list[RecordedFrame] = []
        end = self._file.seek(0, 2)
        self._file.seek(0)
        self._file.readline()
        while line := self._file.readline(20_000):
            offset = self._file.tell()
            frame = _frame(line, offset)
            if frame is None or offset + frame.size + 1 > end:
                break  # cut off here
            if frames and not frames[-1].comes_before(frame):
                raise ValueError("its pictures are not one after the other")
            frames.append(frame)
            self._file.seek(offset + frame.size + 1)
        return frames


def _is_left_behind(path: Path) -> bool:
    """Whether it is a feed, or the beginning of one, without a whole picture."""
    if not is_plain_file(path):
        return False
    try:
        with path.open("rb") as file:
            head = file.read(len(_BEGINNING))
        if len(head) < len(_BEGINNING):
            return _BEGINNING.startswith(head)
        if head == _BEGINNING:
            Recording(path).close()
    except UserError as error:
        return isinstance(error.__cause__, _NothingWholeError)
    except OSError:  # making the file says why
        return False
    return False


def _put_aside(path: Path) -> str:
    """Never deleted: half a picture may be in it. Raises UserError."""
    aside, number = path.with_name(f"{path.name}.cut-off"), 2
    while os.path.lexists(aside):
        aside, number = path.with_name(f"{path.name}.cut-off-{number}"), number + 1
    try:
        path.rename(aside)
    except OSError as error:
        raise _unwritten(path, error) from error
    return (
        f"{path} was left by a recording that ended before its first whole picture. It is "
        f"{aside.name} now, and can be deleted."
    )


def no_feed(path: Path, why: str) -> UserError:
    return UserError(f"{path} is no recorded feed: {why}.")


def _unwritten(path: Path, error: OSError) -> UserError:
    return UserError(f"The feed cannot be recorded to {path}: {error.strerror}.")


def _line(values: dict[str, Any]) -> bytes:
    return json.dumps(values, separators=(",", ":")).encode("ascii") + b"\n"


def _frame(line: bytes, offset: int) -> RecordedFrame | None:
    try:
        head = parsed(line)
        size, number, stamp = (value_of(int, head[key]) for key in ("size", "number", "stamp"))
        at, state = value_of(float, head["at"]), base64.b64decode(head["state"], validate=True)
    except (ValueError, KeyError, TypeError):
        return None
    good = size > 0 and all(0 <= value < COUNTED for value in (at, number, stamp))
    return RecordedFrame(at, number, stamp, state, offset, size) if good else None
