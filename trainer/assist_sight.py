"""What the assistant has seen of the known images, kept within a bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median

import torch
from torch import Tensor

from trainer.assist_features import Features
from trainer.assist_lines import Box, Know, Warned
from trainer.assist_network import Network, size_for, stride_for
from trainer.assist_pictures import Source, target_of, views
from trainer.assist_views import LabelledViews
from trainer.augment import Augmentation, plain
from trainer.letterbox import Letterbox
from trainer.picture_gate import PictureError

_FEATURES_BYTES, _VIEWS_BYTES = 400_000_000, 400_000_000
KEPT_BYTES = _FEATURES_BYTES + _VIEWS_BYTES
"""So much is kept at most of what the backbone saw: of images to suggest on, and of labelled ones.
Whatever more there is to see is seen again when its turn comes."""

VIEWS = 4
"""Of a labelled image: itself, and others that are moved, scaled and recoloured."""


class Sight:
    """Features of images as they are, and of several views of the labelled ones.

    A picture that cannot be read is told once, and left out from then on.
    """

    def __init__(self, warn: Callable[[Warned], None], chance: torch.Generator) -> None:
        self.views = LabelledViews(_VIEWS_BYTES, chance)
        self._warn = warn
        self._chance = chance
        self._sources: dict[int, Source] = {}
        self._unreadable: set[int] = set()
        self._features = Features(_FEATURES_BYTES)
        self._looks: dict[int, Tensor] = {}

    @property
    def ids(self) -> list[int]:
        """All known images."""
        return list(self._sources)

    @property
    def count(self) -> int:
        """How many images' features are kept."""
        return len(self._features)

    @property
    def is_full(self) -> bool:
        return self._features.is_full

    def know(self, order: Know) -> None:
        for image in order.images:
            self._sources[image.id] = Source(Path(order.folder), image)

    def is_usable(self, image_id: int) -> bool:
        """Whether it is known, and nothing is wrong with it so far."""
        return image_id in self._sources and image_id not in self._unreadable

    def knows_features(self, image_id: int) -> bool:
        return self._key(image_id) in self._features

    def is_seen(self, image_id: int) -> bool:
        """Whether views of a labelled image are kept, or there is nothing to see in it."""
        return image_id in self.views or not self.is_usable(image_id)

    def wanted_input(
        self, labels: Mapping[int, Sequence[Box]], stride: int | None
    ) -> tuple[tuple[int, int], int]:
        """Size and finest stride of the network's input for these images and boxes. There is at
        least one image. stride: that of a network that has learnt."""
        images = {each: source.image for each, source in self._sources.items()}
        shares = sorted(
            (width * height / (images[each].width * images[each].height)) ** 0.5
            for each, boxes in labels.items()
            if each in images
            for _, _, _, width, height in boxes
        )
        size = size_for(
            median(image.width / image.height for image in images.values()),
            median(image.width * image.height for image in images.values()),
            median(shares) if shares else None,
        )
        return size, stride_for(size, shares[len(shares) // 10] if shares else None, stride)

    def forget(self) -> None:
        """All features: the network sees at another size from now on."""
        self._features.clear()
        self.views.clear()

    def see(self, network: Network, ids: Sequence[int], beside: Sequence[int] = ()) -> None:
        """Keeps what the backbone sees of these images, and of those that are needed beside."""
        pixels = {each: self._pixels(network, each) for each in ids}
        readable = {each: value for each, value in pixels.items() if value is not None}
        if not readable:
            return
        levels = network.early(plain(torch.stack(list(readable.values()))))
        needed = {self._key(each) for each in (*readable, *beside)}
        for row, image_id in enumerate(readable):
            self._features.put(self._key(image_id), [level[row] for level in levels], needed)
            self._looks[image_id] = levels[-1][row].mean((1, 2))

    def see_views(
        self,
        network: Network,
        image_id: int,
        boxes: Sequence[Box],
        how: Augmentation,
        count: int = VIEWS,
    ) -> None:
        """Keeps so many more views of a labelled image."""
        pixels = self._pixels(network, image_id)
        if pixels is None:
            return
        numbers = {category: number for number, category in enumerate(network.categories)}
        target = target_of(boxes, self.fit(network, image_id), numbers)
        pictures, targets = views(pixels, target, count, how, self._chance)
        levels = network.early(pictures)
        self.views.add(image_id, levels, targets)
        self._looks[image_id] = levels[-1][0].mean((1, 2))

    def features(self, ids: Sequence[int]) -> list[Tensor]:
        """Of images that were seen: (len(ids), C, H, W) a level."""
        return self._features.batch([self._key(each) for each in ids])

    def looks(self, ids: Sequence[int]) -> Tensor:
        """(seen ones of ids, C): what each looks like as a whole."""
        known = [self._looks[each] for each in ids if each in self._looks]
        return torch.stack(known) if known else torch.empty(0, 1)

    def fit(self, network: Network, image_id: int) -> Letterbox:
        return self._sources[image_id].fit(network.input_size)

    def _pixels(self, network: Network, image_id: int) -> Tensor | None:
        source = self._sources[image_id]
        try:
            return source.pixels(network.input_size)
        except PictureError as error:
            self._unreadable.add(image_id)
            self._warn(Warned(f"{source.image.file} {error}; it is left out."))
            return None

    def _key(self, image_id: int) -> str:
        return self._sources[image_id].image.key
