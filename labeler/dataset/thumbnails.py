"""Small pictures of the images, made when they are first wanted."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from labeler.dataset.files import PART, file_of_ours, is_file, reason, replace_durably
from labeler.dataset.model import Image
from labeler.dataset.store import Dataset
from labeler.errors import UserError
from trainer.names import open_plain

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

THUMBNAIL_SIDE = 320
"""The longest side of a thumbnail, in pixels."""


def thumbnail_path(dataset: Dataset, image: Image) -> Path:
    """Where the thumbnail is, once it was made. Raises UserError where the row is not sound."""
    return file_of_ours(dataset.thumbnails_folder, f"{image.sha256}.jpg", f"Image {image.id}")


def thumbnail(dataset: Dataset, image: Image) -> Path:
    """A small upright JPEG, named by the picture's content, made when missing. Any thread.

    Raises UserError where the picture or the folder fails.
    """
    target = thumbnail_path(dataset, image)
    if is_file(target):
        return target
    import uuid

    from labeler.dataset import picture  # Pillow: the window opens without it

    folder = target.parent
    small = picture.upright(
        picture.read(dataset.path_of(image)), image.original_name, THUMBNAIL_SIDE
    )
    try:
        # Never the folder of a dataset: its drive may be gone, and is to come back to this place.
        folder.mkdir(parents=dataset.read_only, exist_ok=True)
        waiting = folder if dataset.read_only else dataset.incoming_folder
        part = waiting / f"{image.sha256}-{uuid.uuid4().hex}{PART}"
        with open_plain(part, "wb") as stream:
            stream.write(_encoded(small))  # Pillow itself does not notice that the disk is full
    except OSError as error:
        raise UserError(f"Cannot write thumbnails to {folder}: {reason(error)}.") from error
    replace_durably(part, target)
    return target


def _encoded(small: Picture) -> bytes:
    stream = io.BytesIO()
    small.save(stream, "JPEG", quality=85)
    return stream.getvalue()
