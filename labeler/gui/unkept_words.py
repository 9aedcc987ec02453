"""What is asked where photos would be lost: their disk has not taken them yet."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication


def before_closing(count: int) -> str:
    """Nothing where no photo would be lost with the window."""
    if not count:
        return ""
    told = _tr("{0} photos could not be kept yet. Close the window and lose them?")
    if count == 1:
        told = _tr("A photo could not be kept yet. Close the window and lose it?")
    return told.format(count)


def before_leaving(count: int) -> str:
    """Nothing where no photo would be lost with the dataset that is left."""
    if not count:
        return ""
    told = _tr("{0} photos could not be kept yet. Leave this dataset and lose them?")
    if count == 1:
        told = _tr("A photo could not be kept yet. Leave this dataset and lose it?")
    return told.format(count)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Unkept", text)
