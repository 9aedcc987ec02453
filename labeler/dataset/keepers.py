"""Which shots are worth their place: how sharp and how bright one is, and what is wrong with it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from labeler.dataset.model import Flaw, Image
from labeler.dataset.near_duplicates import Likeness, look_of
from labeler.dataset.store import Dataset
from labeler.dataset.thumbnails import THUMBNAIL_SIDE, thumbnail
from labeler.errors import UserError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image as Picture

BLURRED_SHARE = 0.75
"""A shot with less than this share of its session's usual sharpness is blurred."""
BLURRED_ALONE = 0.35
"""Below this it is blurred whatever the session is like: what the first shots go by."""
DARK_BELOW = 64
"""Grey levels of 255: a shot is dark where only a twentieth of it is brighter."""
BURNT_SHARE = 0.4
"""A shot is burnt where more of it than this has no tone left."""
_WHITE = 250
_SAME_LEVELS = 10
"""Grey levels that noise and JPEG move a cell by; what moved in the picture moves some by more."""
_SAME_SHARE = 0.995
"""Of the cells: the smallest robot at the far end of a table covers more than the rest."""
_ENOUGH = 5
"""From so many shots on the session's own sharpness counts."""
_REMEMBERED = 200
_EARLIER = 40
"""So many shots of a session from before are looked at again when it goes on."""
_GRAIN = 2
"""Grey levels: smaller steps from pixel to pixel are noise, or the squares of a JPEG."""
_REACH = 9
"""Pixels of the strong blur that a picture is held against."""
_CELLS = (80, 45)


@dataclass(frozen=True, slots=True, eq=False)
class Measures:
    """What is measured on a picture of at most THUMBNAIL_SIDE pixels.

    sharpness: 0 to 1, how much detail a strong blur would take away, after F. Crete et al., "The
    blur effect", 2007; it hardly depends on what is in the picture. brightness: the mean grey
    level, 0 to 255. highlight: the level that a twentieth of it reaches. burnt: the share without
    tone, 0 to 1. look: see near_duplicates. cells: (45, 80) grey levels.
    """

    sharpness: float
    brightness: float
    highlight: float
    burnt: float
    look: bytes
    cells: NDArray[np.int16]


def measure(data: bytes, name: str) -> Measures:
    """Of a picture's encoded bytes. Takes about 5 ms. Raises UserError where it is none."""
    from labeler.dataset import picture  # Pillow: the window opens without it

    return measured(picture.upright(data, name, THUMBNAIL_SIDE))


def measured(picture: Picture) -> Measures:
    """Of an upright RGB picture that was made small already."""
    import numpy as np
    from PIL import Image as Pillow

    small = picture.convert("L")
    grey = np.asarray(small, np.float32)
    cells = np.asarray(small.resize(_CELLS, Pillow.Resampling.BOX), np.int16)
    return Measures(
        sharpness=min(_detail(grey), _detail(grey.T)),
        brightness=float(grey.mean()),
        highlight=float(np.percentile(grey, 95)),
        burnt=float((grey >= _WHITE).mean()),
        look=look_of(picture),
        cells=cells,
    )


def _detail(grey: NDArray[np.float32]) -> float:
    """The share of the steps from column to column that a blur along the rows takes away."""
    import numpy as np

    half = _REACH // 2
    padded = np.pad(grey, ((0, 0), (half + 1, half)), mode="edge")
    sums = np.cumsum(padded, axis=1, dtype=np.float64)
    soft = (sums[:, _REACH:] - sums[:, :-_REACH]) / _REACH
    steps = np.abs(np.diff(grey, axis=1))
    steps[steps <= _GRAIN] = 0.0
    lost = np.maximum(0.0, steps - np.abs(np.diff(soft, axis=1)))
    return float(lost.sum() / max(float(steps.sum()), 1e-6))


class Judge:
    """Says what is wrong with each shot of one session, against those before it."""

    def __init__(self, earlier: Iterable[Measures] = ()) -> None:
        self._kept: deque[Measures] = deque(earlier, maxlen=_REMEMBERED)

    def flaw(self, shot: Measures) -> Flaw | None:
        """The worst thing, or None. Does not remember the shot."""
        if shot.highlight < DARK_BELOW:
            return Flaw.DARK
        if shot.burnt > BURNT_SHARE:
            return Flaw.BURNT
        if shot.sharpness < self._least_sharpness():
            return Flaw.BLURRED
        return Flaw.ALIKE if self._knows_like(shot) else None

    def remember(self, shot: Measures) -> None:
        """The shot was kept."""
        self._kept.append(shot)

    def _least_sharpness(self) -> float:
        if len(self._kept) < _ENOUGH:
            return BLURRED_ALONE
        ordered = sorted(each.sharpness for each in self._kept)
        return max(BLURRED_ALONE, BLURRED_SHARE * ordered[len(ordered) // 2])

    def _knows_like(self, shot: Measures) -> bool:
        looks = {number: each.look for number, each in enumerate(self._kept, start=1)}
        likeness = Likeness({0: shot.look, **looks})
        candidates = likeness.like(list(looks), [0])
        return any(_same(shot, self._kept[number - 1]) for number in candidates)


def _same(shot: Measures, other: Measures) -> bool:
    """Whether nothing moved between the two, not even something small."""
    import numpy as np

    apart = np.abs(shot.cells - other.cells)
    return bool((apart <= _SAME_LEVELS).mean() >= _SAME_SHARE)


def judge_of(dataset: Dataset, session_name: str, but: int | None = None) -> Judge:
    """One that knows the newest shots of the sessions with this name, but for one image."""
    ids = {session.id for session in dataset.sessions() if session.name == session_name}
    images = [i for each in sorted(ids) for i in dataset.images(session_id=each) if i.id != but]
    return Judge(filter(None, (_measured_again(dataset, each) for each in images[-_EARLIER:])))


def mark(dataset: Dataset, image: Image, shot: Measures, flaw: Flaw | None) -> Image:
    """Keeps with an image what was measured. Returns it as it is now."""
    dataset.set_measures(image.id, shot.sharpness, shot.brightness, flaw)
    return replace(image, sharpness=shot.sharpness, brightness=shot.brightness, flaw=flaw)


def measure_missing(dataset: Dataset, after: int, at_most: int) -> int | None:
    """Measures so many images with a higher id that never were, as imported ones.

    Returns the last id that was looked at; None where no more wait or the dataset is read-only.
    They get no flaw: that is a word about the shots of a session under way.
    """
    if dataset.read_only:
        return None
    ids = dataset.unmeasured(after, at_most)
    found = {image.id: _measured_again(dataset, image) for image in dataset.images_of(ids)}
    with dataset.transaction():
        for image_id, shot in found.items():
            if shot is not None:
                dataset.set_measures(image_id, shot.sharpness, shot.brightness, None)
    return ids[-1] if ids else None


def _measured_again(dataset: Dataset, image: Image) -> Measures | None:
    """By its thumbnail. None for a damaged file, which the check names."""
    try:
        return measure(thumbnail(dataset, image).read_bytes(), image.original_name)
    except (UserError, OSError):
        return None
