"""Makes the pictures of docs/pictures with the program itself: `make screenshots`.

A dataset is photographed from the simulated robot, labelled and trained on by the headless demo;
then the window is opened on it, workspace by workspace.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from labeler.dataset.edits import delete
from labeler.dataset.model import Suggestion
from labeler.dataset.store import Dataset
from labeler.runs.launch import trainer_command
from labeler.runs.note import write_note
from labeler.runs.pair import PAIR_DETECTOR, new_pair_folder, prepare_pair_from_dataset
from labeler.runs.prepare import Wish
from labeler.track import Carrier, load_upright
from tests.script import run
from trainer.run_files import NAMED_BY_TIME

ROOT = Path(__file__).parents[1]
OUT = ROOT / "docs" / "pictures"
SHOTS = (
    ("start", "label", "light", ("--action", "everywhere.start_page")),
    ("label", "label", "dark", ()),
    ("label-light", "label", "light", ()),
    ("capture", "capture", "dark", ("--camera", "simulated")),
    (
        "capture-seen",
        "capture",
        "light",
        ("--camera", "simulated", "--action", "capture.coverage"),
    ),
    ("train", "train", "light", ()),
    ("train-result", "train", "dark", ("--action", "train.result")),
    ("train-runs", "train", "light", ("--action", "train.all_runs")),
    ("train-adjust", "train", "dark", ("--action", "train.adjust")),
    ("preview", "preview", "light", ("--camera", "simulated")),
    ("compare-curves", "compare", "light", ()),
)


def main() -> None:
    OUT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        environment = os.environ | {"HOME": folder, "QT_QPA_PLATFORM": "offscreen"}
        _run(["demo", "--headless", "--out", str(work / "demo")], environment)
        dataset = work / "demo" / "table"
        _train_pair(dataset, environment)
        _train_from_scratch(dataset, environment)
        for name, workspace, appearance, words in SHOTS:
            picture = OUT / f"{name}.png"
            options = ["--workspace", workspace, "--appearance", appearance, *words]
            _run([str(dataset), *options, "--screenshot", str(picture)], environment)
        paths = environment | {"PYTHONPATH": str(ROOT)}
        for script in ("make_vote_pictures.py", "make_mode_pictures.py"):
            drawn = [sys.executable, f"tools/{script}", str(dataset)]
            subprocess.run(drawn, cwd=ROOT, env=paths, check=True)
        drive = [sys.executable, "tools/make_drive_picture.py"]
        subprocess.run(drive, cwd=ROOT, env=paths, check=True)
        _carry(dataset)
        for appearance in ("dark", "light"):  # at twice the density
            picture = OUT / f"label-suggestion-{appearance}.png"
            options = ["--workspace", "label", "--appearance", appearance]
            # Another home: the program would open where it was the last time.
            home = str(work / appearance)
            twice = environment | {"QT_SCALE_FACTOR": "2", "HOME": home}
            _run([str(dataset), *options, "--screenshot", str(picture)], twice)


def _train_pair(folder: Path, environment: dict[str, str]) -> None:
    """So many epochs for each that the picture is the same on a busy machine."""
    with Dataset.open(folder) as dataset:
        pair = new_pair_folder(dataset.runs_folder)
        wish = Wish(detector=PAIR_DETECTOR, budget="epochs", epochs=12.0)
        prepare_pair_from_dataset(dataset, pair, wish)
    command = trainer_command("twin", pair)
    # Its stdin stays open: closing it would ask both to stop.
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.PIPE) as child:
        if child.wait():
            raise subprocess.CalledProcessError(child.returncode, command)


def _train_from_scratch(dataset: Path, environment: dict[str, str]) -> None:
    """A second run, an hour older than the one on show, so that there is something to compare."""
    earlier = datetime.now() - timedelta(hours=1)
    run = dataset / "runs" / earlier.strftime(NAMED_BY_TIME)
    words = ["train", str(dataset), "--from", "scratch", "--seconds", "60", "--out", str(run)]
    _run(words, environment)
    write_note(run, "the same images, from random weights")


def _carry(folder: Path) -> None:
    """Takes the boxes of the second image away and carries those of the first one to it."""
    with Dataset.open(folder) as dataset:
        labelled = (image for image in dataset.images() if image.annotation_count)
        first, second = islice(labelled, 2)
        boxes = {box.id: box for box in dataset.annotations(first.id)}
        dataset.apply(delete(dataset, [box.id for box in dataset.annotations(second.id)]))
        pictures = [load_upright(dataset.path_of(image)) for image in (first, second)]
        carrier = Carrier(pictures[0], {number: box.bbox for number, box in boxes.items()})
        offered = [
            Suggestion(
                dataset.new_suggestion_id(),
                second.id,
                boxes[carried.key].category_id,
                carried.bbox,
                carried.score,
                "tracker",
            )
            for carried in carrier.step(pictures[1])
        ]
        dataset.offer("tracker", [second.id], offered)


def _run(words: list[str], environment: dict[str, str]) -> None:
    subprocess.run([sys.executable, "-m", "labeler", *words], cwd=ROOT, env=environment, check=True)


if __name__ == "__main__":
    run(main)
