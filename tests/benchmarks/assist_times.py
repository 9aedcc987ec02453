"""How soon learning along helps: from the box that begins a round to the first suggestions.

Run: python tests/benchmarks/assist_times.py [TRAIN.json --images FOLDER] [--warm] [--json]

Without a COCO file: on 120 photos of the simulated robot's own life, all four classes.

Tells the assistant, a process of its own as in the window, of all images and the labels of three,
lets it learn for the window's budget and look at the others; then with five, seven and ten labels.
"first" is the first suggestion that arrived, "all" when every image had been looked at (2,000 at
most).
--warm: it has been running, and has looked at everything, before the third box. cpu: the processor
seconds that the process took for it, on all cores together: on a busy machine the wall clock says
little. memory: the most it ever had in use. Linux only.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PIL import Image

from labeler.gui.label.along_orders import MOST_LOOKS
from labeler.gui.label.along_rounds import budget_s
from tests.script import run
from tests.track.sequences import own_life
from tests.trainer.assist_process import AssistProcess, boxes_of
from trainer.assist_lines import (
    Know,
    KnownImage,
    Label,
    Labels,
    Learn,
    Learnt,
    Looked,
    Ranked,
    Ready,
    Suggest,
    Suggested,
)

AT = (3, 5, 7, 10)
"""Labelled images at the rounds: as labeler.gui.label.along_rounds has them."""
ROUNDS = len(AT)
WORLD, IMAGES = 34, 120


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("coco", type=Path, nargs="?")
    parser.add_argument("--images", type=Path)
    parser.add_argument("--warm", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--photos", type=int, default=IMAGES, help="where there is no COCO file")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seconds", type=float, help="of a round; default: as the window")
    words = parser.parse_args()
    with TemporaryDirectory() as folder:
        if words.coco is None:
            coco, images = _simulated(Path(folder), words.photos), Path(folder)
        else:
            coco, images = json.loads(words.coco.read_text(encoding="utf-8")), words.images
        report = measured(coco, images, words)
    if words.json:
        sys.stdout.write(json.dumps(report, indent=1) + "\n")
    else:
        _tell(report)
    return 0


def measured(coco: dict[str, Any], images: Path, words: argparse.Namespace) -> dict[str, Any]:
    ids = [each["id"] for each in coco["images"]]
    began = time.monotonic()
    assistant = AssistProcess()
    assistant.tell(_known(coco, images))
    if words.warm:
        assistant.hear(Ready)
        _look_at_all(assistant, len(ids))
        began = time.monotonic()
    rows = []
    before = 0
    for done in AT[: words.rounds]:
        if done >= len(ids):
            break
        others, seconds = ids[done:][:MOST_LOOKS], words.seconds or budget_s(done)
        rows.append(_round(assistant, coco, ids[before:done], others, began, seconds))
        before = done
        rows[-1]["labelled"] = done
        began = time.monotonic()
    peak = _peak_mb(assistant.process.pid)
    assistant.end()
    return {"images": len(ids), "load": os.getloadavg()[0], "memory_mb": peak, "rounds": rows}


def _simulated(folder: Path, photos: int) -> dict[str, Any]:
    """Photos in the folder, and COCO's dictionary of them."""
    coco: dict[str, Any] = {"images": [], "annotations": [], "categories": []}
    numbers: dict[str, int] = {}
    for number, shot in enumerate(own_life(WORLD, images=photos), 1):
        name = f"{number:03d}.jpg"
        Image.fromarray(shot.picture).save(folder / name, quality=90)
        coco["images"].append({"id": number, "file_name": name})
        for kind, box in shot.boxes.items():
            category = numbers.setdefault(kind, len(numbers) + 1)
            coco["annotations"].append(
                {"image_id": number, "category_id": category, "bbox": box.as_list()}
            )
    coco["categories"] = [{"id": number, "name": kind} for kind, number in numbers.items()]
    return coco


def _round(
    assistant: AssistProcess,
    coco: dict[str, Any],
    new: list[int],
    others: list[int],
    began: float,
    budget: float,
) -> dict[str, float]:
    cpu = _cpu_s(assistant.process.pid)
    categories = tuple((each["id"], each["name"]) for each in coco["categories"])
    assistant.tell(
        Label(categories, tuple(Labels(each, boxes_of(coco, each)) for each in new)),
        Learn(budget),
    )
    learnt = assistant.hear(Learnt)
    at_learnt = time.monotonic()
    assistant.tell(Suggest(tuple(others)))
    assistant.hear(Suggested)
    first = time.monotonic()
    assistant.hear(Ranked)
    return {
        "learnt_s": round(at_learnt - began, 1),
        "first_s": round(first - began, 1),
        "all_s": round(time.monotonic() - began, 1),
        "cpu_s": round(_cpu_s(assistant.process.pid) - cpu, 1),
        "steps": learnt.steps,
        "found": learnt.found,
        "asked": learnt.asked,
    }


def _look_at_all(assistant: AssistProcess, images: int) -> None:
    """Waits until it has looked ahead as far as it will."""
    before = -1
    while (now := assistant.hear(Looked).images) < images and now != before:
        before = now


def _known(coco: dict[str, Any], folder: Path) -> Know:
    images = []
    for each in coco["images"]:
        with Image.open(folder / each["file_name"]) as picture:
            size = (each.get("width", picture.width), each.get("height", picture.height))
        images.append(KnownImage(each["id"], each["file_name"], each["file_name"], *size))
    return Know(str(folder.absolute()), tuple(images))


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _peak_mb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    line = next(each for each in status.splitlines() if each.startswith("VmHWM"))
    return int(line.split()[1]) // 1000


def _tell(report: dict[str, Any]) -> None:
    heads = ("labelled", "learnt_s", "first_s", "all_s", "cpu_s", "steps", "found", "asked")
    sys.stdout.write(
        f"{report['images']} images, load {report['load']:.1f}, memory {report['memory_mb']} MB\n"
    )
    sys.stdout.write(" ".join(f"{head:>9}" for head in heads) + "\n")
    for row in report["rounds"]:
        sys.stdout.write(" ".join(f"{row[head]:>9}" for head in heads) + "\n")


if __name__ == "__main__":
    run(main, hours=12)
