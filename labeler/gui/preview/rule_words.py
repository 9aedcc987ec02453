"""Rules in the words of the window."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from labeler.gui.counts import counted
from labeler.react.rules import Deed, Rule, host_of


def _tr(text: str) -> str:
    return QCoreApplication.translate("RuleWords", text)


def deed_names() -> dict[Deed, str]:
    """As in a list to choose from."""
    return {
        Deed.SAY: _tr("the robot says"),
        Deed.ANIMATE: _tr("the robot plays an animation"),
        Deed.TURN: _tr("the robot turns towards it"),
        Deed.RUN: _tr("a command is run"),
        Deed.POST: _tr("a web address is called"),
    }


def text_hint(deed: Deed) -> str:
    """What belongs into the field beside it."""
    return {
        Deed.SAY: _tr("Your Majesty"),
        Deed.ANIMATE: _tr("An animation trigger of the robot"),
        Deed.TURN: "",
        Deed.RUN: _tr("A program and its arguments, run without a shell"),
        Deed.POST: "https://",
    }[deed]


def deed_words(rule: Rule) -> str:
    """As in: say "Your Majesty". Of a web address its host alone."""
    pattern = {
        Deed.SAY: _tr('say "{0}"'),
        Deed.ANIMATE: _tr("play {0}"),
        Deed.TURN: _tr("turn towards it"),
        Deed.RUN: _tr("run {0}"),
        Deed.POST: _tr("call {0}"),
    }[rule.deed]
    text = rule.text.strip()
    return pattern.format(host_of(text) if rule.deed is Deed.POST else text)


def rule_words(rule: Rule) -> str:
    """As in: queen for 5 frames in a row: say "Your Majesty"; for one frame without "in a row"."""
    many = _tr("{category} for {frames} in a row: {deed}")
    words = many if rule.frames > 1 else _tr("{category} for {frames}: {deed}")
    return words.format(
        category=rule.category or "?",
        frames=counted(rule.frames, "frame"),
        deed=deed_words(rule),
    )
