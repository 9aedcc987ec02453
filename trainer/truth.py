"""Checked pictures as COCO's dictionary, for everything that scores."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from trainer.coco import Picture


def truth_of(pictures: Sequence[Picture], categories: Iterable[tuple[int, str]]) -> dict[str, Any]:
    """Boxes as they were drawn, crowd regions too, and new ids for them from 1 on."""
    annotations = [
        {
            "id": 0,
            "image_id": picture.id,
            "category_id": box.category_id,
            "iscrowd": int(is_crowd),
            "bbox": list(box.drawn),
            "area": (box.x2 - box.x1) * (box.y2 - box.y1),
        }
        for picture in pictures
        for is_crowd, boxes in ((False, picture.boxes), (True, picture.crowds))
        for box in boxes
    ]
    for number, annotation in enumerate(annotations, start=1):
        annotation["id"] = number  # COCO's evaluation takes 0 for "not found"
    return {
        "images": [
            {"id": p.id, "width": p.width, "height": p.height, "file_name": p.name}
            for p in pictures
        ],
        "categories": [{"id": number, "name": name} for number, name in categories],
        "annotations": annotations,
    }
