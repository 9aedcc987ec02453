"""A text as a QR code: rows of dark and light squares."""

from __future__ import annotations

QUIET = 4
"""Light squares around it, as the standard (ISO/IEC 18004) wants."""


def squares(text: str) -> tuple[tuple[bool, ...], ...]:
    """True is dark. The quiet zone is not in it."""
    import segno

    code = segno.make(text, micro=False, error="m")
    return tuple(tuple(bool(dark) for dark in row) for row in code.matrix)
