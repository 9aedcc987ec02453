"""Stands in for the person who labels: draws the simulated robot's true boxes, edit by edit."""

from __future__ import annotations

from collections.abc import Collection

from labeler.dataset.category_edits import add_category
from labeler.dataset.edits import draw, verify
from labeler.dataset.model import ImageState
from labeler.dataset.store import Dataset
from labeler.simulator.truth import read_truth


def label_from_truth(dataset: Dataset, names: Collection[str]) -> int:
    """Draws the true boxes of these names on the unlabelled images and verifies each image.

    Returns how many boxes were drawn.

    Raises ValueError for an image that no simulated robot took.
    """
    drawn = 0
    for image in dataset.images(ImageState.UNLABELLED):
        truth = read_truth(dataset.path_of(image).read_bytes())
        for box in (box for box in truth.boxes if box.name in names):
            dataset.apply(draw(dataset, image.id, _category(dataset, box.name), box.bbox))
            drawn += 1
        dataset.apply(verify(dataset, image.id))
    return drawn


def _category(dataset: Dataset, name: str) -> int:
    known = {category.name: category.id for category in dataset.categories()}
    if name in known:
        return known[name]
    dataset.apply(add_category(dataset, name))
    return _category(dataset, name)
