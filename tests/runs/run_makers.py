"""Datasets and COCO files that the suite draws itself."""

from __future__ import annotations

import io
import json
from pathlib import Path

from PIL import Image as Pillow
from PIL import ImageDraw

from labeler.dataset import edits
from labeler.dataset.images import add_picture
from labeler.dataset.model import BBox
from labeler.dataset.store import Dataset


def jpeg(number: int) -> bytes:
    """A small picture, different for each number."""
    picture = Pillow.new("RGB", (96, 64), (40, 60, number % 256))
    ImageDraw.Draw(picture).rectangle((number % 40, 10, number % 40 + 30, 40), fill="red")
    stream = io.BytesIO()
    picture.save(stream, "JPEG")
    return stream.getvalue()


def add_labelled(dataset: Dataset, count: int, *, session: str, name: str) -> None:
    """count images of one session, each with one box of the category, which is added if new."""
    known = {category.name: category.id for category in dataset.categories()}
    if name not in known:
        dataset.apply(edits.add_category(dataset, name))
        known = {category.name: category.id for category in dataset.categories()}
    sitting = dataset.add_session(session, "test")
    already = dataset.counts().total
    for number in range(already, already + count):
        image = add_picture(
            dataset,
            jpeg(number),
            original_name=f"{number}.jpg",
            session_id=sitting.id,
            captured_at=1000.0 * sitting.id + 10.0 * number,
        ).image
        box = BBox(number % 40, 10, 30, 30)
        dataset.apply(edits.draw(dataset, image.id, known[name], box))


def write_coco_files(folder: Path, names: list[str], classes: list[int]) -> Path:
    """images/ and all.json: one box an image, of the class at its place."""
    (folder / "images").mkdir(parents=True)
    images, boxes = [], []
    for number, (name, category) in enumerate(zip(names, classes, strict=True), start=1):
        (folder / "images" / name).write_bytes(jpeg(number))
        images.append({"id": number, "file_name": name, "width": 96, "height": 64})
        box = {"id": number, "image_id": number, "category_id": category}
        boxes.append({**box, "bbox": [number % 40, 10, 30, 30], "area": 900, "iscrowd": 0})
    categories = [{"id": number, "name": f"class {number}"} for number in sorted(set(classes))]
    content = {"images": images, "annotations": boxes, "categories": categories}
    path = folder / "all.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path
