"""Which part of the image is on the screen, and how large. No Qt."""

from __future__ import annotations

from dataclasses import dataclass

SMALLEST, LARGEST = 0.02, 40.0
MARGIN = 16
"""Free pixels around a picture that fits."""


@dataclass(frozen=True, slots=True)
class Viewport:
    """screen = image * scale + (x, y), in device-independent pixels."""

    scale: float = 1.0
    x: float = 0.0
    y: float = 0.0

    def to_screen(self, x: float, y: float) -> tuple[float, float]:
        return x * self.scale + self.x, y * self.scale + self.y

    def to_image(self, x: float, y: float) -> tuple[float, float]:
        return (x - self.x) / self.scale, (y - self.y) / self.scale

    def zoomed(self, factor: float, x: float, y: float) -> Viewport:
        """Larger or smaller, with the image's point under (x, y) staying there."""
        scale = min(max(self.scale * factor, SMALLEST), LARGEST)
        image_x, image_y = self.to_image(x, y)
        return Viewport(scale, x - image_x * scale, y - image_y * scale)

    def panned(self, dx: float, dy: float) -> Viewport:
        return Viewport(self.scale, self.x + dx, self.y + dy)

    def kept_in_view(self, image: tuple[float, float], screen: tuple[float, float]) -> Viewport:
        """Shifted back so far that some of the image stays on the screen."""
        x = min(max(self.x, 48 - image[0] * self.scale), screen[0] - 48)
        y = min(max(self.y, 48 - image[1] * self.scale), screen[1] - 48)
        return Viewport(self.scale, x, y)


def fitted(image: tuple[float, float], screen: tuple[float, float]) -> Viewport:
    """The whole image, as large as it goes, in the middle; small ones at most fourfold."""
    room = [max(side - 2 * MARGIN, 1) for side in screen]
    scale = min(room[0] / image[0], room[1] / image[1], 4.0)
    scale = max(scale, SMALLEST)
    return centred(image, screen, scale)


def centred(image: tuple[float, float], screen: tuple[float, float], scale: float) -> Viewport:
    """The middle of the image in the middle of the screen."""
    return Viewport(scale, (screen[0] - image[0] * scale) / 2, (screen[1] - image[1] * scale) / 2)
