"""What a run is asked to do: RUN/config.json. Stdlib only, so that the window may read it."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

BUILT_IN = "lite"
"""The built-in detector: works offline. The others are torchvision's names."""

DETECTORS = (BUILT_IN, "ssdlite320_mobilenet_v3_large", "fasterrcnn_mobilenet_v3_large_320_fpn")
STARTS = ("pretrained", "scratch")


@dataclass(frozen=True, slots=True)
class RunConfig:
    """The wish. What the recipe makes of it (resolution, batch, ...) goes into the Started event.

    train_images and val_images are the folders that the file_name entries of RUN/train.json and
    RUN/val.json are relative to; a relative path is meant from the run folder. seconds is the
    training budget by the clock, with caching and validation inside it.

    Raises ValueError, in words for the person, where a value is impossible.
    """

    train_images: str
    val_images: str
    start: str = "pretrained"
    detector: str = BUILT_IN
    seconds: float = 60.0
    seed: int = 0

    def __post_init__(self) -> None:
        if self.start not in STARTS:
            raise ValueError(f"start must be one of {', '.join(STARTS)}, not {self.start!r}")
        if self.detector not in DETECTORS:
            raise ValueError(
                f"detector must be one of {', '.join(DETECTORS)}, not {self.detector!r}"
            )
        if not (math.isfinite(self.seconds) and 1 <= self.seconds <= 7 * 86400):
            raise ValueError(f"seconds must lie between 1 and a week, not {self.seconds!r}")
        if not 0 <= self.seed < 2**31:
            raise ValueError(f"seed must lie between 0 and 2147483647, not {self.seed!r}")


def save_config(run: Path, config: RunConfig) -> None:
    """Writes RUN/config.json."""
    (run / "config.json").write_text(json.dumps(asdict(config), indent=2) + "\n", encoding="utf-8")


def load_config(run: Path) -> RunConfig:
    """Reads RUN/config.json. Raises ValueError that names the file and the fault."""
    path = run / "config.json"
    try:
        values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        known = {f.name for f in fields(RunConfig)}
        return RunConfig(**{key: value for key, value in values.items() if key in known})
    except OSError as error:
        raise ValueError(f"{path}: cannot be read ({error.strerror})") from error
    except (AttributeError, TypeError, ValueError) as error:
        raise ValueError(f"{path}: {error}") from error
