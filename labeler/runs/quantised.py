"""The INT8 model of a run beside its float one, as the trainer measured both: quantised.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labeler.dataset.files import sha256_of
from labeler.runs.analysis import Measure
from labeler.runs.history import MODEL

QUANTISED = "quantised.onnx"
_FACTS = "quantised.json"


@dataclass(frozen=True, slots=True)
class Figures:
    """ap: 0 to 1, None without true boxes. milliseconds: the median of a picture. size: bytes."""

    ap: float | None
    milliseconds: float
    size: int


@dataclass(frozen=True, slots=True)
class Quantised:
    """small: the INT8 model; plain: model.onnx. Both measured on the same so many images.

    difference: AP of the small one minus that of the other, with its 95 % interval; None where that
    was not measured.
    """

    images: int
    small: Figures
    plain: Figures
    difference: Measure | None = None


def load_quantised(run: Path) -> Quantised | None:
    """None where there is none, or where it was made from another model.onnx than there is now."""
    try:
        content = json.loads((run / _FACTS).read_text(encoding="utf-8"))
        found = Quantised(
            int(content["images"]),
            _figures(content["whole"]),
            _figures(content["plain"]),
            _measure(content.get("difference")),
        )
        is_ours = (run / QUANTISED).is_file() and content["source"] == sha256_of(run / MODEL)
        return found if is_ours else None
    except (OSError, ValueError, RecursionError, KeyError, TypeError):
        return None


def _figures(values: Mapping[str, Any]) -> Figures:
    ap = values["ap"]
    return Figures(None if ap is None else float(ap), float(values["ms_p50"]), int(values["size"]))


def _measure(values: Mapping[str, Any] | None) -> Measure | None:
    if values is None:
        return None
    known = (values[key] for key in ("value", "low", "high"))
    return Measure(*(None if each is None else float(each) for each in known))
