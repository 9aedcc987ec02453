"""What is wrong with a shot, in a word for its badge and in a sentence."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from labeler.dataset.model import Flaw


def _tr(text: str) -> str:
    return QCoreApplication.translate("FlawWords", text)


def flaw_badge(flaw: Flaw) -> str:
    """One word."""
    return {
        Flaw.BLURRED: _tr("blurred"),
        Flaw.DARK: _tr("dark"),
        Flaw.BURNT: _tr("burnt out"),
        Flaw.ALIKE: _tr("repeated"),
    }[flaw]


def flaw_words(flaw: Flaw) -> str:
    """A sentence with the reason."""
    return {
        Flaw.BLURRED: _tr("It is blurred, against the others of this session."),
        Flaw.DARK: _tr("It is nearly black."),
        Flaw.BURNT: _tr("Much of it is burnt out to white."),
        Flaw.ALIKE: _tr("Nothing moved since another photo of this session."),
    }[flaw]
