"""Whether a dataset holds what this program writes: asked before its rows leave it."""

from __future__ import annotations

from collections.abc import Iterable

from labeler.dataset.model import Image
from labeler.dataset.store import Dataset
from labeler.errors import UserError


def require_pictures(dataset: Dataset, images: Iterable[Image], so: str) -> None:
    """Raises UserError for the first image whose row or file leads out of the dataset.

    so: what was not done, a sentence; nothing may have been written yet.
    """
    for each in dataset.unsound:
        why = each if isinstance(each, str) else each.why
        raise UserError(
            f"The dataset {dataset.name} holds what this program did not write: "
            f"{why.rstrip('.')}. {so} check names everything, and restore goes back to a backup."
        )
    for image in images:
        try:
            dataset.path_of(image)
        except UserError as error:
            raise UserError(f"{error} {so} check names everything that is wrong.") from error
