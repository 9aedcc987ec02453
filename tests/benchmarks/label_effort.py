"""What is left to do by hand when machines suggest boxes: a person replayed over sequences.

Run: python tests/benchmarks/label_effort.py [--images 685] [--source tracker] [--json]
     python tests/benchmarks/label_effort.py --video FILE --truth COCO.json [--every 3]
     python tests/benchmarks/label_effort.py --photos FOLDER --truth COCO.json [--most 25]
     python tests/benchmarks/label_effort.py --set COCO.json FOLDER [--set ...] [--images 80]

The person goes image by image: draws what is missing, corrects what overlaps its true box by less
than 0.8 (IoU), rejects a box whose object is gone; each of these is one hand action. The rest is
taken with one key an image. Correcting carries the boxes on from the correction. "appeared" counts
the boxes that no tracker can offer: first seen, or seen again after a while.

--source: none, tracker (the boxes carried forward, the default), detector (it learns along from the
tenth image on, from the boxes as the person left them, by the program's own assistant), or both:
the detector adds what the tracker does not offer, and takes its place where that has proved better.
first: what looks like the first boxes, nothing learnt and nothing carried; all: carried, from the
first box on by likeness, and learnt from the third image on. A round of the
detector takes --steps instead of seconds, so that a busy machine changes nothing, and its
suggestions come --late images after the one that began it, for the person does not wait.

All classes of the simulated robot are labelled, in five photos a second, which is the capture
page's burst; the last row is the same robot filmed at its 15 pictures a second. The tracker was
tuned on the worlds 101 to 105; nothing was chosen by the worlds reported here.

--video wants a COCO file with an image for each frame, in their order (or every so many, as
--every says). Annotations with the same track_id (or attributes.track_id) are one object; without
one, boxes of one category that overlap from image to image are. --photos pans and zooms over real
photos, each a short sequence: real pixels, made-up motion. --set: the photos of a COCO file in its
order, each by itself; a tracker has nothing to do there.

A row for each of the first 5, 10, 20 and 80 images (--at) and one for all of them. A whole run of
all sources over 685 images takes an hour on two cores; --images 80 some minutes.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import cv2

from labeler.track import Carrier
from tests.script import run
from tests.track.footage import panned_photos, single_photos, video_shots
from tests.track.person import Effort, Nobody, efforts
from tests.track.sequences import Shot, driving, own_life, passing, turning
from trainer.machine import prepare_environment

WORLDS = {"turning in place": 31, "another robot passing": 32, "driving among objects": 33}
LONG_WORLD = 34
SOURCES = ("none", "tracker", "detector", "both", "first", "all")
AT = (5, 10, 20, 80)
BURST = 60
"""Photos in a burst of the long sequence; five seconds pass between two bursts."""


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--images", type=int, default=685, help="of the long sequence, of a --set")
    parser.add_argument("--at", type=int, nargs="*", default=AT, help="images; 0: none but all")
    parser.add_argument("--video", type=Path)
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--most", type=int, default=25, help="photos of --photos")
    parser.add_argument("--truth", type=Path)
    parser.add_argument("--set", type=Path, nargs=2, action="append", metavar=("COCO", "FOLDER"))
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--source", choices=SOURCES, action="append", help="default: tracker")
    parser.add_argument("--only", help="sequences whose name holds this")
    parser.add_argument("--steps", type=int, default=25, help="of a round of the detector")
    parser.add_argument("--late", type=int, default=2, help="images until a round is over")
    parser.add_argument("--json", action="store_true")
    words = parser.parse_args()
    cv2.setNumThreads(1)
    rows: dict[str, dict[str, float]] = {}
    for name, shots in sequences(words).items():
        kept = list(shots) if not words.only or words.only in name else []
        for source in (words.source or ["tracker"]) if kept else ():
            for effort, without in zip(
                efforts_of(kept, source, words), efforts(kept, Nobody), strict=True
            ):
                if effort.images not in {*words.at, len(kept)}:
                    continue
                row = f"{name}: {source}, {effort.images}"
                rows[row] = figures(effort, without)
                if not words.json:
                    tell(row, rows[row], first=len(rows) == 1)
    if words.json:
        sys.stdout.write(json.dumps(rows, indent=1) + "\n")
    return 0


def efforts_of(shots: list[Shot], source: str, words: argparse.Namespace) -> Iterator[Effort]:
    """After each image."""
    start = Carrier if source in ("tracker", "both", "all") and not words.set else Nobody
    if source in ("none", "tracker"):
        yield from efforts(shots, start)
        return
    prepare_environment()
    from tests.track.along import Along  # torch comes with it

    with TemporaryDirectory() as folder:
        along = Along(
            shots,
            Path(folder),
            steps=words.steps,
            late=words.late,
            from_first_box=source in ("first", "all"),
            learns=source != "first",
        )
        yield from efforts(shots, start, along)


def sequences(words: argparse.Namespace) -> dict[str, Iterator[Shot]]:
    """Those of the robot, or the footage that was given instead."""
    if words.set:
        return {
            f"{len(shots)} photos of {folder.absolute().parent.name}": iter(shots)
            for coco, folder in words.set
            for shots in [list(single_photos(folder, coco, words.images))]
        }
    if words.video or words.photos:
        if not words.truth:
            raise SystemExit("--video and --photos need --truth COCO.json.")
        if words.photos:
            return panned_photos(words.photos, words.truth, words.most)
        return {words.video.name: video_shots(words.video, words.truth, words.every)}
    makers = (turning, passing, driving)
    made = {
        name: partial(maker, images=120)(seed)
        for (name, seed), maker in zip(WORLDS.items(), makers, strict=True)
    }
    long = own_life(LONG_WORLD, images=words.images, burst=BURST)
    video = own_life(LONG_WORLD, images=words.images, burst=BURST, ticks=1)
    return made | {
        f"own life, {words.images} images": long,
        f"the same, {words.images} at 15 a s": video,
    }


def figures(with_it: Effort, without: Effort) -> dict[str, float]:
    boxes = max(1, with_it.boxes)
    return {
        "images": with_it.images,
        "boxes": with_it.boxes,
        "actions_per_100": round(100 * with_it.actions / boxes, 1),
        "without_per_100": round(100 * without.actions / max(1, without.boxes), 1),
        "appeared": with_it.drawn - with_it.lost,
        "lost": with_it.lost,
        "corrected": with_it.corrected,
        "rejected": with_it.rejected,
        "wrong_per_100": round(100 * with_it.wrong / max(1, with_it.offers), 1),
        "keys_per_image": round(with_it.keys / max(1, with_it.images), 2),
        "keys_per_image_without": round(without.keys / max(1, without.images), 2),
        "ms_per_box": round(1000 * with_it.seconds / max(1, with_it.steps), 1),
    }


def tell(name: str, row: dict[str, float], *, first: bool) -> None:
    if first:
        heads = " ".join(f"{head.replace('_', ' '):>{width(head)}}" for head in row)
        sys.stdout.write(f"{'sequence: source':40} {heads}\n")
    cells = " ".join(f"{value:>{width(head)}}" for head, value in row.items())
    sys.stdout.write(f"{name:40} {cells}\n")
    sys.stdout.flush()


def width(head: str) -> int:
    return max(6, len(head))


if __name__ == "__main__":
    run(main, hours=12)
