"""Learns from what a person has labelled so far, and suggests boxes on the rest."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Sequence

import torch

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
)
from trainer.assist_network import Network
from trainer.assist_pictures import offers_of
from trainer.assist_ranking import doubt, most_useful_first
from trainer.assist_sight import VIEWS, Sight
from trainer.assist_trials import Trials
from trainer.augment import Augmentation

_SEEING_SHARE = 0.5
"""So much of a round's time may pass on labelled images that were not seen yet."""
_FRESH_EVERY, _FRESH_VIEWS = 8, 2
"""After so many steps come so many new views of an image it knows: a quarter of the time."""
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
        self._sight = Sight(say, self._chance)
        self._labels: dict[int, tuple[Box, ...]] = {}
        self._names: dict[int, str] = {}
        self._ahead: deque[int] = deque()
        self._network: Network | None = None
        self._is_fitted = False
        self._offered: dict[int, list[Offer]] = {}
        self._trials = Trials()
        self._looked_at = 0.0

    def know(self, order: Know) -> None:
        """These images are looked at in their order, after those that were known already."""
        self._sight.know(order)
        self._ahead.extend(image.id for image in order.images)
        self._is_fitted = False

    def label(self, order: Label) -> None:
        """Holds what was suggested on these images against what the person made of them."""
        self._names |= dict(order.categories)
        for image in order.images:
            if self._labels.get(image.id) == image.boxes:
                continue
            self._sight.views.drop(image.id)
            if image.boxes is None:
                self._labels.pop(image.id, None)
                self._ahead.appendleft(image.id)
            else:
                self._labels[image.id] = image.boxes
                offered = self._offered.pop(image.id, None)
                if offered is not None:
                    self._trials.add(offered, image.boxes)
        self._is_fitted = False

    def look_ahead(self) -> bool:
        """One piece of work that will have to be done anyway. False where there is none left."""
        if not self._sight.ids:
            return False
        network = self._fitting_network()
        if not self._sight.views.is_full:
            unseen = next((each for each in self._labels if not self._sight.is_seen(each)), None)
            if unseen is not None:
                self._see_views(network, unseen)
                return True
        waiting: list[int] = []
        while self._ahead and len(waiting) < _AT_ONCE and not self._sight.is_full:
            image_id = self._ahead.popleft()
            if self._is_to_do(image_id):
                waiting.append(image_id)
        self._sight.see(network, waiting)
        self._tell_looked(done=not waiting)
        return bool(waiting)

    def learn(self, seconds: float, steps: int = 0) -> None:
        """One round; says Learning and Learnt, or Refused where there is nothing to learn from."""
        boxes = sum(map(len, self._labels.values()))
        if not boxes or not self._sight.ids:
            self._say(Refused("There is no box yet to learn from."))
            return
        network = self._fitting_network()
        self._see_unseen(network, math.inf if steps else _SEEING_SHARE * seconds)
        if not len(self._sight.views):
            self._say(Refused("None of the labelled images can be read."))
            return
        between = self._between(network, seconds)
        spent, done = network.learn(self._sight.views, seconds, steps, between)
        trials, labelled = self._trials, len(self._labels)
        found = trials.found(trials.threshold)
        self._say(
            Learnt(
                network.rounds, labelled, boxes, spent, done, found, trials.asked, trials.chances
            )
        )

    def suggest(self, ids: Sequence[int]) -> None:
        """Says Suggested for each image that can be read, in this order, and Ranked at the end.

        At least for the first few; the rest is left where something new is to be learnt.
        """
        network = self._network
        if network is None or not network.rounds:
            self._say(Refused("Nothing has been learnt yet."))
            return
        usable = [each for each in dict.fromkeys(ids) if self._sight.is_usable(each)]
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

    def _see_unseen(self, network: Network, seconds: float) -> None:
        """The labelled images that were not seen yet, the newest first, for so long; at least a
        few. What is left comes when there is nothing else to do."""
        unseen = [each for each in self._labels if not self._sight.is_seen(each)]
        began = time.monotonic()
        for done, image_id in enumerate(reversed(unseen)):
            if done >= _AT_ONCE and time.monotonic() - began > seconds:
                return
            self._see_views(network, image_id)
            self._breathe()

    def _between(self, network: Network, seconds: float) -> Callable[[float], None]:
        """What happens between two steps: a breath, news, and now and then a new view."""
        said, steps = time.monotonic(), 0

        def between(progress: float) -> None:
            nonlocal said, steps
            self._breathe()
            if time.monotonic() - said >= 1.0:
                said = time.monotonic()
                self._say(Learning(progress * seconds, seconds))
            steps += 1
            if steps % _FRESH_EVERY == 0:
                self._see_anew(network)

        return between

    def _see_anew(self, network: Network) -> None:
        """Other views of an image, in place of its oldest ones."""
        seen = [each for each in self._labels if each in self._sight.views]
        image_id = seen[int(torch.randint(len(seen), (1,), generator=self._chance))]
        self._sight.views.drop_oldest(image_id, VIEWS - _FRESH_VIEWS)
        self._see_views(network, image_id, _FRESH_VIEWS)

    def _see_views(self, network: Network, image_id: int, count: int = VIEWS) -> None:
        words = " ".join(self._names.values()).lower()
        how = Augmentation(mirror=0.0 if "left" in words or "right" in words else 0.5)
        self._sight.see_views(network, image_id, self._labels[image_id], how, count)

    def _found(self, network: Network, ids: Sequence[int]) -> list[tuple[int, list[Offer]]]:
        sight = self._sight
        sight.see(network, [each for each in ids if not sight.knows_features(each)], beside=ids)
        readable = [each for each in ids if sight.knows_features(each)]
        if not readable:
            return []
        pairs = []
        found = network.find(sight.features(readable))
        for image_id, one in zip(readable, found, strict=True):
            offers = offers_of(one, sight.fit(network, image_id), network.categories)
            strong = [each for each in offers if each[1] >= _WEAKEST][:_MOST_OFFERS]
            pairs.append((image_id, strong))
        return pairs

    def _ranked(self, doubts: dict[int, float]) -> tuple[int, ...]:
        ids = list(doubts)
        looks, labelled = self._sight.looks(ids), self._sight.looks(list(self._labels))
        order = most_useful_first([doubts[each] for each in ids], looks, labelled)
        return tuple(ids[index] for index in order)

    def _fitting_network(self) -> Network:
        """Made for these images and categories; what it knew is kept."""
        if self._network is not None and self._is_fitted:
            return self._network
        self._is_fitted = True
        network = self._network
        knows = network.stride if network is not None and network.rounds else None
        size, stride = self._sight.wanted_input(self._labels, knows)
        used = {box[0] for boxes in self._labels.values() for box in boxes}
        if network is None:
            self._network = network = Network(size, stride, sorted(used))
        resized = not _is_alike(size, network.input_size)
        grown = (*network.categories, *sorted(used - set(network.categories)))
        if resized:
            self._sight.forget()
            self._ahead = deque(self._sight.ids)
        if resized or stride != network.stride or grown != network.categories:
            network = network.changed(size if resized else network.input_size, stride, grown)
            self._network = network
        return network

    def _is_to_do(self, image_id: int) -> bool:
        is_new = image_id not in self._labels and self._sight.is_usable(image_id)
        return is_new and not self._sight.knows_features(image_id)

    def _tell_looked(self, *, done: bool) -> None:
        now = time.monotonic()
        if done or now - self._looked_at >= 1.0:
            self._looked_at = now
            self._say(Looked(self._sight.count, len(self._sight.ids)))


def _is_alike(size: tuple[int, int], other: tuple[int, int]) -> bool:
    ratio = size[0] * size[1] / (other[0] * other[1])
    return 1 / _WORTH_A_CHANGE < ratio < _WORTH_A_CHANGE
