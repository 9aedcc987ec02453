"""Kills a real trainer with SIGKILL at random moments, and looks for anything that got lost.

Run: python tests/reliability/kill_trainer.py --kills 30
A small run of a fixed number of epochs is trained once unbroken; its copies are trained by
processes that are killed after a random while (while they read, learn, check, write), and gone on
with until they are complete. After each kill every file is whole: weights, model, state, and all
lines of the events but a torn last one. Each complete copy has done the same epochs as the unbroken
run and has learned exactly the same weights. Prints a line a loss and a summary as JSON; the exit
code is 1 where anything was lost.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.script import run
from tests.trainer.training_runs import prepare_run
from trainer.checkpoint import load_checkpoint
from trainer.events import Finished, from_line
from trainer.predict import Predictor
from trainer.run_folder import STATE, is_complete
from trainer.state import load_state

_PATIENCE = 120.0


class Lost(Exception):  # noqa: N818 - what is lost is the finding
    """Something is half, or other than in the unbroken run."""


@dataclass
class Summary:
    """went_on: processes that took up a state."""

    kills: int = 0
    runs: int = 0
    went_on: int = 0
    seconds: float = 0.0
    unbroken_seconds: float = 0.0
    losses: int = 0


class Rounds:
    """Processes are forked from one that has torch already, so that a kill hits the run."""

    def __init__(self, folder: Path, seed: int, epochs: float, longest_side: int) -> None:
        self._folder = folder
        self._random = Random(seed)
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["trainer.training", "trainer.train_command"])
        self.summary = Summary()
        (folder / "wish").mkdir(parents=True)
        settings = {"budget": "epochs", "epochs": epochs, "recipe": "twin", "start": "scratch"}
        more = {**settings, "longest_side": longest_side}
        prepare_run(folder / "wish", folder / "images", train=12, val=3, **more)
        self._unbroken = self._copy("unbroken")
        began = time.monotonic()
        self._train(self._unbroken, None)
        self.summary.unbroken_seconds = round(time.monotonic() - began, 1)
        if not is_complete(self._unbroken):
            raise Lost("the unbroken run is not complete")

    def run(self, kills: int) -> None:
        """Until so many kills have hit, and the run they hit last is complete. Raises Lost."""
        while self.summary.kills < kills:
            run = self._copy(f"run-{self.summary.runs}")
            while self.summary.kills < kills and not is_complete(run):
                self._kill(run)
            if not is_complete(run):
                self._train(run, None)
            self._compare(run)
            self.summary.runs += 1
            shutil.rmtree(run)

    def _kill(self, run: Path) -> None:
        self.summary.went_on += (run / STATE).exists()
        # a state is written in the first third of that, so that kills come on through the run
        if self._train(run, self._random.uniform(0.0, 0.7 * self.summary.unbroken_seconds)):
            self.summary.kills += 1
        self._look_around(run)

    def _train(self, run: Path, seconds: float | None) -> bool:
        """True where it had to be killed after so many seconds; None: it is left alone."""
        process = self._context.Process(target=_work, args=(run,))
        process.start()
        process.join(_PATIENCE if seconds is None else seconds)
        killed = process.is_alive()
        process.kill()
        process.join()
        if not killed and process.exitcode:
            raise Lost(f"it ended by itself: {(run / 'log.txt').read_text()[-2000:]}")
        return killed

    def _look_around(self, run: Path) -> None:
        """Raises Lost where a file is not whole."""
        load_state(run)
        for name in ("last.safetensors", "best.safetensors"):
            if (run / name).exists():
                load_checkpoint(run / name)
        if (run / "model.onnx").exists():
            Predictor(run / "model.onnx")
        if (run / "events.jsonl").exists():
            for line in (run / "events.jsonl").read_text(encoding="utf-8").split("\n")[:-1]:
                if line.endswith("}"):  # else a line that a kill has torn and the next one ended
                    from_line(line)

    def _compare(self, run: Path) -> None:
        if list(run.glob(".*.part")):
            raise Lost("a half file is left")
        if _epochs(run) != _epochs(self._unbroken):
            raise Lost(f"{_epochs(run)} epochs, not {_epochs(self._unbroken)}")
        for name in ("last.safetensors", "best.safetensors"):
            if _digest(run / name) != _digest(self._unbroken / name):
                raise Lost(f"{name} is other than that of the unbroken run")

    def _copy(self, name: str) -> Path:
        return shutil.copytree(self._folder / "wish", self._folder / name)


def _work(run: Path) -> None:
    from trainer.train_command import train_command

    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        sys.stdout = sys.stderr = nowhere
        sys.exit(train_command(run))


def _epochs(run: Path) -> float:
    last = from_line((run / "events.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    assert isinstance(last, Finished)
    return last.epochs


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def kill(folder: Path, kills: int, seed: int, epochs: float, longest_side: int = 0) -> Summary:
    """Ends at the first loss, with the run as it is. longest_side: pixels; 0: as usual."""
    began = time.monotonic()
    rounds = Rounds(folder, seed, epochs, longest_side)
    try:
        rounds.run(kills)
    except (Lost, ValueError) as loss:
        rounds.summary.losses += 1
        sys.stdout.write(f"kill {rounds.summary.kills}: {loss}\n")
    rounds.summary.seconds = round(time.monotonic() - began, 1)
    return rounds.summary


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--epochs", type=float, default=20.0)
    parser.add_argument("--longest-side", type=int, default=0, help="pixels; 0: as usual")
    wish = parser.parse_args()
    place = Path(tempfile.mkdtemp(prefix="kill-trainer-"))
    summary = kill(place / "runs", wish.kills, wish.seed, wish.epochs, wish.longest_side)
    sys.stdout.write(json.dumps(asdict(summary)) + "\n")
    if summary.losses:
        sys.stdout.write(f"The runs are in {place / 'runs'}\n")
    else:
        shutil.rmtree(place)
    return 1 if summary.losses else 0


if __name__ == "__main__":
    run(main, hours=12)
