"""Detectors of the library transformers (the extra "detectors"), from random or COCO weights.

D-FINE (Peng et al. 2024) and RT-DETR v2 (Lv et al. 2024), code and weights under Apache-2.0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
import transformers
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor
from torchvision.ops import box_convert

from trainer.class_rows import ClassRows
from trainer.protocol import BuildRequest, Detector, Found, Target
from trainer.published_detector import PublishedDetector, channels_last, suppressed
from trainer.weights import WeightsUnavailableError, default_cache, fetch

_SITE = "https://huggingface.co"
_QUERIES = 300
_SUPPRESS_IOU = 0.8
"""They learn to give each object one box, but a short training has not come as far everywhere."""
_COUNTER = "num_batches_tracked"
_NOISY_LABELS = "model.denoising_class_embed."


@dataclass(frozen=True, slots=True)
class HubDetector:
    """One that is published on huggingface.co.

    name: for the person. file_name: in the cache and at a mirror. revision: the commit. sha256: of
    its model.safetensors, in full. family: "d_fine" or "rt_detr_v2". backbone and settings: what is
    not as the library has it by default, by the names that its configurations have for them.
    """

    name: str
    file_name: str
    repository: str
    revision: str
    sha256: str
    family: str
    backbone: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"{_SITE}/{self.repository}/resolve/{self.revision}/model.safetensors"


_HGNET_B0 = {
    "hidden_sizes": [128, 256, 512, 1024],
    "stem_channels": [3, 16, 16],
    "stage_in_channels": [16, 64, 256, 512],
    "stage_mid_channels": [16, 32, 64, 128],
    "stage_out_channels": [64, 256, 512, 1024],
    "stage_num_blocks": [1, 1, 2, 1],
    "stage_downsample": [False, True, True, True],
    "stage_light_block": [False, False, True, True],
    "stage_kernel_size": [3, 3, 5, 5],
    "stage_numb_of_layers": [3, 3, 3, 3],
    "use_learnable_affine_block": True,
    "out_indices": [2, 3, 4],
}

PUBLISHED_ON_HUB = {
    "dfine_n": HubDetector(
        "D-FINE-N",
        "dfine_n_coco-19e06bdc.safetensors",
        "ustc-community/dfine-nano-coco",
        "066438d3d8f0da137a37b38fdf3368fd4afceced",
        "19e06bdc873da819920a8d373b879721a5b9759d822f8213220bb09abbdab58b",
        "d_fine",
        {**_HGNET_B0, "out_indices": [3, 4]},
        {
            "num_feature_levels": 2,
            "feat_strides": [16, 32],
            "encoder_in_channels": [512, 1024],
            "encoder_hidden_dim": 128,
            "encoder_ffn_dim": 512,
            "encode_proj_layers": [1],
            "d_model": 128,
            "decoder_in_channels": [128, 128],
            "decoder_ffn_dim": 512,
            "decoder_n_points": [6, 6],
            "decoder_layers": 3,
            "depth_mult": 0.5,
            "hidden_expansion": 0.34,
        },
    ),
    "dfine_s": HubDetector(
        "D-FINE-S",
        "dfine_s_coco-a144baff.safetensors",
        "ustc-community/dfine-small-coco",
        "f79e65b5fbb33ceb9d3ebba042955d7410c608f8",
        "a144baff3a27bfd538fe37b11fa8d4fca5744b8c054b5301e7c699a1379cd18f",
        "d_fine",
        _HGNET_B0,
        {
            "encoder_in_channels": [256, 512, 1024],
            "decoder_n_points": [3, 6, 3],
            "decoder_layers": 3,
            "depth_mult": 0.34,
            "hidden_expansion": 0.5,
        },
    ),
    "rtdetr_v2_r50": HubDetector(
        "RT-DETR v2",
        "rtdetr_v2_r50vd_coco-3331d977.safetensors",
        "PekingU/rtdetr_v2_r50vd",
        "282494075698cab9faa1096ae26856890030c817",
        "3331d977dbc0c7a6cdae9ec0b0b6ad156eb6720d65b7cf0fa710dcc541d88d71",
        "rt_detr_v2",
        {"out_indices": [2, 3, 4]},
    ),
}


class QueryDetector(PublishedDetector):
    """A transformer whose queries each find one object, or none (DETR, Carion et al. 2020).

    A score for each category of its own, and none for the background.
    """

    peak_rate = 4e-4
    background = 0
    new_layers = ("model.enc_score_head.", "model.decoder.class_embed.", _NOISY_LABELS)
    backbone = "model.backbone."
    backbone_rate = 0.1

    def rows_of(self, name: str) -> ClassRows:
        """Those that learn from noisy labels have a row for "no object" at their end."""
        return ClassRows(behind=1 if name.startswith(_NOISY_LABELS) else 0)

    def losses(self, pictures: Tensor, targets: Sequence[Target]) -> dict[str, Tensor]:
        labels = [self._label(target.to(str(pictures.device))) for target in targets]
        # in single precision: boxes are shares of the picture, which half of it would round
        with torch.autocast(pictures.device.type, enabled=False):
            output = self.network(pixel_values=channels_last(pictures), labels=labels)
        terms: dict[str, Tensor] = output.loss_dict
        return terms

    def find(self, pictures: Tensor) -> list[Found]:
        output = self.network(pixel_values=channels_last(pictures))
        scores, shares = output.logits.sigmoid(), output.pred_boxes
        boxes = box_convert(shares, "cxcywh", "xyxy") * self._whole(pictures)
        return [
            suppressed(scores[index], boxes[index], _SUPPRESS_IOU)
            for index in range(pictures.shape[0])
        ]

    def _label(self, target: Target) -> dict[str, Tensor]:
        boxes = box_convert(target.boxes, "xyxy", "cxcywh") / self._whole(target.boxes)
        return {"class_labels": target.labels, "boxes": boxes}

    def _whole(self, like: Tensor) -> Tensor:
        return torch.tensor([*self.input_size, *self.input_size], dtype=like.dtype).to(like.device)


def build(request: BuildRequest) -> Detector:
    """Raises WeightsUnavailableError; a pretrained start is never silently a random one."""
    published = PUBLISHED_ON_HUB[request.detector]
    config, kind = _architecture(published, request)
    if request.start == "pretrained" and not request.goes_on:
        network = _loaded(kind, config, _fetch(published, request), published.name)
    else:
        network = kind(config)
    # the same layers again, by a name that only the library's own files need
    del network.class_embed, network.bbox_embed
    is_favoured = request.start != "scratch" and request.start_decides
    return QueryDetector(network, request.input_size, is_pretrained=is_favoured).train()


def _architecture(published: HubDetector, request: BuildRequest) -> tuple[Any, Any]:
    """The configuration, and the class of the network."""
    configuration, backbone, kind = {
        "d_fine": (
            transformers.DFineConfig,
            transformers.HGNetV2Config,
            transformers.DFineForObjectDetection,
        ),
        "rt_detr_v2": (
            transformers.RTDetrV2Config,
            transformers.RTDetrResNetConfig,
            transformers.RTDetrV2ForObjectDetection,
        ),
    }[published.family]
    config = configuration(
        num_labels=request.categories,
        backbone_config=backbone(**published.backbone),
        freeze_backbone_batch_norms=False,  # a random start has to learn them
        **published.settings,
    )
    width, height = request.input_size
    cells = sum((width // stride) * (height // stride) for stride in config.feat_strides)
    config.num_queries = min(_QUERIES, cells)
    return config, kind


def _fetch(published: HubDetector, request: BuildRequest) -> Path:
    return fetch(
        published.url,
        published.sha256,
        name=published.name,
        cache=default_cache(),
        on_progress=request.on_download,
        should_stop=request.should_stop,
        file_name=published.file_name,
    )


def _loaded(kind: Any, config: Any, path: Path, name: str) -> Any:
    """The network with the published weights, its categories as the mean of theirs.

    The library renames what its earlier versions have saved. Every other name and every shape must
    match.
    """
    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()
    try:
        values = {
            key: _for(config.num_labels, key, value) for key, value in load_file(path).items()
        }
        network, loading = kind.from_pretrained(
            None, config=config, state_dict=values, dtype=torch.float32, output_loading_info=True
        )
        missing = [key for key in loading["missing_keys"] if not key.endswith(_COUNTER)]
        if wrong := [*missing, *loading["unexpected_keys"], *loading["mismatched_keys"]]:
            raise KeyError(*wrong[:3])
    except (KeyError, RuntimeError, SafetensorError, TypeError, ValueError) as error:
        raise WeightsUnavailableError(
            f"The weights of {name} in {path} are not those of this detector ({error}). "
            "The built-in detector works without a download."
        ) from error
    return network


def _for(categories: int, key: str, value: Tensor) -> Tensor:
    """The published value, or where it depends on the categories, the mean of theirs for each."""
    if not key.startswith(QueryDetector.new_layers):
        return value
    behind = 1 if key.startswith(_NOISY_LABELS) else 0
    known = value[: len(value) - behind]
    mean = known.mean(0, keepdim=True).expand(categories, *known.shape[1:])
    return torch.cat([mean, value[len(known) :]])
