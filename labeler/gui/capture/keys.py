"""The actions of the Capture workspace with their keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from labeler.gui.capture.drive_keys import drive_actions
from labeler.gui.workspace import Action

if TYPE_CHECKING:
    from labeler.gui.capture.workspace import CaptureWorkspace


def _tr(text: str) -> str:
    return QCoreApplication.translate("CaptureKeys", text)


def actions(capture: CaptureWorkspace) -> list[Action]:
    """One row an action; the window makes the shortcuts and the page of keys from them."""
    shutter = capture.photographer.shutter
    return [
        Action(
            "take_photo",
            _tr("Take photo"),
            ("Space",),
            shutter.press_key,
            _tr("Take a photo; hold for five a second"),
            once=shutter.tap,
        ),
        Action("photo_clock", _tr("A photo every few seconds"), ("I",), capture.bar.every.toggle),
        Action(
            "high_resolution", _tr("High resolution"), ("H",), capture.bar.toggle_high_resolution
        ),
        Action("set_up_robot", _tr("Set up a robot"), (), capture.set_up_robot),
        Action("new_session", _tr("New session"), ("N",), capture.begin_session),
        Action(
            "auto_exposure", _tr("Automatic exposure"), ("E",), capture.toggle_automatic_exposure
        ),
        Action("skip_poor", _tr("Skip poor shots"), ("P",), capture.skip.switch.toggle),
        Action("coverage", _tr("What was seen so far"), ("C",), capture.coverage.toggle.toggle),
        Action(
            "stop",
            _tr("Stop all that moves and takes"),
            ("Esc",),
            capture.stop_taking,
            while_typing=True,
        ),
        *drive_actions(capture.driving),
    ]
