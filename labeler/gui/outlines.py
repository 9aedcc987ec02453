"""The tables of actions of workspaces that are not built: words and keys, nothing to run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

from labeler.gui.pages import CAPTURE, COMPARE, PREVIEW, TRAIN
from labeler.gui.workspace import Action


def outline(page_id: str) -> list[Action]:
    """What the workspace's own table will say; empty for one that is built at the start.

    Its module is not imported for that: it may bring OpenCV or a plot.
    """
    makers: dict[str, Callable[[], list[Action]]] = {
        CAPTURE: _capture,
        TRAIN: _train,
        PREVIEW: _preview,
        COMPARE: _compare,
    }
    rows = makers[page_id]() if page_id in makers else []
    return [
        replace(row, slot=row.slot and _nothing, widget=None, obstacle=None, once=None)
        for row in rows
    ]


class _Absent:
    """Stands for a workspace: whatever is asked of it is as absent."""

    def __getattr__(self, name: str) -> _Absent:
        return self

    def __call__(self, *_: object) -> _Absent:
        return self


def _nothing() -> None:
    """In the place of a slot."""


def _capture() -> list[Action]:
    from labeler.gui.capture import keys

    return keys.actions(cast(Any, _Absent()))


def _train() -> list[Action]:
    from labeler.gui.train import keys

    return keys.actions(cast(Any, _Absent()))


def _preview() -> list[Action]:
    from labeler.gui.preview import keys

    return keys.actions(cast(Any, _Absent()))


def _compare() -> list[Action]:
    from labeler.gui.compare import keys

    return keys.actions(cast(Any, _Absent()))
