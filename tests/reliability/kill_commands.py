"""Kills commands of the shell with SIGKILL at random moments, and looks for anything that got lost.

    python tests/reliability/kill_commands.py --kills 50
    python tests/reliability/kill_commands.py --only capture --kills 10 --seed 3

import, export, restore, backup, train --from (improving) and capture with the simulated robot, each
so many times, on a copy of the same labelled dataset. After each kill the dataset opens and checks
clean, every photo and box that was there or was acknowledged is there, what was under way is there
as a whole or not at all, and nothing waits in incoming/. Processes that the command had started end
by themselves. Then the same command runs once more, to its end, and nothing of the killed one is
left: no half file beside the result, no folder in TMPDIR. Prints a line a loss and a table; the
exit code is 1 where anything was lost.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from labeler.dataset import backups
from labeler.dataset.check import FindingKind, check
from labeler.dataset.edits import draw
from labeler.dataset.model import BBox
from labeler.dataset.restoring import chosen_backup
from labeler.dataset.store import Dataset
from labeler.errors import UserError
from labeler.runs.history import look_through
from tests.reliability.attacks.verdict import labelled, strict_json
from tests.runs.run_makers import add_scenes, write_coco_files
from tests.script import run

ROOT = Path(__file__).resolve().parents[2]
BASE = 12
"""Pictures in the dataset, each with a box."""
CAME = 40
"""Pictures that an import brings."""
ORPHANS_END_WITHIN_S = 20.0
PATIENCE_S = 300.0

Words = list[str]


class Lost(Exception):  # noqa: N818 - what is lost is the finding
    """Something that was there or was acknowledged is gone, or something half is left."""


@dataclass
class Verb:
    """words: the command line. prepared: of what the first run needs beside the dataset. judged:
    what was told on stderr and stdout until the kill."""

    words: Callable[[Path], Words]
    judged: Callable[[Path, str], None]
    finished: Callable[[Path], None]
    prepared: Callable[[Path], None] = lambda place: None


@dataclass
class Row:
    """Of the table. late: ended before they could be killed."""

    kills: int = 0
    late: int = 0
    seconds: float = 0.0
    losses: list[str] = field(default_factory=list)


# What holds after every kill.


def state_of(place: Path, *, but: FindingKind | None = None) -> tuple[int, int]:
    """Images and boxes. Raises Lost where the dataset is not clean. but: what may be found."""
    with Dataset.open(place / "dataset") as dataset:
        findings = [each for each in check(dataset) if each.kind is not but]
        if findings:
            raise Lost(f"check: {findings[:3]}")
        if list(dataset.incoming_folder.iterdir()):
            raise Lost("something waits in incoming/")
        return dataset.counts().total, sum(1 for _ in dataset.all_annotations())


def require_one_of(place: Path, *states: tuple[int, int]) -> None:
    found = state_of(place)
    if found not in states:
        raise Lost(f"{found} images and boxes, not one of {states}")


def nothing_half(place: Path) -> None:
    left = [path for path in place.rglob("*") if path.name.endswith(".part")]
    left += [path for path in (place / "tmp").iterdir() if path.name.startswith("vector-labeler-")]
    if left:
        raise Lost(f"left after the next start: {left[:3]}")
    require_clean(place)


def require_clean(place: Path) -> None:
    with Dataset.open(place / "dataset", read_only=True) as dataset:
        if found := check(dataset):
            raise Lost(f"check after the next start: {found[:3]}")


def unchanged(place: Path) -> None:
    require_one_of(place, (BASE, BASE))


# The verbs.


def make_base(place: Path) -> None:
    labelled(place / "dataset", BASE)
    for name in ("tmp", "home"):
        (place / name).mkdir()


def prepare_coco(place: Path) -> None:
    names = [f"{number}.jpg" for number in range(CAME)]
    write_coco_files(place / "coco", names, [1] * CAME)


def judge_import(place: Path, told: str) -> None:
    whole = (BASE + CAME, BASE + CAME)
    require_one_of(place, *([whole] if "Added " in told else [(BASE, BASE), whole]))


def finish_import(place: Path) -> None:
    require_one_of(place, (BASE + CAME, BASE + CAME))


def judge_export(place: Path, told: str) -> None:
    unchanged(place)
    if (place / "out").exists():
        content = strict_json((place / "out" / "annotations.json").read_text(encoding="utf-8"))
        pictures = list((place / "out" / "images").iterdir())
        if len(content["images"]) != BASE or len(pictures) != BASE:
            raise Lost("half an export stands in its place")
    elif "Exported " in told:
        raise Lost("an export that was told is gone")


def finish_export(place: Path) -> None:
    if not (place / "out" / "annotations.json").exists():
        raise Lost("no export at the end")
    beside = {path.name for path in place.iterdir()} - {"dataset", "out", "tmp", "home"}
    if beside:
        raise Lost(f"left beside the export: {beside}")


def prepare_restore(place: Path) -> None:
    """Two boxes and a picture came after the backup."""
    with Dataset.open(place / "dataset") as dataset:
        for image in dataset.images()[:2]:
            dataset.apply(draw(dataset, image.id, 1, BBox(30, 10, 20, 20)))
        add_scenes(dataset, 1, session="later")


def judge_restore(place: Path, told: str) -> None:
    before, after = (BASE + 1, BASE + 3), (BASE + 1, BASE)
    half_way = (BASE, BASE)  # the picture lies in images/ still, and comes in again with the next
    found = state_of(place, but=FindingKind.ORPHAN_FILE)
    if found not in ([after] if "Restored " in told else [before, half_way, after]):
        raise Lost(f"{found} images and boxes after a restore")
    if len(list((place / "dataset" / "images").iterdir())) != BASE + 1:
        raise Lost("a picture is gone")
    chosen_backup(place / "dataset")


def finish_restore(place: Path) -> None:
    images, _ = state_of(place)
    if images != BASE + 1:
        raise Lost(f"{images} images after the next restore")


def judge_backup(place: Path, told: str) -> None:
    unchanged(place)
    for backup in backups.backups_of(place / "dataset"):
        backups.require_good(backup.path)


def prepare_run(place: Path) -> None:
    """A run to improve, which learned for a moment."""
    with Dataset.open(place / "dataset") as dataset:
        add_scenes(dataset, 12, session="scenes")
    done = _command(place, ["train", "dataset", "--seconds", "3", "--out", "first"])
    _, told = done.communicate(timeout=PATIENCE_S)
    if done.returncode:
        raise RuntimeError(told)


def judge_improve(place: Path, told: str) -> None:
    require_one_of(place, (BASE + 12, BASE + 12))
    runs, left_out = look_through(place)
    if left_out or "first" not in {each.name for each in runs}:
        raise Lost(f"runs that cannot be read: {left_out}")
    second = place / "second"
    if second.exists() and not (second / "config.json").exists():
        raise Lost(f"half a run is left: {[path.name for path in second.iterdir()]}")
    shutil.rmtree(second, ignore_errors=True)


def finish_improve(place: Path) -> None:
    if not (place / "second" / "model.onnx").is_file():
        raise Lost("no model at the end")


def judge_capture(place: Path, told: str) -> None:
    """A line "3 of 20 pictures" is the acknowledgement."""
    acknowledged = max(
        (int(line.split(" of ")[0]) for line in told.splitlines() if " of 20 pictures" in line),
        default=0,
    )
    images, boxes = state_of(place)
    if images < BASE + acknowledged or boxes != BASE:
        raise Lost(f"{images - BASE} photos, {acknowledged} were acknowledged")


def finish_capture(place: Path) -> None:
    images, _ = state_of(place)
    if images < BASE + 20:
        raise Lost("not all photos at the end")


VERBS = {
    "import": Verb(
        lambda place: ["import", "dataset", "coco/all.json"],
        *(judge_import, finish_import, prepare_coco),
    ),
    "export": Verb(lambda place: ["export", "dataset", "out"], judge_export, finish_export),
    "restore": Verb(
        lambda place: ["restore", "dataset"], judge_restore, finish_restore, prepare_restore
    ),
    "backup": Verb(lambda place: ["backup", "dataset"], judge_backup, unchanged),
    "capture": Verb(
        lambda place: ["capture", "dataset", "--robot", "simulated", "--count", "20"],
        *(judge_capture, finish_capture),
    ),
    "improve": Verb(
        lambda place: [
            *("train", "dataset", "--from", "first", "--seconds", "3", "--out", "second")
        ],
        *(judge_improve, finish_improve, prepare_run),
    ),
}


# One kill.


def _command(place: Path, words: Words) -> subprocess.Popen[str]:
    names = ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME")
    home = dict.fromkeys(names, str(place / "home"))
    env = {**os.environ, **home, "TMPDIR": str(place / "tmp"), "PYTHONPATH": str(ROOT)}
    env["KILLED_HERE"] = str(place)  # by which its children are known
    return subprocess.Popen(
        [sys.executable, "-m", "labeler", *words],
        cwd=place,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _children(place: Path) -> list[int]:
    """Processes that a command of this place has started and that run still."""
    mark = f"KILLED_HERE={place}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
        except OSError:
            continue  # it ended meanwhile, or is none of ours
    return found


def _without_orphans(place: Path) -> None:
    end = time.monotonic() + ORPHANS_END_WITHIN_S
    while left := _children(place):
        if time.monotonic() > end:
            words = [Path(f"/proc/{each}/cmdline").read_bytes()[:200] for each in left]
            for each in left:
                os.kill(each, 9)
            raise Lost(f"processes go on without the command: {words}")
        time.sleep(0.05)


def killed(place: Path, verb: Verb, after_s: float) -> tuple[bool, str]:
    """Whether it was still running then, and what it had told."""
    process = _command(place, verb.words(place))
    try:
        told, _ = process.communicate(timeout=after_s)
    except subprocess.TimeoutExpired:
        process.kill()
        _without_orphans(place)  # who holds the pipe, too
        told, _ = process.communicate(timeout=PATIENCE_S)
        return True, told
    if process.returncode:
        raise Lost(f"it ended by itself: {told[-800:]}")
    return False, told


def kill(place: Path, name: str, kills: int, seed: int) -> Row:
    """All kills of one verb. A loss leaves its folder, and ends nothing."""
    row, chance, verb = Row(), Random(f"{seed} {name}"), VERBS[name]
    base = place / name / "base"
    base.mkdir(parents=True)
    make_base(base)
    verb.prepared(base)
    began = time.monotonic()
    longest = _unbroken(place / name / "unbroken", base, verb)
    for number in range(2 * kills):
        if row.kills == kills:
            break
        here = place / name / str(number)
        shutil.copytree(base, here)
        try:
            was_killed, told = killed(here, verb, chance.uniform(0.25, 1.0) * longest)
            verb.judged(here, told)
            row.kills += was_killed
            row.late += not was_killed
            if was_killed and chance.random() < 0.5:
                _again(here, verb)
        except (Lost, UserError, OSError, ValueError) as loss:
            row.losses.append(f"{name} {number} in {here}: {type(loss).__name__}: {loss}")
            continue
        shutil.rmtree(here)
    row.seconds = time.monotonic() - began
    return row


def _unbroken(here: Path, base: Path, verb: Verb) -> float:
    """Seconds of the whole command."""
    shutil.copytree(base, here)
    began = time.monotonic()
    process = _command(here, verb.words(here))
    told, _ = process.communicate(timeout=PATIENCE_S)
    if process.returncode:
        raise RuntimeError(told)
    seconds = time.monotonic() - began
    verb.finished(here)
    shutil.rmtree(here)
    return seconds


def _again(here: Path, verb: Verb) -> None:
    process = _command(here, verb.words(here))
    told, _ = process.communicate(timeout=PATIENCE_S)
    if process.returncode:
        raise Lost(f"it does not run again: {told[-800:]}")
    verb.finished(here)
    nothing_half(here)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=VERBS, action="append")
    asked: Any = parser.parse_args()
    place = Path(tempfile.mkdtemp(prefix="kill-commands-"))
    lost = False
    sys.stdout.write(f"{'verb':8} {'kills':>5} {'late':>5} {'losses':>6} {'seconds':>8}\n")
    for name in asked.only or VERBS:
        row = kill(place, name, asked.kills, asked.seed)
        lost = lost or bool(row.losses)
        told = f"{name:8} {row.kills:>5} {row.late:>5} {len(row.losses):>6} {row.seconds:>8.0f}"
        sys.stdout.write("\n".join([told, *row.losses]) + "\n")
        sys.stdout.flush()
    if not lost:
        shutil.rmtree(place)
    return int(lost)


if __name__ == "__main__":
    run(main, hours=12)
