"""Runs a script of tests/benchmarks or tests/reliability as Python's own command line would.

In a process that is forked from one that has loaded what they all need, for forty scripts that load
Qt and PyTorch by themselves take a minute for nothing else.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOADED = (
    "PySide6.QtTest",
    "anki_vector",
    "cv2",
    "labeler.gui.app",
    "labeler.gui.capture.workspace",
    "labeler.gui.preview.workspace",
    "labeler.simulator.server",
    "onnxruntime",
    "torchvision",
    "trainer.train",
)


@dataclass(frozen=True, slots=True)
class Ended:
    """code: None where it was still running when its time was up; then it was killed."""

    code: int | None
    told: str


def run_script(name: str, *words: str, home: Path, seconds: float = 120.0) -> Ended:
    """name: below tests/. home: an empty folder, which is the script's home and TMPDIR."""
    heard = home / "told.txt"
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload([*LOADED])
    process = server.Process(target=_run, args=(str(ROOT / "tests" / name), words, home, heard))
    process.start()
    process.join(seconds)
    code = process.exitcode
    if code is None:
        process.kill()
        process.join()
    return Ended(code, heard.read_text(encoding="utf-8", errors="replace"))


def _run(script: str, words: tuple[str, ...], home: Path, heard: Path) -> None:
    out = os.open(heard, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    for place in (1, 2):
        os.dup2(out, place)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115, PTH123
    names = ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "TMPDIR")
    os.environ.update(dict.fromkeys(names, str(home)), QT_QPA_PLATFORM="offscreen")
    os.environ.update(MALLOC_MMAP_THRESHOLD_="131072", MALLOC_TRIM_THRESHOLD_="131072")  # soak's
    os.chdir(home)
    sys.argv = [script, *words]
    runpy.run_path(script, run_name="__main__")
