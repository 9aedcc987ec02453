"""Every script that measures or tries something works, at its smallest size; and always ends."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.gui.tiny_model import write_tiny_model
from tests.reliability.smallest import ROOT, run_script

SMALLEST = {
    "benchmarks/assist_times.py": "--photos 14 --rounds 1 --seconds 1",
    "benchmarks/beside_training.py": (
        "--model model.onnx --seconds 0.3 --rounds 1 --nice 0 --photos 3"
    ),
    "benchmarks/big_picture.py": "--frames 2 --megapixels 1",
    "benchmarks/camera_recovery.py": "",
    "benchmarks/canvas_drag.py": "--frames 2 --boxes 0 3 --scale 1",
    "benchmarks/dataset_scale.py": "--images 60",
    "benchmarks/edit_durable.py": "--edits 4 --images 1 20",
    "benchmarks/first_model.py": "--seconds 2 --pictures 30",
    "benchmarks/frame_latency.py": "--frames 5 --fps 30",
    "benchmarks/frame_to_paint.py": "--frames 3",
    "benchmarks/import_scale.py": "--images 20 --boxes 40",
    "benchmarks/int8_speed.py": "--rounds 1 --detector nanodet --pictures 2",
    "benchmarks/interval_coverage.py": "--draws 1 --images 60",
    "benchmarks/keeper_thresholds.py": "--seeds 1 --frames 2",
    "benchmarks/label_effort.py": "--images 6 --only own",
    "benchmarks/many_runs.py": "--runs 6 --events 3",
    "benchmarks/name_the_cause.py": "--only none",
    "benchmarks/network_open.py": "",
    "benchmarks/next_image.py": "--images 3 --only robot",
    "benchmarks/onnx_against_torch.py": "--rounds 1 --detector nanodet",
    "benchmarks/open_scale.py": "--counts 60 --steps 3",
    "benchmarks/picture_statistics.py": "--worlds 1 --frames 3",
    "benchmarks/proposals.py": "--simulated 2",
    "benchmarks/preview_rate.py": "--seconds 0.3 --model model.onnx",
    "benchmarks/randomized_gallery.py": "randomized.jpg --rows 1",
    "benchmarks/shutter_durable.py": "--photos 2",
    "benchmarks/sim_to_real.py": (
        "--pictures 4 --checked 2 --epochs 1 --judged 8 --own 4 --own-epochs 1 --only full"
    ),
    "benchmarks/simulated_gallery.py": "rooms.jpg",
    "benchmarks/simulator_cost.py": "--seeds 1 --frames 5 --seconds 0.5",
    "benchmarks/sixty_seconds.py": ("--seconds 2 --seeds 0 --pictures 4 --images 12 --sitting 2"),
    "benchmarks/split_scale.py": "--images 100",
    "benchmarks/steady_numbers.py": "--frames 20 --seeds 5",
    "benchmarks/trackers.py": "--images 4 --only Carrier",
    "benchmarks/train_on.py": "--seconds 1 --first 1 --sitting 3",
    "benchmarks/transfer.py": "--epochs 0.1 --images 40 --sitting 4",
    "benchmarks/two_panes.py": "pair --frames 2 --seeks 1",
    "benchmarks/window_usable.py": "--rounds 1 --pictures 5",
    "reliability/busy_starts.py": "--starts 1 --busy 1",
    "reliability/fault_words.py": "--only freeze",
    "reliability/hostile.py": "--number 1 --only models --workers 1",
    "reliability/kill9.py": "--kills 4 --seed 7",
    "reliability/kill_commands.py": "--kills 1 --only export",
    "reliability/kill_trainer.py": "--kills 2 --seed 7 --epochs 2 --longest-side 64",
    "reliability/robot_exit.py": "--only never",
    "reliability/robot_faults.py": "--faults 3 --seed 3",
    "reliability/soak.py": "--minutes 0.1",
    "reliability/vote_attack.py": "--kind slow --seconds 1 --addresses 2 --each 2 --phones 2",
    "reliability/sweep_and_partner.py": "--pictures 2 --negatives 1 --steps 4 --angles 1 --stops 1",
}
TOLD = {
    "reliability/kill9.py": ('"kills": 4', r'"acknowledged": ([4-9]|\d\d)'),
    "reliability/kill_trainer.py": ('"kills": 2', '"runs": [1-9]'),
    "reliability/robot_exit.py": (r'"exit_s": [0-7]\.',),
    "reliability/robot_faults.py": ('"faults": 3', r'"acknowledged": (9|\d\d)'),
    "reliability/sweep_and_partner.py": ('"partner_pictures": 2', '"partner_seen": 2'),
}
"""What must stand in their output: they tried what they were asked to, and nothing was lost."""
NOT_HERE = {
    "benchmarks/peers.py": "installs other programs from PyPI",
    "benchmarks/network_films.py": "wants ffmpeg and GStreamer in the system's Python",
}
PARTS = {
    "benchmarks/gstreamer_server.py",
    "benchmarks/judging_world.py",
    "benchmarks/live_feeds.py",
    "benchmarks/thread_times.py",
    "benchmarks/verbs.py",
    "reliability/drive_phases.py",
    "reliability/kill9_window.py",
    "reliability/pose_spread.py",
    "reliability/smallest.py",
}
"""Of the others: started by them alone, or imported."""


def test_each_script_is_run_here() -> None:
    found = {
        path.relative_to(ROOT / "tests").as_posix()
        for folder in ("benchmarks", "reliability")
        for path in (ROOT / "tests" / folder).glob("*.py")
        if not path.name.startswith("test_")
    }
    assert found == {*SMALLEST, *NOT_HERE, *PARTS}


@pytest.mark.parametrize("script", SMALLEST)
@pytest.mark.skipif(sys.platform == "win32", reason="there is no forkserver")
def test_a_script_does_its_work_at_the_smallest_size(script: str, tmp_path: Path) -> None:
    words = SMALLEST[script].split()
    if "model.onnx" in words:
        write_tiny_model(tmp_path / "model.onnx")
    if "pair" in words:
        _make_pair(tmp_path / "pair")
    ended = run_script(script, *words, home=tmp_path)
    assert ended.code == 0, ended.told
    assert "Traceback" not in ended.told
    for told in TOLD.get(script, ()):
        assert re.search(told, ended.told), ended.told


@pytest.mark.parametrize("script", NOT_HERE)
def test_a_script_that_wants_more_than_is_here_says_what_it_does(script: str) -> None:
    told = subprocess.run(
        [sys.executable, ROOT / "tests" / script, "--help"], capture_output=True, text=True
    )
    assert told.returncode == 0, told.stderr
    pytest.skip(f"{script} {NOT_HERE[script]}: only its --help was tried")


@pytest.mark.skipif(not shutil.which("make"), reason="there is no make")
def test_make_bench_runs_every_benchmark_and_passes_over_what_is_not_installed(
    tmp_path: Path,
) -> None:
    python = tmp_path / "python"
    python.write_text(
        f'#!/bin/sh\necho "$1" >> {tmp_path}/ran\n'
        "case $1 in *network_films*) exit 77;; *$FAILS*) exit 1;; esac\n"
    )
    python.chmod(0o755)
    words = ["make", "bench", f"BIN={tmp_path}", "READY="]

    def made(fails: str) -> int:
        environment = {**os.environ, "FAILS": fails}
        return subprocess.run(words, cwd=ROOT, env=environment, capture_output=True).returncode

    assert made("none of them") == 0
    ran = {line.removeprefix("tests/") for line in (tmp_path / "ran").read_text().splitlines()}
    assert ran == {name for name in (*SMALLEST, *NOT_HERE) if name.startswith("benchmarks/")}
    assert made("canvas_drag") != 0


def _make_pair(folder: Path) -> None:
    for side in ("pretrained", "scratch"):
        (folder / side).mkdir(parents=True)
        shutil.copy(write_tiny_model(folder / f"{side}.onnx"), folder / side / "model.onnx")


# A script's end


@pytest.fixture
def script(tmp_path: Path) -> Callable[[str], subprocess.CompletedProcess[str]]:
    """Runs the body of a main function as a script with a window."""

    def run(body: str) -> subprocess.CompletedProcess[str]:
        path = tmp_path / "script.py"
        head = "import threading, time\nfrom PySide6.QtCore import QTimer, QCoreApplication\n"
        head += "from tests.script import guard, run, until\ndef main():\n"
        end = "\nif __name__ == '__main__':\n    run(main)\n"
        path.write_text(head + textwrap.indent(textwrap.dedent(body), "    ") + end)
        words = [
            sys.executable,
            "-c",
            f"import runpy; runpy.run_path({str(path)!r}, None, '__main__')",
        ]
        return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=60)

    return run


Script = Callable[[str], "subprocess.CompletedProcess[str]"]


def test_an_exception_in_a_slot_ends_the_wait_and_the_script(script: Script) -> None:
    done = script(
        """
        application = QCoreApplication([])
        QTimer.singleShot(0, lambda: [][0])
        until(lambda: False, 50)
        """
    )
    assert done.returncode == 1
    assert "IndexError" in done.stderr
    assert "A slot or a thread failed meanwhile." in done.stderr


def test_an_exception_in_a_slot_leaves_an_event_loop_with_a_code(script: Script) -> None:
    done = script(
        """
        application = QCoreApplication([])
        QTimer.singleShot(0, lambda: [][0])
        application.exec()
        print("cleaned up")
        """
    )
    assert (done.returncode, done.stdout) == (1, "cleaned up\n")


def test_an_exception_in_a_thread_ends_the_script_with_a_code(script: Script) -> None:
    done = script(
        """
        thread = threading.Thread(target=lambda: [][0])
        thread.start()
        thread.join()
        """
    )
    assert done.returncode == 1
    assert "IndexError" in done.stderr


def test_a_wait_has_an_end(script: Script) -> None:
    done = script(
        """
        application = QCoreApplication([])
        until(lambda: False, 0.05)
        """
    )
    assert done.returncode == 1
    assert "TimeoutError" in done.stderr


def test_a_script_that_hangs_ends_when_its_time_is_up_and_says_where(script: Script) -> None:
    done = script(
        """
        guard(0.2)
        threading.Event().wait()
        """
    )
    assert done.returncode == 1
    assert "Timeout (0:00:00.2" in done.stderr
    assert 'script.py", line' in done.stderr
