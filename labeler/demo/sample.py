"""The sample dataset: pictures of the simulated robot's world, already labelled with true boxes.

It is drawn when it is first asked for: 60 pictures take some five seconds and are then a dataset as
any other. Shipped, they would be 1.3 MB in every installation, for the few who look at them.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from labeler.dataset.category_edits import next_color
from labeler.dataset.files import reason
from labeler.dataset.images import write_incoming
from labeler.dataset.intake import look, new_image
from labeler.dataset.model import Annotation, Category
from labeler.dataset.places import free_folder
from labeler.dataset.progress import OnProgress, ShouldStop, Stopped
from labeler.dataset.store import Dataset
from labeler.errors import UserError
from labeler.simulator.render import Renderer
from labeler.simulator.truth import CLASSES, read_truth
from labeler.simulator.world import World

NAME = "Sample dataset"
TABLES, PICTURES = 6, 10
"""Worlds, each a session of its own, so that validation has tables that training never sees; and
how many pictures each gives. With 60 images Train has more than enough for a first run."""
_STEPS, _STEP = 45, 1 / 15
"""Between two pictures the world moves on by three seconds."""
_SMALLEST = 8
"""Pixels: a smaller part of a thing that peeps out from behind another is no lesson."""

_ASIDE = ".sample-"
"""Begins the name of the folder in which it is made."""
_LEFT_AFTER = 3600.0
"""Seconds after which nobody is still making it."""


def make_sample(place: Path, on_progress: OnProgress, should_stop: ShouldStop) -> Path:
    """Makes the sample dataset in the folder place and returns its folder, which is new.

    It is made aside and moved to its place when it is complete. Raises Stopped, after which nothing
    is left, and UserError where nothing can be written.
    """
    folder = free_folder(NAME, place)
    try:
        place.mkdir(parents=True, exist_ok=True)
        _sweep(place)
        with tempfile.TemporaryDirectory(prefix=_ASIDE, dir=place) as aside:
            made = Path(aside) / folder.name
            with Dataset.create(made) as dataset:
                _fill(dataset, on_progress, should_stop)
            made.rename(folder)
    except OSError as error:
        raise UserError(f"Cannot make a dataset in {folder}: {reason(error)}.") from error
    return folder


def _sweep(place: Path) -> None:
    """Takes away what a program left that was killed while it made a sample."""
    for left in place.glob(f"{_ASIDE}*"):
        if not left.is_symlink() and time.time() - left.stat().st_mtime > _LEFT_AFTER:
            shutil.rmtree(left, ignore_errors=True)


def _fill(dataset: Dataset, on_progress: OnProgress, should_stop: ShouldStop) -> None:
    categories = _add_categories(dataset)
    total, begun = TABLES * PICTURES, time.time()
    for table in range(TABLES):
        session = dataset.add_session(f"Table {table + 1}", "simulated", begun + table)
        for number, jpeg in enumerate(_photographs(table + 1)):
            done = table * PICTURES + number
            if should_stop():
                raise Stopped("The sample dataset was not made.")
            _add(dataset, jpeg, session.id, begun + done, categories)
            on_progress(done + 1, total)


def _photographs(seed: int) -> Iterator[bytes]:
    """What the robot of that world sees, a few seconds apart, as JPEG bytes."""
    world, renderer = World(seed), Renderer(seed)
    for _ in range(PICTURES):
        for _ in range(_STEPS):
            world.step(_STEP)
        yield renderer.photograph(world.scene())


def _add_categories(dataset: Dataset) -> dict[str, int]:
    categories: list[Category] = []
    for position, name in enumerate(CLASSES):
        color = next_color([each.color for each in categories])
        categories.append(Category(dataset.new_category_id(), name, color, position))
        dataset.add_category(categories[-1])
    return {category.name: category.id for category in categories}


def _add(
    dataset: Dataset, jpeg: bytes, session_id: int, taken_at: float, categories: dict[str, int]
) -> None:
    name = "sample.jpg"
    image = new_image(
        dataset, look(jpeg, name), original_name=name, captured_at=taken_at, verified=True
    )
    image = replace(image, session_id=session_id)
    write_incoming(dataset, image, jpeg)
    boxes = [
        Annotation(dataset.new_annotation_id(), image.id, categories[box.name], box.bbox)
        for box in read_truth(jpeg).boxes
        if min(box.width, box.height) >= _SMALLEST
    ]
    with dataset.transaction():
        dataset.add_image(image)
        dataset.add_annotations(boxes)
    dataset.settle(image.file_name)
