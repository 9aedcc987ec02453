"""Setting a robot up, with every step and what came of it in view."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from labeler.cameras.pod import USUAL, PodRobot, read_pod, robots_of
from labeler.cameras.robots import RobotConfig, at_home, known_address
from labeler.cameras.server_trust import CertificateChangedError, agree
from labeler.cameras.setup import Step, Wish, set_up
from labeler.errors import UserError
from labeler.gui import theme
from labeler.gui.background import Job, run_in_background
from labeler.gui.field_label import FieldLabel
from labeler.gui.settings import Settings
from labeler.gui.step_list import StepList

_SIZE = (600, 500)
_AROUND_PATHS = " \t\"'"
"""Systems put a path that is copied between quotes."""
Told = list[tuple[Step, str]]


class RobotSetupDialog(QDialog):
    """robot_ready carries the id of a robot's camera, once the robot is set up and wanted."""

    robot_ready = Signal(str)

    def __init__(self, parent: QWidget, serial: str = "") -> None:
        """serial: of a robot that is to be set up again."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Set up a robot"))
        self._job: Job | None = None
        self._robot: RobotConfig | None = None
        self._told_address = ""
        self._untrusted: tuple[str, int] | None = None
        self.pod = QLineEdit(self)
        self.look = QPushButton(self.tr("Find robots"), self)
        self.serial = QComboBox(self)
        self.address = QLineEdit(known_address(serial), self)
        self.by_hand = QCheckBox(self.tr("I have a certificate file or a token"), self)
        self.certificate = QLineEdit(self)
        self.choose_file = QPushButton(self.tr("Choose…"), self)
        self.token = QLineEdit(self)
        self.steps = StepList(self._titles(), self)
        self.trust = QPushButton(self.tr("It was set up anew: trust it"), self)
        self.go = QPushButton(self)
        self.close_button = QPushButton(self.tr("Close"), self)
        self._form = QFormLayout()
        self._scroll = QScrollArea(self)
        self._lay_out(parent.window())
        self._connect()
        self.pod.setText(Settings().wire_pod)
        self.serial.setEditText(serial)
        self._show_by_hand()
        self._show_state()

    def done(self, result: int) -> None:
        if self._job is not None:
            self._job.cancel()
        super().done(result)

    def wish(self) -> Wish:
        """What is typed at this moment."""
        file = self.certificate.text().strip(_AROUND_PATHS) if self.by_hand.isChecked() else ""
        return Wish(
            self.pod.text(),
            self.serial.currentText().strip().partition(" ")[0],
            self.address.text(),
            at_home(file) if file else None,
            self.token.text().strip() if self.by_hand.isChecked() else "",
        )

    def find_robots(self) -> None:
        """Asks the wire-pod which robots it knows."""
        self._find(self._take_robots)

    def _find(self, on_done: Callable[[tuple[PodRobot, ...]], None]) -> None:
        self.steps.clear()
        self.steps.begin(Step.POD)
        text = self.pod.text()
        self._start(
            run_in_background(
                lambda _report, _stop: robots_of(read_pod(text)),
                on_done=on_done,
                on_error=self._fail,
            )
        )

    def set_up(self) -> None:
        """Does it all; robot_ready follows once the person asks for the picture."""
        if self._robot is not None:
            self.robot_ready.emit(f"robot:{self._robot.serial}")
            self.accept()
            return
        wish = self.wish()
        if not wish.serial and wish.certificate is None and self.serial.count() != 1:
            self._find(self._take_only_robot)
            return
        self.steps.clear()

        def work(report: object, should_stop: object) -> RobotConfig:
            told: Told = []

            def on_step(step: Step, sentence: str) -> None:
                told.append((step, sentence))
                report(list(told))  # type: ignore[operator]

            return set_up(wish, on_step, should_stop)  # type: ignore[arg-type]

        self._start(
            run_in_background(
                work, on_done=self._finish, on_error=self._fail, on_progress=self._show_steps
            )
        )

    def trust_certificate(self) -> None:
        """The wire-pod's other certificate is the right one from now on, and on it goes."""
        if self._untrusted is not None:
            agree(self._untrusted)
            self.set_up()

    def _start(self, job: Job) -> None:
        self._job = job
        self._untrusted = None
        self._robot = None
        self._show_state()

    def _show_steps(self, told: Told) -> None:
        for step, sentence in told:
            if sentence:
                self.steps.end(step, sentence)
            else:
                self.steps.begin(step)
                self._under_way = step

    def _remember_pod(self) -> None:
        """It answered, and the next robot is mostly on the same one. No more than its address."""
        if not self.pod.text().strip():
            return
        with suppress(UserError):  # a certificate from a file needs none
            pod = read_pod(self.pod.text())
            Settings().wire_pod = f"https://{pod}" if pod.encrypted else str(pod)

    def _take_robots(self, robots: tuple[PodRobot, ...]) -> None:
        self._remember_pod()
        typed = self.serial.currentText().strip().partition(" ")[0].lower()
        self.serial.blockSignals(True)
        self.serial.clear()
        for robot in robots:
            words = self.tr("{serial} at {address}") if robot.address else "{serial}"
            text = words.format(serial=robot.serial, address=robot.address)
            self.serial.addItem(text, robot.address)
        rows = [row for row, robot in enumerate(robots) if robot.serial == typed]
        self.serial.setCurrentIndex(rows[0] if rows else 0 if len(robots) == 1 else -1)
        if typed and not rows:
            self.serial.setEditText(typed)
        self.serial.blockSignals(False)
        self._take_address(self.serial.currentIndex())
        words = self.tr("The wire-pod knows {0} robots. Choose yours.")
        if len(robots) == 1:
            words = self.tr("The wire-pod knows 1 robot.")
        if robots:
            self.steps.end(Step.POD, words.format(len(robots)))
        else:
            words = self.tr("The wire-pod knows no robot yet. Set yours up on its own page first.")
            self.steps.fail(Step.POD, words)
        self._show_state()
        self.serial.setFocus()

    def _take_only_robot(self, robots: tuple[PodRobot, ...]) -> None:
        """Where there is one there is nothing to choose."""
        self._take_robots(robots)
        if len(robots) == 1:
            self.set_up()

    def _finish(self, robot: RobotConfig) -> None:
        self._remember_pod()
        self._robot = robot
        self._show_state()
        self.go.setFocus()

    def _fail(self, error: Exception) -> None:
        sentence = str(error)
        if not isinstance(error, UserError):
            sentence = self.tr("This went wrong through a fault of this program.")
        if isinstance(error, CertificateChangedError):
            self._untrusted = error.place
        self.steps.fail(self._under_way, sentence)
        QTimer.singleShot(0, self.steps, self._show_fault)
        self._show_state()
        (self.trust if self._untrusted else self.go).setFocus()

    def _show_fault(self) -> None:
        self._scroll.ensureWidgetVisible(self.steps.sentences[self._under_way])

    def _show_state(self) -> None:
        is_busy = self._job is not None and not self._job.is_over
        if is_busy:
            self._under_way = Step.POD
        self.go.setText(self.tr("Show its picture") if self._robot else self.tr("Set up"))
        self.go.setAccessibleName(self.go.text())
        self.go.setToolTip(
            self.tr("Connect to the robot")
            if self._robot
            else self.tr("Fetch certificate and token, try them, and keep them")
        )
        self.trust.setVisible(self._untrusted is not None)
        for widget in (self.go, self.look, self.pod, self.serial, self.address, self.by_hand):
            widget.setEnabled(not is_busy)
        for field in (self.certificate, self.choose_file, self.token):
            field.setEnabled(not is_busy)

    def _show_by_hand(self) -> None:
        for row in (4, 5):
            self._form.setRowVisible(row, self.by_hand.isChecked())

    def _forget_robot(self) -> None:
        """Something was changed: what was set up is not what is typed any more."""
        if self._robot is not None:
            self._robot = None
            self.steps.clear()
            self._show_state()

    def _take_address(self, row: int) -> None:
        """The wire-pod's word; what a person typed gives way only to another address."""
        address = self.serial.itemData(row) or ""
        if address or self.address.text() == self._told_address:
            self.address.setText(address)
            self._told_address = address

    def _ask_file(self) -> None:
        file, _ = QFileDialog.getOpenFileName(
            self, self.tr("Certificate of the robot"), str(Path.home())
        )
        if file:
            self.certificate.setText(file)

    def _titles(self) -> dict[str, str]:
        return {
            Step.POD: self.tr("Ask the wire-pod"),
            Step.CERTIFICATE: self.tr("Read the robot's certificate"),
            Step.ROBOT: self.tr("Meet the robot at its address"),
            Step.TOKEN: self.tr("Ask the robot to let this computer in"),
            Step.KEPT: self.tr("Keep both where the robot's SDK looks for them"),
        }

    def _connect(self) -> None:
        self._under_way = Step.POD
        self.look.clicked.connect(self.find_robots)
        self.go.clicked.connect(self.set_up)
        self.close_button.clicked.connect(self.reject)
        self.choose_file.clicked.connect(self._ask_file)
        self.trust.clicked.connect(self.trust_certificate)
        self.by_hand.toggled.connect(self._show_by_hand)
        self.serial.currentIndexChanged.connect(self._take_address)
        for field in (self.pod, self.address, self.certificate, self.token):
            field.textEdited.connect(self._forget_robot)
        self.serial.editTextChanged.connect(self._forget_robot)

    def _lay_out(self, window: QWidget) -> None:
        self.pod.setPlaceholderText(USUAL)
        self.serial.setEditable(True)
        edit = self.serial.lineEdit()
        if edit is not None:
            edit.setPlaceholderText(self.tr("Under the robot, like 00e20100"))
        self.address.setPlaceholderText(self.tr("Known to the wire-pod, or like 192.168.1.7"))
        self.token.setEchoMode(QLineEdit.EchoMode.Password)
        self.token.setPlaceholderText(self.tr("Leave it empty: the robot gives one"))
        self.certificate.setPlaceholderText(self.tr("Leave it empty: wire-pod has one"))
        theme.set_role(self.go, "primary")
        intro = QLabel(
            self.tr(
                "A robot that was set up with wire-pod (github.com/kercre123/wire-pod) lets this "
                "computer in: its wire-pod has its certificate, the robot itself gives the token. "
                "Both stay on this computer."
            ),
            self,
        )
        intro.setWordWrap(True)
        theme.set_role(intro, "faint")
        pod, file = QHBoxLayout(), QHBoxLayout()
        pod.addWidget(self.pod, 1)
        pod.addWidget(self.look)
        file.addWidget(self.certificate, 1)
        file.addWidget(self.choose_file)
        rows = (
            (self.tr("wire-pod"), pod, self.pod),
            (self.tr("Serial number"), self.serial, self.serial),
            (self.tr("Robot's address"), self.address, self.address),
            ("", self.by_hand, self.by_hand),
            (self.tr("Certificate"), file, self.certificate),
            (self.tr("Token"), self.token, self.token),
        )
        for text, row, field in rows:
            self._form.addRow(FieldLabel(text, field), row)
            if text:
                field.setAccessibleName(text)
        self._form.setHorizontalSpacing(14)
        self._form.setVerticalSpacing(8)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._name_buttons()
        inner = QWidget(self)
        column = QVBoxLayout(inner)
        column.setContentsMargins(16, 16, 16, 8)
        column.setSpacing(12)
        column.addWidget(intro)
        column.addLayout(self._form)
        column.addWidget(self.steps)
        column.addWidget(self.trust, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        scroll = self._scroll
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inner)
        buttons = QDialogButtonBox(self)
        buttons.setContentsMargins(16, 8, 16, 16)
        buttons.addButton(self.close_button, QDialogButtonBox.ButtonRole.RejectRole)
        buttons.addButton(self.go, QDialogButtonBox.ButtonRole.AcceptRole)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll, 1)
        outer.addWidget(buttons)
        self.resize(min(_SIZE[0], window.width() - 20), min(_SIZE[1], window.height() - 20))

    def _name_buttons(self) -> None:
        self.look.setAutoDefault(False)
        self.choose_file.setAutoDefault(False)
        self.trust.setAutoDefault(False)
        self.trust.setAccessibleName(self.trust.text())
        self.trust.setToolTip(
            self.tr("Only if you know why the wire-pod shows another certificate than before")
        )
        self.close_button.setAutoDefault(False)
        self.go.setDefault(True)
        self.look.setToolTip(self.tr("Ask the wire-pod which robots it knows"))
        self.choose_file.setToolTip(self.tr("Choose the robot's certificate file"))
        self.choose_file.setAccessibleName(self.tr("Choose the certificate file"))
        self.close_button.setToolTip(self.tr("Close without changing anything more"))
        self.pod.setToolTip(self.tr("Where wire-pod runs: the address of its page"))
        self.serial.setToolTip(self.tr("The number under the robot"))
        self.address.setToolTip(
            self.tr("On its charger: press its button twice, then lift its arm up and down")
        )
        self.by_hand.setToolTip(self.tr("Instead of those from wire-pod and the robot"))
        self.certificate.setToolTip(self.tr("The robot's certificate, a .cert or .pem file"))
        self.token.setToolTip(self.tr("The guid that the robot gave before; it is not shown"))
