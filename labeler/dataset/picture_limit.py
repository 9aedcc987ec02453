"""How large a picture may be; apart from what reads them, so that the window need not load it."""

from __future__ import annotations

MAX_PIXELS = 150_000_000
"""The largest picture that is decoded: the largest camera sensors have 102 to 151 million pixels.

Pillow takes 4 bytes a pixel: 600 MB for such a picture while it is checked at import, twice that
where EXIF says to turn it and it is looked at upright.
"""
