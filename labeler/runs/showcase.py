"""The same few validation pictures, looked at again and again while a run learns."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from labeler.dataset import picture
from labeler.errors import UserError
from labeler.runs.coco_side import CocoLists, read_lists
from labeler.runs.detector import ModelDetector
from labeler.runs.history import config_of
from trainer.names import BadName, open_plain
from trainer.predict import Detection
from trainer.run_files import RunPictures
from trainer.stored import AtMost, Seconds, content_of, parsed, value_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LOOKS = "looks.json"
_LONGEST = 640
"""Pictures are looked at in this size: no detector's input is larger, and the strip is smaller."""


@dataclass(frozen=True, slots=True, eq=False)
class ShownPicture:
    """A validation picture, upright, its longest side at most 640. rgb: (height, width, 3)."""

    image_id: int
    rgb: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Look:
    """What the weights after so many seconds find: image id -> detections in shown pixels."""

    seconds: Seconds
    found: Mapping[int, Annotated[tuple[Detection, ...], AtMost(1_000)]]


def choose_pictures(run: Path, count: int) -> list[ShownPicture]:
    """Validation pictures that show each class, spread over the set. Raises UserError."""
    import numpy as np

    pictures = RunPictures(run, "val", config_of(run).val_images)
    lists = read_lists(run / "val.json")
    shown: list[ShownPicture] = []
    for entry in _preferred(lists):
        try:
            path = pictures.path_of(str(entry.get("file_name")))
            upright = picture.upright(picture.read(path), path.name, _LONGEST)
        except (
            UserError,
            BadName,
        ):  # the trainer names broken pictures; here another one takes its place
            continue
        shown.append(ShownPicture(int(entry["id"]), np.asarray(upright)))
        if len(shown) == count:
            break
    return shown


def look(model: Path, pictures: Sequence[ShownPicture], seconds: float) -> Look:
    """Raises UserError where the model cannot be used."""
    predictor = ModelDetector(model, threads=1)
    return Look(
        seconds, {shown.image_id: tuple(predictor.predict(shown.rgb)) for shown in pictures}
    )


def save_looks(run: Path, looks: Sequence[Look]) -> None:
    """Keeps the first look and the last in RUN/looks.json. Raises OSError."""
    content = [asdict(one) for one in (looks[0], looks[-1])]
    part = run / f"{LOOKS}.part"
    with open_plain(part, "w") as stream:
        stream.write(json.dumps(content, allow_nan=False))
    part.replace(run / LOOKS)


def load_looks(run: Path) -> list[Look]:
    """The looks kept with a run; none where there are none, or broken ones: then it looks anew."""
    try:
        return list(value_of(tuple[Look, ...], parsed(content_of(run / LOOKS))))
    except (OSError, ValueError):
        return []


def _preferred(lists: CocoLists) -> Iterator[Mapping[str, Any]]:
    """All images in the order they should be shown: a class at a time, far apart in the file."""
    waiting = {entry["id"]: entry for entry in _spread(lists.images)}
    shows: dict[int, list[int]] = {}
    for box in lists.annotations:
        shows.setdefault(box["category_id"], []).append(box["image_id"])
    order = {number: rank for rank, number in enumerate(waiting)}
    queues = [deque(sorted(set(ids), key=order.__getitem__)) for _, ids in sorted(shows.items())]
    while any(queues):
        for queue in queues:
            while queue:
                entry = waiting.pop(queue.popleft(), None)
                if entry is not None:
                    yield entry
                    break
    yield from waiting.values()


def _spread(entries: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The entries so that any first few of them lie far apart: by the bits of their place."""
    bits = max(1, (len(entries) - 1).bit_length())
    places = sorted(range(len(entries)), key=lambda place: f"{place:0{bits}b}"[::-1])
    return [entries[place] for place in places]
