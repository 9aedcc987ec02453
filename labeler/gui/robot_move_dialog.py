"""A robot's new address, kept once that very robot answers there."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from labeler.cameras.catalogue import CameraChoice
from labeler.cameras.robots import RobotConfig, known_address
from labeler.cameras.setup import move_robot
from labeler.errors import UserError
from labeler.gui import theme
from labeler.gui.background import Job, run_in_background
from labeler.gui.field_label import FieldLabel
from labeler.gui.step_list import StepList

_STEP = "robot"
_WIDTH = 460


class RobotMoveDialog(QDialog):
    """robot_ready carries the id of the robot's camera when it has moved."""

    robot_ready = Signal(str)

    def __init__(self, choice: CameraChoice, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("New address of {0}").format(choice.name))
        self._choice = choice
        self._serial = choice.id.partition(":")[2]
        self._job: Job | None = None
        self.address = QLineEdit(known_address(self._serial), self)
        self.steps = StepList({_STEP: self._hint()}, self)
        self.go = QPushButton(self.tr("Try and keep"), self)
        self.close_button = QPushButton(self.tr("Cancel"), self)
        self._lay_out(parent.window())
        self.address.selectAll()
        self.go.clicked.connect(self.move_robot)
        self.close_button.clicked.connect(self.reject)

    def done(self, result: int) -> None:
        if self._job is not None:
            self._job.cancel()
        super().done(result)

    def move_robot(self) -> None:
        """Tries the address; it is written down only where the robot answers."""
        serial, address = self._serial, self.address.text().strip()
        self.steps.begin(_STEP)
        self.go.setEnabled(False)
        self._job = run_in_background(
            lambda _report, should_stop: move_robot(serial, address, should_stop),
            on_done=self._finish,
            on_error=self._fail,
        )

    def _finish(self, robot: RobotConfig) -> None:
        self.robot_ready.emit(f"robot:{robot.serial}")
        self.accept()

    def _fail(self, error: Exception) -> None:
        sentence = str(error)
        if not isinstance(error, UserError):
            sentence = self.tr("This went wrong through a fault of this program.")
        self.steps.fail(_STEP, sentence)
        self.go.setEnabled(True)
        self.address.setFocus()

    def _hint(self) -> str:
        return self.tr(
            "The robot shows its address: on its charger, press its button twice, then lift its "
            "arm up and down."
        )

    def _lay_out(self, window: QWidget) -> None:
        self.address.setAccessibleName(self.tr("Address"))
        self.address.setToolTip(self.tr("A number like 192.168.1.7, or a name"))
        self.go.setToolTip(self.tr("Keep the address if the robot answers there"))
        self.close_button.setToolTip(self.tr("Leave the address as it is"))
        self.close_button.setAutoDefault(False)
        self.go.setDefault(True)
        theme.set_role(self.go, "primary")
        form = QFormLayout()
        form.setHorizontalSpacing(14)
        form.addRow(FieldLabel(self.tr("Address"), self.address), self.address)
        buttons = QDialogButtonBox(self)
        buttons.addButton(self.close_button, QDialogButtonBox.ButtonRole.RejectRole)
        buttons.addButton(self.go, QDialogButtonBox.ButtonRole.AcceptRole)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addLayout(form)
        column.addWidget(self.steps)
        column.addStretch(1)
        column.addWidget(buttons)
        self.setMinimumWidth(min(_WIDTH, window.width() - 20))
