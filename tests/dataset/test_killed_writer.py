"""Whenever the program is killed, the dataset opens, checks clean, and holds all it had said."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from labeler.dataset.check import FindingKind, check
from labeler.dataset.store import Dataset

ROOT = Path(__file__).parents[2]
WORK = """
import sys
from io import BytesIO
from itertools import count
from pathlib import Path
from PIL import Image
from labeler.dataset.category_edits import add_category
from labeler.dataset.edits import delete, draw
from labeler.dataset.images import add_picture
from labeler.dataset.model import BBox
from labeler.dataset.store import Dataset

dataset = Dataset.create(Path(sys.argv[1]))
session = dataset.add_session("first", "camera")
dataset.apply(add_category(dataset, "cube"))
for n in count(1):
    stream = BytesIO()
    Image.new("RGB", (200, 100), (n % 256, n // 256, 0)).save(stream, "PNG")
    image = add_picture(
        dataset, stream.getvalue(), original_name=f"{n}.png", session_id=session.id
    ).image
    dataset.apply(draw(dataset, image.id, 1, BBox(n % 50, 1, 20, 20)))
    dataset.apply(draw(dataset, image.id, 1, BBox(n % 50, 2, 20, 20)))
    dataset.apply(delete(dataset, [dataset.annotations(image.id)[0].id]))
    print(image.id, flush=True)
"""


def kill_after(folder: Path, rounds: int, pause: float) -> int:
    """Lets a writer work some rounds and a moment more. Returns the last id that it told."""
    process = subprocess.Popen(
        [sys.executable, "-c", WORK, str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        for _ in range(rounds):
            process.stdout.readline()
        until = time.monotonic() + pause
        while time.monotonic() < until:
            pass
        process.kill()
        told = process.stdout.read().split("\n")[:-1]
    return int(told[-1]) if told else rounds


@pytest.mark.parametrize("attempt", range(4))
def test_a_kill_loses_nothing_that_was_told(tmp_path: Path, attempt: int) -> None:
    folder = tmp_path / "killed"
    last = kill_after(folder, rounds=3 + attempt, pause=0.0013 * attempt)
    with Dataset.open(folder, read_only=True) as left:
        kinds = {finding.kind for finding in check(left)}
    assert kinds <= {FindingKind.LEFTOVER_FILE, FindingKind.MISSING_FILE}
    with Dataset.open(folder) as dataset:
        assert check(dataset) == []
        assert list(dataset.incoming_folder.iterdir()) == []
        for image in dataset.images():
            if image.id <= last:
                (box,) = dataset.annotations(image.id)
                assert box.bbox.as_list() == [image.id % 50, 2, 20, 20]
        assert dataset.counts().total in (last, last + 1)
        assert len(dataset.journal(limit=10_000)) >= 1 + 3 * last


IMPORT = """
import os, sys
from pathlib import Path
from labeler.dataset.coco_import import import_coco
from labeler.dataset.store import Dataset

def die(done, total):
    if done >= int(sys.argv[4]):
        os._exit(9)  # as sudden as a kill: no exception, no clean-up

with Dataset.create(Path(sys.argv[1])) as dataset:
    import_coco(dataset, Path(sys.argv[2]), Path(sys.argv[3]), on_progress=die)
"""


@pytest.mark.parametrize("moment", [50, 400, 900, 1000])
def test_a_killed_import_is_there_as_a_whole_or_not_at_all(
    tmp_path: Path, coco_folder: Path, moment: int
) -> None:
    coco = {
        "images": [{"id": n, "file_name": f"{n}.jpg"} for n in range(4)],
        "annotations": [
            {"id": n, "image_id": n, "category_id": 1, "bbox": [1, 1, 9, 9]} for n in range(4)
        ],
        "categories": [{"id": 1, "name": "cube"}],
    }
    path = tmp_path / "coco.json"
    path.write_text(json.dumps(coco))
    words = [str(tmp_path / "d"), str(path), str(coco_folder), str(moment)]
    done = subprocess.run([sys.executable, "-c", IMPORT, *words], cwd=ROOT, check=False, timeout=60)
    assert done.returncode == 9
    with Dataset.open(tmp_path / "d") as dataset:
        assert check(dataset) == []
        whole = 4 if moment == 1000 else 0
        assert dataset.counts().labelled == dataset.counts().total == whole
        assert list(dataset.incoming_folder.iterdir()) == []
