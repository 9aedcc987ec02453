"""The actions on proposals, with their keys."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from labeler.gui.label.proposing import Proposing
from labeler.gui.workspace import Action


def _tr(text: str) -> str:
    return QCoreApplication.translate("LabelKeys", text)


def proposal_actions(proposing: Proposing) -> list[Action]:
    """One row an action, as in keys."""
    group = _tr("Proposals")
    return [
        Action(
            "take_proposal",
            _tr("Take a proposed box"),
            (".",),
            proposing.take,
            _tr(
                "The faint box under the pointer, else the surest, becomes a box of the next class"
            ),
            group=group,
        ),
        Action(
            "next_proposal",
            _tr("Next of nested proposals"),
            (",",),
            proposing.turn,
            _tr("Aim at the next faint box under the pointer, as the wheel does"),
            group=group,
        ),
        Action(
            "fit_box",
            _tr("Fit boxes to their things"),
            ("S",),
            proposing.fit_boxes,
            _tr("Give the selected boxes, drawn roughly, the edges of the things they mean"),
            group=group,
        ),
        Action(
            "proposals",
            _tr("Propose boxes on or off"),
            ("P",),
            proposing.toggle,
            _tr("Show faint boxes around what may be a thing, before anything is learned"),
            group=group,
        ),
        Action(
            "click_proposal",
            _tr("Take a proposed box; go through nested ones"),
            (),
            None,
            group=group,
            shown=_tr("Click; wheel or Shift+wheel"),
        ),
    ]
