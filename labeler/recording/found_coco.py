"""Pictures with what a detector found in them, as a COCO dataset with scores.

The boxes are a machine's and stand in the file as such: each has a score, and "info" names the
model. Nobody has checked them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labeler import __version__
from labeler.dataset.files import PART, replace_durably, write_durably

if TYPE_CHECKING:
    from trainer.predict import Detection

ANNOTATIONS, IMAGES = "annotations.json", "images"


class FoundCoco:
    """annotations.json and images/ in a folder; save() replaces the first as a whole."""

    def __init__(self, folder: Path, model: str) -> None:
        self._folder = folder
        self._model = model
        self._ids: dict[str, int] = {}
        self._images: list[dict[str, Any]] = []
        self._boxes: list[dict[str, Any]] = []
        self.size_bytes = 0

    @property
    def pictures(self) -> int:
        return len(self._images)

    def add(
        self,
        data: bytes,
        size: tuple[int, int],
        captured_at: float,
        names: Mapping[int, str],
        found: Sequence[tuple[Detection, int]],
    ) -> None:
        """data: the picture as the camera sent it; size: width, height in pixels.

        names: category id -> name. found: with the steady number of each, 0 for none. The picture
        is durable on return. Raises UserError.
        """
        folder = self._folder / IMAGES
        folder.mkdir(exist_ok=True)
        number = len(self._images) + 1
        suffix = "png" if data.startswith(b"\x89PNG") else "jpg"
        name = f"{number:06}.{suffix}"
        write_durably(folder / name, data)
        self.size_bytes += len(data)
        for category_id, category in names.items():
            self._keep_name(category_id, category)
        for each, _track in found:
            self._keep_name(each.category_id, each.name)
        taken = datetime.fromtimestamp(captured_at, UTC)
        self._images.append(
            {
                "id": number,
                "file_name": name,
                "width": size[0],
                "height": size[1],
                "date_captured": f"{taken:%Y-%m-%d %H:%M:%S}",
                "captured_at": captured_at,
            }
        )
        self._boxes += [
            _box(len(self._boxes) + place, number, self._ids[each.name], each, track)
            for place, (each, track) in enumerate(found, start=1)
        ]

    def _keep_name(self, category_id: int, name: str) -> None:
        """Under the model's id, but for another model's that has given it to something else."""
        if name not in self._ids:
            taken = set(self._ids.values())
            self._ids[name] = max(taken) + 1 if category_id in taken else category_id

    def save(self) -> Path:
        """Writes annotations.json with all that was added so far. Raises UserError."""
        content = {
            "info": {
                "description": "Found by a detector, checked by nobody",
                "model": self._model,
                "vector_labeler": __version__,
            },
            "licenses": [],
            "categories": [
                {"id": number, "name": name, "supercategory": ""}
                for name, number in sorted(self._ids.items(), key=lambda kept: kept[1])
            ],
            "images": self._images,
            "annotations": self._boxes,
        }
        path = self._folder / ANNOTATIONS
        part = path.with_name(path.name + PART)
        data = json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1)
        write_durably(part, data.encode())
        replace_durably(part, path)
        return path


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
