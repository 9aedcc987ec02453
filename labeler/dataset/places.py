"""Where datasets live when nobody says where."""

from __future__ import annotations

import re
from pathlib import Path

import platformdirs

from labeler.dataset.files import is_file, reason
from labeler.dataset.store import FILE_NAME
from labeler.errors import UserError

_CHECKOUT = Path(__file__).parents[2]


def datasets_folder(checkout: Path = _CHECKOUT) -> Path:
    """datasets/ when run from a checkout, else a folder among the person's documents."""
    if (checkout / "pyproject.toml").is_file() and (checkout / "datasets").is_dir():
        return checkout / "datasets"
    return platformdirs.user_documents_path() / "Vector Labeler"


def known_datasets(folder: Path | None = None) -> list[Path]:
    """The datasets directly in a folder, the last changed first."""
    place = folder or datasets_folder()
    changed = [
        (file.stat().st_mtime, file) for file in place.glob(f"*/{FILE_NAME}") if is_file(file)
    ]
    return [file.parent for _, file in sorted(changed, reverse=True)]


def free_folder(name: str, folder: Path | None = None) -> Path:
    """A folder for a new dataset that does not exist yet: the name made safe, with a number.

    Raises UserError where that place cannot be looked at.
    """
    place = folder or datasets_folder()
    safe = re.sub(r"[^\w \-]+", "_", name).strip(" _")[:60] or "dataset"
    if re.fullmatch(r"(?i)con|prn|aux|nul|com\d|lpt\d", safe):
        safe += "_"  # Windows keeps these for devices
    candidate, number = place / safe, 2
    try:
        while candidate.exists():
            candidate, number = place / f"{safe} {number}", number + 1
    except OSError as error:
        raise UserError(f"Cannot make a dataset in {place}: {reason(error)}.") from error
    return candidate
