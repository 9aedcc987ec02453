"""What the training loop asks of a detector, the built-in one and torchvision's alike."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import Parameter

from trainer.class_rows import ClassRows, Namesakes, carried
from trainer.events import Downloading


@dataclass(frozen=True, slots=True)
class Target:
    """The true boxes of one picture. There may be none.

    boxes: float32 (N, 4), x1 y1 x2 y2 in pixels of the network's input, x1 < x2 and y1 < y2.
    labels: int64 (N,), 0 to categories - 1 (an index, not COCO's category id; no background).
    """

    boxes: Tensor
    labels: Tensor

    def to(self, device: str) -> Target:
        return Target(self.boxes.to(device), self.labels.to(device))


@dataclass(frozen=True, slots=True)
class Found:
    """What a detector sees in one picture, after non-maximum suppression, best first.

    boxes as in Target, inside the input or not; scores: float32 (N,), 0 to 1; labels as in Target.
    """

    boxes: Tensor
    scores: Tensor
    labels: Tensor


@dataclass(frozen=True, slots=True)
class ParameterGroup:
    """Parameters that learn alike: rate is a factor of the recipe's learning rate.

    The loop leaves out parameters that do not require a gradient.
    """

    parameters: tuple[Parameter, ...]
    rate: float
    weight_decay: float


@dataclass(frozen=True, slots=True)
class BuildRequest:
    """What the door to a detector gets: build(request) -> Detector, on the CPU, in train mode.

    start: "pretrained" or "scratch"; "vector": ready-made Vector, where the detector is the one
    that starts from COCO; "checkpoint": only the structure, weights are to come; "run":
    they are to come and to learn on, which take_over() is for. input_size: (width, height) in
    pixels, multiples of 32, the same for every picture.
    on_download and should_stop are for weights that come over the network. Hints: finest_stride is
    8, or 16 where all objects are large, which saves half of the work; backbone_rate is what a
    pretrained backbone learns at, as a share of the head's rate. start_decides: norms stand still
    and rates are lower where the start is pretrained; False: both starts get the same network and
    the same rates, backbone_rate included, and differ in their weights only. names: of the
    categories, where they are known: a pretrained detector may know something alike. goes_on: the
    weights of a run that was interrupted are to come, so that no pretrained ones have to be had.
    """

    detector: str
    categories: int
    start: str
    input_size: tuple[int, int]
    on_download: Callable[[Downloading], None]
    should_stop: Callable[[], bool]
    finest_stride: int = 8
    backbone_rate: float = 0.1
    start_decides: bool = True
    names: tuple[str, ...] = ()
    goes_on: bool = False


class Detector(nn.Module, ABC):
    """A network that finds boxes.

    Pictures go in as float32 (B, 3, height, width), RGB from 0 to 1, exactly input_size big: the
    loop has letterboxed them (grey padding, trainer.letterbox). Normalising is the detector's own
    business. Raises ValueError, in words for the person, from its constructor or build function.
    """

    input_size: tuple[int, int]
    peak_rate: float
    """The learning rate that AdamW warms up to."""

    @abstractmethod
    def losses(self, pictures: Tensor, targets: Sequence[Target]) -> dict[str, Tensor]:
        """The terms of the loss, each a scalar already weighted: the loop adds them up.

        Called in train mode; pictures without boxes are among them.
        """

    @abstractmethod
    def class_rows(self, name: str) -> ClassRows | None:
        """How the categories lie in the tensor of state_dict() of this name; None: it has none."""

    def take_over(self, weights: Mapping[str, Tensor], namesakes: Namesakes) -> None:
        """Takes the weights of a settled detector of this kind, whose categories may be others.

        Raises KeyError or RuntimeError where they are of something else.
        """
        values = dict(weights)
        for name, own in self.state_dict().items():
            rows = self.class_rows(name)
            if rows is not None:
                values[name] = carried(own, weights[name], rows, namesakes)
        self.load_state_dict(values)

    @abstractmethod
    def find(self, pictures: Tensor) -> list[Found]:
        """Detections, one Found a picture, at most 100 each. Called in eval mode without gradients.

        Must also go through torch.onnx.export(dynamo=False, opset_version=17) for a batch of one,
        suppression included (torchvision.ops.nms exports): export.py wraps it into a graph that
        takes the letterboxed picture as uint8 (1, height, width, 3) and gives boxes (N, 4), scores
        (N,) and labels (N,). Detections below a score of 0.01 may be left out.
        """

    def settled(self) -> Detector:
        """A copy to keep and to export: on the CPU, in eval mode."""
        return copy.deepcopy(self).cpu().eval()

    def parameter_groups(self) -> Iterator[ParameterGroup]:
        """All parameters: weights decay, biases and norms do not."""
        parameters = [p for p in self.parameters() if p.requires_grad]
        yield ParameterGroup(tuple(p for p in parameters if p.ndim > 1), 1.0, 0.02)
        yield ParameterGroup(tuple(p for p in parameters if p.ndim <= 1), 1.0, 0.0)


class StagedDetector(Detector):
    """A detector whose first blocks can be frozen, so that what they see can be kept and reused."""

    depth: int
    """How many blocks there are to freeze."""

    @abstractmethod
    def freeze(self, blocks: int) -> None:
        """The first blocks stand still from now on, all others learn. 0: everything learns."""

    @abstractmethod
    def blocks(self) -> nn.Module:
        """All of those blocks: while their weights are the same, so is what features() gives."""

    @abstractmethod
    def features(self, pictures: Tensor) -> list[Tensor]:
        """Of all blocks, frozen or not, one (B, C, h, w) a level: the input of late_find."""

    @abstractmethod
    def late_find(self, features: list[Tensor]) -> list[Found]:
        """As find: find(x) == late_find(features(x))."""

    @abstractmethod
    def early(self, pictures: Tensor) -> list[Tensor]:
        """What the frozen blocks see, without gradients: the input of late_losses."""

    @abstractmethod
    def late_losses(self, features: list[Tensor], targets: Sequence[Target]) -> dict[str, Tensor]:
        """As losses, from early's features: losses(x, t) == late_losses(early(x), t)."""
