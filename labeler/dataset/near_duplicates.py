"""Which pictures look alike: a few bytes that stand for the look of each, all compared at once."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image as Picture

LOOK_BYTES = 44
"""32 of a difference hash, 12 of colour."""

_SIDE = 16
_MARGIN = 2
"""Levels of grey: on an even wall the noise of the camera tells nothing."""
_MOST_BITS = 24
"""Of 256; burst frames differ by fewer, views of another moment by more."""
_MOST_COLOUR = 20.0
"""Levels: the distance between the colours of the four quarters, as a mean."""
_ROWS = 512

Key = TypeVar("Key", bound=Hashable)


def look_of(picture: Picture) -> bytes:
    """LOOK_BYTES of a picture: where it gets brighter from left to right, and its colours.

    The difference hash of N. Krawetz (https://hackerfactor.com/blog/?/archives/529), finer.
    """
    import numpy as np
    from PIL import Image

    box = Image.Resampling.BOX
    grey = np.asarray(picture.convert("L").resize((_SIDE + 1, _SIDE), box), np.int16)
    rises = np.packbits(grey[:, 1:] - grey[:, :-1] > _MARGIN)
    return rises.tobytes() + picture.convert("RGB").resize((2, 2), box).tobytes()


class Likeness:
    """Answers which images look alike. An image without a look is like none.

    Memory: 1 KB an image; 10,000 images against each other take about a second.
    """

    def __init__(self, looks: Mapping[int, bytes]) -> None:
        import numpy as np

        self._at = {number: row for row, number in enumerate(sorted(looks))}
        self._ids = sorted(looks)
        flat = np.frombuffer(b"".join(looks[number] for number in self._ids), np.uint8)
        rows = flat.reshape(len(looks), LOOK_BYTES)
        hashes = _SIDE * _SIDE // 8
        self._signs = np.unpackbits(rows[:, :hashes], axis=1).astype(np.float32) * 2 - 1
        self._colours = rows[:, hashes:].astype(np.float32)

    def like(self, these: Collection[int], those: Collection[int]) -> set[int]:
        """Those of the first that look like at least one of the others."""
        ours, theirs = self._rows_of(these), self._rows_of(those)
        if not len(ours) or not len(theirs):
            return set()
        found: set[int] = set()
        for begin in range(0, len(ours), _ROWS):
            part = ours[begin : begin + _ROWS]
            hits = self._alike(part, theirs).any(axis=1)
            found.update(self._ids[row] for row in part[hits].tolist())
        return found

    def shares(self, groups: Mapping[Key, Sequence[int]]) -> dict[tuple[Key, Key], float]:
        """(a, b) -> the share of a's images that look like one of b's; only where there are any."""
        import numpy as np

        rows = {key: self._rows_of(ids) for key, ids in groups.items()}
        keys = [key for key, own in rows.items() if len(own)]
        if not keys:
            return {}
        everything = np.concatenate([rows[key] for key in keys])
        starts = np.cumsum([0, *(len(rows[key]) for key in keys[:-1])])
        found: dict[tuple[Key, Key], float] = {}
        for key in keys:
            counts = np.zeros(len(keys), np.int64)
            for begin in range(0, len(rows[key]), _ROWS):
                alike = self._alike(rows[key][begin : begin + _ROWS], everything)
                counts += np.logical_or.reduceat(alike, starts, axis=1).sum(axis=0)
            for place in np.flatnonzero(counts).tolist():
                if keys[place] != key:
                    found[key, keys[place]] = int(counts[place]) / len(groups[key])
        return found

    def groups(self, image_ids: Collection[int]) -> dict[int, int]:
        """Image id -> the smallest id of its group: what look alike, in chains, stand in one."""
        import numpy as np

        rows = self._rows_of(image_ids)
        chief = np.arange(len(rows))
        for begin in range(0, len(rows), _ROWS):
            alike = self._alike(rows[begin : begin + _ROWS], rows)
            for own in alike[alike.sum(axis=1) > 1]:
                chiefs = np.unique(chief[own])
                if len(chiefs) > 1:
                    chief[np.isin(chief, chiefs)] = chiefs[0]
        lone = {number: number for number in image_ids}
        named = {
            self._ids[a]: self._ids[rows[b]] for a, b in zip(rows.tolist(), chief, strict=True)
        }
        return lone | named

    def _rows_of(self, image_ids: Collection[int]) -> NDArray[np.int64]:
        import numpy as np

        return np.array(sorted(self._at[i] for i in image_ids if i in self._at), np.int64)

    def _alike(self, ours: NDArray[np.int64], theirs: NDArray[np.int64]) -> NDArray[np.bool_]:
        """(ours, theirs): both the bits and the colours hardly differ."""
        bits = self._signs.shape[1] - 2 * _MOST_BITS
        same_shape: NDArray[np.bool_] = self._signs[ours] @ self._signs[theirs].T >= bits
        a, b = self._colours[ours], self._colours[theirs]
        apart = (a * a).sum(1)[:, None] + (b * b).sum(1)[None, :] - 2 * (a @ b.T)
        same_colour: NDArray[np.bool_] = apart <= a.shape[1] * _MOST_COLOUR**2
        return same_shape & same_colour
