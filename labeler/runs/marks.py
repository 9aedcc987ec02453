"""Pictures told by their bytes: the beginning of the hash, wherever they lie and whatever called.

The names of a dataset's own files hold it, so that these need not be read.
"""

from __future__ import annotations

import re
from pathlib import Path

from labeler.dataset.files import sha256_of
from labeler.dataset.model import Image

_DIGITS = 12
"""Hex digits of the sha256, as many as stand in file names."""
_OUR_NAME = re.compile(r"\d{6,}-([0-9a-f]{12})\.[a-z]{3,4}")


def mark_of_image(image: Image) -> str:
    """Of an image in a dataset."""
    return image.sha256[:_DIGITS]


def mark_of_file(path: Path) -> str:
    """Empty where it cannot be read."""
    own = _OUR_NAME.fullmatch(path.name)
    if own:
        return own[1]
    try:
        return sha256_of(path)[:_DIGITS]
    except OSError:
        return ""
