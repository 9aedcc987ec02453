"""Where a run stands, so that it can be gone on with: state.safetensors."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from trainer.config import RunConfig
from trainer.faults import TrainerError
from trainer.machine import write_whole
from trainer.run_folder import STATE
from trainer.stored import parsed, value_of

_KEY = "vector_labeler_state"
_FIXED = ("start", "detector", "seed", "budget", "recipe", "longest_side")
"""What of config.json cannot be changed under way. The folders of pictures, the length of the
budget, the device and the like may be."""


@dataclass(frozen=True, slots=True)
class State:
    """What a part of the run remembers. numbers: what JSON can say."""

    tensors: Mapping[str, Tensor] = field(default_factory=dict)
    numbers: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def joined(cls, parts: Mapping[str, State]) -> State:
        """One of several; part() takes them out again."""
        return cls(
            {f"{name}.{key}": t for name, part in parts.items() for key, t in part.tensors.items()},
            {name: part.numbers for name, part in parts.items()},
        )

    def part(self, name: str) -> State:
        """Raises KeyError where there is none."""
        return State(self.part_tensors(name), self.numbers[name])

    def part_tensors(self, name: str) -> dict[str, Tensor]:
        """Those whose names begin so, by the rest of their names."""
        head = f"{name}."
        return {k.removeprefix(head): t for k, t in self.tensors.items() if k.startswith(head)}


def identity(run: Path, config: RunConfig) -> dict[str, Any]:
    """What has to be the same for the run to go on. Raises OSError."""
    pictures = hashlib.sha256((run / "train.json").read_bytes()).hexdigest()
    return {"pictures": pictures, **{name: getattr(config, name) for name in _FIXED}}


def save_state(run: Path, state: State) -> None:
    """Writes it whole or not at all; the one before is good until then. Raises OSError."""
    tensors = {name: tensor.cpu().contiguous() for name, tensor in state.tensors.items()}
    write_whole(run / STATE, save(tensors, metadata={_KEY: json.dumps(state.numbers)}))


def load_state(run: Path) -> State | None:
    """None where the run has not come so far. Raises TrainerError where the file is damaged."""
    path = run / STATE
    if not path.is_file():
        return None
    try:
        with safe_open(str(path), framework="pt") as file:
            numbers = value_of(dict, parsed((file.metadata() or {})[_KEY]))
            # copies, for the tensors are the file: it has to be replaced while they are in use
            tensors = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise damaged(path) from error
    if not all(bool(t.isfinite().all()) for t in tensors.values() if t.is_floating_point()):
        raise damaged(path)
    return State(tensors, numbers)


def damaged(path: Path) -> TrainerError:
    """The sentence for a state that does not fit."""
    return TrainerError(
        f"{path} is damaged or from another version, so this run cannot go on. What it learned is "
        "in its model.onnx; make a new run to learn more."
    )
