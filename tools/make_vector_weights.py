"""Makes trainer/nanodet_vector.safetensors, ready-made Vector: from simulated pictures to weights.

    python tools/make_vector_weights.py --work WORK [--seconds 1200] [--out FILE]
    python tools/make_coco_graph.py --of vector

In WORK `vector-labeler synthesize` makes the pictures to learn from and those to check with, and
there the run lies. What stands there already is not made again. The pictures are the same wherever
they are made (PICTURES_SHA256, of their list); what is learned from them depends on the processor,
on torch and on the time, so the sha256 that comes out at the end goes into
trainer/vector_weights.py, and the two of the graph with it.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import torch
from safetensors.torch import save
from torch import Tensor

from labeler.synthetic.coco_set import IMAGES, LISTS
from tests.benchmarks.verbs import printed_by, say
from trainer import coco_weights, recipe
from trainer.checkpoint import read_weights
from trainer.config import RunConfig, save_config
from trainer.events import Evaluated, Event
from trainer.machine import prepare_environment, write_whole
from trainer.nanodet import NanoBackbone
from trainer.train import train
from trainer.vector_weights import PATH

PICTURES_SHA256 = "1373ae5e3112d84af998d6e93f200b8260ea9244f8b448d8f62e085f2f56724e"


@dataclass(frozen=True, slots=True)
class Pictures:
    """What `synthesize` is asked for."""

    name: str
    count: int
    seed: int

    def made(self, work: Path) -> Path:
        """Their folder."""
        folder = work / self.name
        if not folder.is_dir():
            asked = ["synthesize", folder, "--pictures", self.count, "--seed", self.seed]
            say(printed_by(asked).strip())
        return folder


LEARNT = Pictures("learnt", 2000, 0)
CHECKED = Pictures("checked", 80, 1)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=1200.0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, default=PATH)
    words = parser.parse_args()
    learnt, checked = LEARNT.made(words.work), CHECKED.made(words.work)
    found = hashlib.sha256((learnt / LISTS).read_bytes()).hexdigest()
    if found != PICTURES_SHA256:
        say(f"{learnt / LISTS} has the sha256 {found}: these are other pictures.")
    run = words.work / "run"
    if not (run / "best.safetensors").is_file():
        run.mkdir(parents=True)
        (run / "train.json").write_bytes((learnt / LISTS).read_bytes())
        (run / "val.json").write_bytes((checked / LISTS).read_bytes())
        images, val_images = (str(each.absolute() / IMAGES) for each in (learnt, checked))
        save_config(
            run,
            RunConfig(
                images, val_images, seconds=words.seconds, threads=words.threads, device="cpu"
            ),
        )
        learn(run)
    content = different(read_weights(run / "best.safetensors")[0])
    write_whole(words.out, content)
    say(f"{words.out}: {len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()}")
    return 0


def learn(run: Path) -> None:
    """The backbone stands still: it knows photographs, and simulated pictures would make it forget
    them (Hinterstoisser et al., ECCVW 2018). So it needs no place of its own in the file, too."""
    prepare_environment()

    def tell(event: Event) -> None:
        if isinstance(event, Evaluated):
            say(f"{event.seconds:.0f} s: AP {event.ap:.3f}, AP50 {event.ap50:.3f}")

    with mock.patch.object(recipe, "_COCO_STANDING", NanoBackbone.depth):
        train(run, tell, lambda: False)


def different(weights: Mapping[str, Tensor]) -> bytes:
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
