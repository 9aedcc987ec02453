"""Run folders that tell of a training without one: a tiny model, drawn pictures, real measuring."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from tests.gui.tiny_model import NAMES, write_tiny_model
from trainer.analysis import analyse
from trainer.config import RunConfig, save_config
from trainer.events import Evaluated, Event, Finished, Progressed, Started, Warned, to_line
from trainer.run_files import MARKS

SIZE = (128, 72)
"""Twice what the tiny model sees: its boxes come out doubled."""
RIGHT = [20, 20, 80, 40]
"""One of the two boxes that the tiny model shows on any picture; the other one surrounds it."""


def make_told_run(run: Path, *, pictures: int = 8) -> Path:
    """A finished run whose model finds the mug on each picture, and calls it a vector, too."""
    images = run.parent / "images"
    images.mkdir(parents=True)
    run.mkdir()
    parts = ("train", "val")
    marks = {part: _write_part(run / f"{part}.json", images, pictures) for part in parts}
    (run / MARKS).write_text(json.dumps(marks), encoding="utf-8")
    save_config(run, RunConfig(train_images="../images", val_images="../images", seconds=60))
    write_preparation(run, "Drawn pictures, as many of each.", ["There are few of them."])
    write_tiny_model(run / "model.onnx")
    write_events(run, *told_events(pictures))
    analyse(run)
    return run


def told_events(pictures: int = 8) -> list[Event]:
    """A minute of learning, a look every ten seconds."""
    events: list[Event] = [
        Started(pictures, pictures, ("vector", "mug"), 60.0, ("Learns on the processor.",)),
        Warned("One picture is dark."),
    ]
    for second in range(1, 61):
        rate = 0.001 * (61 - second)
        events.append(
            Progressed("Learning", second, 60.0, second / 4, 20.0, 3.0 / second, rate, 60 - second)
        )
        if second % 10 == 0:
            ap = second / 120
            events.append(
                Evaluated(second, second / 4, 1.0, ap, ap + 0.3, rate, True, ap - 0.1, ap + 0.1)
            )
    return [*events, Finished(0.5, 0.8, 60.0, 15.0, stopped_early=False)]


def write_events(run: Path, *events: Event) -> None:
    lines = "".join(f"{to_line(event)}\n" for event in events)
    (run / "events.jsonl").write_text(lines, encoding="utf-8")


def write_preparation(run: Path, explanation: str, warnings: list[str]) -> None:
    content = {"explanation": explanation, "warnings": warnings}
    (run / "preparation.json").write_text(json.dumps(content), encoding="utf-8")


def _write_part(path: Path, images: Path, count: int) -> dict[str, str]:
    """Returns the mark of each picture by its name."""
    marks: dict[str, str] = {}
    coco: dict[str, Any] = {
        "images": [],
        "annotations": [],
        "categories": [{"id": number, "name": name} for number, name in NAMES],
    }
    for number in range(1, count + 1):
        name = f"{path.stem}-{number}.jpg"
        picture = Image.new("RGB", SIZE, (20, 40, 60))
        x, y, width, height = RIGHT
        ImageDraw.Draw(picture).rectangle((x, y, x + width, y + height), fill=(200, number, 30))
        picture.save(images / name)
        marks[name] = sha256((images / name).read_bytes()).hexdigest()[:12]
        coco["images"].append(
            {"id": number, "file_name": name, "width": SIZE[0], "height": SIZE[1]}
        )
        coco["annotations"].append(
            {"id": number, "image_id": number, "category_id": 2, "bbox": RIGHT, "iscrowd": 0}
        )
    path.write_text(json.dumps(coco), encoding="utf-8")
    return marks
