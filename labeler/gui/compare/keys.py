"""The actions of the Compare workspace with their keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from labeler.gui.workspace import Action
from labeler.votes.ballot import Choice

if TYPE_CHECKING:
    from labeler.gui.compare.workspace import CompareWorkspace


def _tr(text: str) -> str:
    return QCoreApplication.translate("CompareKeys", text)


def actions(compare: CompareWorkspace) -> list[Action]:
    """One row an action; the window makes the shortcuts and the page of keys from them."""
    return [
        Action(
            "train_both",
            _tr("Train both"),
            ("Ctrl+Return",),
            compare.train,
            _tr("Train one detector from COCO's weights and one from random ones, in turn"),
        ),
        Action(
            "stop_training",
            _tr("Stop, keep the best of both"),
            ("Ctrl+.",),
            compare.stop,
            obstacle=compare.obstacle_to_stop,
        ),
        Action(
            "watch", _tr("Watch and vote, or back to the curves"), ("W",), compare.toggle_watching
        ),
        Action(
            "pause_training",
            _tr("Pause both, or resume"),
            ("Ctrl+Shift+.",),
            compare.pause,
            obstacle=lambda: "" if compare.trainer.is_running else _tr("No pair is training."),
        ),
        Action(
            "go_on",
            _tr("Resume a pair that ended early"),
            ("Ctrl+Shift+Return",),
            compare.go_on,
            obstacle=compare.obstacle_to_go_on,
        ),
        Action(
            "data_curve",
            _tr("Data curve: the same with fewer images"),
            ("Ctrl+D",),
            compare.train_curve,
            obstacle=compare.obstacle_to_curve,
        ),
        Action(
            "trash_pair",
            _tr("Move the pair to the wastebasket"),
            ("Del",),
            compare.trash,
            widget=compare.panel.list,
            obstacle=lambda: "" if compare.panel.list.current() else _tr("No pair is selected."),
        ),
        *_of_panes(compare),
    ]


def _of_panes(compare: CompareWorkspace) -> list[Action]:
    """What can be done while both detectors are watched."""
    page, group = compare.watch_page, _tr("Watch and vote")
    rows: list[tuple[str, str, tuple[str, ...], Callable[[], object]]] = [
        ("play", _tr("Play or pause; live: freeze"), ("Space",), page.screening.toggle),
        ("step_on", _tr("One frame forward"), ("Right", "."), lambda: page.screening.step(1)),
        ("step_back", _tr("One frame back"), ("Left", ","), lambda: page.screening.step(-1)),
        ("slower", _tr("Slower"), ("Down",), lambda: page.transport.change_speed(-1)),
        ("faster", _tr("Faster"), ("Up",), lambda: page.transport.change_speed(1)),
        ("vote_a", _tr("A is better"), ("A",), lambda: page.vote(Choice.A)),
        ("vote_b", _tr("B is better"), ("B",), lambda: page.vote(Choice.B)),
        ("vote_same", _tr("No difference"), ("=", "S"), lambda: page.vote(Choice.SAME)),
        ("withdraw_vote", _tr("Undo the last vote"), ("Backspace",), page.withdraw),
        ("reveal", _tr("Reveal which is which"), ("R",), page.reveal),
        ("new_round", _tr("Vote again, in a new hidden order"), ("N",), page.vote_again),
        ("export_votes", _tr("Export votes…"), ("Ctrl+Shift+E",), page.ask_export),
        ("save_video", _tr("Save both as one video…"), ("Ctrl+Shift+V",), page.ask_video),
    ]

    def while_watching(do: Callable[[], object]) -> Callable[[], None]:
        def slot() -> None:
            if compare.is_watching:
                do()

        return slot

    def obstacle() -> str:
        return "" if compare.is_watching else _tr("Press W first to watch both.")

    return [
        Action(
            name,
            text,
            keys,
            while_watching(do),
            repeats=name.startswith("step"),
            group=group,
            obstacle=obstacle,
        )
        for name, text, keys, do in rows
    ]
