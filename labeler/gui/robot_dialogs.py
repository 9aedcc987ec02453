"""The dialogs that lead to a robot: what they end with is watched at once."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from labeler.cameras.catalogue import CameraChoice
from labeler.gui.live import LiveCamera
from labeler.gui.robot_move_dialog import RobotMoveDialog
from labeler.gui.robot_setup_dialog import RobotSetupDialog


def ask_to_set_up(
    parent: QWidget, live: LiveCamera, choice: CameraChoice | None = None
) -> RobotSetupDialog:
    """For a robot that is not configured yet, or for this one again."""
    serial = choice.id.partition(":")[2] if choice is not None else ""
    dialog = RobotSetupDialog(parent, serial)
    dialog.robot_ready.connect(live.choose)
    dialog.open()
    return dialog


def ask_to_move(parent: QWidget, live: LiveCamera, choice: CameraChoice) -> RobotMoveDialog:
    """For a configured robot whose address is another one now."""
    dialog = RobotMoveDialog(choice, parent)
    dialog.robot_ready.connect(live.choose)
    dialog.open()
    return dialog
