"""The flags of an annotation, and how they are called on screen."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

ATTRIBUTES = ("occluded", "truncated", "difficult")
"""In the order in which they are shown."""


def attribute_in_words(attribute: str) -> str:
    """As it is said of a box."""
    return {
        "occluded": QCoreApplication.translate("Boxes", "occluded"),
        "truncated": QCoreApplication.translate("Boxes", "cut off"),
        "difficult": QCoreApplication.translate("Boxes", "difficult"),
    }[attribute]
