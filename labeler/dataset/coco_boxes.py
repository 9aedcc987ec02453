"""Where a box from a COCO file lies on the upright picture."""

from __future__ import annotations

from labeler.dataset.coco_entries import BadEntry
from labeler.dataset.model import MIN_SIDE, BBox, Image


def is_sideways(image: Image, orientation: int, said: tuple[float, float] | None) -> bool:
    """Whether the file measured the picture as stored, before EXIF turned it upright."""
    turned = orientation >= 5 and image.width != image.height
    return turned and said == (image.height, image.width)


def upright(bbox: BBox, image: Image, orientation: int) -> BBox:
    """A box on the stored picture as a box on the upright one, for orientations 5 to 8."""
    from_left = bbox.y if orientation in (5, 8) else image.width - bbox.bottom
    from_top = bbox.x if orientation in (5, 6) else image.height - bbox.right
    return BBox(from_left, from_top, bbox.height, bbox.width)


def clipped(bbox: BBox, image: Image) -> BBox:
    """The part inside the image. Raises BadEntry where too little or nothing is."""
    inside = bbox.clipped(image.width, image.height)
    if inside is not None:
        return inside
    if min(bbox.width, bbox.height) < MIN_SIDE:
        raise BadEntry(f"its bbox is smaller than {MIN_SIDE:g} pixels")
    raise BadEntry(f"its bbox is outside the picture of {image.width} x {image.height} pixels")
