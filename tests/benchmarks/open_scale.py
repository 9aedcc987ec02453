"""What 1,000, 10,000 and 100,000 images cost the window: opening, filters, orders, scrolling.

Run: python tests/benchmarks/open_scale.py [--counts 1000 10000 100000]
Each dataset is opened by the real window in a process of its own, all images links to a photo of
640 x 360. "Painted": the window's first picture, counted from before the process. "Listed": the
whole list is in the filmstrip and painted. MB: the process's peak. Filters, orders: from the choice
to the list on the screen; "no answer meanwhile": the longest that the window was busy itself.
Scroll, jump: one repaint of the filmstrip after a move of so many pixels, or to anywhere; the
thumbnails are made meanwhile. D: from the key to the picture and its boxes.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.script import run

ROOT = Path(__file__).resolve().parents[2]
_LINKS = 10_000
"""So many names for one file: a file system has a limit."""

CHILD = """
import json, random, resource, statistics, sys, time
from dataclasses import replace
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from labeler.dataset.filters import ImageFilter, Order
from labeler.dataset.model import ImageState
from labeler.dataset.store import Dataset
from labeler.gui import theme
from labeler.gui.background import finish_jobs
from labeler.gui.document import Document
from labeler.gui.label.last_place import View
from labeler.gui.main_window import MainWindow
from labeler.gui.settings import Settings
from tests.script import guard, until

guard(3600)
began, folder, count = float(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
rounds = int(sys.argv[4])
told = {}

def mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

def ms(values):
    values = sorted(1000 * each for each in values)
    return [round(statistics.median(values), 1), round(values[int(0.95 * len(values))], 1)]

application = QApplication([])
theme.install(application)
window = MainWindow(Document(Dataset.open(folder)), Settings(folder.parent / "window.ini"))
painted = []
window.painted.connect(lambda: painted.append(time.time()))
window.show()
until(lambda: painted)
told["painted_s"] = painted[0] - began
label = window.workspace("label")
strip, listing = label.filmstrip, label.travel.listing
until(lambda: strip.images.rowCount() == count)
strip.view.viewport().repaint()
told["listed_s"] = time.time() - began
told["mb"] = mb()

class Pulse(QTimer):
    # How long the window does not answer at worst.
    def __init__(self):
        super().__init__(interval=1)
        self.timeout.connect(self.beat)

    def begin(self):
        self.longest, self.last = 0.0, time.perf_counter()
        self.start()

    def beat(self):
        now = time.perf_counter()
        self.longest, self.last = max(self.longest, now - self.last), now

pulse, blocks = Pulse(), []

def choose(view):
    heard = []
    pulse.begin()
    once = listing.listed.connect(lambda: heard.append(1))
    start = time.perf_counter()
    strip.filters.show_view(view)
    strip.filters.changed.emit()
    until(lambda: heard)
    strip.view.viewport().repaint()
    taken = time.perf_counter() - start
    application.processEvents()
    pulse.stop()
    blocks.append(pulse.longest)
    listing.listed.disconnect(once)
    return round(1000 * taken, 1)

everything = ImageFilter()
wishes = {
    "to do": ImageFilter(ImageState.UNLABELLED),
    "labelled": ImageFilter(ImageState.LABELLED),
    "empty": ImageFilter(ImageState.EMPTY),
    "class": ImageFilter(category_id=2),
    "session": ImageFilter(session_id=7),
    "suggestions": ImageFilter(has_suggestions=True),
    "no suggestions": ImageFilter(has_suggestions=False),
    "verified": ImageFilter(verified=True),
    "note": ImageFilter(has_note=True),
    "text": ImageFilter(text="77"),
    "five at once": ImageFilter(
        ImageState.LABELLED, category_id=2, has_suggestions=False, verified=False, text="7"
    ),
}
told["filters"] = {
    name: min(choose(View(wish)) for _ in range(min(3, rounds))) for name, wish in wishes.items()
}
told["orders"] = {
    f"{order}{' down' if down else ''}": min(
        choose(View(everything, order, down)) for _ in range(min(3, rounds))
    )
    for order in Order for down in (False, True)
}
told["block"] = ms(blocks)
choose(View())
label.travel.go_first()
bar, frames, jumps = strip.view.verticalScrollBar(), [], []

def frame(value, into):
    start = time.perf_counter()
    bar.setValue(value)
    strip.view.viewport().repaint()
    application.processEvents()
    into.append(time.perf_counter() - start)

for step in range(rounds):
    frame(step * 120, frames)
chance = random.Random(1)
for _ in range(max(1, rounds // 3)):
    frame(chance.randrange(bar.maximum() + 1), jumps)
told["scroll"], told["jump"] = ms(frames), ms(jumps)
label.travel.go_first()
steps = []
for _ in range(max(1, rounds * 2 // 3)):
    start = time.perf_counter()
    label.travel.go_next()
    label.canvas.repaint()
    strip.view.viewport().repaint()
    application.processEvents()
    steps.append(time.perf_counter() - start)
told["held"] = ms(steps)
told["mb_at_the_end"] = mb()
print(json.dumps(told), flush=True)
window.close()
finish_jobs(60)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counts", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--steps", type=int, default=300, help="of scrolling, and so on")
    options = parser.parse_args()
    counts: list[int] = options.counts
    with tempfile.TemporaryDirectory() as place:
        for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "HOME"):
            os.environ[name] = place
        told: dict[int, dict[str, Any]] = {}
        for count in counts:
            folder = made(Path(place) / f"images-{count}", count)
            opened(folder, count, 1)  # compiles, and fills the system's cache of files
            told[count] = opened(folder, count, options.steps)
    write(f"{'images':>26}" + "".join(f"{count:>12,}" for count in counts))
    for name, words in (
        ("painted_s", "painted, s"),
        ("listed_s", "listed, s"),
        ("mb", "peak when listed, MB"),
        ("mb_at_the_end", "peak at the end, MB"),
    ):
        row(words, [told[count][name] for count in counts], growth=True)
    for name, words in (
        ("scroll", "scroll by 120 px, ms"),
        ("jump", "jump anywhere, ms"),
        ("held", "D held, ms an image"),
        ("block", "no answer meanwhile, ms"),
    ):
        for place_of, which in enumerate(("p50", "p95")):
            row(f"{words} {which}", [told[count][name][place_of] for count in counts], growth=True)
    for kind in ("filters", "orders"):
        for name in told[counts[0]][kind]:
            row(f"{kind[:-1]} {name}, ms", [told[count][kind][name] for count in counts])


def made(folder: Path, count: int) -> Path:
    from PIL import Image as Pillow

    from tests.dataset.many_images import filled

    filled(folder, count)
    stream = io.BytesIO()
    Pillow.radial_gradient("L").resize((640, 360)).convert("RGB").save(stream, "JPEG")
    photo = folder / "images" / "photo"
    for number in range(1, count + 1):
        if number % _LINKS == 1:
            photo = folder / "images" / f"{number:06}.jpg"
            photo.write_bytes(stream.getvalue())
        else:
            os.link(photo, folder / "images" / f"{number:06}.jpg")
    return folder


def opened(folder: Path, count: int, steps: int) -> dict[str, Any]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    began = time.time()
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(began), str(folder), str(count), str(steps)],
        capture_output=True,
        text=True,
        env=environment,
        timeout=3700,
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def row(words: str, values: list[float], *, growth: bool = False) -> None:
    grows = f"   x {values[-1] / max(values[0], 1e-9):.2f}" if growth else ""
    write(f"{words:>26}" + "".join(f"{value:>12.2f}" for value in values) + grows)


def write(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    run(main)
