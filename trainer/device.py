"""What learns: the processor or a GPU, as asked or chosen; never silently the slower one."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from trainer.faults import TrainerError
from trainer.machine import processor_count

_TITLES = {"cuda": "a GPU of NVIDIA or AMD (cuda)", "mps": "the GPU of a Mac (mps)"}
_SLOWER = "so the processor learns, which is slower"


@dataclass(frozen=True, slots=True)
class Device:
    """name: torch's. title: for the person. half: whether bfloat16 is fast on it.

    warning: why a GPU that is there is not used; "" where nothing is amiss.
    """

    name: str
    title: str
    half: bool = False
    warning: str = ""

    @property
    def is_gpu(self) -> bool:
        return self.name != "cpu"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the machine has. gpus: torch's names of those it offers, with what they are called.

    half: whether bfloat16 is fast on its CUDA GPU; cpu_half: on its processor. unseen: a GPU that
    the machine has and torch does not offer; "" where there is none. fault_of: why a GPU cannot
    calculate; "" where it can.
    """

    gpus: dict[str, str]
    unseen: str
    half: bool
    fault_of: Callable[[str], str]
    cpu_half: bool = False


def choose_device(wish: str, around: Surroundings | None = None) -> Device:
    """wish: "auto", or the device that it has to be. Raises TrainerError where that is missing."""
    around = around or _look_around()
    if wish == "cpu":
        return _cpu(around)
    if wish != "auto":
        return _demanded(wish, around)
    for name, title in around.gpus.items():
        fault = around.fault_of(name)
        if fault:
            warning = f"{_begun(title)} fails ({fault}), {_SLOWER}."
            return _cpu(around, warning)
        return Device(name, title, around.half and name == "cuda")
    if not around.unseen:
        return _cpu(around)
    warning = (
        f"This machine has {around.unseen}, but the PyTorch that is installed cannot use it, "
        f"{_SLOWER}. pytorch.org says how to install one that can."
    )
    return _cpu(around, warning)


def default_threads() -> int:
    """All cores but one, which is left to the window; of two, both."""
    cores = processor_count()
    return cores - 1 if cores > 2 else cores


def _demanded(name: str, around: Surroundings) -> Device:
    mend = "Choose the processor (cpu), or auto."
    if name not in around.gpus:
        there = f" It has {around.unseen}, which this PyTorch cannot use." if around.unseen else ""
        raise TrainerError(
            f"{_begun(_TITLES[name])} is asked for; PyTorch finds none.{there} {mend}"
        )
    if fault := around.fault_of(name):
        raise TrainerError(f"{_begun(around.gpus[name])} fails ({fault}). {mend}")
    return Device(name, around.gpus[name], around.half and name == "cuda")


def _begun(title: str) -> str:
    return title[0].upper() + title[1:]


def _processor() -> str:
    return f"the processor ({processor_count()} cores)"


def _cpu(around: Surroundings, warning: str = "") -> Device:
    return Device("cpu", _processor(), around.cpu_half, warning)


def _look_around() -> Surroundings:
    import torch

    gpus = {}
    half = False
    if torch.cuda.is_available():
        gpus["cuda"] = f"the GPU {torch.cuda.get_device_name()}"
        half = torch.cuda.get_device_capability() >= (8, 0)
    if torch.backends.mps.is_available():
        gpus["mps"] = "the GPU of this Mac"
    return Surroundings(gpus, "" if gpus else _unseen(), half, _fault_of, _is_cpu_half_fast())


def _is_cpu_half_fast() -> bool:
    """Whether it has instructions for bfloat16: a step of learning takes two thirds then."""
    import torch

    return any(
        bool(getattr(torch.cpu, name, bool)())  # torch has no public name for them
        for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    )


def _unseen() -> str:
    """A GPU that the system shows without torch's help."""
    if sys.platform == "darwin" and platform.machine() == "arm64":
        return "a GPU of Apple's"
    if any(Path("/dev").glob("nvidia[0-9]")):
        return "a GPU of NVIDIA's"
    if Path("/dev/kfd").exists():
        return "a GPU of AMD's"
    return ""


def _fault_of(name: str) -> str:
    """Tries what learning does most: a convolution and its gradient."""
    import torch

    try:
        layer = torch.nn.Conv2d(3, 8, 3).to(name)
        loss = layer(torch.ones(1, 3, 16, 16, device=name)).sum()
        loss.backward()
        loss.item()
    except RuntimeError as error:
        return str(error).partition("\n")[0].rstrip(".") or type(error).__name__
    return ""
