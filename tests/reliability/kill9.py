"""Kills a real window with SIGKILL while it is labelling, and looks for anything that got lost.

Run: python tests/reliability/kill9.py --kills 200
Each round opens the window on the same dataset, lets mouse and keys work, kills the process at a
random moment (every fourth round while photos are added, every tenth while it still opens), opens
the dataset again, and compares: each edit that was acknowledged is in the journal and in the rows,
in order; what was under way is there as a whole or not at all; undo and redo go across the restart;
rows and files fit; nothing half is left; the lock is free. Prints a line a loss and a summary as
JSON; the exit code is 1 where anything was lost.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from labeler.dataset import backups
from labeler.dataset.category_edits import add_category
from labeler.dataset.check import check
from labeler.dataset.history import History
from labeler.dataset.lock import WriterLock
from labeler.dataset.store import LOCK_NAME, Dataset
from labeler.errors import UserError
from tests.gui.label_window import add_plain_pictures
from tests.script import run

ROOT = Path(__file__).resolve().parents[2]
WINDOW = Path(__file__).with_name("kill9_window.py")
PATIENCE_S = 60.0
_TABLE = {"AnnotationChange": "boxes", "CategoryChange": "categories"}

Words = dict[str, Any]


class Lost(Exception):  # noqa: N818 - what is lost is the finding
    """Something that was acknowledged is not there, or something half is."""


@dataclass
class Model:
    """What should be in the dataset, replayed from acknowledgements on plain dictionaries."""

    boxes: dict[int, Words] = field(default_factory=dict)
    categories: dict[int, Words] = field(default_factory=dict)
    verified: dict[int, bool] = field(default_factory=dict)
    newest: int = 0

    def apply(self, edit: Words) -> None:
        for change in edit["changes"]:
            if change["kind"] == "VerifiedChange":
                self.verified[change["image_id"]] = change["after"]
                continue
            table = getattr(self, _TABLE[change["kind"]])
            before, after = change["before"], change["after"]
            if table.get((after or before)["id"]) != before:
                raise Lost(f"{edit['description']} was made on rows that nobody acknowledged")
            if after is None:
                del table[before["id"]]
            else:
                table[after["id"]] = after

    def compare(self, dataset: Dataset) -> None:
        self._same("boxes", {each.id: asdict(each) for each in dataset.all_annotations()})
        self._same("categories", {each.id: asdict(each) for each in dataset.categories()})
        for image in dataset.images():
            if image.verified != self.verified.get(image.id, False):
                raise Lost(f"image {image.id}: its confirmation is not as it was told")

    def _same(self, name: str, found: dict[int, Words]) -> None:
        told = getattr(self, name)
        if found != told:
            wrong = sorted(
                number for number in {*told, *found} if told.get(number) != found.get(number)
            )
            raise Lost(f"{name} differ from what was told: {wrong[:5]}")


@dataclass
class Summary:
    """What the rounds saw."""

    kills: int = 0
    acknowledged: int = 0
    in_flight: int = 0
    photos: int = 0
    photos_in_flight: int = 0
    undone_after: int = 0
    losses: int = 0
    seconds: float = 0.0


class Rounds:
    """Kill, reopen, compare, again and again on one dataset."""

    def __init__(self, folder: Path, seed: int, most: int) -> None:
        self._folder = folder
        self._random = Random(seed)
        self._seed = seed
        self._most = most
        self.summary = Summary()
        self.model = Model()
        self._photos: dict[int, str] = {}
        with Dataset.create(folder) as dataset:
            add_plain_pictures(dataset, 6)
            for name in ("mug", "vector", "cube"):
                dataset.apply(add_category(dataset, name))
            for entry in reversed(dataset.journal()):
                self._replay(dataset, entry.id)

    def run(self, number: int) -> None:
        """Raises Lost."""
        if self._random.random() < 0.3:
            shutil.rmtree(self._folder / backups.FOLDER, ignore_errors=True)  # so one is due
        told = self._killed_window(number)
        self.summary.kills += 1
        if WriterLock.is_taken(self._folder / LOCK_NAME):
            raise Lost("the lock is still held")
        with Dataset.open(self._folder) as dataset:
            self._compare_journal(dataset, [words for words in told if "entry" in words])
            self._compare_photos(dataset, [words for words in told if "image" in words])
            self._look_around(dataset)
            self._undo_and_redo(dataset)
        failures = [words["failed"] for words in told if "failed" in words]
        if failures:
            raise Lost(f"the window reported: {failures[0]}")

    def _killed_window(self, number: int) -> list[Words]:
        """Lets the window work for a while. Returns what it told before it was killed."""
        words = [str(self._folder), "--settings", str(self._folder.parent / "settings.ini")]
        words += ["--seed", str(self._seed * 100_003 + number)]
        words += ["--photos"] if number % 4 == 3 else []
        enough = self._random.randint(1, self._most)
        pause = self._random.uniform(0, 0.03)
        with subprocess.Popen(
            [sys.executable, str(WINDOW), *words],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as window:
            assert window.stdout is not None
            assert window.stderr is not None
            too_late = threading.Timer(PATIENCE_S, window.kill)
            too_late.start()
            told: list[str] = []
            if number % 10 == 9:
                time.sleep(self._random.uniform(0.1, 1.5))  # while it still opens
            else:
                while len(told) < enough and (line := window.stdout.readline()):
                    told.append(line)
                time.sleep(pause)
            ended_alone = window.poll()
            window.kill()
            told += window.stdout.readlines()
            too_late.cancel()
            if ended_alone is not None:
                raise Lost(f"the window ended by itself: {window.stderr.read()[-2000:]}")
        return [json.loads(line) for line in told if line.endswith("\n")]

    def _compare_journal(self, dataset: Dataset, told: list[Words]) -> None:
        entries = dataset.journal_since(self.model.newest)[::-1]
        found = [entry.id for entry in entries]
        more = entries[len(told) :]
        for words, entry in zip(told, found, strict=False):
            if words["entry"] != entry or words["edit"] != _edit(dataset, entry):
                raise Lost(f"entry {words['entry']} is not as it was acknowledged")
        if len(found) < len(told):
            raise Lost(f"{len(told) - len(found)} acknowledged edits are gone")
        if len(more) > 1 and not all(entry.of is not None for entry in more):
            # Going back by the history is one transaction of several undos; all else is one entry.
            raise Lost(f"{len(found) - len(told)} edits were kept and never acknowledged")
        for entry in found:
            self._replay(dataset, entry)
        self.model.compare(dataset)
        self.summary.acknowledged += len(told)
        self.summary.in_flight += len(found) - len(told)

    def _compare_photos(self, dataset: Dataset, told: list[Words]) -> None:
        known = {image.id: image.sha256 for image in dataset.images()}
        self._photos.update({words["image"]: words["sha256"] for words in told})
        for image_id, sha256 in self._photos.items():
            if known.get(image_id) != sha256:
                raise Lost(f"photo {image_id} was acknowledged and is gone")
        before = self.summary.photos + self.summary.photos_in_flight
        self.summary.photos += len(told)
        self.summary.photos_in_flight = len(known) - 6 - self.summary.photos
        assert len(known) - 6 >= before

    def _look_around(self, dataset: Dataset) -> None:
        for finding in check(dataset):
            raise Lost(f"check: {finding.kind}: {finding.what}: {finding.message}")
        left = list(dataset.incoming_folder.iterdir())
        left += [*self._folder.glob("images/*.part"), *self._folder.glob("*.part")]
        if left:
            raise Lost(f"half a file is left: {left[0]}")
        for backup in backups.backups_of(self._folder):
            try:
                backups.require_good(backup.path)
            except UserError as error:
                raise Lost(f"half a backup: {error}") from error

    def _undo_and_redo(self, dataset: Dataset) -> None:
        history = History(dataset)
        count = self._random.randint(0, min(5, len(history.undoable)))
        for move in [history.undo] * count + [history.redo] * self._random.randint(0, count):
            edit = move()
            if edit is None:
                raise Lost("nothing can be undone although edits stand in the journal")
            self.model.apply(json.loads(edit.to_json()))
            self.summary.undone_after += 1
        self.model.newest = max(entry.id for entry in dataset.journal(1))
        self.model.compare(dataset)

    def _replay(self, dataset: Dataset, entry: int) -> None:
        self.model.apply(_edit(dataset, entry))
        self.model.newest = entry


def _edit(dataset: Dataset, entry: int) -> Words:
    told: Words = json.loads(dataset.edit_of(entry).to_json())
    return told


def clean_from_the_shell(folder: Path) -> bool:
    """Whether `vector-labeler check` finds nothing."""
    done = subprocess.run(
        [sys.executable, "-m", "labeler", "check", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.stdout.write(done.stdout + done.stderr)
    return done.returncode == 0


def kill(folder: Path, kills: int, seed: int, most: int = 60) -> Summary:
    """All rounds, each with up to most edits. Ends at the first loss, with the dataset as it is."""
    began = time.monotonic()
    rounds = Rounds(folder, seed, most)
    for number in range(kills):
        try:
            rounds.run(number)
            if (number % 20 == 19 or number == kills - 1) and not clean_from_the_shell(folder):
                raise Lost("vector-labeler check found something")
        except (Lost, UserError) as loss:
            rounds.summary.losses += 1
            sys.stdout.write(f"round {number}: {loss}\n")
            break
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{number + 1} of {kills}")
    rounds.summary.seconds = round(time.monotonic() - began, 1)
    return rounds.summary


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="leave the dataset for a look")
    wish = parser.parse_args()
    place = Path(tempfile.mkdtemp(prefix="kill9-"))
    summary = kill(place / "hurry", wish.kills, wish.seed)
    sys.stdout.write(json.dumps(asdict(summary)) + "\n")
    if wish.keep or summary.losses:
        sys.stdout.write(f"The dataset is {place / 'hurry'}\n")
    else:
        shutil.rmtree(place)
    return 1 if summary.losses else 0


if __name__ == "__main__":
    run(main, hours=12)
