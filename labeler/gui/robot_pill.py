"""Which camera runs and how it is, in one small button at the top right."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QColor, QIcon
from PySide6.QtWidgets import QToolButton, QWidget

from labeler.cameras.base import CameraState, CameraStatus
from labeler.gui import theme, times
from labeler.gui.battery_words import LOW, low_words
from labeler.gui.icons import dot

_WIDEST_NAME = 200
"""Device-independent pixels: a video's name would make the window wider than its screen."""


class RobotPill(QToolButton):
    """Shows the camera's name, frame rate and battery. A click leads to the cameras.

    Its dot warns while there is no picture, and of a battery that is nearly empty.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = ("", CameraStatus(CameraState.CLOSED))
        self._dots: dict[str, QIcon] = {}  # Qt keeps what it painted of each new icon
        self._widest = _WIDEST_NAME
        theme.set_role(self, "pill")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIconSize(QSize(10, 10))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.show_status(*self._shown)

    def set_narrow(self, is_narrow: bool) -> None:
        """In a narrow window the name takes less room."""
        self._widest = _WIDEST_NAME // 3 if is_narrow else _WIDEST_NAME
        self.show_status(*self._shown)

    def show_status(self, name: str, status: CameraStatus) -> None:
        self._shown = (name, status)
        self._show_dot(status)
        shown = self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, self._widest)
        self.setText(" " + "  ".join(self._words(shown, status)))
        low = low_words(name, status.battery or 0.0) if _is_low(status) else ""
        self.setToolTip(status.message or low or self.tr("Choose a camera"))
        self.setAccessibleName(self.tr("Camera: {0}").format(" ".join(self._words(name, status))))

    def changeEvent(self, event: QEvent) -> None:
        """The dot has other colours on a dark ground."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._show_dot(self._shown[1])

    def _show_dot(self, status: CameraStatus) -> None:
        color = _color(status)
        if color not in self._dots:
            self._dots[color] = dot(QColor(color))
        self.setIcon(self._dots[color])

    def _words(self, name: str, status: CameraStatus) -> list[str]:
        if status.state is CameraState.CLOSED:
            return [self.tr("No camera")]
        words = [name]
        if status.state is CameraState.LIVE:
            words.append(times.rate(status.frames_per_second))
        else:
            words.append(self._state(status.state))
        if status.battery is not None:
            words.append(f"{status.battery:.0%}".replace("%", " %"))
        return words

    def _state(self, state: CameraState) -> str:
        return {
            CameraState.CONNECTING: self.tr("connecting"),
            CameraState.LOST: self.tr("connecting again"),
            CameraState.FAILED: self.tr("not connected"),
        }[state]


def _is_low(status: CameraStatus) -> bool:
    return status.battery is not None and status.battery < LOW


def _color(status: CameraStatus) -> str:
    scheme = theme.colors()
    return {
        CameraState.LIVE: scheme.warning if _is_low(status) else scheme.good,
        CameraState.CONNECTING: scheme.warning,
        CameraState.LOST: scheme.warning,
        CameraState.FAILED: scheme.bad,
        CameraState.CLOSED: scheme.faint,
    }[status.state]
