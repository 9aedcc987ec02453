"""What was seen of a class, in sentences."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from labeler.dataset.coverage import Coverage, Kind

_MOST = 4
"""So many kinds are named in one sentence; one cannot do more at a time anyway."""


def _tr(text: str) -> str:
    return QCoreApplication.translate("CoverageWords", text)


def kind_words(kind: Kind) -> str:
    """A kind of picture, as it stands in a sentence."""
    return {
        Kind.FAR: _tr("small or far away"),
        Kind.MIDDLING: _tr("of middling size"),
        Kind.NEAR: _tr("large or near"),
        Kind.LEFT: _tr("at the left"),
        Kind.RIGHT: _tr("at the right"),
        Kind.TOP: _tr("at the top"),
        Kind.BOTTOM: _tr("at the bottom"),
        Kind.DARK: _tr("in the dark"),
        Kind.EVEN: _tr("in even light"),
        Kind.BRIGHT: _tr("in bright light"),
    }[kind]


def sentence(name: str, seen: Coverage) -> str:
    """What is missing of a class, or that nothing is."""
    if not seen.boxes:
        return _tr(
            "No boxes of {0} yet. Draw some in Label, and this tells what is missing."
        ).format(name)
    parts = []
    if seen.missing:
        parts.append(_tr("No {name} {kinds} yet.").format(name=name, kinds=_list(seen.missing)))
    if seen.few:
        parts.append(_tr("Few {kinds}.").format(kinds=_list(seen.few)))
    return " ".join(parts) or _tr("{0} was seen in all sizes, places and lights.").format(name)


def _list(kinds: Sequence[Kind]) -> str:
    words = [kind_words(kind) for kind in kinds[:_MOST]]
    if len(words) == 1:
        return words[0]
    return _tr("{some} or {last}").format(some=", ".join(words[:-1]), last=words[-1])
