"""Finding a class by typing: which ones fit, and what Enter will do. Without widgets."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from labeler.dataset.category_edits import clean_name
from labeler.dataset.model import Category
from labeler.errors import UserError


def matching(categories: Sequence[Category], typed: str) -> list[Category]:
    """Those with the typed letters in their name; those that begin with them come first."""
    wanted = _plain(typed)
    found = [category for category in categories if wanted in category.name.casefold()]
    return sorted(found, key=lambda category: not category.name.casefold().startswith(wanted))


def named(categories: Sequence[Category], typed: str) -> Category | None:
    """The one with exactly this name, in whatever case."""
    wanted = _plain(typed)
    return next((each for each in categories if each.name.casefold() == wanted), None)


def enter_does(categories: Sequence[Category], typed: str) -> str:
    """What Enter will do with the typed name, in words; nothing where nothing is typed."""
    if not typed.strip():
        return ""
    known = named(categories, typed)
    if known is not None:
        return _tr('Enter: choose "{name}"').format(name=known.name)
    try:
        return _tr('Enter: new class "{name}"').format(name=clean_name(typed))
    except UserError as error:
        return str(error)


def _plain(typed: str) -> str:
    return " ".join(typed.split()).casefold()


def _tr(text: str) -> str:
    return QCoreApplication.translate("ClassSearch", text)
