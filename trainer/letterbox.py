"""How a picture is fitted into the network's input, and boxes back. One geometry for all."""

from __future__ import annotations

from dataclasses import dataclass

PADDING = 127
"""The grey around the picture, in all three channels."""


@dataclass(frozen=True, slots=True)
class Letterbox:
    """A picture scaled to width x height pixels and pasted with its corner at (left, top).

    The picture keeps its shape up to rounding, is centred, and the rest is padded.
    """

    picture_width: int
    picture_height: int
    width: int
    height: int
    left: int
    top: int

    @classmethod
    def fit(cls, picture: tuple[int, int], canvas: tuple[int, int]) -> Letterbox:
        """picture and canvas: (width, height) in pixels, all at least 1."""
        ratio = min(canvas[0] / picture[0], canvas[1] / picture[1])
        width = min(canvas[0], max(1, round(picture[0] * ratio)))
        height = min(canvas[1], max(1, round(picture[1] * ratio)))
        left, top = (canvas[0] - width) // 2, (canvas[1] - height) // 2
        return cls(picture[0], picture[1], width, height, left, top)

    @property
    def scale(self) -> tuple[float, float]:
        """Canvas pixels for one picture pixel, along x and y."""
        return self.width / self.picture_width, self.height / self.picture_height

    def to_canvas(
        self, box: tuple[float, float, float, float]
    ) -> tuple[float, float, float, float]:
        """x1 y1 x2 y2 of the picture -> x1 y1 x2 y2 of the canvas."""
        sx, sy = self.scale
        x1, y1, x2, y2 = box
        return x1 * sx + self.left, y1 * sy + self.top, x2 * sx + self.left, y2 * sy + self.top

    def to_picture(
        self, box: tuple[float, float, float, float]
    ) -> tuple[float, float, float, float]:
        """x1 y1 x2 y2 of the canvas -> x1 y1 x2 y2 of the picture, clipped to it."""
        sx, sy = self.scale
        x1, x2 = ((x - self.left) / sx for x in (box[0], box[2]))
        y1, y2 = ((y - self.top) / sy for y in (box[1], box[3]))
        return (
            min(max(x1, 0.0), float(self.picture_width)),
            min(max(y1, 0.0), float(self.picture_height)),
            min(max(x2, 0.0), float(self.picture_width)),
            min(max(y2, 0.0), float(self.picture_height)),
        )
