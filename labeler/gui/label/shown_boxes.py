"""The boxes and suggestions of an image, as the canvas shows them."""

from __future__ import annotations

from labeler.dataset.model import Category, Suggestion
from labeler.dataset.store import Dataset
from labeler.gui.label.box_keys import key_of_suggestion
from labeler.gui.label.painting import ShownBox

UNSCORED = ("interpolation",)
"""The sources whose score says nothing, so that none is shown."""


def shown_boxes(dataset: Dataset, image_id: int, *, suggestions: bool = True) -> list[ShownBox]:
    """The boxes by id, then the suggestions that wait, by id."""
    categories = {category.id: category for category in dataset.categories()}
    drawn = [
        ShownBox(
            each.id,
            each.bbox,
            categories[each.category_id].name,
            categories[each.category_id].color,
            occluded=each.occluded,
            truncated=each.truncated,
            difficult=each.difficult,
            note=each.note,
        )
        for each in dataset.annotations(image_id)
    ]
    offered = dataset.suggestions(image_id) if suggestions else []
    return drawn + [_shown(each, categories[each.category_id]) for each in offered]


def _shown(offered: Suggestion, category: Category) -> ShownBox:
    return ShownBox(
        key_of_suggestion(offered.id),
        offered.bbox,
        category.name,
        category.color,
        dashed=True,
        score=None if offered.source in UNSCORED else offered.score,
    )
