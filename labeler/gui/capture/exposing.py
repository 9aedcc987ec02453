"""Tells the chosen camera how to take light, and remembers it for each robot."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject

from labeler.cameras.base import Camera, CameraState, CameraStatus
from labeler.cameras.exposure import Exposure, ExposureLimits, HasExposure
from labeler.dataset.model import NO_READINGS
from labeler.errors import UserError
from labeler.gui.background import run_in_background
from labeler.gui.capture import remembered
from labeler.gui.capture.exposure_row import ExposureRow
from labeler.gui.document import Document
from labeler.gui.live import LiveCamera


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the camera took; error says why it did not, and stays how it is then."""

    camera: Camera
    wish: Exposure
    limits: ExposureLimits
    error: UserError | None = None
    stays: Exposure | None = None


class Exposing(QObject):
    """The row is there only while a camera is live whose exposure can be set."""

    def __init__(
        self, document: Document, live: LiveCamera, row: ExposureRow, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._live = live
        self._row = row
        self._greeted: Camera | None = None
        self._next: Exposure | None = None
        self._is_busy = False
        row.hide()
        row.wished.connect(self._set)
        row.automatic.toggled.connect(self._take_over)
        live.status_changed.connect(self._meet)
        live.camera_changed.connect(self._leave)

    def _meet(self, status: CameraStatus) -> None:
        """A camera that came alive: as it was left, with the limits that it tells."""
        camera = self._live.camera
        if camera is self._greeted or status.state is not CameraState.LIVE:
            return
        if not isinstance(camera, HasExposure):
            return
        self._greeted = camera
        wish = _remembered(camera.name)
        self._row.show_exposure(wish)
        self._row.show()
        if not wish.automatic:  # else the robot is left as it is
            self._set(wish)

    def _take_over(self, automatic: bool) -> None:
        """By hand it begins where the robot's own choice was, where the robot tells it."""
        frame = self._live.newest()
        told = frame.readings if frame is not None else NO_READINGS
        if not automatic and told.exposure_ms is not None and told.gain is not None:
            self._row.show_exposure(Exposure(False, round(told.exposure_ms), told.gain))

    def _leave(self) -> None:
        self._greeted = self._next = None
        self._row.hide()

    def _set(self, wish: Exposure) -> None:
        """The newest wish is sent next; those between two are dropped."""
        if self._is_busy:
            self._next = wish
            return
        camera = self._greeted
        if isinstance(camera, HasExposure):
            self._is_busy = True
            run_in_background(
                lambda _report, _stop: _order(camera, wish),
                on_done=self._take,
                on_error=self._fail,
                owner=self,
            )

    def _take(self, answer: _Answer) -> None:
        self._is_busy = False
        wish, self._next = self._next, None
        if answer.camera is not self._greeted:
            return
        self._row.show_limits(answer.limits)
        if answer.error is None:
            _remember(answer.camera.name, answer.wish)
        else:
            self._document.report(answer.error)
            if wish is None and answer.stays is not None:
                self._row.show_exposure(answer.stays)
        if wish is not None:
            self._set(wish)

    def _fail(self, error: Exception) -> None:
        self._is_busy = False
        raise error


def _order(camera: Camera, wish: Exposure) -> _Answer:
    assert isinstance(camera, HasExposure)
    limits = camera.exposure.limits()
    wish = limits.hold(wish)
    try:
        camera.exposure.set(wish)
    except UserError as error:
        return _Answer(camera, wish, limits, error, camera.exposure.wish)
    return _Answer(camera, wish, limits)


def _remembered(robot: str) -> Exposure:
    usual = Exposure()
    return Exposure(
        remembered.flag(f"automatic:{robot}", default=usual.automatic),
        round(remembered.number(f"exposure_ms:{robot}", usual.exposure_ms)),
        float(remembered.number(f"gain:{robot}", usual.gain)),
    )


def _remember(robot: str, chosen: Exposure) -> None:
    remembered.keep(
        **{
            f"automatic:{robot}": chosen.automatic,
            f"exposure_ms:{robot}": chosen.exposure_ms,
            f"gain:{robot}": chosen.gain,
        }
    )
