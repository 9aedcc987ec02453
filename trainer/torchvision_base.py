"""What torchvision's detectors have in common here: how they take pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor
from torchvision.models.detection.image_list import ImageList

from trainer.published_detector import PublishedDetector, channels_last

Numbers = tuple[float, float, float]


class TorchvisionDetector(PublishedDetector):
    """One of torchvision's."""

    mean: Numbers = (0.485, 0.456, 0.406)
    deviation: Numbers = (0.229, 0.224, 0.225)
    _shift: Tensor
    _scale: Tensor

    def __init__(self, network: Any, input_size: tuple[int, int], *, is_pretrained: bool) -> None:
        super().__init__(network, input_size, is_pretrained=is_pretrained)
        # on the device from the start: a tensor made in every step would make the GPU wait
        for name, values in (("_shift", self.mean), ("_scale", self.deviation)):
            self.register_buffer(name, torch.tensor(values)[:, None, None], persistent=False)

    def new_values(self, published: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """What the new layers start from, where the others start from the published weights."""
        return {key: own for key, own in self.network.state_dict().items() if self.is_new(key)}

    def normalised(self, pictures: Tensor) -> Tensor:
        """0 to 1 -> what the published weights want; (B, 3, H, W), laid out for convolutions."""
        return channels_last((pictures - self._shift) / self._scale)

    def image_list(self, pictures: Tensor) -> ImageList:
        """The pictures as torchvision's parts want them: all of the same size, (height, width)."""
        size = (self.input_size[1], self.input_size[0])
        return ImageList(pictures, [size] * pictures.shape[0])
