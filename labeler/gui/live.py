"""The one running camera that Capture and Preview share, looked at from the GUI thread."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, Qt, QTimer, Signal

from labeler.cameras.base import Camera, CameraState, CameraStatus, Frame
from labeler.cameras.catalogue import (
    SECOND,
    CameraChoice,
    list_cameras,
    network_choice,
    open_camera,
)
from labeler.cameras.network import NetworkCamera, forget_address, read_address
from labeler.cameras.network_address import url_of
from labeler.cameras.network_book import remember
from labeler.cameras.server_trust import agree
from labeler.errors import UserError
from labeler.gui import times
from labeler.gui.background import Job, run_in_background
from labeler.gui.decode import LivePicture, decode, is_large

STALE = 2.0
"""Seconds after which a frame shows the past: never stored, and said."""

_LOOK_MS = 100
"""For what the camera does not tell as it comes: battery, frame rate."""
_OLDEST = 0.5
"""Seconds that a picture stays while newer ones come that nobody wants to see."""

_CLOSED = CameraStatus(CameraState.CLOSED)


class LiveCamera(QObject):
    """Chooses, opens and closes cameras away from the GUI thread, and tells what arrives.

    frame_arrived carries each new Frame as it was sent, picture_arrived a LivePicture of it for
    as long as somebody watches. status_changed carries a CameraStatus, camera_changed comes with
    every choice.
    """

    frame_arrived = Signal(object)
    picture_arrived = Signal(object)
    status_changed = Signal(object)
    camera_changed = Signal()
    _newer = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.choice: CameraChoice | None = None
        self.picture: LivePicture | None = None
        self._camera: Camera | None = None
        self._status = _CLOSED
        self._opening: Job | None = None
        self._decoding: Job | None = None
        self._turn = 0
        self._seen: Frame | None = None
        self._decoded: Frame | None = None
        self._watchers: dict[int, Callable[[Frame], bool]] = {}
        self._is_told = False
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._newer.connect(self._look, Qt.ConnectionType.QueuedConnection)

    @property
    def camera(self) -> Camera | None:
        """None before a choice, while it is being opened, and after stop()."""
        return self._camera

    @property
    def status(self) -> CameraStatus:
        return self._status

    @property
    def name(self) -> str:
        """What the person calls it; a robot's own name once it is connected."""
        if self._camera is not None and self._camera.name:
            name = self._camera.name
            return name[0].upper() + name[1:]
        return self.choice.name if self.choice is not None else ""

    def choices(self) -> list[CameraChoice]:
        """All cameras to choose from; an opened file stands before the entry that opens others."""
        found = list_cameras()
        chosen = self.choice
        if chosen is None or any(each.id == chosen.id for each in found):
            return found
        of_its_kind = [at for at, each in enumerate(found) if each.kind == chosen.kind]
        at = (of_its_kind or [len(found)])[-1 if chosen.kind == "network" else 0]
        if chosen.kind == "simulated":  # one in any world, or its name would stand there twice
            found[at] = chosen
        else:
            found.insert(at, chosen)
        return found

    def newest(self) -> Frame | None:
        """The newest frame at this moment, whether it was shown yet or not; may be stale."""
        return self._camera.latest() if self._camera is not None else None

    def watch(
        self, watcher: QObject, *, watching: bool, wants: Callable[[Frame], bool] = lambda _: True
    ) -> None:
        """Frames are decoded only while somebody watches, and two a second of those unwanted.

        wants: asked once for each frame.
        """
        self._watchers.pop(id(watcher), None)
        if watching:
            self._watchers[id(watcher)] = wants
            self._newer.emit()

    def choose(self, choice: CameraChoice | str) -> None:
        """Opens this camera instead of the one before. An id may stand for the choice.

        The other robot of a simulated world is opened in that very world.
        """
        choice = _choice_of(choice) if isinstance(choice, str) else choice
        neighbour = _neighbour(self._camera, choice)
        self._let_go()
        self.choice = choice
        self._set_status(CameraStatus(CameraState.CONNECTING, self._connecting(choice)))
        self.camera_changed.emit()
        turn = self._turn
        self._opening = run_in_background(
            _opener(choice, neighbour),
            on_done=lambda camera: self._take(turn, camera),
            on_error=lambda error: self._fail(turn, error),
            owner=self,
        )

    def try_again(self) -> None:
        """Opens the chosen camera anew."""
        if self.choice is not None:
            self.choose(self.choice)

    def trust_certificate(self) -> None:
        """The network camera's other certificate is the right one from now on."""
        camera = self._camera
        if isinstance(camera, NetworkCamera):
            agree(camera.address.place)
            self.try_again()

    def retry_now(self) -> None:
        """Ends the pause that a lost camera makes before the next attempt."""
        if self._camera is not None:
            self._camera.retry_now()

    def forget(self, choice: CameraChoice) -> None:
        """Takes a network camera out of the list; one that is on show is closed."""
        forget_address(choice.id.partition(":")[2])
        if self.choice is not None and self.choice.id == choice.id:
            self.choice = None
            self.stop()
        else:
            self.camera_changed.emit()

    def stop(self) -> None:
        """Closes the camera, without waiting for it."""
        self._let_go()
        self._set_status(_CLOSED)
        self.camera_changed.emit()

    def _connecting(self, choice: CameraChoice) -> str:
        if choice.kind == "simulated":
            return self.tr("Starting the simulated robot.")
        return self.tr("Connecting to {name}.").format(name=choice.name)

    def _let_go(self) -> None:
        self._turn += 1
        if self._opening is not None:
            self._opening.cancel()
        camera, self._camera, self._opening = self._camera, None, None
        self.picture = self._seen = self._decoded = None
        self._timer.stop()
        if camera is not None:
            camera.tell(None)
            close_quietly(camera)

    def _take(self, turn: int, camera: Camera | None) -> None:
        if camera is None:
            return
        if turn != self._turn:  # another one was chosen meanwhile
            close_quietly(camera)
            return
        self._camera, self._opening = camera, None
        camera.tell(self._hear)
        self._timer.start()
        self._look()

    def _fail(self, turn: int, error: Exception) -> None:
        if turn != self._turn:
            return
        self._opening = None
        sentence = self.tr("This camera could not be opened ({reason}).").format(reason=error)
        if isinstance(error, UserError):
            sentence = str(error)
        self._set_status(CameraStatus(CameraState.FAILED, sentence))

    def _hear(self) -> None:
        """On the camera's thread: once until it was looked, however much comes meanwhile."""
        if not self._is_told:
            self._is_told = True
            self._newer.emit()

    def _look(self) -> None:
        self._is_told = False
        camera = self._camera
        if camera is None:
            return
        frame = camera.latest()
        if frame is not None and frame is not self._seen:
            is_new = self._seen is None or frame.number != self._seen.number
            self._seen = frame  # the same number again: its pose has come after it
            if is_new:
                self.frame_arrived.emit(frame)
        self._decode()
        if self._camera is camera:
            self._set_status(camera.status())

    def _decode(self) -> None:
        """Small pictures at once: they take less time than to wake another thread would."""
        frame = self._seen
        if frame is None or not self._watchers or self._decoding is not None:
            return
        if self._decoded is not None and self._decoded.number == frame.number:
            return
        self._decoded = frame
        if not self._is_wanted(frame):
            return
        if is_large(frame):
            self._decoding = run_in_background(
                lambda _report, _stop: decode(frame),
                on_done=self._end_decoding,
                on_error=self._end_decoding,
                owner=self,
            )
        else:
            self._show(decode(frame))

    def _is_wanted(self, frame: Frame) -> bool:
        wanted = [wants(frame) for wants in self._watchers.values()]
        shown = self.picture
        return any(wanted) or shown is None or frame.received - shown.frame.received > _OLDEST

    def _end_decoding(self, outcome: LivePicture | Exception | None) -> None:
        self._decoding = None
        if isinstance(outcome, Exception):
            raise outcome
        if outcome is not None and self._decoded is outcome.frame:
            self._show(outcome)
        self._look()  # a newer one may have come meanwhile

    def _show(self, picture: LivePicture | None) -> None:
        if picture is not None:
            self.picture = picture
            self.picture_arrived.emit(picture)

    def _set_status(self, status: CameraStatus) -> None:
        rate = times.steady_rate(status.frames_per_second)
        status = replace(status, frames_per_second=rate)
        if status != self._status:
            self._keep_address(status)
            self._status = status
            self.status_changed.emit(status)

    def _keep_address(self, status: CameraStatus) -> None:
        """A network camera that gives a picture stands in the list from now on."""
        choice = self.choice
        is_new = status.state is CameraState.LIVE and self._status.state is not CameraState.LIVE
        if is_new and choice is not None and choice.kind == "network":
            remember(url_of(choice.id.partition(":")[2]))


def close_quietly(camera: Camera) -> None:
    """Stops it on a worker thread: that may take seconds where the other end is silent."""

    def ignore(_outcome: object) -> None:
        """Nobody waits for it; what goes wrong is in the log."""

    run_in_background(lambda _report, _stop: camera.stop(), on_done=ignore, on_error=ignore)


def _neighbour(camera: Camera | None, choice: CameraChoice) -> Camera | None:
    """The chosen robot of the simulated world that is on show, if it is another one there."""
    number = {"simulated": 0, SECOND: 1}.get(choice.id)
    if camera is None or number is None:
        return None
    from labeler.cameras.simulated import SimulatedCamera

    if not isinstance(camera, SimulatedCamera) or camera.number == number:
        return None
    return camera.beside(number)


def _opener(choice: CameraChoice, neighbour: Camera | None) -> Callable[..., Camera | None]:
    def open_and_start(_report: object, should_stop: Callable[[], bool]) -> Camera | None:
        # Each sitting with the simulated robot is in another world, or its frames would be the
        # same pictures again, byte for byte.
        # The second robot is there for whoever wants a partner that poses.
        seed = random.randrange(1, 1 << 16)
        camera = neighbour or open_camera(choice, seed=seed, robots=2)
        if should_stop():
            camera.stop()
            return None
        camera.start()
        return camera

    return open_and_start


def _choice_of(word: str) -> CameraChoice:
    """The choice that an id stands for, in the list or not (a file, a world's number)."""
    for each in list_cameras():
        if each.id == word:
            return each
    kind, _, rest = word.partition(":")
    if kind in ("video", "folder"):
        return file_choice(kind, Path(rest))
    if kind == "simulated":
        return CameraChoice(
            word, "simulated", QCoreApplication.translate("LiveCamera", "Simulated robot"), ""
        )
    if kind == "webcam":
        return CameraChoice(word, "webcam", word, "")
    if kind == "network":
        return _network_choice(rest)
    return CameraChoice(word, "robot", rest or word, "")


def _network_choice(text: str) -> CameraChoice:
    """What opening it will say, where this is no address."""
    try:
        address = read_address(text)
    except UserError:
        name = QCoreApplication.translate("LiveCamera", "Network camera")
        return CameraChoice("network:", "network", name, "")
    return network_choice(address)


def file_choice(kind: str, path: Path) -> CameraChoice:
    """The choice of one video file or folder of pictures."""
    return CameraChoice(
        f"{kind}:{path}", "video" if kind == "video" else "folder", path.name, str(path)
    )
