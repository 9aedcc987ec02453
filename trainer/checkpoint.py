"""Weights on disk: safetensors whose header says how to build the detector again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from trainer.faults import TrainerError
from trainer.machine import write_whole
from trainer.predict import ModelDetails
from trainer.stored import Score, parsed, value_of

if TYPE_CHECKING:
    from torch import Tensor

    from trainer.protocol import Detector

_KEY = "vector_labeler_checkpoint"
_STANDING = "standing"
"""Beside the details, for safetensors gives no order to several entries."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How good weights are on the validation pictures, 0 to 1."""

    ap: Score
    ap50: Score


@dataclass(frozen=True, slots=True)
class _Header:
    standing: Standing | None = None


def save_checkpoint(
    path: Path, detector: Detector, details: ModelDetails, standing: Standing | None
) -> None:
    """Writes the weights whole or not at all. standing: None where nobody could measure."""
    from safetensors.torch import save

    tensors = {name: t.detach().cpu().contiguous() for name, t in detector.state_dict().items()}
    header = {**asdict(details), _STANDING: standing and asdict(standing)}
    write_whole(path, save(tensors, metadata={_KEY: json.dumps(header)}))


def load_standing(path: Path) -> Standing | None:
    """What the weights were measured at. Raises TrainerError where they are not ours."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(str(path), framework="pt") as file:
            header = parsed((file.metadata() or {})[_KEY])
        standing: Standing | None = value_of(_Header, header).standing
        return standing
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise not_ours(path) from error


def read_weights(path: Path) -> tuple[Mapping[str, Tensor], ModelDetails]:
    """As save_checkpoint wrote them. Raises TrainerError where the file is missing or not ours."""
    from safetensors import SafetensorError, safe_open

    from trainer.predict import parse_details

    if not path.is_file():
        raise TrainerError(f"{path}: there are no such weights.")
    try:
        with safe_open(str(path), framework="pt") as file:
            details = parse_details(parsed((file.metadata() or {})[_KEY]))
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise not_ours(path) from error
    require_finite(path, tensors)
    return tensors, details


def require_finite(path: Path, tensors: Mapping[str, Tensor]) -> None:
    """Raises TrainerError where a weight is NaN or infinite: nothing can be learned from those."""
    for name, tensor in tensors.items():
        if tensor.is_floating_point() and not bool(tensor.isfinite().all()):
            raise TrainerError(f"{path} is damaged: {name[:80]} holds numbers that are not finite.")


def not_ours(path: Path) -> TrainerError:
    """The sentence for a file that holds something else, or half of it."""
    return TrainerError(f"{path}: these are no weights of Vector Labeler.")


def load_checkpoint(path: Path) -> tuple[Detector, ModelDetails]:
    """The detector in eval mode. Raises TrainerError where the file is missing or not ours, or its
    detector is not installed."""
    from trainer.detector import build_detector
    from trainer.protocol import BuildRequest

    tensors, details = read_weights(path)
    try:
        request = BuildRequest(
            details.detector,
            len(details.categories),
            "checkpoint",
            details.input_size,
            on_download=lambda _: None,
            should_stop=lambda: False,
            finest_stride=details.finest_stride,
        )
        detector = build_detector(request)
        detector.load_state_dict(tensors)
    except TrainerError:  # what this detector needs is not installed
        raise
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise not_ours(path) from error
    return detector.eval(), details
