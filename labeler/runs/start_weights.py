"""The weights that a run leaves for others to start from, looked at without loading them."""

from __future__ import annotations

from pathlib import Path

from labeler.dataset.files import reason
from labeler.errors import UserError
from trainer.stored import parsed

BEST_WEIGHTS = "best.safetensors"
_LONGEST_HEADER = 100 << 20
"""Bytes, as the format has it."""


class NoStartError(UserError):
    """A run cannot start from that one, for a reason that pretrained weights would not have."""


def check_weights(run: Path) -> None:
    """Raises NoStartError where the run's best weights are missing or cut short.

    The format: https://huggingface.co/docs/safetensors (length, header, tensors).
    """
    path = run / BEST_WEIGHTS
    try:
        with path.open("rb") as stream:
            length = int.from_bytes(stream.read(8), "little")
            header = parsed(stream.read(min(length, _LONGEST_HEADER)))
        ends = [entry["data_offsets"][1] for name, entry in header.items() if name[:2] != "__"]
        is_whole = path.stat().st_size == 8 + length + max(ends)
    except FileNotFoundError as error:
        raise NoStartError(
            f"{path} is not there: the run ended before it had learned anything, or its weights "
            "were deleted. Choose another run to start from, or pretrained weights."
        ) from error
    except OSError as error:
        raise NoStartError(f"Cannot read {path}: {reason(error)}.") from error
    except (ValueError, AttributeError, KeyError, TypeError, IndexError):
        is_whole = False
    if not is_whole:
        raise NoStartError(
            f"{path} is damaged, so no run can start from it. Choose another run, or pretrained "
            "weights."
        )
