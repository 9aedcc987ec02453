"""What the simulated camera's pictures are like, in numbers, beside those of a real robot's.

Run: python tests/benchmarks/picture_statistics.py [--first 1000] [--worlds 10] [--frames 30]
     python tests/benchmarks/picture_statistics.py --pictures FOLDER     # 640x360 photos of yours
Prints a table: the median and the middle 80 % of brightness and contrast (mean and deviation of
grey, 0 to 255), blown and black shares, sharpness (variance of the Laplacian), noise (deviation of
grey, by Immerkaer's method), saturation, JPEG size, and once for all pictures together the
vignette (corners against the middle), the JPEG quantisation, its subsampling. With --pictures the
same of the JPEG files in a folder, and how far apart both are: the Kolmogorov-Smirnov distance,
0 (the same distribution) to 1 (no overlap).
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import cv2
import numpy as np
from PIL import Image as Pillow

from labeler.simulator.render import Renderer
from labeler.simulator.world import World
from tests.script import run

FPS, TICKS = 15, 12
SUBSAMPLINGS = {0: "4:4:4", 1: "4:2:2", 2: "4:2:0"}
_STANDARD = np.array([16, 11, 10, 16, 24, 40, 51, 61])
"""The first row of the luminance table in the JPEG standard's annex K, at quality 50."""
_TRIMMED = 0.558
"""The mean of the smaller 80 % of |x|, where x is normal with deviation 1."""
_IMMERKAER = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)


@dataclass
class Pictures:
    """Figures of many pictures; mean is their average in grey."""

    figures: dict[str, list[float]] = field(default_factory=dict)
    qualities: set[int] = field(default_factory=set)
    subsamplings: set[str] = field(default_factory=set)
    sizes: set[tuple[int, int]] = field(default_factory=set)
    mean: np.ndarray | None = None
    count: int = 0

    def add(self, jpeg: bytes) -> None:
        picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
        if picture is None:
            raise ValueError("this is no picture")
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32)
        for name, value in figures_of(picture, grey, len(jpeg)).items():
            self.figures.setdefault(name, []).append(value)
        self.sizes.add((grey.shape[1], grey.shape[0]))
        with Pillow.open(io.BytesIO(jpeg)) as opened:
            if opened.format == "JPEG":
                self.qualities.add(quality_of(opened))
                self.subsamplings.add(subsampling_of(opened))
        small = cv2.resize(grey, (64, 36), interpolation=cv2.INTER_AREA)
        self.mean = small if self.mean is None else self.mean + small
        self.count += 1

    @property
    def vignette(self) -> float:
        """The corners' mean brightness against the middle's, over all pictures."""
        if self.mean is None:
            return 1.0
        corners = [self.mean[y, x] for y in (slice(0, 5), slice(-5, None)) for x in _SIDES]
        return float(np.mean([part.mean() for part in corners]) / self.mean[14:22, 26:38].mean())


_SIDES = (slice(0, 8), slice(-8, None))


def figures_of(picture: np.ndarray, grey: np.ndarray, size: int) -> dict[str, float]:
    noise = np.abs(cv2.filter2D(grey, -1, _IMMERKAER)[1:-1, 1:-1])
    flat = noise[noise < np.quantile(noise, 0.8)]  # edges are no noise
    return {
        "brightness": float(grey.mean()),
        "contrast": float(grey.std()),
        "blown %": float(100 * (grey >= 250).mean()),
        "black %": float(100 * (grey <= 8).mean()),
        "sharpness": float(cv2.Laplacian(grey, cv2.CV_32F).var()),
        "noise": float(flat.mean() / _TRIMMED / 6),
        "saturation": float(cv2.cvtColor(picture, cv2.COLOR_BGR2HSV)[..., 1].mean()),
        "kilobytes": size / 1000,
    }


def quality_of(jpeg: Pillow.Image) -> int:
    """By the first luminance row, as the common encoders scale the standard's table."""
    tables: dict[int, list[int]] = getattr(jpeg, "quantization", {})
    scale = float(np.median(100 * np.array(tables[0][:8]) / _STANDARD))
    return round(5000 / scale if scale > 100 else (200 - scale) / 2)


def subsampling_of(jpeg: Pillow.Image) -> str:
    from PIL import JpegImagePlugin

    return SUBSAMPLINGS.get(JpegImagePlugin.get_sampling(jpeg), "other")


def simulated(first: int, worlds: int, frames: int) -> Iterator[bytes]:
    """Of so many worlds from the first seed on, so many frames each, 0.8 seconds apart."""
    for seed in range(first, first + worlds):
        world, camera = World(seed), Renderer(seed)
        for _ in range(frames):
            for _ in range(TICKS):
                world.step(1 / FPS)
            yield camera.photograph(world.scene())


def gathered(jpegs: Iterable[bytes]) -> Pictures:
    pictures = Pictures()
    for jpeg in jpegs:
        pictures.add(jpeg)
    return pictures


def distance(one: list[float], two: list[float]) -> float:
    """Kolmogorov-Smirnov: the largest gap between the shares that are below any value."""
    values = np.sort([*one, *two])
    shares = [np.searchsorted(np.sort(part), values, "right") / len(part) for part in (one, two)]
    return float(np.abs(shares[0] - shares[1]).max())


def table(drawn: Pictures, real: Pictures | None) -> str:
    lines = [f"| {drawn.count} simulated | p10 | p50 | p90 |", "|---|---|---|---|"]
    if real is not None:
        lines = [
            f"| | {drawn.count} simulated: p10 | p50 | p90 "
            f"| {real.count} real: p10 | p50 | p90 | distance |",
            "|---|---|---|---|---|---|---|---|",
        ]
    for name, values in drawn.figures.items():
        line = f"| {name} | {spread(values)} |"
        if real is not None:
            other = real.figures[name]
            line += f" {spread(other)} | {distance(values, other):.2f} |"
        lines.append(line)
    for whose, pictures in (("simulated", drawn), ("real", real)):
        if pictures is not None:
            sizes = ", ".join(f"{width}x{height}" for width, height in sorted(pictures.sizes))
            lines.append(
                f"\n{whose}: vignette {pictures.vignette:.2f}, {sizes}, JPEG quality "
                f"{_listed(pictures.qualities)}, subsampling {_listed(pictures.subsamplings)}"
            )
    return "\n".join(lines)


def spread(values: list[float]) -> str:
    low, middle, high = np.quantile(values, (0.1, 0.5, 0.9))
    return f"{low:.1f} | {middle:.1f} | {high:.1f}"


def _listed(values: Iterable[object]) -> str:
    return ", ".join(sorted(map(str, values)))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=1000, help="the first world's seed")
    parser.add_argument("--worlds", type=int, default=10)
    parser.add_argument("--frames", type=int, default=30)
    parser.add_argument("--pictures", type=Path, metavar="FOLDER")
    words = parser.parse_args()
    cv2.setNumThreads(1)
    real = None
    if words.pictures is not None:
        files = sorted(
            p for p in words.pictures.rglob("*") if p.suffix.lower() in (".jpg", ".jpeg")
        )
        if not files:
            parser.error(f"there is no JPEG file in {words.pictures}")
        real = gathered(file.read_bytes() for file in files)
    sys.stdout.write(
        table(gathered(simulated(words.first, words.worlds, words.frames)), real) + "\n"
    )
    return 0


if __name__ == "__main__":
    run(main)
