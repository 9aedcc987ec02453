"""The true boxes of a simulated frame, carried in a comment segment (COM) of its JPEG bytes.

For tests and the headless demo only: labelling and training never read it.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from labeler.dataset.model import BBox

CLASSES = ("vector", "cube", "mug", "ball")
_MARK = b"vector-labeler truth "
_SOI, _COM, _SOS = b"\xff\xd8", 0xFE, 0xDA


@dataclass(frozen=True, slots=True)
class TrueBox:
    """The tight box around an object's visible pixels, origin top left. name is in CLASSES."""

    name: str
    x: int
    y: int
    width: int
    height: int

    @property
    def bbox(self) -> BBox:
        return BBox(float(self.x), float(self.y), float(self.width), float(self.height))


@dataclass(frozen=True, slots=True)
class Truth:
    """All boxes of one frame; no boxes: nothing of the four classes is to be seen."""

    width: int
    height: int
    boxes: tuple[TrueBox, ...]


def write_truth(jpeg: bytes, truth: Truth) -> bytes:
    """The same JPEG with the truth in a comment right after its first marker."""
    if not jpeg.startswith(_SOI):
        raise ValueError("these bytes are no JPEG")
    boxes = [[b.name, b.x, b.y, b.width, b.height] for b in truth.boxes]
    words = {"width": truth.width, "height": truth.height, "boxes": boxes}
    body = _MARK + json.dumps(words, separators=(",", ":")).encode("ascii")
    return b"".join((_SOI, struct.pack(">BBH", 0xFF, _COM, len(body) + 2), body, jpeg[2:]))


def read_truth(jpeg: bytes) -> Truth:
    """Raises ValueError for bytes that are no JPEG or carry no truth."""
    for marker, body in _segments(jpeg):
        if marker == _COM and body.startswith(_MARK):
            words = json.loads(body[len(_MARK) :])
            boxes = tuple(TrueBox(*box) for box in words["boxes"])
            return Truth(words["width"], words["height"], boxes)
    raise ValueError("this JPEG carries no true boxes: it is no frame of the simulated robot")


def _segments(jpeg: bytes) -> Iterator[tuple[int, bytes]]:
    """The marker segments before the first scan."""
    if not jpeg.startswith(_SOI):
        raise ValueError("these bytes are no JPEG")
    at = 2
    while at + 4 <= len(jpeg) and jpeg[at] == 0xFF:
        marker, length = struct.unpack_from(">xBH", jpeg, at)
        if marker == _SOS or length < 2:
            return
        yield marker, jpeg[at + 4 : at + 2 + length]
        at += 2 + length
