"""A real child process: its lines, its end, and that it never stays behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from labeler.gui.line_process import FAILED_TO_START, LineProcess, finish_processes

WATCHES_STDIN = "import sys; print('ready'); sys.stdin.read(); print('saved'); sys.exit(3)"
IGNORES_STDIN = "import time; print('ready')\nfor _ in range(600): time.sleep(.1)"


class Told:
    def __init__(self, process: LineProcess) -> None:
        self.lines: list[str] = []
        self.codes: list[int] = []
        process.line_arrived.connect(self.lines.append)
        process.finished.connect(self.codes.append)


@pytest.fixture
def process(qtbot: QtBot) -> LineProcess:
    return LineProcess()


def _python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def _is_alive(pid: int) -> bool:
    if sys.platform == "win32":
        listing = subprocess.run(
            ["tasklist", "/FI", f"PID eq {pid}"], capture_output=True, text=True, check=True
        )
        return str(pid) in listing.stdout
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_lines_come_whole_and_in_order_with_the_last_one_unended(
    qtbot: QtBot, process: LineProcess
) -> None:
    told = Told(process)
    process.start(
        _python("import sys\nfor i in range(5000): print('línea', i)\nprint('end', end='')")
    )
    qtbot.waitUntil(lambda: told.codes == [0])
    assert told.lines == [f"línea {i}" for i in range(5000)] + ["end"]
    assert not process.is_running


def test_closing_stdin_lets_the_child_finish_by_itself(qtbot: QtBot, process: LineProcess) -> None:
    told = Told(process)
    process.start(_python(WATCHES_STDIN))
    qtbot.waitUntil(lambda: told.lines == ["ready"])
    process.close_stdin()
    qtbot.waitUntil(lambda: told.codes == [3])
    assert told.lines == ["ready", "saved"]


def test_a_child_that_ignores_stdin_is_killed_after_its_grace(
    qtbot: QtBot, process: LineProcess
) -> None:
    told = Told(process)
    process.start(_python(IGNORES_STDIN))
    qtbot.waitUntil(lambda: told.lines == ["ready"])
    process.stop(0.1)
    qtbot.waitUntil(lambda: len(told.codes) == 1)
    assert told.codes[0] != 0


def test_what_the_child_says_on_stderr_is_kept(qtbot: QtBot, process: LineProcess) -> None:
    told = Told(process)
    process.start(_python("raise SystemExit('no memory left')"))
    qtbot.waitUntil(lambda: told.codes == [1])
    assert process.error_tail == "no memory left"


def test_a_program_that_does_not_exist_ends_like_any_other(
    qtbot: QtBot, process: LineProcess, tmp_path: Path
) -> None:
    told = Told(process)
    process.start([str(tmp_path / "nothing here")])
    qtbot.waitUntil(lambda: told.codes == [FAILED_TO_START])
    assert process.error_tail


def test_a_process_can_be_started_again_after_its_end(qtbot: QtBot, process: LineProcess) -> None:
    told = Told(process)
    process.start(_python("print('one')"))
    qtbot.waitUntil(lambda: told.codes == [0])
    process.start(_python("print('two')"))
    qtbot.waitUntil(lambda: told.codes == [0, 0])
    assert told.lines == ["one", "two"]


def test_quitting_asks_first_and_leaves_no_orphan(qtbot: QtBot) -> None:
    polite, stubborn = LineProcess(), LineProcess()
    told = [Told(polite), Told(stubborn)]
    polite.start(_python(WATCHES_STDIN))
    stubborn.start(_python(IGNORES_STDIN))
    qtbot.waitUntil(lambda: all(t.lines == ["ready"] for t in told))
    pids = [polite.pid, stubborn.pid]
    finish_processes(grace_s=2.5)
    assert told[0].codes == [3]
    assert told[0].lines == ["ready", "saved"]
    assert not any(_is_alive(pid) for pid in pids)


def test_the_grace_of_one_child_does_not_end_the_next(qtbot: QtBot, process: LineProcess) -> None:
    told = Told(process)
    process.start(_python(WATCHES_STDIN))
    qtbot.waitUntil(lambda: told.lines == ["ready"])
    process.stop(grace_s=3)
    qtbot.waitUntil(lambda: told.codes == [3])
    process.start(_python(WATCHES_STDIN))
    late = QTimer(process, singleShot=True, interval=3200)
    late.start()
    qtbot.waitUntil(lambda: not late.isActive(), timeout=60_000)
    assert process.is_running
    process.stop_and_wait(5)
