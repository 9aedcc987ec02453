"""The detector that has learned COCO: NanoDet-g (RangiLyu 2020), a CSP backbone and a plain neck.

https://github.com/RangiLyu/nanodet, Apache-2.0. As published its norms are folded into its
convolutions; what starts from random weights, or is compared with that, has them. Boxes are read
from distributions over whole strides (generalised focal loss, Li et al., NeurIPS 2020).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from trainer import coco_weights, vector_weights
from trainer.assign import Assignment, Grid, assign
from trainer.boxes import from_distances, grid_points
from trainer.class_rows import ClassRows
from trainer.coco_kin import coco_classes_like
from trainer.config import VECTOR_START
from trainer.loss import box_loss, classification_loss
from trainer.protocol import BuildRequest, Detector, Found, ParameterGroup, StagedDetector, Target
from trainer.suppression import suppressed

STRIDES = (8, 16, 32)
_CHANNELS = (128, 256, 512)
_WIDTH = 128
_STAGES = ((32, 1, 1), (64, 2, 2), (128, 2, 2), (256, 3, 2))
"""Channels that come in, pairs of convolutions, stride; twice as many channels go out."""
_REACH = 10
"""Strides: how far from its point a side of a box may lie."""
_SLOPE = 0.1
_MEAN = (123.675, 116.28, 103.53)
_STD = (58.395, 57.12, 57.375)
"""Of red, green and blue, 0 to 255."""
_RARE = -4.0
"""The class bias of random weights: nearly everything is background."""
_DISTRIBUTION_WEIGHT = 0.25
_RATE = 1e-3
_SCRATCH_RATE = 2e-3
_BRANCH_RATE = 6e-3
"""Of what is new beside weights that know COCO."""
_BRANCH_SCRATCH_RATE = 3e-3
_WEIGHT_DECAY = 0.02
_AT_ONCE = 8
_CLASSES = "head.classify."
_BRANCH = "branch."
_BRANCH_CLASSES = "branch.classify."
_BRANCH_WIDTH = 96
_BRANCH_DEPTH = 2


class FirstLookNorm(nn.BatchNorm2d):
    """A BatchNorm that changes nothing of the first batch that it learns from.

    It takes that batch's statistics for its own scale and shift, so that a network which has
    learned without norms goes on from what it knows.
    """

    has_looked: Tensor

    def __init__(self, channels: int) -> None:
        super().__init__(channels)
        self.register_buffer("has_looked", torch.tensor(False))

    def forward(self, x: Tensor) -> Tensor:
        if self.training and not self.has_looked:
            self._take_up(x.detach().float())
        return super().forward(x)

    @torch.no_grad()
    def _take_up(self, x: Tensor) -> None:
        variance, mean = torch.var_mean(x, dim=(0, 2, 3), correction=0)
        assert self.running_mean is not None
        assert self.running_var is not None
        self.running_mean.copy_(mean)
        self.running_var.copy_(variance)
        self.bias.copy_(mean)
        self.weight.copy_(torch.sqrt(variance + self.eps))
        self.has_looked.fill_(True)


class Conv(nn.Conv2d):
    """A convolution, padded so that stride 1 keeps the size, its norm, and LeakyReLU.

    slope: of that, for what is negative; 1: nothing is changed.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int = 3,
        stride: int = 1,
        *,
        groups: int = 1,
        slope: float = _SLOPE,
    ) -> None:
        padding = kernel // 2 if kernel % 2 else 0
        super().__init__(inputs, outputs, kernel, stride, padding, groups=groups)
        self.norm: nn.Module = nn.Identity()
        self._slope = slope

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.norm(super().forward(x))
        return y if self._slope == 1 else functional.leaky_relu(y, self._slope)

    @torch.no_grad()
    def fold(self) -> None:
        """Afterwards the norm is part of the weights and the bias."""
        norm = self.norm
        if not isinstance(norm, nn.BatchNorm2d):
            return
        assert self.bias is not None
        assert norm.running_mean is not None
        assert norm.running_var is not None
        factor = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        self.weight.mul_(factor.view(-1, 1, 1, 1))
        self.bias.copy_(norm.bias + (self.bias - norm.running_mean) * factor)
        self.norm = nn.Identity()


class CspStage(nn.Module):
    """Cross-stage partial (Wang et al., CVPRW 2020): each pair adds to what stands there."""

    def __init__(self, channels: int, pairs: int, stride: int) -> None:
        super().__init__()
        self.first = Conv(channels, channels, 3, stride)
        half = channels // 2
        self.narrow = nn.ModuleList(Conv(channels, half) for _ in range(pairs))
        self.same = nn.ModuleList(Conv(half, half) for _ in range(pairs))
        self.last = Conv(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        begun: Tensor = self.first(x)
        y = begun
        for narrow, same in zip(self.narrow, self.same, strict=True):
            y = narrow(y)
            y = torch.cat([same(y), y], 1)
        return torch.cat([self.last(y), begun], 1)


class Stem(nn.Module):
    """Input: (B, 3, H, W), blue first, normalised."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = Conv(3, 32, 3, 2)

    def forward(self, x: Tensor) -> Tensor:
        return functional.max_pool2d(self.conv(x), 3, 2, 1)


class NanoBackbone(nn.Module):
    """A stem and four stages, of which the last three go out."""

    depth = 1 + len(_STAGES)

    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.ModuleList([Stem(), *(CspStage(*stage) for stage in _STAGES)])

    def early(self, x: Tensor, depth: int) -> list[Tensor]:
        """What the first depth blocks make of it: finished levels, the unfinished one last."""
        return self._run([x], 0, depth)

    def late(self, features: list[Tensor], depth: int) -> list[Tensor]:
        """Goes on from there to the levels of all strides."""
        return self._run(features, depth, self.depth)

    def _run(self, features: list[Tensor], begin: int, end: int) -> list[Tensor]:
        features = list(features)
        for index in range(begin, end):
            x = self.blocks[index](features[-1])
            if index > 2:
                features.append(x)
            else:
                features[-1] = x
        return features


class NanoNeck(nn.Module):
    """Brings all levels to one width, then adds coarse to fine and back (PAN without weights)."""

    def __init__(self) -> None:
        super().__init__()
        self.laterals = nn.ModuleList(nn.Conv2d(width, _WIDTH, 1) for width in _CHANNELS)

    def forward(self, features: list[Tensor]) -> list[Tensor]:
        """features: finest first."""
        fine, middle, coarse = (
            lateral(x) for lateral, x in zip(self.laterals, features, strict=True)
        )
        middle = middle + _resized(coarse, 2.0)
        fine = fine + _resized(middle, 2.0)
        middle = middle + _resized(fine, 0.5)
        coarse = coarse + _resized(middle, 0.5)
        return [fine, middle, coarse]


class NanoHead(nn.Module):
    """Of each level its own: a tower of one convolution, class scores, distributions of sides."""

    whole: Tensor

    def __init__(self, categories: int, strides: tuple[int, ...]) -> None:
        super().__init__()
        names = [str(stride) for stride in strides]
        self.tower = nn.ModuleDict({n: Conv(_WIDTH, _WIDTH) for n in names})
        self.classify = nn.ModuleDict({n: nn.Conv2d(_WIDTH, categories, 1) for n in names})
        self.measure = nn.ModuleDict({n: nn.Conv2d(_WIDTH, 4 * (_REACH + 1), 1) for n in names})
        self.register_buffer("whole", torch.arange(_REACH + 1.0), persistent=False)

    def forward(self, levels: list[Tensor]) -> tuple[Tensor, Tensor]:
        """Logits (B, P, categories) and logits of distances (B, P, 4, 11), level after level.

        Of the coarsest levels, as many as there are strides.
        """
        logits, sides = [], []
        for name, x in zip(self.tower, levels[-len(self.tower) :], strict=True):
            y = self.tower[name](x)
            logits.append(self.classify[name](y).flatten(2))
            sides.append(self.measure[name](y).flatten(2))
        told = torch.cat(sides, 2).transpose(1, 2)
        apart = told.reshape(told.shape[0], -1, 4, _REACH + 1)
        return torch.cat(logits, 2).transpose(1, 2), apart


class ClassBranch(nn.Module):
    """What it adds to the class logits of NanoHead, from the backbone's features: at first nothing.

    COCO's head can place the box of nearly anything, but has a single layer to tell classes apart,
    made for COCO's. Kinds of things that COCO does not know, the ranks of playing cards, are learnt
    here, by a neck (coarse to fine and back, PANet) and a tower of its own.
    """

    def __init__(self, categories: int, strides: tuple[int, ...]) -> None:
        super().__init__()
        first, width = STRIDES.index(strides[0]), _BRANCH_WIDTH
        names = [str(stride) for stride in strides]
        self.detail = Conv(_CHANNELS[first - 1], width, 2, 2, slope=1) if first else None
        """Of a level finer than those that go out: small marks on a large thing still count."""
        self.laterals = nn.ModuleDict(
            {n: Conv(c, width, 1, slope=1) for n, c in zip(names, _CHANNELS[first:], strict=True)}
        )
        self.down = nn.ModuleDict({n: _separable(width) for n in names[:-1]})
        self.up = nn.ModuleDict({n: _separable(width) for n in names[1:]})
        self.tower = nn.ModuleDict(
            {n: nn.Sequential(*(_separable(width) for _ in range(_BRANCH_DEPTH))) for n in names}
        )
        self.classify = nn.ModuleDict({n: nn.Conv2d(width, categories, 1) for n in names})

    def begin_at_nothing(self) -> None:
        for classify in self.classify.values():
            assert isinstance(classify, nn.Conv2d)
            nn.init.zeros_(classify.weight)
            nn.init.zeros_(classify.bias)  # type: ignore[arg-type]

    def forward(self, features: list[Tensor]) -> Tensor:
        """features: of all three strides, finest first. Logits (B, P, categories)."""
        names = list(self.laterals)
        seen = dict(zip(names, features[-len(names) :], strict=True))
        levels = {name: self.laterals[name](x) for name, x in seen.items()}
        if self.detail is not None:
            levels[names[0]] = levels[names[0]] + self.detail(features[-len(names) - 1])
        for fine, coarse in reversed(list(pairwise(names))):
            wider = functional.interpolate(levels[coarse], scale_factor=2.0)
            levels[fine] = self.down[fine](levels[fine] + wider)
        for fine, coarse in pairwise(names):
            narrower = functional.max_pool2d(levels[fine], 2)
            levels[coarse] = self.up[coarse](levels[coarse] + narrower)
        logits = [self.classify[n](self.tower[n](levels[n])).flatten(2) for n in names]
        return torch.cat(logits, 2).transpose(1, 2)


def _separable(width: int) -> nn.Sequential:
    """A 5x5 filter of each channel, then a mix of the channels."""
    return nn.Sequential(
        Conv(width, width, 5, groups=width, slope=0), Conv(width, width, 1, slope=0)
    )


class NanoDetector(StagedDetector):
    """See protocol.StagedDetector. backbone_rate and branch_rate: as shares of peak_rate.

    has_branch: whether there is a ClassBranch; what COCO published has none.
    """

    depth = NanoBackbone.depth
    points: Tensor
    strides: Tensor
    mean: Tensor
    spread: Tensor

    def __init__(
        self,
        categories: int,
        input_size: tuple[int, int],
        *,
        finest_stride: int = STRIDES[0],
        peak_rate: float = _SCRATCH_RATE,
        backbone_rate: float = 1.0,
        branch_rate: float = 1.0,
        has_branch: bool = True,
    ) -> None:
        super().__init__()
        self.input_size = input_size
        self._of_levels = STRIDES[STRIDES.index(finest_stride) :]
        self.peak_rate = peak_rate
        self.backbone_rate = backbone_rate
        self.branch_rate = branch_rate
        self.backbone = NanoBackbone()
        self.neck = NanoNeck()
        self.head = NanoHead(categories, self._of_levels)
        self._frozen = 0
        points, strides = _points(input_size, self._of_levels)
        self.register_buffer("points", points, persistent=False)
        self.register_buffer("strides", strides, persistent=False)
        for name, values in (("mean", _MEAN), ("spread", _STD)):
            told = torch.tensor(values).flip(0).view(1, 3, 1, 1) / 255
            self.register_buffer(name, told, persistent=False)
        self.branch = ClassBranch(categories, self._of_levels) if has_branch else None
        self._begin_at_random()

    def _begin_at_random(self) -> None:
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, a=_SLOPE)
                nn.init.zeros_(module.bias)  # type: ignore[arg-type]
        for last in (*self.head.classify.values(), *self.head.measure.values()):
            assert isinstance(last, nn.Conv2d)
            nn.init.normal_(last.weight, std=0.01)
        for classify in self.head.classify.values():
            nn.init.constant_(classify.bias, _RARE)  # type: ignore[arg-type]
        if self.branch is not None:
            self.branch.begin_at_nothing()

    def freeze(self, blocks: int) -> None:
        self._frozen = blocks
        for index, block in enumerate(self.backbone.blocks):
            block.requires_grad_(index >= blocks)

    def early(self, pictures: Tensor) -> list[Tensor]:
        with torch.no_grad():
            parts = [
                self.backbone.early(self._normalised(part), self._frozen)
                for part in torch.split(pictures, _AT_ONCE)
            ]
        return [torch.cat(levels) for levels in zip(*parts, strict=True)]

    def late_losses(self, features: list[Tensor], targets: Sequence[Target]) -> dict[str, Tensor]:
        levels = self.backbone.late(features, self._frozen)
        grid = self._grid(levels[-1])
        logits, sides = self._predicted(levels)
        boxes = self._boxes(sides, grid)
        assigned = assign(logits.detach().sigmoid(), boxes.detach(), targets, grid)
        return {
            "classification": classification_loss(logits, assigned),
            "box": box_loss(boxes, assigned),
            "distribution": _distribution_loss(sides, assigned, grid),
        }

    def losses(self, pictures: Tensor, targets: Sequence[Target]) -> dict[str, Tensor]:
        if self._frozen:
            return self.late_losses(self.early(pictures), targets)
        return self.late_losses([self._normalised(pictures)], targets)

    def blocks(self) -> nn.Module:
        return self.backbone

    def features(self, pictures: Tensor) -> list[Tensor]:
        return self.backbone.early(self._normalised(pictures), self.depth)

    def find(self, pictures: Tensor) -> list[Found]:
        return self.late_find(self.features(pictures))

    def late_find(self, features: list[Tensor]) -> list[Found]:
        scores, boxes = self.late_points(features)
        return [suppressed(*each) for each in zip(scores, boxes, strict=True)]

    def late_points(self, features: list[Tensor]) -> tuple[Tensor, Tensor]:
        """Scores (B, P, categories) and boxes (B, P, 4) of all points, before suppression."""
        logits, sides = self._predicted(features)
        return logits.sigmoid(), self._boxes(sides, Grid(self.points, self.strides))

    def class_rows(self, name: str) -> ClassRows | None:
        return ClassRows() if name.startswith((_CLASSES, _BRANCH_CLASSES)) else None

    def settled(self) -> Detector:
        """With all norms folded in: the structure that checkpoints have."""
        copied = super().settled()
        for module in copied.modules():
            if isinstance(module, Conv):
                module.fold()
        return copied

    def put_norms(self, kind: type[nn.BatchNorm2d], *, only_branch: bool = False) -> None:
        """One behind each Conv."""
        part: nn.Module = self
        if only_branch:
            assert self.branch is not None
            part = self.branch
        for module in part.modules():
            if isinstance(module, Conv):
                module.norm = kind(module.out_channels)

    def parameter_groups(self) -> Iterator[ParameterGroup]:
        parts: list[tuple[nn.Module, float]] = [(self.backbone, self.backbone_rate)]
        parts += [(self.neck, 1.0), (self.head, 1.0)]
        if self.branch is not None:
            parts.append((self.branch, self.branch_rate))
        for part, rate in parts:
            weights = tuple(p for p in part.parameters() if p.ndim > 1)
            others = tuple(p for p in part.parameters() if p.ndim <= 1)
            yield ParameterGroup(weights, rate, _WEIGHT_DECAY)
            yield ParameterGroup(others, rate, 0.0)

    def _predicted(self, features: list[Tensor]) -> tuple[Tensor, Tensor]:
        """As NanoHead gives them, in single precision."""
        logits, sides = self.head(self.neck(features))
        if self.branch is not None:
            logits = logits + self.branch(features)
        return logits.float(), sides.float()

    def _boxes(self, sides: Tensor, grid: Grid) -> Tensor:
        steps = sides.softmax(-1) @ self.head.whole
        return from_distances(grid.points, steps * grid.strides[:, None])

    def _normalised(self, pictures: Tensor) -> Tensor:
        normal = (pictures.flip(1) - self.mean) / self.spread
        return normal.contiguous(memory_format=torch.channels_last)

    def _grid(self, coarsest: Tensor) -> Grid:
        """The points where the pictures to learn from are, which may be smaller than the input."""
        size = (STRIDES[-1] * coarsest.shape[3], STRIDES[-1] * coarsest.shape[2])
        if size == self.input_size:
            return Grid(self.points, self.strides)
        points, strides = _points(size, self._of_levels)
        return Grid(points.to(self.points.device), strides.to(self.points.device))


def build(request: BuildRequest) -> Detector:
    """Raises TrainerError where the weights of COCO are missing or altered."""
    has_learned = request.start in ("pretrained", VECTOR_START, "run")
    fine_tunes = has_learned and request.start_decides
    peak = _RATE if fine_tunes else _SCRATCH_RATE
    detector = NanoDetector(
        request.categories,
        request.input_size,
        finest_stride=request.finest_stride,
        peak_rate=peak,
        branch_rate=(_BRANCH_RATE if fine_tunes else _BRANCH_SCRATCH_RATE) / peak,
        backbone_rate=request.backbone_rate if has_learned or not request.start_decides else 1.0,
    )
    if request.start == VECTOR_START:
        _begin_from_vector(detector, request.names)
        detector.put_norms(FirstLookNorm, only_branch=request.start_decides)
    elif request.start == "pretrained":
        _begin_from_coco(detector, request.names)
        if request.start_decides:
            detector.put_norms(nn.BatchNorm2d, only_branch=True)
        else:
            detector.put_norms(FirstLookNorm)
    elif request.start == "scratch":
        detector.put_norms(nn.BatchNorm2d if request.start_decides else FirstLookNorm)
    return detector.train()


def coco_detector(input_size: tuple[int, int]) -> NanoDetector:
    """As it was published, with COCO's 80 classes, in eval mode. Raises TrainerError as build."""
    detector = NanoDetector(len(coco_weights.NAMES), input_size, has_branch=False)
    detector.load_state_dict(coco_weights.load())
    return detector.eval()


def vector_detector(input_size: tuple[int, int]) -> NanoDetector:
    """Ready-made Vector, in eval mode. Raises TrainerError as build."""
    detector = NanoDetector(len(vector_weights.NAMES), input_size)
    detector.load_state_dict(vector_weights.load())
    return detector.eval()


@torch.no_grad()
def _begin_from_coco(detector: NanoDetector, names: Sequence[str]) -> None:
    """All but the branch as COCO has taught it.

    A class begins as the mean of those of COCO's that are like it by its name, or else of all.
    """
    published, values = coco_weights.load(), {}
    alike = [coco_classes_like(name) or range(len(coco_weights.NAMES)) for name in names]
    for name, own in detector.state_dict().items():
        if name.startswith(_BRANCH):
            values[name] = own
            continue
        known = published[name]
        if name.startswith(_CLASSES):
            rows = [known[list(classes)].mean(0) for classes in alike]
            known = torch.stack(rows) if rows else known.mean(0, keepdim=True).expand_as(own)
        values[name] = known
    detector.load_state_dict(values)


@torch.no_grad()
def _begin_from_vector(detector: NanoDetector, names: Sequence[str]) -> None:
    """As ready-made Vector; classes that are neither he nor his cube begin as from COCO."""
    _begin_from_coco(detector, names)
    values, ready = detector.state_dict(), vector_weights.load()
    alike = [vector_weights.class_like(name) for name in names]
    for name, own in values.items():
        if detector.class_rows(name) is None:
            values[name] = ready[name]
            continue
        for label, known in enumerate(alike):
            if known is not None:
                own[label] = ready[name][known]
    detector.load_state_dict(values)


def _points(size: tuple[int, int], of_levels: tuple[int, ...]) -> tuple[Tensor, Tensor]:
    """As NanoDet-g has them: half a pixel left of and above the centres of its cells."""
    points, strides = grid_points(size, of_levels)
    return points - 0.5, strides


def _resized(x: Tensor, scale: float) -> Tensor:
    return functional.interpolate(x, scale_factor=scale, mode="bilinear", align_corners=False)


def _distribution_loss(sides: Tensor, assigned: Assignment, grid: Grid) -> Tensor:
    """Cross entropy of the two whole strides around each side that was wanted."""
    where = assigned.has_box
    boxes, points = assigned.boxes[where], grid.points.expand(*where.shape, 2)[where]
    strides = grid.strides.expand(where.shape)[where]
    wanted = torch.cat([points - boxes[:, :2], boxes[:, 2:] - points], 1) / strides[:, None]
    wanted = wanted.clamp(0, _REACH - 0.01)
    low = wanted.floor()
    share = wanted - low
    told = sides[where].log_softmax(-1)
    near = told.gather(2, low.long()[..., None]).squeeze(2) * (1 - share)
    far = told.gather(2, low.long()[..., None] + 1).squeeze(2) * share
    weights = assigned.quality[where].clamp(min=0.05)
    errors = -(near + far).mean(1)
    return _DISTRIBUTION_WEIGHT * (errors * weights).sum() / weights.sum().clamp(min=1)
