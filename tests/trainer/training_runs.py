"""Small drawn pictures with true boxes, and a real training run on them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from trainer.config import RunConfig, save_config
from trainer.events import Event, from_line

ROOT = Path(__file__).parents[2]
CATEGORIES = [{"id": 3, "name": "red square"}, {"id": 7, "name": "blue circle"}]
SIZE = (160, 96)


def draw_picture(rng: np.random.Generator) -> tuple[Image.Image, list[dict[str, Any]]]:
    """A noisy picture with a red square, a blue circle or both, and their annotations."""
    noise = rng.integers(60, 200, (12, 20, 3), dtype=np.uint8)
    picture = Image.fromarray(noise).resize(SIZE, Image.Resampling.BILINEAR)
    pen = ImageDraw.Draw(picture)
    annotations = []
    first = int(rng.integers(0, 2))
    for kind in (first, 1 - first)[: int(rng.integers(1, 3))]:
        side = int(rng.integers(36, 56))
        x = int(rng.integers(0, 79 - side)) + 80 * kind
        y = int(rng.integers(0, SIZE[1] - side))
        corners = (x, y, x + side - 1, y + side - 1)
        if kind == 0:
            pen.rectangle(corners, fill="#d01818", outline="white")
        else:
            pen.ellipse(corners, fill="#1830d8", outline="white")
        annotations.append(
            {"category_id": CATEGORIES[kind]["id"], "bbox": [x, y, side, side], "iscrowd": 0}
        )
    return picture, annotations


def write_coco(path: Path, images: Path, count: int, seed: int) -> dict[str, Any]:
    """Draws count pictures into images and their boxes into path; gives COCO's dictionary."""
    rng = np.random.default_rng(seed)
    images.mkdir(parents=True, exist_ok=True)
    coco: dict[str, Any] = {"images": [], "annotations": [], "categories": CATEGORIES}
    for number in range(1, count + 1):
        picture, annotations = draw_picture(rng)
        name = f"{path.stem}-{number:03d}.jpg"
        picture.save(images / name, quality=92)
        coco["images"].append(
            {"id": number, "file_name": name, "width": SIZE[0], "height": SIZE[1]}
        )
        for annotation in annotations:
            identity = {"id": len(coco["annotations"]) + 1, "image_id": number}
            coco["annotations"].append({**identity, **annotation})
    path.write_text(json.dumps(coco), encoding="utf-8")
    return coco


def prepare_run(run: Path, images: Path, *, train: int, val: int, **config: Any) -> None:
    """By one thread, unless threads are asked for: the cores are busy with other tests."""
    config.setdefault("threads", 1)
    write_coco(run / "train.json", images, train, seed=1)
    write_coco(run / "val.json", images, val, seed=2)
    save_config(run, RunConfig(train_images=str(images), val_images=str(images), **config))


def start_training(run: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "trainer", "train", str(run)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
    )


@dataclass(frozen=True)
class Outcome:
    run: Path
    events: list[Event]
    code: int
    lines: str

    def of(self, kind: type[Event]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]


def finish(
    process: subprocess.Popen[str], run: Path, stop_when: Callable[[Event], bool] | None = None
) -> Outcome:
    """Reads to the end. stdin stays open as the window keeps it, until stop_when says yes."""
    assert process.stdout is not None
    assert process.stdin is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if stop_when is not None and stop_when(from_line(line)):
            process.stdin.close()
    code = process.wait(timeout=120)
    process.stdout.close()
    process.stdin.close()
    return outcome_of(run, "".join(lines), code)


def outcome_of(run: Path, lines: str, code: int) -> Outcome:
    """lines: all that it said on stdout."""
    return Outcome(run, [from_line(line) for line in lines.splitlines()], code, lines)
