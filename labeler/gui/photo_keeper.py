"""Keeps photos: one after the other in the order they were taken, away from the GUI thread."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal, SignalInstance

from labeler.cameras.base import Frame
from labeler.dataset import picture
from labeler.dataset.images import Added, add_picture
from labeler.dataset.judging import Judging
from labeler.dataset.model import Flaw, Image, Session
from labeler.dataset.store import Dataset
from labeler.errors import UserError

_log = logging.getLogger(__name__)

RETRY_S = 2.0
"""Seconds between two attempts to keep what the disk could not take."""
MOST_HELD = 1000
"""Photos in memory alone: 100 MB of a robot's."""


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """A photo to keep. take gives its frame, on the keeper's thread, and may raise UserError.

    A session of this name and camera is begun where there is none, with this note. skips_flawed:
    it is not kept where something is wrong with it; that is told.
    """

    dataset: Dataset
    session_name: str
    camera_name: str
    take: Callable[[], Frame]
    session_note: str = ""
    skips_flawed: bool = False
    image_note: str = ""
    number: int = 0
    """Of whoever wants to know it again in what is told; 0: nobody does."""


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """What became of a shot; is_new is False where the dataset had this very picture already.

    number: how many images the session holds with this one. shot: the number of the shot.
    """

    dataset: Dataset
    image: Image
    session: Session
    number: int
    size_bytes: int
    is_new: bool
    shot: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Skipped:
    """A shot that was not kept for its flaw, as the person wished. shot: its number."""

    dataset: Dataset
    session_name: str
    flaw: Flaw
    shot: int = 0


class PhotoKeeper(QObject):
    """A thread of its own that outlives no window: finish() keeps what waits, then ends it.

    Each shot is told: kept with a Kept, skipped with a Skipped, failed with a UserError. One that
    failed and is held may be kept later, which is told as well.
    """

    kept = Signal(object)
    skipped = Signal(object)
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._shots: queue.SimpleQueue[Shot | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._waiting = 0
        self._held: list[Shot] = []
        self._judging = Judging()
        self._changed = threading.Condition()

    @property
    def waiting(self) -> int:
        """How many shots are not kept yet."""
        return self._waiting

    def keep(self, shot: Shot) -> None:
        """Returns at once; kept or failed (with a UserError) tells how it went."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._labour, daemon=True, name="photo keeper")
            self._thread.start()
        with self._changed:
            self._waiting += 1
        self._shots.put(shot)

    def wait(self, timeout: float = 3.0) -> bool:
        """Until all shots are kept. False where that takes longer."""
        with self._changed:
            return self._changed.wait_for(lambda: self._waiting == 0, timeout)

    def finish(self, timeout: float = 3.0) -> bool:
        """Keeps what waits and ends the thread. False where that takes longer."""
        thread, self._thread = self._thread, None
        if thread is None:
            return True
        self._shots.put(None)
        thread.join(timeout)
        return not thread.is_alive()

    @property
    def held(self) -> int:
        """How many photos are in memory alone, because their disk could not take them."""
        return len(self._held)

    @property
    def unkept(self) -> int:
        """How many photos are in no dataset yet, whatever for."""
        return self._waiting + len(self._held)

    def _labour(self) -> None:
        while True:
            try:
                shot = self._shots.get(timeout=RETRY_S if self._held else None)
            except queue.Empty:
                self._keep_held()
                continue
            self._keep_held()  # first those that were taken first
            if shot is None:
                return
            tell, outcome = self._outcome(shot)
            with self._changed:
                self._waiting -= 1
                self._changed.notify_all()
            tell.emit(outcome)

    def _keep_held(self) -> None:
        """As many as the disk takes by now."""
        while self._held:
            shot = self._held[0]
            tell: SignalInstance = self.failed
            outcome: Kept | Skipped | UserError = self._too_late(shot)
            try:
                tell, outcome = self._told(_keep(shot, shot.take(), self._judging))
            except UserError:
                return
            except ValueError:  # the dataset was closed
                _log.exception("a photo that was held is lost")
            except Exception as error:  # those after it must still be kept
                outcome = self._our_fault(error)
            del self._held[0]
            tell.emit(outcome)

    def _outcome(self, shot: Shot) -> tuple[SignalInstance, Kept | Skipped | UserError]:
        frame: Frame | None = None
        try:
            frame = shot.take()
            return self._told(_keep(shot, frame, self._judging))
        except UserError as error:
            if frame is None or not self._hold(shot, frame):
                return self.failed, error
            sentence = self.tr("{why} The photo is held in memory, and kept when that is mended.")
            return self.failed, UserError(sentence.format(why=error), details=error.details)
        except Exception as error:  # the photos after this one must still be kept
            return self.failed, self._our_fault(error)

    def _told(self, outcome: Kept | Skipped) -> tuple[SignalInstance, Kept | Skipped]:
        return self.kept if isinstance(outcome, Kept) else self.skipped, outcome

    def _our_fault(self, error: Exception) -> UserError:
        _log.exception("a photo was not kept")
        sentence = self.tr("The photo was not kept, through a fault of this program.")
        return UserError(sentence, details=repr(error))

    def _too_late(self, shot: Shot) -> UserError:
        sentence = self.tr("A photo is lost: its dataset {name} was closed before it had room.")
        return UserError(sentence.format(name=shot.dataset.name))

    def _hold(self, shot: Shot, frame: Frame) -> bool:
        """False for what no disk will ever take, and where memory would run short."""
        if shot.dataset.read_only or len(self._held) >= MOST_HELD or not _is_picture(frame.data):
            return False
        self._held.append(replace(shot, take=lambda: frame))
        return True


def _is_picture(data: bytes) -> bool:
    """Whether the fault was not the picture's own."""
    try:
        picture.inspect(data, "")
    except UserError:
        return False
    return True


def _keep(shot: Shot, frame: Frame, judging: Judging) -> Kept | Skipped:
    """A picture is safe before it is measured, unless the measure decides whether it is kept."""
    flaw = _flaw(shot, frame, judging) if shot.skips_flawed else None
    if flaw is not None:
        return Skipped(shot.dataset, shot.session_name, flaw, shot.number)
    session = _session(shot, frame)
    added: Added = add_picture(
        shot.dataset,
        frame.data,
        original_name=_file_name(shot.camera_name, frame),
        session_id=session.id,
        captured_at=frame.captured_at,
        head_angle_rad=frame.head_angle_rad,
        pose=frame.pose,
        readings=frame.readings,
        note=shot.image_note,
    )
    number = len(shot.dataset.moments(session.id))
    image = _marked(shot, frame, added.image, judging) if added.is_new else added.image
    size = len(frame.data)
    return Kept(shot.dataset, image, session, number, size, added.is_new, shot.number)


def _flaw(shot: Shot, frame: Frame, judging: Judging) -> Flaw | None:
    try:
        return judging.flaw(shot.dataset, shot.session_name, frame.data)
    except Exception:  # what cannot be judged is kept
        _log.exception("a photo was not judged")
        return None


def _marked(shot: Shot, frame: Frame, image: Image, judging: Judging) -> Image:
    try:
        return judging.mark(shot.dataset, shot.session_name, image, frame.data)
    except Exception:  # it is safe on disk, whatever measuring it says
        _log.exception("a photo was not measured")
        return image


def _session(shot: Shot, frame: Frame) -> Session:
    for session in reversed(shot.dataset.sessions()):
        if (session.name, session.camera) == (shot.session_name, shot.camera_name):
            return session
    return shot.dataset.add_session(
        shot.session_name, shot.camera_name, frame.captured_at, shot.session_note
    )


def _file_name(camera_name: str, frame: Frame) -> str:
    stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(frame.captured_at))
    suffix = "png" if frame.data.startswith(b"\x89PNG") else "jpg"
    return f"{camera_name} {stamp}-{frame.number:05d}.{suffix}"
