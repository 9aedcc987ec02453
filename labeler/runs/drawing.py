"""Detections drawn onto a picture that goes to disk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from labeler.dataset.category_edits import PALETTE
from trainer.predict import Detection

if TYPE_CHECKING:
    from PIL.Image import Image


def draw_detections(
    picture: Image, detections: Sequence[Detection], category_ids: Sequence[int]
) -> None:
    """Draws on the picture itself. category_ids gives each category the same colour everywhere."""
    from PIL import ImageDraw, ImageFont

    pen = ImageDraw.Draw(picture)
    size = max(12, min(picture.size) // 30)
    font = ImageFont.load_default(size)
    for found in reversed(detections):
        color = PALETTE[category_ids.index(found.category_id) % len(PALETTE)]
        x, y, width, height = found.bbox
        pen.rectangle((x, y, x + width, y + height), outline=color, width=max(2, size // 8))
        words = f"{found.name} {found.score:.2f}"
        place = (x, max(0.0, y - 1.3 * size))
        pen.rectangle(pen.textbbox(place, words, font=font), fill=color)
        pen.text(place, words, fill="black", font=font)
