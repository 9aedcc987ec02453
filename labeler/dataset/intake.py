"""Many pictures on their way into a dataset: read, decoded and written by several threads, kept at
once by one edit.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, astuple, dataclass, replace
from types import TracebackType
from typing import Any, TypeVar

from labeler.dataset import picture
from labeler.dataset.changes import Edit, ImportChange
from labeler.dataset.files import reason, sync_folder, write_durably
from labeler.dataset.imported import Imported
from labeler.dataset.model import (
    NO_READINGS,
    Image,
    Pose,
    Readings,
    Session,
    is_moment,
    is_reading,
)
from labeler.dataset.schema import is_full
from labeler.dataset.store import Dataset
from labeler.dataset.words import counted
from labeler.errors import UserError

_THREADS = min(4, (os.cpu_count() or 1) + 1)
"""One more than there are cores, up to four: some always wait for the disk."""
_AHEAD = 4 * _THREADS
"""So many pictures are held in memory at a time."""
_LEAST_DROPPED = 10
"""A full disk that has no room for the rows gets it by this share (one in so many) of the files."""

_Item = TypeVar("_Item")


class BadFile(UserError):  # noqa: N818 - a fault to mend, as its parent is
    """One of many files cannot be taken; the others can."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A picture's bytes, and what they hold."""

    data: bytes
    sha256: str
    found: picture.Picture


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session to be: its row is written with its first image, so that none is left empty.

    started_at is in seconds since 1970 (UTC), now if not given.
    """

    name: str
    camera: str
    started_at: float | None = None
    note: str = ""


def look(data: bytes, name: str) -> Looked:
    """Decodes all of it. Raises BadFile, with the name."""
    return Looked(data, hashlib.sha256(data).hexdigest(), whole_picture(data, name))


def whole_picture(data: bytes, name: str) -> picture.Picture:
    """What these bytes are, wholly decoded. Raises BadFile, with the name."""
    try:
        return picture.inspect(data, name)
    except UserError as error:
        raise BadFile(str(error), details=error.details) from error


class Intake:
    """An import under way: look(), then stage() what is wanted, then keep().

    Nothing stays in incoming/ once the block ends: what was not kept goes again.
    fault: why the disk takes no more; what was staged before that can be kept.
    """

    def __init__(self, dataset: Dataset, *, expected: int = 0) -> None:
        """expected: so many pictures may come; raises UserError where the dataset is read-only."""
        self.staged: list[Image] = []
        self.fault: UserError | None = None
        self._dataset = dataset
        self._seen = dataset.hashes()
        self._names: list[str] = []
        self._writes: deque[tuple[Image, Future[None]]] = deque()
        self._pool = ThreadPoolExecutor(_THREADS, "intake")
        if expected:
            dataset.reserve_ids("image", expected)

    def __enter__(self) -> Intake:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)
        for name in self._names:
            self._drop(name)

    def look(
        self, items: Iterable[_Item], read: Callable[[_Item], Looked]
    ) -> Iterator[tuple[_Item, Looked | UserError]]:
        """What read() says of each item, in order, some of them ahead of time on other threads."""
        waiting: deque[tuple[_Item, Future[Looked]]] = deque()
        for item in items:
            waiting.append((item, self._pool.submit(read, item)))
            if len(waiting) > _AHEAD:
                yield _outcome(*waiting.popleft())
        while waiting:
            yield _outcome(*waiting.popleft())

    def is_known(self, looked: Looked) -> bool:
        """Whether the dataset has this picture, or it was staged before."""
        return looked.sha256 in self._seen

    def stage(self, looked: Looked, *, original_name: str, **said: Any) -> Image:
        """Begins to write the bytes to incoming/. said: as new_image has it."""
        image = new_image(self._dataset, looked, original_name=original_name, **said)
        self._seen.add(looked.sha256)
        self._names.append(image.file_name)
        path = self._dataset.incoming_path(image.file_name)
        self._writes.append((image, self._pool.submit(write_durably, path, looked.data)))
        while len(self._writes) > _AHEAD:
            self._await_one()
        return image

    def finish(self) -> None:
        """Waits until all that was staged is durable, but for what fault tells of."""
        while self._writes:
            self._await_one()
        try:
            sync_folder(self._dataset.incoming_folder)
        except OSError as error:
            folder = self._dataset.incoming_folder
            raise UserError(f"Cannot write {folder}: {reason(error)}.") from error

    def keep(self, session: int | NewSession, what: str) -> list[Image]:
        """Commits the rows of all that was staged as one edit; returns the images that are new.

        what: the beginning of the edit's description. Where a full disk has no room for the rows,
        the last pictures make room for the others. Raises UserError where nothing can be kept.
        """
        self.finish()
        while self.staged:
            try:
                return self._kept(session, what)
            except UserError as error:
                dropped = max(1, len(self.staged) // _LEAST_DROPPED)
                if not is_full(error) or dropped >= len(self.staged):
                    raise
                self.fault = self.fault or error
                for image in self.staged[-dropped:]:
                    self._drop(image.file_name)
                del self.staged[-dropped:]
        return []

    def _kept(self, session: int | NewSession, what: str) -> list[Image]:
        dataset = self._dataset
        with dataset.transaction():
            before = dataset.images_by_hash([image.sha256 for image in self.staged])
            known = {image.sha256 for image in before}  # another thread was faster
            new = [image for image in self.staged if image.sha256 not in known]
            if not new:
                return []
            sessions: tuple[Session, ...] = ()
            if isinstance(session, NewSession):
                made = dataset.add_session(
                    session.name, session.camera, session.started_at, session.note
                )
                sessions, session = (made,), made.id
            new = [replace(image, session_id=session) for image in new]
            told = f"{what}: {counted(len(new), 'image')}"
            brought = Imported(sessions=sessions, images=tuple(new))
            dataset.apply(Edit(told, (ImportChange(None, brought),)))
        return new

    def _await_one(self) -> None:
        image, write = self._writes.popleft()
        try:
            write.result()
        except UserError as error:
            self.fault = self.fault or error
        if not self.fault:
            self.staged.append(image)

    def _drop(self, name: str) -> None:
        with suppress(OSError, UserError):  # the next opening clears it
            if self._dataset.incoming_path(name).exists():
                self._dataset.discard(name)


def _outcome(item: _Item, future: Future[Looked]) -> tuple[_Item, Looked | UserError]:
    try:
        return item, future.result()
    except UserError as error:
        return item, error


def new_image(
    dataset: Dataset,
    looked: Looked,
    *,
    original_name: str,
    captured_at: float | None = None,
    head_angle_rad: float | None = None,
    pose: Pose | None = None,
    readings: Readings = NO_READINGS,
    verified: bool = False,
    note: str = "",
) -> Image:
    """The row of a picture, with an id of its own and without a session. Writes nothing.

    captured_at: in seconds since 1970 (UTC); EXIF's time, else now, where it is not given. Raises
    UserError where the dataset is read-only.
    """
    if dataset.read_only:
        raise UserError(f"The dataset {dataset.name} is open read-only, so it cannot be changed.")
    image_id = dataset.new_image_id()
    found = looked.found
    given = captured_at if is_moment(captured_at) else None
    times = (given, found.taken_at, time.time())
    return Image(
        id=image_id,
        file_name=f"{image_id:06}-{looked.sha256[:12]}{found.suffix}",
        original_name=original_name.encode("utf-8", "replace").decode("utf-8"),
        width=found.width,
        height=found.height,
        sha256=looked.sha256,
        session_id=0,
        captured_at=float(next(at for at in times if at is not None)),
        head_angle_rad=head_angle_rad if is_reading(head_angle_rad) else None,
        pose=pose if pose and is_reading(*astuple(pose)) else None,
        verified=verified,
        note=note,
        readings=_sound(readings),
    )


def _sound(readings: Readings) -> Readings:
    """Without what no dataset can hold."""
    told = {name: value if is_reading(value) else None for name, value in asdict(readings).items()}
    return replace(readings, **told)
