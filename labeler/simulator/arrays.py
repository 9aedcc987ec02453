"""The kinds of numpy arrays that drawing uses. Floats are float32 wherever speed matters."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.integer[Any]]
Pixels = NDArray[np.uint8]


def floats(values: ArrayLike | Any) -> Floats:
    return np.asarray(values, np.float32)


def pixels(values: ArrayLike | Any) -> Pixels:
    return np.asarray(values, np.uint8)
