"""Learns from what a person has labelled so far, and suggests boxes on the rest."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import torch
from torch import Tensor

from trainer.assist_features import Features
from trainer.assist_lines import (
    Answer,
    Box,
    Know,
    Label,
    Learning,
    Learnt,
    Looked,
    Offer,
    Ranked,
    Refused,
    Suggested,
    Warned,
)
from trainer.assist_network import Network, size_for
from trainer.assist_pictures import Source, offers_of, target_of, views
from trainer.assist_ranking import doubt, most_useful_first
from trainer.assist_trials import Trials
from trainer.assist_views import LabelledViews
from trainer.augment import Augmentation, plain
from trainer.pictures import PictureError

_FEATURES_BYTES, _VIEWS_BYTES = 400_000_000, 400_000_000
KEPT_BYTES = _FEATURES_BYTES + _VIEWS_BYTES
"""So much is kept at most of what the backbone saw: of images to suggest on, and of labelled ones.
Whatever more there is to see is seen again when its turn comes."""

_VIEWS = 8
_FRESH_SHARE = 0.2
"""Of a round's time goes into new views of images it knows."""
_FRESH_VIEWS = 4
_AT_ONCE = 8
_WEAKEST = 0.1
"""Weaker offers are not even kept to be held against what the person draws."""
_MOST_OFFERS = 50
_WORTH_A_CHANGE = 1.4
"""Another input size is chosen where it has so many times the pixels, or so many times fewer."""

Say = Callable[[Answer], None]


class Assistant:
    """Knows images, some with labels. It does what it is told, and looks ahead in between.

    breathe is called between pieces of work that take a few tenths of a second; it comes back when
    the work may go on. is_awaited: whether there is something to learn meanwhile, which goes before
    looking at the rest of many images. Everything raises TrainerError, in words for the person.
    """

    def __init__(
        self,
        say: Say,
        breathe: Callable[[], None],
        is_awaited: Callable[[], bool] = lambda: False,
        seed: int = 0,
    ) -> None:
        torch.manual_seed(seed)
        self._say = say
        self._breathe = breathe
        self._is_awaited = is_awaited
        self._chance = torch.Generator().manual_seed(seed)
        self._sources: dict[int, Source] = {}
        self._labels: dict[int, tuple[Box, ...]] = {}
        self._names: dict[int, str] = {}
        self._unreadable: set[int] = set()
        self._looks: dict[int, Tensor] = {}
        self._ahead: deque[int] = deque()
        self._is_refitted = False
        self._features = Features(_FEATURES_BYTES)
        self._views = LabelledViews(_VIEWS_BYTES, self._chance)
        self._network: Network | None = None
        self._offered: dict[int, list[Offer]] = {}
        self._trials = Trials()
        self._looked_at = 0.0

    def know(self, order: Know) -> None:
        """These images are looked at in their order, after those that were known already."""
        for image in order.images:
            self._sources[image.id] = Source(Path(order.folder), image)
        self._ahead.extend(image.id for image in order.images)
        self._is_refitted = False

    def label(self, order: Label) -> None:
        """Holds what was suggested on these images against what the person made of them."""
        self._names |= dict(order.categories)
        for image in order.images:
            if self._labels.get(image.id) == image.boxes:
                continue
            self._views.drop(image.id)
            if image.boxes is None:
                self._labels.pop(image.id, None)
                self._ahead.appendleft(image.id)
            else:
                self._labels[image.id] = image.boxes
                offered = self._offered.pop(image.id, None)
                if offered is not None:
                    self._trials.add(offered, image.boxes)
        self._is_refitted = False

    def look_ahead(self) -> bool:
        """One piece of work that will have to be done anyway. False where there is none left."""
        if not self._sources:
            return False
        network = self._fitting_network()
        for image_id in self._labels:
            if image_id not in self._views and self._is_usable(image_id):
                self._see_labelled(network, image_id)
                return True
        waiting: list[int] = []
        while self._ahead and len(waiting) < _AT_ONCE and not self._features.is_full:
            image_id = self._ahead.popleft()
            if self._is_to_do(image_id):
                waiting.append(image_id)
        self._see(network, waiting)
        self._tell_looked(done=not waiting)
        return bool(waiting)

    def learn(self, seconds: float, steps: int = 0) -> None:
        """One round; says Learning and Learnt, or Refused where there is nothing to learn from."""
        boxes = sum(map(len, self._labels.values()))
        if not boxes or not self._sources:
            self._say(Refused("There is no box yet to learn from."))
            return
        network = self._fitting_network()
        for image_id in [each for each in self._labels if each not in self._views]:
            if self._is_usable(image_id):
                self._see_labelled(network, image_id)
                self._breathe()
        if not len(self._views):
            self._say(Refused("None of the labelled images can be read."))
            return
        spent, done = network.learn(self._views, seconds, steps, self._between(network, seconds))
        threshold = self._trials.threshold
        self._say(
            Learnt(
                network.rounds,
                len(self._labels),
                boxes,
                spent,
                done,
                self._trials.found(threshold),
                self._trials.asked,
            )
        )

    def _between(self, network: Network, seconds: float) -> Callable[[float], None]:
        """What happens between two steps: a breath, news, and now and then a new view."""
        said, fresh = time.monotonic(), 0.0

        def between(progress: float) -> None:
            nonlocal said, fresh
            self._breathe()
            began = time.monotonic()
            if began - said >= 1.0:
                said = began
                self._say(Learning(progress * seconds, seconds))
            if fresh < _FRESH_SHARE * progress * seconds:
                self._see_anew(network)
                fresh += time.monotonic() - began

        return between

    def suggest(self, ids: Sequence[int]) -> None:
        """Says Suggested for each image that can be read, in this order, and Ranked at the end.

        At least for the first few; the rest is left where something new is to be learnt.
        """
        network = self._network
        if network is None or not network.rounds:
            self._say(Refused("Nothing has been learnt yet."))
            return
        usable = [each for each in dict.fromkeys(ids) if self._is_usable(each)]
        threshold = self._trials.threshold
        doubts: dict[int, float] = {}
        for begin in range(0, len(usable), _AT_ONCE):
            self._breathe()
            if begin and self._is_awaited():
                break
            for image_id, offers in self._found(network, usable[begin : begin + _AT_ONCE]):
                if image_id not in self._labels:
                    self._offered[image_id] = offers
                doubts[image_id] = doubt([each[1] for each in offers], threshold)
                shown = tuple(each for each in offers if each[1] >= threshold)
                self._say(Suggested(image_id, shown))
        self._say(Ranked(self._ranked(doubts)))

    def _ranked(self, doubts: dict[int, float]) -> tuple[int, ...]:
        ids = list(doubts)
        known = [self._looks[each] for each in self._labels if each in self._looks]
        looks = torch.stack([self._looks[each] for each in ids]) if ids else torch.empty(0, 1)
        labelled = torch.stack(known) if known else torch.empty(0, looks.shape[1])
        order = most_useful_first([doubts[each] for each in ids], looks, labelled)
        return tuple(ids[index] for index in order)

    def _found(self, network: Network, ids: Sequence[int]) -> list[tuple[int, list[Offer]]]:
        self._see(network, [each for each in ids if self._key(each) not in self._features])
        readable = [each for each in ids if self._key(each) in self._features]
        if not readable:
            return []
        found = network.find(self._features.batch([self._key(each) for each in readable]))
        pairs = []
        for image_id, one in zip(readable, found, strict=True):
            fit = self._sources[image_id].fit(network.input_size)
            offers = offers_of(one, fit, network.categories)
            strong = [each for each in offers if each[1] >= _WEAKEST][:_MOST_OFFERS]
            pairs.append((image_id, strong))
        return pairs

    def _fitting_network(self) -> Network:
        """Made for these images and categories; what it knew is kept."""
        if self._network is not None and self._is_refitted:
            return self._network
        self._is_refitted = True
        size = self._wanted_size()
        used = {box[0] for boxes in self._labels.values() for box in boxes}
        network = self._network
        if network is None:
            self._network = network = Network(size, sorted(used))
        resized = not _is_alike(size, network.input_size)
        grown = (*network.categories, *sorted(used - set(network.categories)))
        if resized or grown != network.categories:
            if resized:
                self._forget_views()
            network = network.changed(size if resized else network.input_size, grown)
            self._network = network
        return network

    def _wanted_size(self) -> tuple[int, int]:
        images = {each: source.image for each, source in self._sources.items()}
        aspect = median(image.width / image.height for image in images.values())
        shares = [
            (width * height / (images[each].width * images[each].height)) ** 0.5
            for each, boxes in self._labels.items()
            if each in images
            for _, _, _, width, height in boxes
        ]
        pixels = median(image.width * image.height for image in images.values())
        return size_for(aspect, pixels, median(shares) if shares else None)

    def _forget_views(self) -> None:
        """The network sees the pictures at another size from now on."""
        self._features.clear()
        self._views.clear()
        self._ahead = deque(self._sources)

    def _see(self, network: Network, ids: Sequence[int]) -> None:
        """Keeps what the backbone sees of these images."""
        pixels = {each: self._pixels(network, each) for each in ids}
        readable = {each: value for each, value in pixels.items() if value is not None}
        if not readable:
            return
        levels = network.early(plain(torch.stack(list(readable.values()))))
        for row, image_id in enumerate(readable):
            self._features.put(self._key(image_id), [level[row] for level in levels])
            self._looks[image_id] = levels[-1][row].mean((1, 2))

    def _see_labelled(self, network: Network, image_id: int, count: int = _VIEWS) -> None:
        pixels = self._pixels(network, image_id)
        if pixels is None:
            return
        fit = self._sources[image_id].fit(network.input_size)
        numbers = {category: number for number, category in enumerate(network.categories)}
        target = target_of(self._labels[image_id], fit, numbers)
        pictures, targets = views(pixels, target, count, self._how(), self._chance)
        levels = network.early(pictures)
        self._views.add(image_id, levels, targets)
        self._looks[image_id] = levels[-1][0].mean((1, 2))

    def _see_anew(self, network: Network) -> None:
        """Other views of an image, in place of its oldest ones."""
        seen = [each for each in self._labels if each in self._views]
        image_id = seen[int(torch.randint(len(seen), (1,), generator=self._chance))]
        self._views.drop_oldest(image_id, _VIEWS - _FRESH_VIEWS)
        self._see_labelled(network, image_id, _FRESH_VIEWS)

    def _how(self) -> Augmentation:
        words = " ".join(self._names.values()).lower()
        return Augmentation(mirror=0.0 if "left" in words or "right" in words else 0.5)

    def _pixels(self, network: Network, image_id: int) -> Tensor | None:
        source = self._sources[image_id]
        try:
            return source.pixels(network.input_size)
        except PictureError as error:
            self._unreadable.add(image_id)
            self._say(Warned(f"{source.image.file} {error}; it is left out."))
            return None

    def _key(self, image_id: int) -> str:
        return self._sources[image_id].image.key

    def _is_usable(self, image_id: int) -> bool:
        return image_id in self._sources and image_id not in self._unreadable

    def _is_to_do(self, image_id: int) -> bool:
        return (
            self._is_usable(image_id)
            and image_id not in self._labels
            and self._key(image_id) not in self._features
        )

    def _tell_looked(self, *, done: bool) -> None:
        now = time.monotonic()
        if done or now - self._looked_at >= 1.0:
            self._looked_at = now
            self._say(Looked(len(self._features), len(self._sources)))


def _is_alike(size: tuple[int, int], other: tuple[int, int]) -> bool:
    ratio = size[0] * size[1] / (other[0] * other[1])
    return 1 / _WORTH_A_CHANGE < ratio < _WORTH_A_CHANGE
