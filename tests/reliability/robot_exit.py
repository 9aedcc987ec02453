"""Ends a real window, in a process of its own, in every fault of its camera; prints how long.

    python tests/reliability/robot_exit.py

A window that does not end within ten seconds, or that ends with an error, is a failure.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from labeler.cameras.robots import RobotConfig
from labeler.cameras.sdk_config import put_robot
from tests.cameras.camera_waits import Simulator
from tests.cameras.camera_wire import Wire
from tests.script import run

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 10.0

WINDOW = """
import sys, threading
from pathlib import Path
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from PySide6.QtCore import Qt
from labeler.dataset.store import Dataset
from labeler.gui.document import Document
from labeler.gui.main_window import MainWindow
from labeler.gui.settings import Settings
from tests.script import guard

guard(120)
folder, wanted, photo = Path(sys.argv[1]), sys.argv[2], sys.argv[3] == "photo"
application = QApplication([])
window = MainWindow(Document(Dataset.create(folder)), Settings(folder / "settings.ini"))
window.show()
window.use_camera("robot:00e20100")

class Orders(QObject):
    came = Signal(str)

orders = Orders()

def obey(order):
    if order == "photo":
        QTest.keyClick(window.current, Qt.Key.Key_H)
        QTest.keyClick(window.current, Qt.Key.Key_Space)
        sys.stdout.write("pressed" + chr(10))
        sys.stdout.flush()
    else:
        window.close()

orders.came.connect(obey)
threading.Thread(
    target=lambda: [orders.came.emit(line.strip()) for line in sys.stdin], daemon=True
).start()

def tell():
    if window.live.status.state == wanted and (wanted != "live" or window.live.picture):
        timer.stop()
        sys.stdout.write(wanted + chr(10))
        sys.stdout.flush()

timer = QTimer()
timer.timeout.connect(tell)
timer.start(10)
code = application.exec()
window.document.dataset.close()
sys.exit(code)
"""


@dataclass(frozen=True)
class Fault:
    """wanted: the camera's state in which the fault begins; photo: while one is being taken."""

    name: str
    wanted: str
    before: Callable[[Simulator, Wire], None] = lambda simulator, wire: None
    begin: Callable[[Simulator, Wire], None] = lambda simulator, wire: None
    robot: Callable[[RobotConfig], RobotConfig] = lambda robot: robot
    photo: bool = False


FAULTS = (
    Fault("none", "live"),
    Fault("the Wi-Fi is gone", "live", begin=lambda _, wire: wire.freeze()),
    Fault("the robot is off", "live", begin=lambda _, wire: wire.cut()),
    Fault("no picture any more", "live", begin=lambda robot, _: robot.order("freeze")),
    Fault("it answers nothing", "connecting", before=lambda robot, _: robot.order("hang *")),
    Fault("gone while it was met", "connecting", before=lambda _, wire: wire.freeze()),
    Fault("gone while connecting", "connecting", before=lambda _, wire: wire.freeze_connection(3)),
    Fault("not authorised", "failed", robot=lambda robot: replace(robot, guid="another")),
    Fault("off from the start", "failed", before=lambda _, wire: wire.cut()),
    Fault("another name", "failed", robot=lambda robot: replace(robot, name="Vector-Z9Z9")),
    Fault(
        "a photo that never comes",
        "live",
        begin=lambda robot, _: robot.order("hang CaptureSingleImage"),
        photo=True,
    ),
    Fault("the Wi-Fi goes with a photo", "live", begin=lambda _, wire: wire.freeze(), photo=True),
)


def exit_seconds(fault: Fault, simulator: Simulator) -> float:
    """From the wish to close until the process is gone. Raises RuntimeError where it fails."""
    wire = Wire(simulator.robot.port)
    with tempfile.TemporaryDirectory() as home:
        robot = fault.robot(replace(simulator.robot, port=wire.port))
        _configure(Path(home), robot)
        fault.before(simulator, wire)
        environment = {
            **os.environ,
            **dict.fromkeys(("HOME", "USERPROFILE", "XDG_CONFIG_HOME"), home),
            "PYTHONPATH": str(ROOT),
            "QT_QPA_PLATFORM": "offscreen",
        }
        words = [sys.executable, "-c", WINDOW, f"{home}/table", fault.wanted]
        with subprocess.Popen(
            [*words, "photo" if fault.photo else "none"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        ) as process:
            try:
                return _end(process, fault, simulator, wire)
            finally:
                process.kill()
                wire.close()
                for order in ("thaw", "answer *", "answer CaptureSingleImage"):
                    simulator.order(order)


def _end(process: subprocess.Popen[str], fault: Fault, simulator: Simulator, wire: Wire) -> float:
    assert process.stdout is not None
    assert process.stdin is not None
    if process.stdout.readline().strip() != fault.wanted:
        raise RuntimeError(f"{fault.name}: {process.stderr.read() if process.stderr else ''}")
    fault.begin(simulator, wire)
    if fault.photo:
        process.stdin.write("photo\n")
        process.stdin.flush()
        process.stdout.readline()
    began = time.monotonic()
    _, errors = process.communicate("close\n", timeout=LIMIT)
    took = time.monotonic() - began
    noise = [line for line in errors.splitlines() if "This plugin does not support" not in line]
    if process.returncode or noise:
        raise RuntimeError(f"{fault.name}: exit code {process.returncode}, {noise}")
    return took


def _configure(home: Path, robot: RobotConfig) -> None:
    values = {"cert": str(robot.cert), "ip": robot.ip, "name": robot.name, "guid": robot.guid}
    path = home / ".anki_vector" / "sdk_config.ini"
    put_robot(path, "00e20100", {**values, "port": str(robot.port)})


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", metavar="FAULT", help="those whose name holds this")
    only = parser.parse_args().only or ""
    failures = 0
    with Simulator(seed=11) as simulator:
        for fault in (each for each in FAULTS if only in each.name):
            try:
                took = exit_seconds(fault, simulator)
            except (RuntimeError, subprocess.TimeoutExpired) as error:
                failures += 1
                sys.stdout.write(f"{fault.name:30} FAILED {error}\n")
            else:
                told = {"fault": fault.name, "state": fault.wanted, "exit_s": round(took, 2)}
                sys.stdout.write(json.dumps(told) + "\n")
            sys.stdout.flush()
    return 1 if failures else 0


if __name__ == "__main__":
    run(main)
