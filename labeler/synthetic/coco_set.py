"""Writes simulated pictures as a COCO folder: annotations.json and images/."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from labeler.dataset.files import new_folder, write_durably
from labeler.dataset.model import ImageState
from labeler.dataset.picture import SUFFIXES
from labeler.dataset.progress import OnProgress, ShouldStop, Stopped
from labeler.dataset.store import FILE_NAME, Dataset
from labeler.errors import UserError
from labeler.synthetic.randomized import NAMES, RandomizedPictures

LISTS, IMAGES = "annotations.json", "images"


def write_pictures(
    pictures: RandomizedPictures,
    count: int,
    folder: Path,
    on_progress: OnProgress,
    should_stop: ShouldStop,
    first: int = 0,
) -> int:
    """Pictures first to first + count - 1 into a new or empty folder; how many boxes.

    A new one appears whole or not at all, and what a kill left of it goes with the next attempt.
    Raises Stopped, and UserError where nothing can be written.
    """
    with new_folder(folder, "set") as making:
        (making / IMAGES).mkdir()
        return _fill(pictures, range(first, first + count), making, on_progress, should_stop)


def _fill(
    pictures: RandomizedPictures,
    numbers: range,
    folder: Path,
    on_progress: OnProgress,
    should_stop: ShouldStop,
) -> int:
    images: list[dict[str, Any]] = []
    boxes: list[dict[str, Any]] = []
    for number in numbers:
        if should_stop():
            raise Stopped("Stopped. No pictures were kept.")
        drawn, name = pictures.draw(number), f"{number:06d}.jpg"
        write_durably(folder / IMAGES / name, drawn.jpeg)
        image_id = len(images) + 1
        size = {"width": drawn.truth.width, "height": drawn.truth.height}
        images.append({"id": image_id, "file_name": name, **size})
        for box in drawn.truth.boxes:
            category = {"image_id": image_id, "category_id": NAMES.index(box.name) + 1}
            shape = {"bbox": box.bbox.as_list(), "area": box.bbox.area, "iscrowd": 0}
            boxes.append({"id": len(boxes) + 1, **category, **shape})
        on_progress(image_id, len(numbers))
    categories = [{"id": place, "name": name} for place, name in enumerate(NAMES, 1)]
    lists = {"images": images, "annotations": boxes, "categories": categories}
    write_durably(folder / LISTS, json.dumps(lists).encode())
    return len(boxes)


def background_photos(folder: Path) -> list[Path]:
    """A dataset's images that a person has confirmed to be empty, else all pictures in a folder.

    Raises UserError where there is none.
    """
    if (folder / FILE_NAME).is_file():
        with Dataset.open(folder, read_only=True) as dataset:
            found = [dataset.path_of(image) for image in dataset.images(ImageState.EMPTY)]
        if not found:
            raise UserError(
                f"{folder} has no image that is confirmed empty. Photograph the table without a "
                "robot in Capture, or name a folder of pictures."
            )
        return found
    if not folder.is_dir():
        raise UserError(f"{folder} is no folder.")
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    if not found:
        raise UserError(f"There is no picture in {folder}.")
    return found
