"""HTML that is safe by construction: whatever was not made here is escaped."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_VOID = {"meta"}


class Markup(str):
    """HTML or SVG that stands on a page as it is."""

    __slots__ = ()


def tag(element: str, /, *children: str, **attributes: str | float | None) -> Markup:
    """<element ...>children</element>.

    Children that are no Markup, and all attributes, are escaped. class_ becomes class and
    text_anchor text-anchor; an attribute that is None is left out.
    """
    words = [element]
    for key, value in attributes.items():
        if value is not None:
            words.append(f'{key.rstrip("_").replace("_", "-")}="{_escaped(_written(value))}"')
    opening = f"<{' '.join(words)}>"
    return Markup(opening if element in _VOID else f"{opening}{joined(children)}</{element}>")


def joined(parts: Iterable[str]) -> Markup:
    """One after the other; parts that are no Markup are escaped."""
    return Markup("".join(part if isinstance(part, Markup) else _escaped(part) for part in parts))


def name_of(text: str, most: int = 80) -> Markup:
    """A class or a file as somebody called it: shortened, and unable to turn the text around."""
    return tag("bdi", text if len(text) <= most else f"{text[: most - 1]}…")


def _escaped(text: str) -> str:
    return html.escape(_UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text))


def _written(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")
