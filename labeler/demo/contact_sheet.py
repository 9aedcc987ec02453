"""One picture with many: detections drawn on a dozen images, to be looked at."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from labeler.runs.detector import ModelDetector
from trainer.predict import Predictor

COLUMNS, ROWS = 4, 3
TILE = (480, 270)
COLORS = ("#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7")
"""Okabe and Ito's, told apart by colour-blind eyes."""


def save_contact_sheet(model: Path, images: Path, out: Path) -> Path:
    """Draws what the model finds on images spread over the folder. Returns out."""
    predictor = ModelDetector(model)
    paths = sorted(path for path in images.iterdir() if path.is_file())
    chosen = paths[:: max(1, len(paths) // (COLUMNS * ROWS))][: COLUMNS * ROWS]
    sheet = Image.new("RGB", (COLUMNS * TILE[0], ROWS * TILE[1]), "#202428")
    for place, path in enumerate(chosen):
        with Image.open(path) as opened:
            picture = opened.convert("RGB")
        _draw(picture, predictor)
        corner = (place % COLUMNS * TILE[0], place // COLUMNS * TILE[1])
        sheet.paste(picture.resize(TILE, Image.Resampling.LANCZOS), corner)
    sheet.save(out, quality=90)
    return out


def _draw(picture: Image.Image, predictor: Predictor) -> None:
    pen = ImageDraw.Draw(picture)
    font = ImageFont.load_default(16)
    order = sorted(predictor.names)
    for found in predictor.predict(np.asarray(picture)):
        color = COLORS[order.index(found.category_id) % len(COLORS)]
        x, y, width, height = found.bbox
        pen.rectangle((x, y, x + width, y + height), outline=color, width=3)
        words = f"{found.name} {found.score:.2f}"
        place = (x, max(0.0, y - 20))
        pen.rectangle(pen.textbbox(place, words, font=font), fill=color)
        pen.text(place, words, fill="black", font=font)
