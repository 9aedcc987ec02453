"""Pictures and true boxes as tensors, decoded when first needed and kept while they fit."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from trainer.coco import CocoSet, Picture
from trainer.faults import TrainerError
from trainer.letterbox import Letterbox
from trainer.picture_gate import PictureError
from trainer.pictures import Decoded, read_picture, require_shape
from trainer.predict import letterboxed
from trainer.protocol import Target

_MEMORY = 600_000_000
"""Bytes of decoded pictures to keep; the rest is decoded again when its turn comes."""
_THREADS = 2


@dataclass(frozen=True, slots=True)
class Example:
    """A letterboxed picture: pixels uint8 (3, height, width); boxes in its pixels; fit: how."""

    pixels: Tensor
    target: Target
    fit: Letterbox


class Examples:
    """The pictures of one COCO set at one input size.

    complain is called with the name and the fault of each picture that is damaged or unusable;
    unusable ones are in `unusable` from then on and never come out of batch().
    """

    def __init__(
        self, coco: CocoSet, input_size: tuple[int, int], complain: Callable[[str, str], None]
    ) -> None:
        self.pictures = coco.pictures
        self.unusable: set[int] = set()
        self._labels = {number: label for label, (number, _) in enumerate(coco.categories)}
        self._input_size = input_size
        self.complain = complain
        self._kept: dict[int, Example] = {}
        self._complained: set[int] = set()
        self._first_fault = "there is none"
        self._room = max(1, _MEMORY // (3 * input_size[0] * input_size[1]))
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="decode")

    def __len__(self) -> int:
        return len(self.pictures)

    def read_ahead(
        self, count: int, should_stop: Callable[[], bool], seconds: float = math.inf
    ) -> None:
        """Decodes the first so many, or what can be decoded in that time; the rest comes when its
        turn comes.

        Raises TrainerError where it comes to the end and none can be used.
        """
        deadline = time.monotonic() + seconds
        for begin in range(0, min(len(self), self._room, count), 16):
            if time.monotonic() > deadline or should_stop():
                return
            self.batch(range(begin, min(begin + 16, len(self))))
        if len(self.unusable) == len(self):
            raise TrainerError(
                f"None of the {len(self)} pictures to learn from can be used: {self._first_fault}."
            )

    @property
    def must_decode(self) -> bool:
        """Whether a picture may still have to be decoded: the first time, or for lack of room."""
        return len(self._kept) + len(self.unusable) < len(self)

    @property
    def known(self) -> list[int]:
        """Those that need not be decoded any more: kept, or found to be unusable."""
        return sorted({*self._kept, *self.unusable})

    def has_read(self, indices: Sequence[int]) -> bool:
        """Whether it does not help to decode these ahead: they are kept, or there is no room."""
        is_full = len(self._kept) >= self._room
        return is_full or all(i in self._kept or i in self.unusable for i in indices)

    def batch(self, indices: Sequence[int]) -> list[Example]:
        """The usable ones of these pictures, in order."""
        missing = [
            i for i in dict.fromkeys(indices) if i not in self._kept and i not in self.unusable
        ]
        fresh = dict(zip(missing, self._pool.map(self._read, missing), strict=True))
        for index, (example, fault) in fresh.items():
            self._note(index, example, fault)
        found = [self._kept.get(i) or fresh.get(i, (None, ""))[0] for i in indices]
        return [example for example in found if example is not None]

    def _read(self, index: int) -> tuple[Example | None, str]:
        """The example, and what is wrong with its file or ""."""
        picture = self.pictures[index]
        claimed = (picture.width, picture.height)
        try:
            decoded = read_picture(picture.path, claimed, enough=self._input_size)
            example = _example(picture, decoded, self._input_size, self._labels)
        except PictureError as error:
            return None, str(error)
        return example, "is damaged; what could be read of it is used" if decoded.damaged else ""

    def _note(self, index: int, example: Example | None, fault: str) -> None:
        if example is None:
            self.unusable.add(index)
        elif len(self._kept) < self._room:
            self._kept[index] = example
        if fault and index not in self._complained:
            if not self._complained:
                self._first_fault = f"{self.pictures[index].name} {fault}"
            self._complained.add(index)
            self.complain(self.pictures[index].name, fault)


def _example(
    picture: Picture, decoded: Decoded, input_size: tuple[int, int], labels: Mapping[int, int]
) -> Example:
    fit = Letterbox.fit(decoded.size, input_size)
    require_shape(decoded.size, (picture.width, picture.height))
    pixels = torch.from_numpy(letterboxed(decoded.rgb, fit, input_size)).permute(2, 0, 1)
    fit = replace(fit, picture_width=picture.width, picture_height=picture.height)
    corners = [fit.to_canvas((box.x1, box.y1, box.x2, box.y2)) for box in picture.boxes]
    target = Target(
        torch.tensor(corners, dtype=torch.float32).reshape(-1, 4),
        torch.tensor([labels[box.category_id] for box in picture.boxes], dtype=torch.long),
    )
    return Example(pixels.contiguous(), target, fit)
