"""The exported model beside the network it came from: the same detections, and how fast.

Run: python tests/benchmarks/onnx_against_torch.py [--run RUN] [--rounds 40] [--threads 2]
Each detector has random weights, as many classes as --classes, and the input that the recipe gives
it on a processor; --run adds the trained detector of a run, on its validation images. Both get the
same letterboxed pictures, in turn, and both do the suppression. For each detection of torch with a
score of 0.05 or more (random weights: 0.01) the nearest one of the same class is sought among
ONNX Runtime's: "alone" have none within 2 pixels; the others differ at most by what is printed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

os.environ["OMP_WAIT_POLICY"] = "passive"  # as in the trainer: threads that wait sleep

import numpy as np
import torch
from numpy.typing import NDArray

from tests.script import run
from trainer.checkpoint import load_checkpoint
from trainer.coco import read_coco
from trainer.config import DEFAULT_DETECTOR, DETECTORS, OFFLINE, load_config, missing_for
from trainer.detector import build_detector
from trainer.export import export_onnx
from trainer.letterbox import Letterbox
from trainer.pictures import read_picture
from trainer.predict import INPUT, OUTPUTS, ModelDetails, Predictor, letterboxed
from trainer.protocol import BuildRequest, Detector, Target
from trainer.sizes import SIZES

Canvas = NDArray[np.uint8]
Rows = tuple[NDArray[Any], NDArray[Any], NDArray[Any]]
_NEAR = 2.0


@dataclass
class Result:
    """Milliseconds a picture; the greatest differences in pixels of the input and in score.

    size: bytes of model.onnx.
    """

    torch_ms: list[float] = field(default_factory=list)
    onnx_ms: list[float] = field(default_factory=list)
    compared: int = 0
    alone: int = 0
    box: float = 0.0
    score: float = 0.0
    size: int = 0


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--run", type=Path, help="the folder of a finished run")
    parser.add_argument("--detector", choices=DETECTORS, action="append", help="only these")
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--classes", type=int, default=3)
    words = parser.parse_args()
    torch.set_num_threads(words.threads)
    sys.stdout.write(
        "detector | input | MB | torch ms p50/p95 | ONNX ms p50/p95 "
        "| compared | alone | box px | score\n"
    )
    for name, detector, canvases, lowest in cases(words):
        width, height = detector.input_size
        result = measured(detector, canvases, words.rounds, words.threads, lowest)
        sys.stdout.write(
            f"{name} | {width}x{height} | {result.size / 1e6:.1f} | "
            f"{spread(result.torch_ms)} | {spread(result.onnx_ms)} | "
            f"{result.compared} | {result.alone} | {result.box:.4f} | {result.score:.6f}\n"
        )
        sys.stdout.flush()


def cases(words: argparse.Namespace) -> Iterator[tuple[str, Detector, list[Canvas], float]]:
    """Name, network, letterboxed pictures, and the score from which on detections count."""
    if words.run is not None:
        detector, _ = load_checkpoint(words.run / "best.safetensors")
        yield f"{words.run.name} (trained)", detector, canvases_of(words.run, detector), 0.05
    for name in words.detector or [name for name in DETECTORS if not missing_for(name)]:
        detector = random_detector(name, words.classes)
        yield name, detector, drawn(detector.input_size), 0.01


def random_detector(name: str, classes: int) -> Detector:
    torch.manual_seed(0)
    size = (320, 320)
    if name not in OFFLINE and SIZES[name].cpu_pixels != 320 * 320:
        size = (384, 288)
    request = BuildRequest(
        name, classes, "scratch", size, on_download=lambda _: None, should_stop=lambda: False
    )
    detector = build_detector(request)
    wake(detector)
    return detector.settled()


def wake(detector: Detector) -> None:
    """Gives the norms the statistics of pictures: else every signal dies out and all scores tie."""
    for module in detector.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = None  # the mean over all batches
    pictures = torch.from_numpy(np.stack(drawn(detector.input_size))).permute(0, 3, 1, 2) / 255
    box = Target(torch.tensor([[40.0, 40.0, 200.0, 160.0]]), torch.tensor([0]))
    with torch.no_grad():
        for batch in pictures.split(5):
            detector.train().losses(batch, [box] * len(batch))


def canvases_of(run: Path, detector: Detector) -> list[Canvas]:
    config = load_config(run)
    canvases = []
    for picture in read_coco(run / "val.json", run / config.val_images).pictures:
        rgb = read_picture(
            picture.path, (picture.width, picture.height), enough=detector.input_size
        ).rgb
        fit = Letterbox.fit((rgb.shape[1], rgb.shape[0]), detector.input_size)
        canvases.append(letterboxed(rgb, fit, detector.input_size))
    return canvases


def drawn(size: tuple[int, int]) -> list[Canvas]:
    """Smooth colours with a rectangle: random weights answer to anything."""
    chance = np.random.default_rng(0)
    canvases = []
    for _ in range(10):
        coarse = chance.integers(0, 255, (6, 8, 3), dtype=np.uint8)
        fit = Letterbox.fit((8, 6), size)
        canvas = letterboxed(coarse, fit, size)
        x, y = int(chance.integers(0, size[0] // 2)), int(chance.integers(0, size[1] // 2))
        canvas[y : y + size[1] // 3, x : x + size[0] // 3] = chance.integers(0, 255, 3)
        canvases.append(canvas)
    return canvases


def measured(
    detector: Detector, canvases: list[Canvas], rounds: int, threads: int, lowest: float
) -> Result:
    categories = tuple((number, str(number)) for number in range(1000))
    details = ModelDetails(categories, detector.input_size, 0.5, DEFAULT_DETECTOR)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.onnx")
        export_onnx(path, detector, details)
        session = Predictor(path, threads=threads)._session
        result = Result(size=path.stat().st_size)

    def by_torch(canvas: Canvas) -> Rows:
        with torch.inference_mode():
            pixels = torch.from_numpy(canvas).permute(2, 0, 1)[None].float() / 255
            found = detector.find(pixels)[0]
        return found.boxes.numpy(), found.scores.numpy(), found.labels.numpy()

    def by_onnx(canvas: Canvas) -> Rows:
        boxes, scores, labels = session.run(OUTPUTS, {INPUT: canvas[None]})
        return boxes, scores, labels

    for canvas in canvases:
        compare(by_torch(canvas), by_onnx(canvas), lowest, result)
    for number in range(rounds):
        canvas = canvases[number % len(canvases)]
        result.torch_ms.append(timed(by_torch, canvas))
        result.onnx_ms.append(timed(by_onnx, canvas))
    return result


def timed(answer: Callable[[Canvas], Rows], canvas: Canvas) -> float:
    began = time.perf_counter()
    answer(canvas)
    return 1000 * (time.perf_counter() - began)


def compare(ours: Rows, theirs: Rows, lowest: float, result: Result) -> None:
    boxes, scores, labels = ours
    for box, score, label in zip(boxes, scores, labels, strict=True):
        if score < lowest:
            continue
        result.compared += 1
        same = np.flatnonzero(theirs[2] == label)
        apart = np.abs(theirs[0][same] - box).max(axis=1) if len(same) else np.array([np.inf])
        nearest = int(apart.argmin())
        if apart[nearest] > _NEAR:
            result.alone += 1
            continue
        result.box = max(result.box, float(apart[nearest]))
        result.score = max(result.score, abs(float(theirs[1][same[nearest]] - score)))


def spread(values: list[float]) -> str:
    ordered = sorted(values)
    p95 = ordered[max(0, round(0.95 * len(ordered)) - 1)]
    return f"{statistics.median(ordered):.1f} / {p95:.1f}"


if __name__ == "__main__":
    run(main)
