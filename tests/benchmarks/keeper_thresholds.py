"""How well poor shots are told from good ones: the share of shots that are marked.

Run: python tests/benchmarks/keeper_thresholds.py [--seeds 4] [--frames 25] [--pictures DIR ...]
Each seed of the simulated robot and each DIR of real pictures stands for a session. Its shots are
judged as they are, and each again as a blurred, moved, darkened or burnt copy. "still" is a robot
that stands while nothing moves; "partner" one that stands while only the other robot moves.
Prints one JSON object.
"""

from __future__ import annotations

import argparse
import io
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from labeler.dataset import picture
from labeler.dataset.keepers import Judge, measure
from labeler.dataset.model import Flaw
from labeler.simulator.render import Renderer
from labeler.simulator.world import World
from tests.script import run

Pixels = NDArray[np.uint8]
TICK = 1 / 15


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--frames", type=int, default=25)
    parser.add_argument("--pictures", type=Path, nargs="*", default=[])
    words = parser.parse_args()
    cv2.setNumThreads(1)
    sessions = {f"simulated {n}": list(wandering(n, words.frames)) for n in range(words.seeds)}
    for folder in words.pictures:
        sessions[f"{folder.parent.name}/{folder.name}"] = list(photos(folder, words.frames))
    figures: dict[str, Any] = {name: marked(shots) for name, shots in sessions.items()}
    for name in ("still", "partner"):
        figures[name] = {
            f"simulated {n}": share(list(standing(n, words.frames, only_partner=name == "partner")))
            for n in range(words.seeds)
        }
    figures["measure_640x360_ms"] = cost(sessions["simulated 0"])
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")
    return 0


def wandering(seed: int, frames: int) -> Iterable[bytes]:
    """Two and a half pictures a second of a robot that looks around."""
    world, renderer = World(seed), Renderer(seed)
    for _ in range(frames):
        for _ in range(6):
            world.step(TICK)
        yield renderer.photograph(world.scene(), 640, 360)


def standing(seed: int, frames: int, *, only_partner: bool) -> Iterable[bytes]:
    """Five pictures a second of a robot that does not move."""
    world, renderer = World(seed), Renderer(seed)
    for _ in range(45):
        world.step(TICK)
    world.residents[0].controlled = True  # by nobody, so it stands
    world.body.stop()
    for _ in range(frames):
        if only_partner:
            for _ in range(15):
                world.step(TICK)
        yield renderer.photograph(world.scene(), 640, 360)


def photos(folder: Path, most: int) -> Iterable[bytes]:
    """Real pictures, as wide as the robot's."""
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in picture.SUFFIXES)
    for path in found[:: max(1, len(found) // most)][:most]:
        yield encoded(np.asarray(picture.upright(picture.read(path), path.name, 640)))


def marked(shots: Sequence[bytes]) -> dict[str, dict[str, float]]:
    """By change: the share of shots with each flaw."""
    return {name: share(shots, change) for name, change in CHANGES.items()}


def share(shots: Sequence[bytes], change: Callable[[Pixels], Pixels] | None = None) -> Any:
    """The share of shots with each flaw, judged against the unchanged ones before them."""
    judge, counts = Judge(), dict.fromkeys(Flaw, 0)
    for data in shots:
        judged = data if change is None else encoded(change(pixels(data)))
        flaw = judge.flaw(measure(judged, "shot"))
        if flaw is not None:
            counts[flaw] += 1
        judge.remember(measure(data, "shot"))
    return {flaw.value: round(count / len(shots), 2) for flaw, count in counts.items() if count}


def moved(length: int) -> Callable[[Pixels], Pixels]:
    kernel = np.zeros((length, length), np.float32)
    kernel[length // 2] = 1 / length
    return lambda rgb: np.asarray(cv2.filter2D(rgb, -1, kernel), np.uint8)


def blurred(sigma: float) -> Callable[[Pixels], Pixels]:
    return lambda rgb: np.asarray(cv2.GaussianBlur(rgb, (0, 0), sigma), np.uint8)


def lit(factor: float) -> Callable[[Pixels], Pixels]:
    return lambda rgb: np.clip(rgb.astype(np.float32) * factor, 0, 255).astype(np.uint8)


CHANGES: dict[str, Callable[[Pixels], Pixels] | None] = {
    "as it is": None,
    "blurred, sigma 1": blurred(1),
    "blurred, sigma 2": blurred(2),
    "blurred, sigma 3": blurred(3),
    "moved 5 px": moved(5),
    "moved 9 px": moved(9),
    "moved 15 px": moved(15),
    "light x 0.5": lit(0.5),
    "light x 0.2": lit(0.2),
    "light x 2": lit(2),
    "light x 4": lit(4),
}


def pixels(data: bytes) -> Pixels:
    return np.asarray(Pillow.open(io.BytesIO(data)).convert("RGB"))


def encoded(rgb: Pixels) -> bytes:
    stream = io.BytesIO()
    Pillow.fromarray(rgb).save(stream, "JPEG", quality=85)
    return stream.getvalue()


def cost(shots: Sequence[bytes]) -> dict[str, float]:
    times = []
    for data in shots:
        began = time.perf_counter()
        measure(data, "shot")
        times.append(1000 * (time.perf_counter() - began))
    times.sort()
    return {
        "p50": round(statistics.median(times), 1),
        "p95": round(times[int(0.95 * (len(times) - 1))], 1),
    }


if __name__ == "__main__":
    run(main)
