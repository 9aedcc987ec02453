"""What a run is asked to do: RUN/config.json. Stdlib only, so that the window may read it."""

from __future__ import annotations

import importlib
import importlib.util
import math
import os
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

from trainer.machine import write_whole
from trainer.places import lie_there
from trainer.run_files import MARKS
from trainer.stored import UNSAID, AtMost, PathText, StoredError, as_json, read

COCO_START, IMAGENET_START = "nanodet", "lite"
"""The built-in detector, and the one of earlier versions."""
COCO, IMAGENET = "COCO", "ImageNet"
"""What pretrained weights come from."""
OFFLINE = (COCO_START, IMAGENET_START)
"""What this program brings along itself: they work offline."""
DEFAULT_DETECTOR = COCO_START
"""What learns where nobody has chosen."""


@dataclass(frozen=True, slots=True)
class DetectorFacts:
    """What a person who chooses a detector is told.

    megabytes: to download once for a pretrained start; 0: nothing. is_for_gpu: on a processor it
    learns, but too slowly to be of use. note: one sentence. learned: COCO or IMAGENET. extra: what
    must be installed besides, by its name in pyproject.toml; "": nothing.
    """

    title: str
    megabytes: int
    is_for_gpu: bool
    note: str
    learned: str = COCO
    extra: str = ""


DETECTOR_FACTS = {
    COCO_START: DetectorFacts(
        "Built in",
        0,
        False,
        "The best choice where there is no GPU: small and fast, and it has learned COCO's 80 "
        "everyday kinds of objects.",
    ),
    IMAGENET_START: DetectorFacts(
        "Built in, from ImageNet",
        0,
        False,
        "The built-in detector of earlier versions, for their runs.",
        learned=IMAGENET,
    ),
    "dfine_n": DetectorFacts(
        "D-FINE-N",
        15,
        True,
        "Small and exact for its size. Knows 80 everyday kinds of objects.",
        extra="detectors",
    ),
    "dfine_s": DetectorFacts(
        "D-FINE-S",
        41,
        True,
        "Exact, and light enough to be watched live. Knows 80 everyday kinds of objects.",
        extra="detectors",
    ),
    "rtdetr_v2_r50": DetectorFacts(
        "RT-DETR v2",
        172,
        True,
        "The largest and the most exact. Knows 80 everyday kinds of objects.",
        extra="detectors",
    ),
    "ssdlite320_mobilenet_v3_large": DetectorFacts(
        "SSDLite",
        13,
        False,
        "Small and fast. Its weights have seen 80 everyday kinds of objects.",
    ),
    "fasterrcnn_mobilenet_v3_large_320_fpn": DetectorFacts(
        "Faster R-CNN, small",
        74,
        True,
        "Looks twice at everything, so it takes its time. Knows 80 everyday kinds of objects.",
    ),
    "fcos_resnet50_fpn": DetectorFacts(
        "FCOS",
        124,
        True,
        "Large, good with small objects. Knows 80 everyday kinds of objects.",
    ),
    "fasterrcnn_resnet50_fpn_v2": DetectorFacts(
        "Faster R-CNN",
        167,
        True,
        "Large, for boxes that must be exact. Knows 80 everyday kinds of objects.",
    ),
}
"""What comes with the program, then what transformers and torchvision have, from small to large.
The last have torchvision's names."""

_OF_EXTRAS = {"detectors": ("transformers", "scipy")}
"""The packages of an extra that are looked for."""

DETECTORS = tuple(DETECTOR_FACTS)
OFFERED = tuple(name for name in DETECTORS if name != IMAGENET_START)
"""What a new run may be of. Runs of the other are read, go on and are started from as ever."""
VECTOR_START = "vector"
"""Ready-made Vector: weights that came with the program, of the detector that starts from COCO."""
STARTS = ("pretrained", VECTOR_START, "scratch", "run")
START_WEIGHTS = "start.safetensors"
"""In the folder of a run that starts from another run: a copy of that one's best weights."""
BUDGETS = ("time", "epochs", "best")
RECIPES = ("one-click", "twin")
DEVICES = ("auto", "cpu", "cuda", "mps")
AUGMENTATIONS = ("off", "light", "normal", "strong")
Name = Annotated[str, AtMost(1_000)]
FOLDERS = ("train_images", "val_images", "test_images")
"""The fields of RunConfig that name folders of pictures."""


@dataclass(frozen=True, slots=True)
class RunConfig:
    """The wish. What the recipe makes of it (resolution, batch, ...) goes into the Started event.

    train_images, val_images and test_images are the folders that the file_name entries of
    RUN/train.json, val.json and test.json are relative to; a relative path is meant from the run
    folder. test_images "": nothing was put aside for the final score. made_in: where the run folder
    was when it was made, an absolute path; load_config looks from there, too. "": unknown.

    budget: "time" ends after so many seconds by the clock, caching and validation inside; "epochs"
    after so many epochs, whatever the clock says; "best" when validation has stopped improving,
    after so many seconds at the latest. recipe: "one-click" may use every trick; "twin" is the one
    that a pretrained and a random start share. 0 in threads, longest_side (pixels of the network's
    input), batch and learning_rate (AdamW's peak): the recipe chooses.

    parent: the name of the run whose weights lie in RUN/start.safetensors, where the start is
    "run"; root: what the first of its ancestors started from, "pretrained", "vector" or "scratch".

    Raises ValueError, in words for the person, where a value is impossible.
    """

    train_images: PathText
    val_images: PathText
    start: Name = "pretrained"
    detector: Name = field(default=DEFAULT_DETECTOR, metadata={UNSAID: IMAGENET_START})
    seconds: float = 60.0
    seed: int = 0
    budget: Name = "time"
    epochs: float = 0.0
    recipe: Name = "one-click"
    device: Name = "auto"
    threads: int = 0
    longest_side: int = 0
    batch: int = 0
    learning_rate: float = 0.0
    augmentation: Name = "normal"
    test_images: PathText = ""
    parent: Name = ""
    root: Name = ""
    made_in: PathText = ""

    def __post_init__(self) -> None:
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                raise ValueError(
                    f"{name} must be one of {', '.join(choices)}, not {getattr(self, name)!r}"
                )
        for name, (low, high) in _LIMITS.items():
            value = getattr(self, name)
            if not low <= value <= high or math.isnan(value):
                raise ValueError(f"{name} must lie between {low} and {high}, not {value!r:.40}")
        if self.budget == "epochs" and not self.epochs:
            raise ValueError("epochs must be said where they are the budget")
        if self.start == VECTOR_START and self.detector != COCO_START:
            raise ValueError(
                f"only {COCO_START} can start from ready-made Vector, not {self.detector}"
            )
        if (self.start == "run") != bool(self.parent):
            raise ValueError("parent must name a run where the start is run, and only there")


_CHOICES = {
    "start": STARTS,
    "detector": DETECTORS,
    "budget": BUDGETS,
    "recipe": RECIPES,
    "device": DEVICES,
    "augmentation": AUGMENTATIONS,
}
_LIMITS = {
    "seconds": (1, 7 * 86400),
    "seed": (0, 2**31 - 1),
    "epochs": (0, 100_000),
    "threads": (0, 256),
    "longest_side": (0, 2048),
    "batch": (0, 512),
    "learning_rate": (0, 1),
}


def missing_for(detector: str) -> str:
    """How to get what the detector needs and is not installed: one line, "" where all is there.

    Imports nothing of it: that takes seconds.
    """
    facts = DETECTOR_FACTS.get(detector)
    if facts is None or not facts.extra:
        return ""
    importlib.invalidate_caches()  # it may have been installed just now
    if all(importlib.util.find_spec(name) is not None for name in _OF_EXTRAS[facts.extra]):
        return ""
    return f'{facts.title} has to be installed: pip install "vector-labeler[{facts.extra}]"'


def start_words(config: RunConfig) -> str:
    """Where the run's weights come from, for reports in English."""
    said = {
        "pretrained": "pretrained weights",
        VECTOR_START: "ready-made Vector",
        "scratch": "random weights",
        "": "other weights",
    }
    if config.start != "run":
        return said[config.start]
    return f"the weights of {config.parent}, which came from {said.get(config.root, said[''])}"


def save_config(run: Path, config: RunConfig) -> None:
    """Writes RUN/config.json, whole and synced. Raises OSError."""
    write_whole(run / "config.json", as_json(asdict(config), indent=2))


def load_config(run: Path) -> RunConfig:
    """Reads RUN/config.json. Raises StoredError, a ValueError that names the file and the fault.

    Where the run was moved alone, its folders of pictures are those that it was made beside, also
    where others lie beside it now whose pictures are only called the same.
    """
    path = run / "config.json"
    try:
        config = read(path, RunConfig)
    except OSError as error:
        raise StoredError(f"{path}: cannot be read ({error.strerror}).") from error
    return _found_again(run, config)


def _found_again(run: Path, config: RunConfig) -> RunConfig:
    """With those folders absolute that are not where they should be from here, but from there."""
    if config.made_in in {"", str(run.absolute())}:
        return config
    found: dict[str, Any] = {}
    for name in FOLDERS:
        folder = getattr(config, name)
        before = os.path.normpath(Path(config.made_in, folder))
        if not folder or before == os.path.normpath(run.absolute() / folder):
            continue
        lists = run / f"{name.removesuffix('_images')}.json"
        if lie_there(lists, run / folder, Path(before), run / MARKS):
            found[name] = before
    return replace(config, **found)
