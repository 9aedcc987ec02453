"""What the assistant is told of a dataset. Reads rows on any thread; no Qt."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from labeler.dataset.filters import ImageFilter
from labeler.dataset.model import Image, ImageState
from labeler.dataset.store import Dataset
from trainer.assist_lines import Know, KnownImage, Label, Labels, to_line

_AT_ONCE = 500
MOST_LOOKS = 2000
"""So many images are looked at for suggestions in one round: those after the current one."""


def all_lines(dataset: Dataset, start: int | None, should_stop: Callable[[], bool]) -> list[str]:
    """Everything that is there now: the images, those to do after `start` first, and all labels."""
    to_do = unlabelled_from(dataset, start)
    done = [
        number
        for state in (ImageState.LABELLED, ImageState.EMPTY)
        for number in dataset.image_ids(ImageFilter(state=state))
    ]
    lines: list[str] = []
    for ids in _chunks([*done, *to_do]):
        if should_stop():
            return []
        lines.append(known_line(dataset, ids))
    for ids in _chunks(done):
        if should_stop():
            return []
        lines.append(labels_line(dataset, ids))
    return lines


def known_line(dataset: Dataset, image_ids: Sequence[int]) -> str:
    """That these images are there, in this order."""
    images = {image.id: image for image in dataset.images_of(image_ids)}
    known = (_known(images[number]) for number in image_ids if number in images)
    return to_line(Know(str(dataset.images_folder), tuple(known)))


def labels_line(dataset: Dataset, image_ids: Sequence[int]) -> str:
    """What a person says about these images now."""
    categories = tuple((each.id, each.name) for each in dataset.categories())
    labels = (_labels(dataset, image) for image in dataset.images_of(image_ids))
    return to_line(Label(categories, tuple(labels)))


def unlabelled_from(dataset: Dataset, start: int | None) -> list[int]:
    """The images that are to do: those after `start` as they were added, then those before it."""
    ids = list(dataset.image_ids(ImageFilter(state=ImageState.UNLABELLED)))
    first = next((at for at, number in enumerate(ids) if start is None or number >= start), 0)
    return ids[first:] + ids[:first]


def _known(image: Image) -> KnownImage:
    return KnownImage(image.id, image.file_name, image.sha256, image.width, image.height)


def _labels(dataset: Dataset, image: Image) -> Labels:
    if image.state is ImageState.UNLABELLED:
        return Labels(image.id, None)
    boxes = (
        (each.category_id, each.bbox.x, each.bbox.y, each.bbox.width, each.bbox.height)
        for each in dataset.annotations(image.id)
    )
    return Labels(image.id, tuple(boxes))


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[begin : begin + _AT_ONCE] for begin in range(0, len(ids), _AT_ONCE))
