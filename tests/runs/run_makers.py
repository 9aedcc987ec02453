"""Pictures, datasets and COCO files that the suite draws itself."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Sequence
from pathlib import Path

from PIL import Image as Pillow
from PIL import ImageDraw, ImageFilter

from labeler.dataset import category_edits, edits
from labeler.dataset.images import add_picture
from labeler.dataset.model import BBox
from labeler.dataset.store import Dataset

SIZE = (160, 120)
KINDS = ("ball", "brick")


def jpeg(number: int) -> bytes:
    """A small picture with nothing to learn that looks different for each number."""
    patches = Pillow.frombytes("RGB", (8, 6), random.Random(number).randbytes(8 * 6 * 3))
    picture = patches.resize((96, 64), Pillow.Resampling.NEAREST)
    ImageDraw.Draw(picture).rectangle((number % 40, 10, number % 40 + 30, 40), fill="red")
    return _encoded(picture)


def scene(number: int) -> tuple[bytes, str, BBox]:
    """A cluttered table with a ball or a brick somewhere on it: bytes, what it is, and where."""
    chance = random.Random(number)
    picture = Pillow.new("RGB", SIZE, tuple(chance.randrange(60, 200) for _ in range(3)))
    pen = ImageDraw.Draw(picture)
    for _ in range(5):
        x, y = chance.randrange(SIZE[0]), chance.randrange(SIZE[1])
        shade = chance.randrange(60, 200)
        pen.line((x, y, x + chance.randrange(-60, 60), y + 30), fill=(shade,) * 3, width=3)
    picture = picture.filter(ImageFilter.GaussianBlur(1))
    pen = ImageDraw.Draw(picture)
    kind = KINDS[number % 2]
    width, height = (chance.randrange(30, 50),) * 2 if kind == "ball" else (56, 30)
    x, y = chance.randrange(SIZE[0] - width), chance.randrange(SIZE[1] - height)
    if kind == "ball":
        pen.ellipse((x, y, x + width, y + height), fill=(250, 120, 20), outline="white")
    else:
        pen.rectangle((x, y, x + width, y + height), fill=(30, 60, 220), outline="black")
    return _encoded(picture), kind, BBox(x, y, width, height)


def add_labelled(dataset: Dataset, count: int, *, session: str, name: str) -> None:
    """count images of one session, each with one box of the category, which is added if new."""
    sitting = dataset.add_session(session, "test")
    already = dataset.counts().total
    for number in range(already, already + count):
        box = BBox(number % 40, 10, 30, 30)
        _add(dataset, jpeg(number), number, sitting.id, name, box)


def add_scenes(dataset: Dataset, count: int, *, session: str, every: float = 10.0) -> None:
    """count labelled scenes of one session. every: so many seconds lie between two of them."""
    sitting = dataset.add_session(session, "test")
    already = dataset.counts().total
    for number in range(already, already + count):
        data, kind, box = scene(number)
        _add(dataset, data, number, sitting.id, kind, box, every)


def write_coco_files(folder: Path, names: Sequence[str], classes: Sequence[int]) -> Path:
    """images/ and all.json: one box an image, of the class at its place."""
    pictures = [jpeg(number) for number in range(1, len(names) + 1)]
    boxes = [BBox(number % 40, 10, 30, 30) for number in range(1, len(names) + 1)]
    categories = {number: f"class {number}" for number in sorted(set(classes))}
    return _write_coco(folder, list(zip(names, pictures, classes, boxes, strict=True)), categories)


def write_coco_scenes(folder: Path, numbers: Sequence[int]) -> Path:
    """images/ and all.json of these scenes."""
    rows = []
    for number in numbers:
        data, kind, box = scene(number)
        rows.append((f"scene{number}.jpg", data, KINDS.index(kind) + 1, box))
    return _write_coco(folder, rows, dict(enumerate(KINDS, start=1)))


def write_weights(run: Path) -> Path:
    """best.safetensors in a run's folder: whole by the format, though nothing is in it."""
    header = json.dumps({"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    data = len(header).to_bytes(8, "little") + header + bytes(4)
    (run / "best.safetensors").write_bytes(data)
    return run


def _write_coco(
    folder: Path, rows: Sequence[tuple[str, bytes, int, BBox]], categories: dict[int, str]
) -> Path:
    (folder / "images").mkdir(parents=True)
    images, boxes = [], []
    for number, (name, data, category, box) in enumerate(rows, start=1):
        (folder / "images" / name).write_bytes(data)
        width, height = Pillow.open(io.BytesIO(data)).size
        images.append({"id": number, "file_name": name, "width": width, "height": height})
        entry = {"id": number, "image_id": number, "category_id": category, "iscrowd": 0}
        boxes.append({**entry, "bbox": box.as_list(), "area": box.area})
    named = [{"id": number, "name": name} for number, name in categories.items()]
    content = {"images": images, "annotations": boxes, "categories": named}
    path = folder / "all.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def _add(
    dataset: Dataset,
    data: bytes,
    number: int,
    session_id: int,
    name: str,
    box: BBox,
    every: float = 10.0,
) -> None:
    known = {category.name: category.id for category in dataset.categories()}
    if name not in known:
        dataset.apply(category_edits.add_category(dataset, name))
        known = {category.name: category.id for category in dataset.categories()}
    image = add_picture(
        dataset,
        data,
        original_name=f"{number}.jpg",
        session_id=session_id,
        captured_at=1000.0 * session_id + every * number,
    ).image
    dataset.apply(edits.draw(dataset, image.id, known[name], box))


def _encoded(picture: Pillow.Image) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=90)
    return stream.getvalue()
