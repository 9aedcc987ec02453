"""How long until the window can be used, beside the labelling programs that PyPI gives.

Run: python tests/benchmarks/peers.py [--rounds 3] [--pictures 200]
Each peer is installed once in an environment of its own in the person's cache (needs PyPI).
"Usable": a picture of the folder was painted once and the event loop has answered after that. All
open the same folder of 640x360 JPEGs; each start is a process of its own. A peer that cannot be
installed or started says so.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import platformdirs

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.window_usable import OURS, REPORT, made_dataset, start
from tests.script import run

Start = Callable[[], dict[str, float]]

PEER = (
    REPORT
    + """
import importlib
binding, module, name = sys.argv[1:4]
QtCore, QtWidgets = (importlib.import_module(f"{binding}.{m}") for m in ("QtCore", "QtWidgets"))
class Painted(QtCore.QObject):
    told = False
    def eventFilter(self, target, event):
        kind = event.type()
        is_paint = kind == getattr(QtCore.QEvent, "Type", QtCore.QEvent).Paint
        if is_paint and not self.told and type(target).__name__ == "Canvas":
            pixmap = getattr(target, "pixmap", None)
            if pixmap is None or callable(pixmap) or pixmap.isNull():
                return False
            self.told = True
            QtCore.QTimer.singleShot(0, report)
        return False
def watched(application):
    filter_ = Painted(application)
    application.installEventFilter(filter_)
for loop in ("exec", "exec_"):
    inner = getattr(QtWidgets.QApplication, loop, None)
    if inner is not None:
        def run(*words, inner=inner):
            watched(QtWidgets.QApplication.instance())
            return inner()
        setattr(QtWidgets.QApplication, loop, run)
sys.argv = [name, *sys.argv[4:]]
importlib.import_module(module).main()
"""
)


@dataclass(frozen=True)
class Peer:
    """package as PyPI names it; module holds main()."""

    package: str
    binding: str
    module: str
    options: tuple[str, ...] = ()


_QUIET = ("--no-auto-update-check", "--filename")
PEERS = (
    Peer("labelImg", "PyQt5", "labelImg.labelImg"),
    Peer("labelme", "PyQt5", "labelme.__main__"),
    Peer(
        "x-anylabeling-cvhub[cpu]",
        "PyQt6",
        "anylabeling.app",
        _QUIET,
    ),
)


def python_of(peer: Peer) -> Path:
    """The peer's environment, made where it is missing. Raises CalledProcessError."""
    place = platformdirs.user_cache_path("vector-labeler-bench") / peer.package.split("[")[0]
    python = place / "bin" / "python"
    if not (place / "ready").exists():
        venv.create(place, with_pip=True, clear=True)
        install = [str(python), "-m", "pip", "install", "--quiet", peer.package]
        subprocess.run(install, check=True, capture_output=True, timeout=900)
        (place / "ready").touch()
    return python


def start_peer(peer: Peer, python: Path, pictures: Path) -> dict[str, float]:
    environment = {**os.environ}
    environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    environment.pop("PYTHONPYCACHEPREFIX", None)
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    words = [peer.binding, peer.module, peer.package, *peer.options, str(pictures)]
    began = time.time()
    done = subprocess.run(
        [python, "-c", PEER, *words],
        capture_output=True,
        text=True,
        env=environment,
        check=True,
        timeout=90,
    )
    told = json.loads(done.stdout.splitlines()[-1])
    return {"wall": told["at"] - began, "cpu": told["cpu"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pictures", type=int, default=200)
    rounds, pictures = vars(parser.parse_args()).values()
    pythons = {peer: found for peer in PEERS if (found := installed(peer))}
    with tempfile.TemporaryDirectory() as place:
        os.environ.update(XDG_CONFIG_HOME=place, XDG_STATE_HOME=place, HOME=place)
        dataset = Path(place) / "bench"
        made_dataset(dataset, pictures)
        starts: dict[str, Start] = {"Vector Labeler": partial(start, OURS, str(dataset))}
        for peer, python in pythons.items():
            starts[peer.package] = partial(start_peer, peer, python, dataset / "images")
        for name, seconds in in_turn(starts, rounds).items():
            sys.stdout.write(f"{name}: {seconds:.2f} s (median of {rounds})\n")


def in_turn(starts: dict[str, Start], rounds: int) -> dict[str, float]:
    """Median wall seconds; a busy moment hits all. The first start of each only warms the disk."""
    took: dict[str, list[float]] = {name: [] for name in starts}
    for turn in range(rounds + 1):
        for name in list(took):
            try:
                seconds = starts[name]()["wall"]
            except (subprocess.SubprocessError, ValueError, IndexError) as error:
                told = getattr(error, "stderr", "") or str(error)
                sys.stdout.write(f"{name}: does not start: {told.strip()[-300:]}\n")
                del took[name]
                continue
            if turn:
                took[name].append(seconds)
    return {name: statistics.median(each) for name, each in took.items()}


def installed(peer: Peer) -> Path | None:
    try:
        return python_of(peer)
    except (subprocess.SubprocessError, OSError) as error:
        sys.stdout.write(f"{peer.package}: cannot be installed here: {error}\n")
        return None


if __name__ == "__main__":
    run(main)
