"""From pressing D to the next image on the screen, beside a bare decode and paint.

Run: python tests/benchmarks/next_image.py [--images 12]
The real window, 1280x800, on a dataset of robot photos (640x360) and on one of 12 Mpx photos.
"bare" reads a file with QImage and paints it, fitted, into a plain widget. Ways to go on:
  paced   D when all work of the image before is done, as a person who labels does
  held    D thirty times a second, as a held key does
  jump    to an image of which nothing was decoded ahead
"seen" is when something of the image is painted (if need be its thumbnail), "sharp" when it has a
pixel for each one of the window, "whole" when all its pixels are there; "blocks" is the longest
that the window did not answer. Milliseconds, p50 and the worst, one table; ratio is the p50 of
sharp against that of bare.
"""

from __future__ import annotations

import argparse
import io
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PIL import Image as Pillow
from PIL import ImageFilter
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from labeler.dataset.images import add_picture
from labeler.dataset.store import Dataset
from labeler.dataset.thumbnails import thumbnail
from labeler.gui import theme
from labeler.gui.background import finish_jobs, is_idle
from labeler.gui.document import Document
from labeler.gui.label.workspace import LabelWorkspace
from labeler.gui.main_window import MainWindow
from labeler.gui.settings import Settings
from tests.script import run, until

SIZES = {"robot": (640, 360), "12 Mpx": (4000, 3000)}
_PATIENCE_S = 20.0


@dataclass
class Times:
    """Milliseconds, one number a step."""

    seen: list[float] = field(default_factory=list)
    sharp: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    blocks: list[float] = field(default_factory=list)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=12)
    parser.add_argument("--only", choices=sorted(SIZES))
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if options.only is None:
        sys.stdout.write(
            "photos  way         seen        sharp        whole       blocks    ratio\n"
        )
        sys.stdout.flush()
        for kind in SIZES:
            command = [sys.executable, __file__, "--images", str(options.images), "--only", kind]
            subprocess.run(command, check=True)
        return 0
    with tempfile.TemporaryDirectory() as place:
        os.environ.update(XDG_CONFIG_HOME=place, XDG_STATE_HOME=place, HOME=place)
        measure(options.only, options.images, Path(place))
    return 0


def measure(kind: str, count: int, place: Path) -> None:
    application = QApplication([])
    theme.install(application)
    folder = made_dataset(place / "photos", SIZES[kind], count)
    window = MainWindow(Document(Dataset.open(folder)), Settings(place / "settings.ini"))
    window.resize(1280, 800)
    window.show()
    window.activateWindow()
    window.show_workspace("label")
    QTest.qWaitForWindowExposed(window)
    label = window.workspace("label")
    assert isinstance(label, LabelWorkspace)
    settle(label)
    dataset = window.document.dataset
    paths = [dataset.path_of(image) for image in dataset.images()]
    bare = bare_times(paths, label.canvas)
    tell(kind, "bare", Times(seen=bare, sharp=bare, whole=bare, blocks=bare), bare)
    for way, go in (("paced", paced), ("held", held), ("jump", jumps)):
        label.travel.show_image(dataset.images()[0].id)
        window.activateWindow()
        label.canvas.setFocus()
        settle(label)
        tell(kind, way, go(label, count), bare)
    window.close()
    finish_jobs()
    dataset.close()


def made_dataset(folder: Path, size: tuple[int, int], count: int) -> Path:
    with Dataset.create(folder) as dataset:
        session = dataset.add_session("bench", "bench")
        for number in range(count):
            stream = io.BytesIO()
            photo(size, number).save(stream, "JPEG", quality=90)
            data = stream.getvalue()
            added = add_picture(dataset, data, original_name=f"{number}.jpg", session_id=session.id)
            thumbnail(dataset, added.image)
    return folder


def photo(size: tuple[int, int], number: int) -> Pillow.Image:
    """Soft shapes under noise: about as many bytes as a camera writes for such a size."""
    shapes = Pillow.effect_noise((32, 24), 90 + number).resize(size, Pillow.Resampling.BICUBIC)
    noise = Pillow.effect_noise(size, 24).filter(ImageFilter.BoxBlur(1))
    mixed = Pillow.blend(shapes, noise, 0.4)
    return Pillow.merge("RGB", (mixed, shapes, mixed.point(lambda value: 255 - value)))


def bare_times(paths: list[Path], canvas: QWidget) -> list[float]:
    class Bare(QWidget):
        image = QImage()

        def paintEvent(self, event: QPaintEvent) -> None:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            size = self.image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
            painter.drawImage(QRectF(0, 0, size.width(), size.height()), self.image)

    widget = Bare()
    widget.resize(canvas.size())
    widget.show()
    QApplication.processEvents()
    times = []
    for path in paths:
        began = time.perf_counter()
        widget.image = QImage(str(path))
        widget.repaint()
        times.append((time.perf_counter() - began) * 1000)
    widget.close()
    return times


def paced(label: LabelWorkspace, count: int) -> Times:
    times = Times()
    for _ in range(count - 1):
        step(label, times, lambda: press_d(label))
        settle(label)
    return times


def held(label: LabelWorkspace, count: int) -> Times:
    label._pictures.clear()
    times = Times()
    due = time.perf_counter()
    for _ in range(count - 1):
        due += 1 / 30
        step(label, times, lambda: press_d(label), until=due)
    settle(label)
    return times


def press_d(label: LabelWorkspace) -> None:
    before = label.editor.image_id
    QTest.keyClick(label.canvas, Qt.Key.Key_D)
    assert label.editor.image_id != before


def jumps(label: LabelWorkspace, count: int) -> Times:
    """Forth and back from the ends to the middle, with an empty cache."""
    images = label.filmstrip.images
    ids = [images.image_at(row).id for row in range(count)]
    times = Times()
    for target in [each for pair in zip(ids[count // 2 :], ids, strict=False) for each in pair]:
        label._pictures.clear()
        step(label, times, lambda target=target: label.travel.show_image(target))
        settle(label)
    return times


def step(
    label: LabelWorkspace, times: Times, go: Callable[[], object], until: float | None = None
) -> None:
    """One step, watched until the whole picture is painted, or until the next one is due."""
    began = time.perf_counter()
    at: dict[str, float] = {}
    blocks = [_timed(go)]
    for blocked in _answers():
        blocks.append(blocked)
        now = time.perf_counter()
        picture = label.canvas.picture
        if picture is not None:
            at.setdefault("seen", now)
            if picture.is_whole or picture.levels[0].width() >= 900:
                at.setdefault("sharp", now)
            if picture.is_whole:
                at.setdefault("whole", now)
        if (until is None and "whole" in at) or now > (until or began + _PATIENCE_S):
            break
    for name, when in at.items():
        getattr(times, name).append((when - began) * 1000)
    times.blocks.append(max(blocks))


def _answers() -> Iterator[float]:
    """How long each round of the event loop took, painting included, in milliseconds."""
    while True:
        yield _timed(QApplication.processEvents)
        time.sleep(0.0005)  # the decoding threads need Python as well


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def settle(label: LabelWorkspace) -> None:
    QTest.qWait(1)
    until(lambda: is_idle() and label._pictures.is_at_rest)
    QTest.qWait(1)


def tell(kind: str, way: str, times: Times, bare: list[float]) -> None:
    def words(numbers: list[float]) -> str:
        return f"{statistics.median(numbers):6.1f} {max(numbers):6.1f}" if numbers else " " * 13

    ratio = statistics.median(times.sharp) / statistics.median(bare) if times.sharp else 0.0
    columns = "".join(
        f"{words(each):>13}" for each in (times.seen, times.sharp, times.whole, times.blocks)
    )
    sys.stdout.write(f"{kind:7} {way:6}{columns}   {ratio:5.2f}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    run(main)
