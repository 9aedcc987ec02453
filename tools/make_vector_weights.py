"""Makes trainer/nanodet_vector.safetensors, ready-made Vector: from simulated pictures to weights.

    python tools/make_vector_weights.py --photos PHOTOS --work WORK [--out FILE]
    python tools/make_coco_graph.py --of vector

PHOTOS are pictures without a robot or his cube; docs/models.md says which were taken. In WORK are
made: three sets by `vector-labeler synthesize` (everything randomised; the same standing on the
photos; as the simulated robot sees), one list of them all with the photos as pictures of nothing,
and the run that learns from it. What stands there already is not made again. The set is the same
wherever it is made (its lists have the sha256 SET); what is learned from it depends on processor
and torch, so the sha256 that comes out at the end has to go into trainer/vector_weights.py.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import torch
from PIL import Image
from safetensors.torch import save
from torch import Tensor

from labeler.synthetic.coco_set import IMAGES, LISTS, background_photos
from labeler.synthetic.factors import FACTORS
from labeler.synthetic.randomized import NAMES
from tests.benchmarks.verbs import printed_by, say
from trainer import coco_weights
from trainer.checkpoint import read_weights
from trainer.machine import write_whole
from trainer.vector_weights import PATH

SET = "0"
EPOCHS = 20
_CHECKED = 80
"""Pictures to check with while it learns, and to choose its best by."""


@dataclass(frozen=True, slots=True)
class Part:
    """What `synthesize` is asked for. on_photos: some stand on the person's photos."""

    name: str
    pictures: int
    seed: int
    on_photos: bool = False
    without: tuple[str, ...] = ()


PARTS = (
    Part("randomized", 1200, 0),
    Part("on photos", 800, 1, on_photos=True),
    Part("as simulated", 500, 2, without=tuple(FACTORS)),
)
CHECKED = Part("checked", _CHECKED, 99)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--epochs", type=float, default=EPOCHS)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--out", type=Path, default=PATH)
    words = parser.parse_args()
    for part in (*PARTS, CHECKED):
        make(part, words.work, words.photos)
    lists = one_list(words.work, words.photos)
    found = hashlib.sha256(lists.read_bytes()).hexdigest()
    if found != SET:
        say(f"{lists} has the sha256 {found}, not {SET}: what learns from it will be another.")
    run = learned(lists, words.work, words.epochs, words.threads)
    content = different(read_weights(run / "best.safetensors")[0])
    write_whole(words.out, content)
    say(f"{words.out}: {len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()}")
    return 0


def make(part: Part, work: Path, photos: Path) -> None:
    if (work / part.name).is_dir():
        return
    asked: list[Any] = ["synthesize", work / part.name]
    asked += ["--pictures", part.pictures, "--seed", part.seed]
    if part.on_photos:
        asked += ["--backgrounds", photos]
    for factor in part.without:
        asked += ["--without", factor]
    say(printed_by(asked).strip())


def one_list(work: Path, photos: Path) -> Path:
    """All parts, and the photos as pictures of nothing; file names are relative to work."""
    (work / "photos").mkdir(exist_ok=True)
    images: list[dict[str, Any]] = []
    boxes: list[dict[str, Any]] = []
    for part in PARTS:
        lists = json.loads((work / part.name / LISTS).read_bytes())
        first = len(images)
        for image in lists["images"]:
            name = f"{part.name}/{IMAGES}/{image['file_name']}"
            images.append({**image, "id": first + image["id"], "file_name": name})
        for box in lists["annotations"]:
            boxes.append({**box, "id": len(boxes) + 1, "image_id": first + box["image_id"]})
    for image in _photos(photos, work / "photos"):
        images.append({"id": len(images) + 1, **image})
    categories = [{"id": place, "name": name} for place, name in enumerate(NAMES, 1)]
    content = {"images": images, "annotations": boxes, "categories": categories}
    path = work / "train.json"
    write_whole(path, json.dumps(content).encode())
    return path


def _photos(photos: Path, copies: Path) -> Iterator[dict[str, Any]]:
    for path in background_photos(photos):
        shutil.copyfile(path, copies / path.name)
        with Image.open(path) as picture:
            width, height = picture.size
        yield {"file_name": f"{copies.name}/{path.name}", "width": width, "height": height}


def learned(lists: Path, work: Path, epochs: float, threads: int) -> Path:
    """The run's folder. The backbone stands still, as it does in a run that is told no seconds: it
    knows photographs, and simulated pictures would make it forget them."""
    run = work / "run"
    if not (run / "model.onnx").is_file():
        checked = work / CHECKED.name
        asked: list[Any] = ["train", lists, "--images", work, "--out", run]
        asked += ["--val", checked / LISTS, "--val-images", checked / IMAGES]
        asked += ["--detector", "nanodet", "--epochs", epochs, "--threads", threads]
        say(printed_by(asked).strip())
    return run


def different(weights: dict[str, Tensor]) -> bytes:
    """As safetensors of float16: those that COCO's weights do not have, or have otherwise."""
    known = coco_weights.load()
    own: dict[str, Tensor] = {}
    for name in sorted(weights):
        half = weights[name].half()
        same = name in known and torch.equal(half, known[name].half())
        if not same:
            own[name] = half.contiguous()
    content: bytes = save(own)
    return content


if __name__ == "__main__":
    sys.exit(main())
