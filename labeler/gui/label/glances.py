"""Looks at pictures for suggestions from the first boxes, on a worker: reads rows and pictures,
writes nothing. No Qt."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from labeler.dataset.detected import Detected
from labeler.dataset.filters import ImageFilter
from labeler.dataset.model import Image, ImageState
from labeler.dataset.store import Dataset
from labeler.errors import UserError
from labeler.gui.label.along_orders import unlabelled_from
from labeler.track import load_upright

if TYPE_CHECKING:
    from labeler.runs.prototypes import Glance, Labelled

MOST_LABELLED = 30
"""So many labelled images count: those nearest to the current one as they were added."""
AHEAD = 8
"""So many images are looked at: the current one, where it is to do, and those that come next."""
_MOST_KEPT = 300
"""Pictures of which a glance is kept, a tenth of a megabyte each."""
_DECODED = 832
"""Sides of the decoded picture, at most: twice what the network sees."""

Tell = Callable[[Mapping[int, Sequence[Detected]]], None]


class Glances:
    """Looks once at each picture, and keeps what it saw. For one job at a time, on any thread."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Glance | None] = OrderedDict()

    @property
    def count(self) -> int:
        """Of how many pictures something is kept."""
        return len(self._kept)

    def suggestions(
        self,
        dataset: Dataset,
        current: int | None,
        coming: Sequence[int],
        tell: Tell,
        should_stop: Callable[[], bool],
    ) -> dict[int, Sequence[Detected]]:
        """By image: what may be offered on the current and the next ones; tell gets what there is
        so far. An image where nothing can be offered has an empty row.

        coming: images that the person is likely to go to next. Raises UserError where the
        detector's files are missing or altered.
        """
        from labeler.runs.prototypes import prototypes

        found: dict[int, Sequence[Detected]] = {}
        to_do = self._to_do(dataset, current, coming)
        pictures: list[tuple[Glance, Labelled]] = []
        for image in self._labelled(dataset, current):
            if should_stop():
                return found
            one = self.of(dataset, image)
            if one is not None:
                boxes = [(each.category_id, each.bbox) for each in dataset.annotations(image.id)]
                pictures.append((one, boxes))
        known = prototypes(pictures)
        for image in to_do:
            if should_stop():
                break
            one = self.of(dataset, image) if known is not None else None
            found[image.id] = (
                [] if known is None or one is None else _inside(known.find(one), image)
            )
            tell(dict(found))
        return found

    def of(self, dataset: Dataset, image: Image) -> Glance | None:
        """None where the picture cannot be read, which is said where it is shown."""
        if image.sha256 in self._kept:
            self._kept.move_to_end(image.sha256)
            return self._kept[image.sha256]
        one = self._look(dataset, image)
        self._kept[image.sha256] = one
        while len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
        return one

    def _look(self, dataset: Dataset, image: Image) -> Glance | None:
        from labeler.runs.coco_detector import shared_detector
        from labeler.runs.prototypes import glance

        detector = shared_detector()
        try:
            pixels = load_upright(dataset.path_of(image), _DECODED)
        except UserError:
            return None
        return glance(detector.predict(pixels), image.width / pixels.shape[1])

    def _labelled(self, dataset: Dataset, current: int | None) -> list[Image]:
        """Those nearest to the current image, the nearest first."""
        ids = list(dataset.image_ids(ImageFilter(state=ImageState.LABELLED)))
        near = sorted(ids, key=lambda number: abs(number - (current or 0)))[:MOST_LABELLED]
        return _in_order(dataset, near)

    def _to_do(self, dataset: Dataset, current: int | None, coming: Sequence[int]) -> list[Image]:
        wanted = [] if current is None else [current]
        wanted += [*coming, *unlabelled_from(dataset, current)[: AHEAD + 1]]
        images = _in_order(dataset, list(dict.fromkeys(wanted)))
        return [each for each in images if each.state is ImageState.UNLABELLED][:AHEAD]


def _in_order(dataset: Dataset, ids: Sequence[int]) -> list[Image]:
    images = {image.id: image for image in dataset.images_of(ids)}
    return [images[number] for number in ids if number in images]


def _inside(found: Sequence[Detected], image: Image) -> list[Detected]:
    clipped = ((each, each.bbox.clipped(image.width, image.height)) for each in found)
    return [Detected(each.category_id, box, each.score) for each, box in clipped if box is not None]
