"""Pictures with what detectors found in them, as COCO with scores: a list for each of the two.

The boxes are a machine's and stand in the files as such: each has a score, "info" and each image
name the model. Nobody has checked them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labeler import __version__
from labeler.dataset import picture
from labeler.dataset.files import PART, replace_durably, write_durably
from labeler.errors import UserError

if TYPE_CHECKING:
    from trainer.predict import Detection

ANNOTATIONS, ANNOTATIONS_BESIDE = "annotations.json", "annotations-second.json"
IMAGES = "images"


@dataclass(frozen=True, slots=True)
class Finds:
    """What a detector found on a picture, as far as it is shown.

    model: its name. names: category id -> name, of all its classes. found: with the steady number
    of each, 0 for none.
    """

    model: str
    names: Mapping[int, str]
    found: Sequence[tuple[Detection, int]]


class FoundCoco:
    """images/ in a folder, and beside it a list of what was found on them for each detector.

    The first one's is annotations.json; where a second one looked, its list is
    annotations-second.json. save() replaces each as a whole.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lists = (_List(folder / ANNOTATIONS), _List(folder / ANNOTATIONS_BESIDE))
        self.pictures = 0
        self.size_bytes = 0

    def add(
        self,
        data: bytes,
        captured_at: float,
        first: Finds,
        second: Finds | None = None,
    ) -> None:
        """data: the picture as the camera sent it. It is durable on return. Raises UserError.

        What no dataset could read is left out.
        """
        number = self.pictures + 1
        try:
            told = picture.header(data, f"Picture {number}")
        except UserError:
            return
        folder = self._folder / IMAGES
        folder.mkdir(exist_ok=True)
        name = f"{number:06}{told.suffix}"
        write_durably(folder / name, data)
        self.pictures = number
        self.size_bytes += len(data)
        taken = datetime.fromtimestamp(captured_at, UTC)
        image = {
            "id": number,
            "file_name": name,
            "width": told.width,
            "height": told.height,
            "date_captured": f"{taken:%Y-%m-%d %H:%M:%S}",
            "captured_at": captured_at,
        }
        for each, finds in zip(self._lists, (first, second), strict=True):
            if finds is not None:
                each.add(image, finds)

    def save(self) -> None:
        """Writes the lists with all that was added so far. Raises UserError."""
        for each in self._lists:
            each.save()


class _List:
    """What one detector found, or several that looked one after the other.

    Entries are put into words as they come: thousands at once would hold up the window.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._models: dict[str, None] = {}
        self._ids: dict[str, int] = {}
        self._images: list[str] = []
        self._boxes: list[str] = []

    def add(self, image: Mapping[str, Any], finds: Finds) -> None:
        for category_id, category in finds.names.items():
            self._keep_name(category_id, category)
        for each, _track in finds.found:
            self._keep_name(each.category_id, each.name)
        self._models[finds.model] = None
        self._images.append(_json({**image, "model": finds.model}))
        self._boxes += [
            _json(_box(len(self._boxes) + place, image["id"], self._ids[each.name], each, track))
            for place, (each, track) in enumerate(finds.found, start=1)
        ]

    def save(self) -> None:
        """Nothing where there is no picture. Raises UserError."""
        if not self._images:
            return
        info = {
            "description": "Found by a detector, checked by nobody",
            "model": ", ".join(self._models),
            "vector_labeler": __version__,
        }
        categories = [
            {"id": number, "name": name, "supercategory": ""}
            for name, number in sorted(self._ids.items(), key=lambda kept: kept[1])
        ]
        parts = {
            "info": _json(info),
            "licenses": "[]",
            "categories": _json(categories),
            "images": _json_list(self._images),
            "annotations": _json_list(self._boxes),
        }
        part = self._path.with_name(self._path.name + PART)
        text = ",\n".join(f"{_json(name)}: {value}" for name, value in parts.items())
        write_durably(part, f"{{\n{text}\n}}\n".encode())
        replace_durably(part, self._path)

    def _keep_name(self, category_id: int, name: str) -> None:
        """Under the model's id, but for another model's that has given it to something else."""
        if name not in self._ids:
            taken = set(self._ids.values())
            self._ids[name] = max(taken) + 1 if category_id in taken else category_id


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _json_list(entries: Sequence[str]) -> str:
    """A line for each."""
    return "[\n" + ",\n".join(entries) + "\n]"


def _box(
    number: int, image_id: int, category_id: int, found: Detection, track: int
) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "id": number,
        "image_id": image_id,
        "category_id": category_id,
        "bbox": list(found.bbox),
        "area": found.bbox[2] * found.bbox[3],
        "iscrowd": 0,
        "segmentation": [],
        "score": found.score,
    }
    if track:
        entry["track_id"] = track
    return entry
