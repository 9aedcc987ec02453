"""Frame times while a box is dragged, and while the picture is panned, among many other boxes.

Run: python tests/benchmarks/canvas_drag.py [--frames 60] [--boxes 0 1 100 1000]
A frame is one mouse move with everything that it causes, painted by the window's own canvas over a
12 Mpx picture, at 1280x800 and at twice the pixels (--scale 2 alone measures only that). A frame of
60 in a second may take 16.7 ms. cpu: the p50 of its processor time, which a busy machine hardly
changes. Ratio: that against the canvas without boxes. Prints one table.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent
from PySide6.QtWidgets import QApplication

from labeler.dataset.model import BBox
from labeler.gui import theme
from labeler.gui.label.canvas import Canvas
from labeler.gui.label.geometry import Size
from labeler.gui.label.painting import ShownBox
from labeler.gui.label.picture import Picture
from tests.script import run

IMAGE = Size(4000, 3000)
Frame = tuple[float, float]
"""Milliseconds by the clock and of the processor."""
COLORS = ("#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--boxes", type=int, nargs="+", default=[0, 1, 100, 1000])
    parser.add_argument("--scale", type=int, choices=(1, 2))
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if options.scale is None:
        sys.stdout.write("pixels     boxes   what   p50 ms  p95 ms  max ms  cpu ms  ratio\n")
        sys.stdout.flush()
        for scale in ("1", "2"):  # each in a process of its own: Qt reads the scale at start
            command = [sys.executable, __file__, *sys.argv[1:], "--scale", scale]
            subprocess.run(command, env={**os.environ, "QT_SCALE_FACTOR": scale}, check=True)
        return 0
    application = QApplication([])
    theme.install(application)
    canvas = shown_canvas(options.scale)
    empty: dict[str, float] = {}
    for count in options.boxes:
        for what, act in (("drag", drag), ("pan", pan)):
            canvas.set_boxes(boxes(count))
            frames = act(canvas, options.frames)
            wall, cpu = [each[0] for each in frames], statistics.median(f[1] for f in frames)
            ratio = cpu / empty.setdefault(what, cpu)
            sys.stdout.write(
                f"{1280 * options.scale}x{800 * options.scale:<5} {count:5}   {what:5}  "
                f"{statistics.median(wall):6.1f}  {statistics.quantiles(wall, n=20)[18]:6.1f}  "
                f"{max(wall):6.1f}  {cpu:6.1f}  {ratio:5.2f}\n"
            )
    return 0


def shown_canvas(scale: int) -> Canvas:
    picture = QImage(int(IMAGE.width), int(IMAGE.height), QImage.Format.Format_RGB32)
    picture.fill(QColor("#3a5f4b"))
    half = picture.scaled(picture.width() // 2, picture.height() // 2)
    canvas = Canvas()
    canvas.resize(1280, 800)
    canvas.show()
    QApplication.processEvents()  # a window that is not exposed yet paints nothing
    canvas.show_picture(Picture((picture, half)), IMAGE)
    canvas.fit()
    return canvas


def boxes(count: int) -> list[ShownBox]:
    chance = random.Random(7)
    made = []
    for number in range(count):
        width, height = chance.uniform(80, 400), chance.uniform(80, 400)
        bbox = BBox(
            chance.uniform(0, IMAGE.width - width),
            chance.uniform(0, IMAGE.height - height),
            width,
            height,
        )
        kind = number % len(COLORS)
        made.append(ShownBox(number + 1, bbox, f"class {kind}", COLORS[kind]))
    return made


def drag(canvas: Canvas, frames: int) -> list[Frame]:
    """Moves the first box; draws a new one where there is none."""
    start = QPointF(640, 400)
    if canvas.boxes:
        bbox = canvas.boxes[0].bbox
        center = (bbox.x + bbox.width / 2, bbox.y + bbox.height / 2)
        start = QPointF(*canvas.viewport.to_screen(*center))
        canvas.select((canvas.boxes[0].id,))
    times = _moved(canvas, start, frames, Qt.MouseButton.LeftButton)
    canvas.cancel()
    return times


def pan(canvas: Canvas, frames: int) -> list[Frame]:
    times = _moved(canvas, QPointF(640, 400), frames, Qt.MouseButton.MiddleButton)
    canvas.fit()
    return times


def _moved(canvas: Canvas, start: QPointF, frames: int, button: Qt.MouseButton) -> list[Frame]:
    canvas.repaint()
    _send(canvas, QEvent.Type.MouseButtonPress, start, button)
    times = []
    for frame in range(frames):
        place = start + QPointF(4 + frame % 40, frame % 30)
        times.append(_milliseconds(lambda at=place: _frame(canvas, at, button)))
    canvas.drag = None
    _send(canvas, QEvent.Type.MouseButtonRelease, start, button)
    return times


def _frame(canvas: Canvas, at: QPointF, button: Qt.MouseButton) -> None:
    _send(canvas, QEvent.Type.MouseMove, at, button)
    canvas.repaint()


def _send(canvas: Canvas, kind: QEvent.Type, at: QPointF, button: Qt.MouseButton) -> None:
    is_move = kind is QEvent.Type.MouseMove
    cause = Qt.MouseButton.NoButton if is_move else button
    event = QMouseEvent(kind, at, at, cause, button, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(canvas, event)


def _milliseconds(work: Callable[[], None]) -> Frame:
    began, used = time.perf_counter(), time.process_time()
    work()
    return (time.perf_counter() - began) * 1000, (time.process_time() - used) * 1000


if __name__ == "__main__":
    run(main)
