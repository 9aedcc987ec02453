"""Frame times of panning and zooming in large pictures, and what it costs to have one.

Run: python tests/benchmarks/big_picture.py [--frames 40] [--megapixels 12 108]
The window's own canvas at 1280x800 and at twice the pixels, over a JPEG of each size. A frame is
one event (a mouse move, a turn of the wheel, a key) with the painting that it causes; one of 60 in
a second may take 16.7 ms. cpu is the p50 of its processor time, which a busy machine hardly
changes. "toned" is panning at 100 % with brightness and contrast changed. Before the frames:
milliseconds to a glimpse as large as the window and to the whole picture, and memory.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PIL import Image as Pillow
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication

from labeler.gui import theme
from labeler.gui.label.canvas import Canvas
from labeler.gui.label.geometry import Size
from labeler.gui.label.picture import decode, glimpse
from labeler.gui.label.tone import Tone
from tests.script import run

MIDDLE = QPointF(640, 400)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=40)
    parser.add_argument("--megapixels", type=int, nargs="+", default=[12, 108])
    parser.add_argument("--photo", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if options.photo is not None:
        measure(options.photo, options.frames)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        for megapixels in options.megapixels:
            photo = made_photo(Path(folder) / f"{megapixels}.jpg", megapixels)
            for scale in ("1", "2"):  # each in a process of its own: Qt reads the scale at start
                command = [sys.executable, __file__, "--frames", str(options.frames)]
                command += ["--photo", str(photo)]
                subprocess.run(command, env={**os.environ, "QT_SCALE_FACTOR": scale}, check=True)
    return 0


def made_photo(path: Path, megapixels: int) -> Path:
    """Soft shapes with grain, as a camera writes them."""
    height = round((megapixels * 1e6 * 3 / 4) ** 0.5)
    size = (height * 4 // 3, height)
    shapes = Pillow.effect_noise((40, 30), 90).resize(size, Pillow.Resampling.BICUBIC)
    shapes.paste(Pillow.effect_noise((2000, 1500), 30), (size[0] // 3, size[1] // 3))
    Pillow.merge("RGB", (shapes, shapes, shapes)).save(path, quality=90)
    return path


def measure(photo: Path, frames: int) -> None:
    application = QApplication([])
    theme.install(application)
    canvas = Canvas()
    canvas.resize(1280, 800)
    canvas.show()
    QApplication.processEvents()  # a window that is not exposed yet paints nothing
    first = _milliseconds(lambda: glimpse(photo))
    began = time.perf_counter()
    picture = decode(photo)
    whole = (time.perf_counter() - began) * 1000
    ratio = canvas.devicePixelRatioF()
    tell(
        f"{picture.width}x{picture.height} on {1280 * ratio:.0f}x{800 * ratio:.0f}: glimpse "
        f"{first:.0f} ms, whole {whole:.0f} ms, {picture.bytes / 1e6:.0f} MB"
    )
    canvas.show_picture(picture, Size(picture.width, picture.height))
    canvas.fit()
    told(
        "fit",
        lambda frame: canvas.zoom(1.0001 if frame % 2 else 1 / 1.0001, MIDDLE),
        frames,
        canvas,
    )
    canvas.fit()
    told("zoom in", lambda frame: canvas.zoom(1.08, MIDDLE), max(frames, 40), canvas)
    told("zoom out", lambda frame: canvas.zoom(1 / 1.08, MIDDLE), max(frames, 40), canvas)
    for zoom in (0.25, 0.5, 0.75, 1.0, 4.0):
        show(canvas, zoom)
        told(f"pan at {zoom:.0%}", lambda frame: pan(canvas, frame), frames, canvas)
    canvas.set_tone(Tone(3, 2))
    show(canvas, 1.0)
    told("toned", lambda frame: pan(canvas, frame), frames, canvas)


def show(canvas: Canvas, zoom: float) -> None:
    canvas.show_actual_size()
    canvas.zoom(zoom, MIDDLE)
    canvas.repaint()


def pan(canvas: Canvas, frame: int) -> None:
    canvas._look(canvas.viewport.panned(-7 if frame % 40 < 20 else 7, -4 if frame % 20 < 10 else 4))


def told(what: str, act: Callable[[int], None], frames: int, canvas: Canvas) -> None:
    times: list[float] = []
    cpu: list[float] = []
    for frame in range(frames):

        def one(frame: int = frame) -> None:
            act(frame)
            canvas.repaint()

        used = time.process_time()
        times.append(_milliseconds(one))
        cpu.append((time.process_time() - used) * 1000)
    tell(
        f"  {what:12} p50 {statistics.median(times):5.1f}  "
        f"p95 {statistics.quantiles(times, n=20)[18]:5.1f}  max {max(times):5.1f}  "
        f"cpu {statistics.median(cpu):5.1f} ms"
    )


def tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _milliseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    run(main)
