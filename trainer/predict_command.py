"""The verb predict: pictures in, COCO results out, boxes drawn on copies. No torch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from trainer.evaluate import model_of
from trainer.faults import TrainerError, some_of
from trainer.machine import write_whole
from trainer.picture_gate import PictureError
from trainer.pictures import Decoded, read_picture
from trainer.predict import Detection, Predictor
from trainer.stored import as_json
from trainer.words import counted

_SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff", ".gif"}
_LONGEST_STEM = 50
"""Signs of a name, of up to 4 bytes: with a number before it, it is still a name for a file."""
_DRAWN = 2560
"""Pixels that each side of a copy with boxes may have where the picture is larger."""
_COLORS = ("#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7")
"""Okabe and Ito's, told apart by colour-blind eyes."""


def predict_command(
    run_or_model: Path,
    paths: Iterable[Path],
    out: Path,
    *,
    draw: Path | None = None,
    min_score: float | None = None,
) -> str:
    """Writes COCO results with the file name added; gives a sentence about them.

    image_id counts the pictures from 1 in the order of the paths; folders give their pictures by
    name. Raises ValueError, in words for the person, where nothing could be read.
    """
    predictor = Predictor(model_of(run_or_model))
    enough = predictor.input_size if draw is None else (_DRAWN, _DRAWN)
    results: list[dict[str, Any]] = []
    refused: list[str] = []
    count = 0
    for image_id, path in enumerate(_pictures(paths), start=1):
        try:
            decoded = read_picture(path, enough=enough)
        except PictureError as error:
            refused.append(f"{path} {error}")
            continue
        count += 1
        detections = predictor.predict(decoded.rgb, min_score=min_score)
        results += [_result(image_id, path, each, decoded) for each in detections]
        if draw is not None:
            _draw(decoded.rgb, detections, draw, f"{image_id:05d}-{path.stem[:_LONGEST_STEM]}.png")
    if refused and not count:
        raise TrainerError(f"No picture could be read: {some_of(refused)}.")
    write_whole(out, as_json(results, indent=1))
    told = f"{counted(len(results), 'detection')} on {counted(count, 'picture')}: {out}"
    return told if not refused else f"{told}\nLeft out: {some_of(refused)}."


def _pictures(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(p for p in path.iterdir() if p.suffix.lower() in _SUFFIXES)
        else:
            yield path


def _result(image_id: int, path: Path, detection: Detection, decoded: Decoded) -> dict[str, Any]:
    """Its box in pixels of the file's picture, also where that was decoded smaller."""
    height, width = decoded.rgb.shape[:2]
    scales = (decoded.size[0] / width, decoded.size[1] / height) * 2
    bbox = [round(value * scale, 2) for value, scale in zip(detection.bbox, scales, strict=True)]
    return {
        "image_id": image_id,
        "file_name": path.name,
        "category_id": detection.category_id,
        "category_name": detection.name,
        "bbox": bbox,
        "score": round(detection.score, 5),
    }


def _draw(rgb: Any, detections: list[Detection], folder: Path, name: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    picture = Image.fromarray(rgb)
    pen = ImageDraw.Draw(picture)
    thickness = max(2, round(max(picture.size) / 320))
    for detection in reversed(detections):
        x, y, width, height = detection.bbox
        color = _COLORS[detection.category_id % len(_COLORS)]
        pen.rectangle((x, y, x + width, y + height), outline=color, width=thickness)
        label = f"{detection.name} {detection.score:.2f}"
        corner = (x, max(0.0, y - 12 * thickness / 2))
        pen.rectangle(pen.textbbox(corner, label, font_size=5 * thickness + 4), fill=color)
        pen.text(corner, label, fill="black", font_size=5 * thickness + 4)
    picture.save(folder / name)
