"""Every action of the window with the keys that it has now: the one table that all others ask."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from labeler.gui.key_map import EVERYWHERE, Changes, Command, KeyMap
from labeler.gui.shortcuts import GLOBAL, HISTORY
from labeler.gui.workspace import Action

OUTSIDE = (HISTORY, GLOBAL)
"""The owners whose keys work everywhere."""


def name_of(owner: str, action: Action) -> str:
    """The stable name that a key map stores: "label.next", "everywhere.undo"."""
    return f"{EVERYWHERE if owner in OUTSIDE else owner}.{action.id}"


class ActionBook(QObject):
    """Holds the tables as they were made, and gives them with the person's keys.

    An owner is a workspace's id or one of OUTSIDE. changed comes when keys changed.
    """

    changed = Signal()

    def __init__(
        self,
        outline: Callable[[str], list[Action]],
        places: Sequence[str],
        changes: Changes,
        parent: QObject | None = None,
    ) -> None:
        """outline gives the table of a workspace of places that is not built yet."""
        super().__init__(parent)
        self._outline = outline
        self._places = tuple(places)
        self._tables: dict[str, list[Action]] = {}
        self._outlines: dict[str, list[Action]] = {}
        self._changes: Changes = dict(changes)
        self._now: dict[str, list[Action]] = {}

    @property
    def owners(self) -> tuple[str, ...]:
        return (*self._places, *OUTSIDE)

    @property
    def changes(self) -> Changes:
        return self._changes

    def add(self, owner: str, actions: list[Action]) -> None:
        """The real table of an owner, in place of its outline."""
        self._tables[owner] = actions
        self._now = {}

    def is_built(self, owner: str) -> bool:
        return owner in self._tables

    def defaults(self, owner: str) -> list[Action]:
        """With the keys that they have at first."""
        return self._table(owner)

    def actions(self, owner: str) -> list[Action]:
        """With the keys that they have now."""
        if not self._changes:
            return self._table(owner)  # the tables themselves have no clash
        if not self._now:
            keys = self.key_map().keys()
            self._now = {
                each: [
                    replace(action, keys=keys[name_of(each, action)])
                    for action in self._table(each)
                ]
                for each in self.owners
            }
        return self._now.get(owner, [])

    def keys(self, name: str) -> tuple[str, ...]:
        """Of one action by its name; none for an unknown one."""
        place = name.partition(".")[0]
        for owner in OUTSIDE if place == EVERYWHERE else (place,):
            for action in self.actions(owner):
                if name_of(owner, action) == name:
                    return action.keys
        return ()

    def key_map(self) -> KeyMap:
        commands = [
            Command(
                name_of(owner, action),
                action.text,
                action.keys,
                fixed=action.slot is None,
                shown=action.shown,
            )
            for owner in self.owners
            for action in self._table(owner)
        ]
        return KeyMap(tuple(commands), self._changes)

    def use(self, changes: Changes) -> None:
        """Takes other keys; everybody hears of it."""
        self._changes = dict(changes)
        self._now = {}
        self.changed.emit()

    def _table(self, owner: str) -> list[Action]:
        if owner not in self._tables and owner in self._places:
            if owner not in self._outlines:
                self._outlines[owner] = self._outline(owner)
            return self._outlines[owner]
        return self._tables.get(owner, [])
