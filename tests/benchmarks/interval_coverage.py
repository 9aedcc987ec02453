"""How often the true score lies in the interval: ours, and the plain percentile interval.

Run: python tests/benchmarks/interval_coverage.py [--draws 150]
Simulated detectors on 3,000 images, whose score counts as the true one; so many sets of 20 and 50
images are drawn from them. Prints one JSON object a detector and size: shares for AP, AP50 and AR,
and the true and the mean measured AP. 0.95 would be right.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.script import run
from trainer.average_precision import drawn_scores, measured
from trainer.matching import boxes_by_image, rank
from trainer.predict import Detection

IMAGES = 3000
RESAMPLES = 200
World = tuple[dict[str, Any], dict[int, list[Detection]]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=150)
    parser.add_argument("--images", type=int, default=IMAGES)
    words = parser.parse_args()
    draws = words.draws
    rng = np.random.default_rng(7)
    for name, classes, found, noise in (
        ("one class, noisy", 1, 0.8, 8),
        ("six classes, noisy", 6, 0.8, 8),
        ("one class, nearly perfect", 1, 0.99, 0),
    ):
        world = simulated(rng, classes, words.images, found=found, noise=noise)
        truth = _drawings(world, classes, 0)[0]
        for size in (20, 50):
            told = coverage(rng, world, classes, truth, size=size, draws=draws)
            sys.stdout.write(json.dumps({"detector": name, "images": size, **told}) + "\n")
            sys.stdout.flush()
    return 0


def coverage(
    rng: np.random.Generator, world: World, classes: int, truth: Any, *, size: int, draws: int
) -> dict[str, Any]:
    inside = {"ours": np.zeros(3), "percentile": np.zeros(3)}
    values = []
    for _ in range(draws):
        part = _only(world, rng.choice(len(world[0]["images"]), size, replace=False) + 1)
        drawn = _drawings(part, classes, RESAMPLES)
        values.append(drawn[0, 0])
        summary = measured(drawn, size)
        for place, ours in enumerate((summary.ap, summary.ap50, summary.ar)):
            low, high = np.nanpercentile(drawn[1:, place], (2.5, 97.5))
            inside["ours"][place] += (ours.low or 0.0) <= truth[place] <= (ours.high or 0.0)
            inside["percentile"][place] += low <= truth[place] <= high
    told = {key: (count / draws).round(2).tolist() for key, count in inside.items()}
    return {**told, "true_ap": round(truth[0], 3), "mean_ap": round(float(np.mean(values)), 3)}


def simulated(
    rng: np.random.Generator, classes: int, count: int, *, found: float, noise: int
) -> World:
    """found: the share of true boxes that are found; noise: false detections an image."""
    images: list[dict[str, object]] = []
    boxes: list[dict[str, object]] = []
    detections: dict[int, list[Detection]] = {}
    for number in range(1, count + 1):
        images.append({"id": number, "width": 640, "height": 360, "file_name": ""})
        blur = 3 if not noise else 5 + 12 * rng.random()
        detections[number] = [
            Detection(int(rng.integers(1, classes + 1)), "", 0.8 * rng.random() ** 3, _place(rng))
            for _ in range(noise)
        ]
        for _ in range(int(rng.integers(1, 4))):
            x, y, width, height = _place(rng)
            category = int(rng.integers(1, classes + 1))
            box = {"id": len(boxes) + 1, "image_id": number, "category_id": category, "iscrowd": 0}
            boxes.append({**box, "bbox": [x, y, width, height], "area": width * height})
            if rng.random() < found:
                dx, dy = rng.normal(0, blur, 2)
                score = float(np.clip(rng.normal(0.6, 0.2), 0, 1))
                place = (x + float(dx), y + float(dy), width, height)
                detections[number].append(Detection(category, "", score, place))
    categories = [{"id": number, "name": str(number)} for number in range(1, classes + 1)]
    return {"images": images, "annotations": boxes, "categories": categories}, detections


def _place(rng: np.random.Generator) -> tuple[float, float, float, float]:
    x, y, width, height = rng.uniform((0, 0, 40, 40), (500, 260, 140, 100)).tolist()
    return x, y, width, height


def _only(world: World, numbers: Any) -> World:
    truth, found = world
    wanted = set(numbers.tolist())
    images = [image for image in truth["images"] if image["id"] in wanted]
    boxes = [box for box in truth["annotations"] if box["image_id"] in wanted]
    kept = {number: found[number] for number in wanted}
    return {**truth, "images": images, "annotations": boxes}, kept


def _drawings(world: World, classes: int, resamples: int) -> Any:
    return drawn_scores(rank(boxes_by_image(*world), range(1, classes + 1)), resamples)


if __name__ == "__main__":
    run(main)
