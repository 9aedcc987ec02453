"""Ready-made Vector: what the detector that knows COCO has learned besides, the robot and his cube.

nanodet_vector.safetensors is made by tools/make_vector_weights.py from simulated pictures. It holds
only what differs from COCO's weights, in float16; the backbone is COCO's own.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from trainer import coco_weights
from trainer.coco_weights import checked

if TYPE_CHECKING:
    from torch import Tensor

PATH = Path(__file__).with_name("nanodet_vector.safetensors")
GRAPH = PATH.with_suffix(".onnx")
"""The network without torch, made by tools/make_coco_graph.py; its numbers lie in PATH and in
coco_weights.PATH."""
SHA256 = "b8f0af14c638d09331b66ade65a28628649300650df27f2e9c05dd0a3f863da0"
GRAPH_SHA256 = "fcb5857c9f4ea7611ecd2ac011054700889685ba5dd1477172689c61e129054c"
NAMES = ("vector", "cube")
FINEST_STRIDE = 8
"""Of the grids that it has learned to find on."""
_MEANT = {"vector": "vector", "robot": "vector", "cube": "cube"}
"""What a category may be called whose last word means one of them."""


def load() -> dict[str, Tensor]:
    """By the names of trainer.nanodet, in float32: all weights, COCO's among them.

    Raises TrainerError where a file is missing or not the one that this program came with.
    """
    from safetensors.torch import load as read

    own = {name: tensor.float() for name, tensor in read(checked(PATH, SHA256)).items()}
    return coco_weights.load() | own


def graph() -> Path:
    """As coco_weights.graph(), of this detector."""
    for path, sha256 in (
        (coco_weights.PATH, coco_weights.SHA256),
        (PATH, SHA256),
        (GRAPH, GRAPH_SHA256),
    ):
        checked(path, sha256)
    return GRAPH.resolve()  # ONNX Runtime refuses weights that a link leads to


def class_like(name: str) -> int | None:
    """Index into NAMES for a category's name; None where it is another thing."""
    words = re.findall(r"[a-z]+", name.lower())
    meant = _MEANT.get(words[-1].removesuffix("s")) if words else None
    return NAMES.index(meant) if meant else None
