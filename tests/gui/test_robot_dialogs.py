"""Getting to a robot from the window: set up, moved, watched, and always told how it is."""

from __future__ import annotations

import io
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QDialog, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from labeler.cameras import network, server_trust
from labeler.cameras.base import CameraState, CameraStatus
from labeler.cameras.catalogue import CameraChoice
from labeler.cameras.robots import config_path, find_robot
from labeler.cameras.sdk_config import put_robot
from labeler.cameras.setup import Step
from labeler.gui.capture.camera_list import CameraList
from labeler.gui.capture.workspace import CaptureWorkspace
from labeler.gui.document import Document
from labeler.gui.live import LiveCamera
from labeler.gui.live_files import ask_for_file
from labeler.gui.network_dialog import NetworkDialog
from labeler.gui.robot_move_dialog import RobotMoveDialog
from labeler.gui.robot_setup_dialog import RobotSetupDialog
from labeler.simulator.certificate import make_certificate
from tests.cameras.camera_waits import Simulator
from tests.cameras.camera_wire import Wire
from tests.cameras.network_stand_in import NetworkCameraStandIn
from tests.cameras.pod_stand_in import PodStandIn
from tests.gui.live_waits import show, until, wait_for_picture


@pytest.fixture
def workspace(qtbot: QtBot, document: Document, live: LiveCamera) -> CaptureWorkspace:
    shown = CaptureWorkspace(document, live)
    show(qtbot, shown)
    return shown


@pytest.fixture
def pod(simulator: Simulator) -> Iterator[PodStandIn]:
    robot = simulator.robot
    with PodStandIn() as running:
        running.robots = [(robot.serial, robot.address, "")]
        running.certificates = {robot.serial: robot.cert.read_bytes()}
        yield running


def press(qtbot: QtBot, button: QAbstractButton) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def detail(cameras: CameraList, name: str) -> str:
    """What stands beside a camera, as a screen reader says it."""
    rows = [cameras.item(row) for row in range(cameras.count())]
    (item,) = (each for each in rows if each.text() == name)
    return str(item.data(Qt.ItemDataRole.AccessibleTextRole)).partition(", ")[2]


def offer(workspace: CaptureWorkspace, text: str) -> QPushButton:
    return next(each for each in workspace.health.buttons if each.text() == text)


def test_a_robot_is_set_up_with_every_step_told_and_then_watched(
    qtbot: QtBot,
    workspace: CaptureWorkspace,
    live: LiveCamera,
    pod: PodStandIn,
    simulator: Simulator,
) -> None:
    press(qtbot, workspace.set_up)
    dialog = workspace.findChild(RobotSetupDialog)
    assert dialog is not None
    qtbot.keyClicks(dialog.pod, pod.address)
    pod.robots.append(("00e20200", "", ""))
    press(qtbot, dialog.go)  # which of the two?
    until(qtbot, lambda: "knows 2 robots. Choose yours." in dialog.steps.sentences[Step.POD].text())
    assert dialog.address.text() == ""
    dialog.serial.setCurrentIndex(0)
    assert dialog.address.text() == simulator.robot.address
    dialog.serial.setCurrentIndex(1)
    assert dialog.address.text() == ""  # and not the other one's
    dialog.serial.setCurrentIndex(0)
    assert dialog.address.text() == simulator.robot.address
    dialog.by_hand.click()
    assert dialog.token.echoMode() is QLineEdit.EchoMode.Password
    qtbot.keyClicks(dialog.token, "nonsense")
    press(qtbot, dialog.go)
    until(qtbot, lambda: "does not accept this token" in dialog.steps.sentences[Step.TOKEN].text())
    assert not config_path().exists()
    dialog.token.clear()
    press(qtbot, dialog.go)
    until(qtbot, lambda: dialog.go.text() == "Show its picture")
    told = [dialog.steps.sentences[step].text() for step in Step]
    assert told[2:4] == [
        f"Vector-SIM1 answers at {simulator.robot.address}.",
        "Vector-SIM1 accepts this computer.",
    ]
    press(qtbot, dialog.go)
    wait_for_picture(qtbot, live)
    assert live.choice is not None
    assert live.choice.name == "Vector-SIM1"
    assert find_robot("Vector-SIM1").guid == simulator.robot.guid


def test_one_press_is_enough_where_the_wire_pod_knows_one_robot(
    qtbot: QtBot, workspace: CaptureWorkspace, pod: PodStandIn, simulator: Simulator
) -> None:
    workspace.cameras.setFocus()
    qtbot.keyClick(workspace.cameras, Qt.Key.Key_Tab)
    assert workspace.set_up.hasFocus()
    dialog = RobotSetupDialog(workspace)
    dialog.open()
    dialog.pod.setText(pod.address)
    press(qtbot, dialog.go)
    until(qtbot, lambda: dialog.go.text() == "Show its picture")
    assert dialog.address.text() == simulator.robot.address
    dialog.serial.setEditText(" 00e20200 at some place")
    dialog.by_hand.click()
    dialog.certificate.setText('"/kept/Vector A1B2.cert"')
    wish = dialog.wish()
    assert (wish.serial, wish.certificate) == ("00e20200", Path("/kept/Vector A1B2.cert"))
    dialog.close()
    assert RobotSetupDialog(workspace).pod.text() == pod.address  # the next one is on it, too


def test_a_set_up_that_is_closed_in_the_middle_changes_nothing(
    qtbot: QtBot, workspace: CaptureWorkspace, pod: PodStandIn
) -> None:
    pod.hang()
    press(qtbot, workspace.set_up)
    dialog = workspace.findChild(RobotSetupDialog)
    assert dialog is not None
    dialog.pod.setText(pod.address)
    dialog.serial.setEditText(pod.robots[0][0])
    press(qtbot, dialog.go)
    job = dialog._job
    assert job is not None
    press(qtbot, dialog.close_button)
    pod._goes_on.set()
    until(qtbot, lambda: job.is_over)
    assert not config_path().exists()


def test_a_robot_that_moved_gets_its_new_address_where_its_fault_is_told(
    qtbot: QtBot, workspace: CaptureWorkspace, live: LiveCamera, known_robot: str, wire: Wire
) -> None:
    text = config_path().read_text(encoding="utf-8")
    moved = text.replace("ip = 127.0.0.1", "ip = localhost")
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    config_path().write_text(text.replace(str(wire.port), str(port)), encoding="utf-8")
    live.choose(known_robot)
    until(qtbot, lambda: live.status.state is CameraState.FAILED)
    press(qtbot, offer(workspace, "New address…"))
    dialog = workspace.findChild(RobotMoveDialog)
    assert dialog is not None
    assert dialog.address.text() == f"127.0.0.1:{port}"
    press(qtbot, dialog.go)
    until(qtbot, lambda: "refuses the connection" in dialog.steps.sentences["robot"].text())
    dialog.address.setText(f"localhost:{wire.port}")
    press(qtbot, dialog.go)
    wait_for_picture(qtbot, live)
    assert config_path().read_text(encoding="utf-8") == moved


def test_cancel_while_a_new_address_is_tried_leaves_the_old_one(
    qtbot: QtBot, workspace: CaptureWorkspace, live: LiveCamera, known_robot: str, wire: Wire
) -> None:
    text = config_path().read_text(encoding="utf-8")
    choice = next(each for each in live.choices() if each.id == known_robot)
    dialog = RobotMoveDialog(choice, workspace)
    dialog.open()
    dialog.address.setText(f"localhost:{wire.port}")
    press(qtbot, dialog.go)
    job = dialog._job
    assert job is not None
    press(qtbot, dialog.close_button)
    until(qtbot, lambda: job.is_over)
    assert config_path().read_text(encoding="utf-8") == text


def test_a_token_that_is_refused_leads_to_the_set_up_of_that_robot(
    qtbot: QtBot, workspace: CaptureWorkspace, live: LiveCamera, known_robot: str
) -> None:
    serial = known_robot.partition(":")[2]
    put_robot(config_path(), serial, {"guid": "another"})
    live.choose(known_robot)
    until(qtbot, lambda: live.status.state is CameraState.FAILED)
    assert "not authorised" in workspace.health.sentence.text()
    press(qtbot, offer(workspace, "Set it up again…"))
    dialog = workspace.findChild(RobotSetupDialog)
    assert dialog is not None
    assert dialog.wish().serial == serial
    assert dialog.wish().address == find_robot(serial).address
    dialog.close()
    put_robot(config_path(), "00e20200", {"name": "Vector-C3D4"})
    live.choose("robot:00e20200")
    until(qtbot, lambda: live.status.state is CameraState.FAILED)
    assert "Vector-C3D4 is not wholly set up" in workspace.health.sentence.text()
    assert offer(workspace, "Set it up again…").isEnabled()


def test_a_lost_webcam_whose_driver_is_stuck_can_be_opened_anew(
    workspace: CaptureWorkspace, live: LiveCamera
) -> None:
    webcam = CameraChoice("webcam:0", "webcam", "Webcam", "")
    live.choice = webcam
    rows = CameraList(workspace)
    rows.show_choices([webcam], webcam)
    chosen: list[CameraChoice] = []
    rows.camera_chosen.connect(chosen.append)
    for state in (CameraState.LIVE, CameraState.LOST):
        assert not chosen
        rows.show_status(CameraStatus(state))
        rows.itemClicked.emit(rows.item(0))
    assert chosen == [webcam]
    live._set_status(CameraStatus(CameraState.LOST, "No picture."))
    assert offer(workspace, "Try again").isEnabled()


def test_the_list_tells_how_each_robot_is_and_goes_on_looking(
    qtbot: QtBot,
    workspace: CaptureWorkspace,
    live: LiveCamera,
    known_robot: str,
    simulator: Simulator,
    wire: Wire,
) -> None:
    cameras, robots = workspace.cameras, workspace.robots
    put_robot(config_path(), "00e20200", {"name": "Vector-C3D4"})
    robots.look()
    until(qtbot, lambda: known_robot in robots.seen and len(robots.seen) == 2)
    assert detail(cameras, "Vector-SIM1") == simulator.robot.ip
    assert detail(cameras, "Vector-C3D4") == "not set up"
    wire.cut()
    until(qtbot, lambda: not robots.is_looking)
    robots.look()
    until(qtbot, lambda: detail(cameras, "Vector-SIM1") == "not there")
    live.choose(known_robot)
    until(qtbot, lambda: detail(cameras, "Vector-SIM1") == "not connected")
    wire.mend()
    live.try_again()
    until(qtbot, lambda: "fps" in detail(cameras, "Vector-SIM1"))
    camera = live.camera
    for again in (cameras.itemClicked, cameras.itemActivated):
        again.emit(cameras.item(0))
    assert live.camera is camera  # it runs, and is not interrupted
    menu = cameras.menu_of(live.choices()[0])
    assert [action.text() for action in menu.actions()] == ["New address…", "Set up again…"]
    menu.actions()[0].trigger()
    dialog = workspace.findChild(RobotMoveDialog)
    assert dialog is not None
    dialog.close()


def test_a_lost_robot_counts_down_to_the_next_try_and_now_ends_the_pause(
    qtbot: QtBot,
    workspace: CaptureWorkspace,
    live: LiveCamera,
    known_robot: str,
    wire: Wire,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("labeler.cameras.vector.PAUSES", (60.0,))
    live.choose(known_robot)
    wait_for_picture(qtbot, live)
    wire.cut()
    until(qtbot, lambda: "The next try is in " in workspace.health.hint.text())
    now, hint = offer(workspace, "Now"), workspace.health.hint.text()
    until(qtbot, lambda: workspace.health.hint.text() < hint)
    assert offer(workspace, "Now") is now  # so that the focus stays on it
    wire.mend()
    press(qtbot, now)
    wait_for_picture(qtbot, live)
    until(qtbot, workspace.health.isHidden)


def test_a_network_cameras_password_is_taken_and_shown_nowhere(
    qtbot: QtBot, workspace: CaptureWorkspace, live: LiveCamera, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "_known", {})
    entry = next(each for each in live.choices() if each.id == "network:")
    ask_for_file(workspace, entry, live.choose)
    dialog = workspace.findChild(NetworkDialog)
    assert dialog is not None
    dialog.take()
    assert "One looks like http://" in dialog.note.text()
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    dialog.address.setText(f"127.0.0.1:{port}/video?key=hidden")
    dialog.user.setText("ann")
    dialog.password.setText("s3cret")
    dialog.take()
    until(qtbot, lambda: live.status.state is CameraState.FAILED)
    assert "refuses the connection" in live.status.message
    assert network.read_address(f"127.0.0.1:{port}/video").password == "s3cret"
    assert live.choice is not None
    ask_for_file(workspace, live.choice, live.choose)
    again = next(each for each in workspace.findChildren(NetworkDialog) if each is not dialog)
    again.address.setText(f"127.0.0.1:{port}/video?key=right")
    again.password.setText("0ther")
    before = live.choice.id
    again.take()
    assert live.choice.id == before  # corrected, not another camera
    secret = network.read_address(live.choice.id.partition(":")[2]).secret_url
    assert secret == f"http://ann:0ther@127.0.0.1:{port}/video?key=right"
    until(qtbot, lambda: live.status.state is CameraState.FAILED)
    shown = f"{live.choice} {live.choices()} {live.name} {live.status} {workspace.health.sentence}"
    assert "s3cret" not in shown
    assert "hidden" not in shown
    live.choose("network:ftp://ann:s3cret@x")
    until(qtbot, lambda: "is no address" in live.status.message)
    assert "s3cret" not in f"{live.choice} {live.status}"


def test_a_phone_stays_in_the_list_its_password_is_asked_again_and_it_can_be_removed(
    qtbot: QtBot, workspace: CaptureWorkspace, live: LiveCamera, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "_known", {})
    cameras = workspace.cameras
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), (200, 40, 40)).save(buffer, "JPEG")
    with NetworkCameraStandIn(buffer.getvalue()) as phone:
        phone.password = "s3cret"
        live.choose(f"network:http://ann:s3cret@{phone.host}/video")
        wait_for_picture(qtbot, live)
        live.stop()
        network._known.clear()  # as the next start would find it
        live.choice = None
        workspace.robots.look()
        until(qtbot, lambda: detail(cameras, phone.host) == "wants a password")
        (choice,) = (each for each in live.choices() if each.name == phone.host)
        live.choose(choice)
        until(qtbot, lambda: live.status.state is CameraState.FAILED)
        press(qtbot, offer(workspace, "Address and password…"))
        dialog = workspace.findChild(NetworkDialog)
        assert dialog is not None
        assert dialog.address.text() == f"http://{phone.host}/video"
        dialog.user.setText("ann")
        dialog.password.setText("s3cret")
        press(qtbot, dialog.go)
        wait_for_picture(qtbot, live)
        _, remove = cameras.menu_of(choice).actions()
        assert remove.text() == "Remove from the list"
        remove.trigger()
        assert live.choice is None
        assert phone.host not in [cameras.item(row).text() for row in range(cameras.count())]


@pytest.mark.parametrize("kind", [RobotSetupDialog, NetworkDialog])
def test_every_control_of_the_dialogs_has_a_name_and_says_what_it_does(
    qtbot: QtBot, workspace: CaptureWorkspace, kind: type[QDialog]
) -> None:
    dialog = kind(workspace)
    qtbot.addWidget(dialog)
    for control in (*dialog.findChildren(QPushButton), *dialog.findChildren(QLineEdit)):
        named = control.parentWidget() if isinstance(control.parent(), QComboBox) else control
        assert named.accessibleName() or (isinstance(named, QPushButton) and named.text())
        assert named.toolTip()


def test_no_thread_of_a_look_is_left_when_the_list_is_away(
    qtbot: QtBot, workspace: CaptureWorkspace, known_robot: str
) -> None:
    workspace.robots.look()
    workspace.deactivated()
    until(qtbot, lambda: not [t for t in threading.enumerate() if t.name.startswith("look at")])


def test_a_camera_with_another_certificate_is_watched_once_the_person_agrees(
    qtbot: QtBot, workspace: CaptureWorkspace, live: LiveCamera, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "_known", {})
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), (200, 40, 40)).save(buffer, "JPEG")
    with NetworkCameraStandIn(buffer.getvalue(), make_certificate("phone")) as phone:
        phone.password = "s3cret"
        server_trust._keep(("127.0.0.1", phone.port), "0" * 64)
        live.choose(f"network:https://ann:s3cret@{phone.host}/video")
        until(qtbot, lambda: live.status.state is CameraState.FAILED)
        assert "shows another certificate" in workspace.health.sentence.text()
        assert phone.asked == []
        press(qtbot, offer(workspace, "It was set up anew: trust it"))
        wait_for_picture(qtbot, live)
        live.stop()


def test_a_wire_pod_with_another_certificate_goes_on_once_the_person_agrees(
    qtbot: QtBot, workspace: CaptureWorkspace, simulator: Simulator
) -> None:
    robot = simulator.robot
    with PodStandIn(make_certificate("pod")) as pod:
        pod.robots = [(robot.serial, robot.address, "")]
        pod.certificates = {robot.serial: robot.cert.read_bytes()}
        server_trust._keep(("127.0.0.1", int(pod.address.partition(":")[2])), "0" * 64)
        press(qtbot, workspace.set_up)
        dialog = workspace.findChild(RobotSetupDialog)
        assert dialog is not None
        assert dialog.trust.isHidden()
        dialog.pod.setText(f"https://{pod.address}")
        press(qtbot, dialog.go)
        until(qtbot, dialog.trust.isVisible)
        assert "shows another certificate" in dialog.steps.sentences[Step.POD].text()
        press(qtbot, dialog.trust)
        until(qtbot, lambda: dialog.go.text() == "Show its picture")
        assert dialog.trust.isHidden()
        dialog.reject()
