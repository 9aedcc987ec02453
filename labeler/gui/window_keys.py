"""The window's actions put to use: shortcuts, page of keys, command palette, and changing keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from labeler.gui.action_book import OUTSIDE, ActionBook, name_of
from labeler.gui.key_hint import KeyHint, native_key
from labeler.gui.key_map import EVERYWHERE, Changes
from labeler.gui.outlines import outline
from labeler.gui.settings import Settings
from labeler.gui.shortcuts import Shortcuts
from labeler.gui.workspace import Action

if TYPE_CHECKING:
    from labeler.gui.palette import Choice


class WindowKeys(QObject):
    """titles: the workspaces by id, in order.

    place_requested asks for the workspace of an action; said tells why one cannot be done.
    """

    place_requested = Signal(str)
    said = Signal(str)

    def __init__(self, window: QWidget, titles: Mapping[str, str], settings: Settings) -> None:
        super().__init__(window)
        self._window = window
        self._titles = titles
        self._settings = settings
        self._current = ""
        self.book = ActionBook(outline, tuple(titles), {}, self)
        self._shortcuts = Shortcuts(window)
        self.book.changed.connect(self._follow_change)

    def load(self) -> None:
        """Takes the person's own keys. Raises UserError where their file is broken."""
        file = self._settings.key_map_file
        if file.exists():
            from labeler.gui.key_map_file import read_key_map

            self.book.use(read_key_map(file))

    def add(self, owner: str, actions: list[Action], root: QWidget) -> None:
        """The table of a workspace, or of OUTSIDE; root holds the widgets that tell its keys."""
        self.book.add(owner, actions)
        self._shortcuts.add(owner, self.book.actions(owner))
        self._tell(root)

    def set_current(self, owner: str) -> None:
        self._current = owner
        self._shortcuts.set_current(owner)

    def key(self, name: str) -> str:
        """The first key of an action in Qt's words, or nothing."""
        return next(iter(self.book.keys(name)), "")

    def told(self, sentence: str) -> str:
        """A sentence that names keys, with those that the person chose in their place."""
        if not self.book.changes:
            return sentence
        from labeler.gui.key_words import with_true_keys

        moved = {}
        for owner in (self._current, *OUTSIDE):
            for usual, now in zip(self.book.defaults(owner), self.book.actions(owner), strict=True):
                moved.update({key: now for key in usual.keys if key not in now.keys})
        return with_true_keys(sentence, {k: (a.keys, a.text) for k, a in moved.items()})

    def show_keys(self) -> None:
        from labeler.gui.keys_page import KeysPage

        outside = [action for owner in OUTSIDE for action in self.book.actions(owner)]
        sections = [
            (self._titles.get(self._current, ""), self.book.actions(self._current)),
            (self.tr("Everywhere"), outside),
        ]
        page = KeysPage(sections, self._window)
        page.change_requested.connect(self.change_keys)
        page.open()

    def change_keys(self) -> None:
        from labeler.gui.key_dialog import KeyDialog

        titles = {**self._titles, EVERYWHERE: self.tr("Everywhere")}
        dialog = KeyDialog(self.book.key_map(), titles, self._store, self._window)
        dialog.setWindowTitle(self.tr("Change keys"))
        dialog.open()

    def show_palette(self) -> None:
        from labeler.gui.palette import Palette

        palette = Palette(self._choices(), self._settings.recent_actions, self._window)
        palette.chosen.connect(self.run)
        palette.open()

    def run(self, name: str) -> None:
        """Does what the name says, in its workspace, or tells why it cannot be done now."""
        place = name.partition(".")[0]
        if place in self._titles and place != self._current:
            self.place_requested.emit(place)
        self._settings.remember_action(name)
        for owner in self.book.owners:
            for action in self.book.actions(owner):
                if name_of(owner, action) == name:
                    self._do(action)
                    return

    def _do(self, action: Action) -> None:
        obstacle = action.obstacle() if action.obstacle else ""
        if obstacle:
            self.said.emit(obstacle)
        elif do := action.once or action.slot:
            do()

    def _store(self, changes: Changes) -> None:
        """Keeps the keys for the next time and takes them now. Raises UserError where it cannot."""
        from labeler.gui.key_map_file import keep_key_map

        keep_key_map(self._settings.key_map_file, changes)
        self.book.use(changes)

    def _choices(self) -> list[Choice]:
        """Of the workspace on show, then those that work everywhere, then of the others."""
        from labeler.gui.palette import Choice

        others = [place for place in self._titles if place != self._current]
        found = []
        for owner in (self._current, *OUTSIDE, *others):
            place = self.tr("go to {0}").format(self._titles[owner]) if owner in others else ""
            for action in self.book.actions(owner):
                if action.slot is not None and name_of(owner, action) != _PALETTE:
                    obstacle = action.obstacle() if action.obstacle and not place else ""
                    keys = tuple(native_key(key) for key in action.keys)
                    words = action.tooltip or action.text
                    found.append(
                        Choice(name_of(owner, action), action.text, words, place, keys, obstacle)
                    )
        return found

    def _follow_change(self) -> None:
        for owner in self.book.owners:
            if self.book.is_built(owner):
                self._shortcuts.add(owner, self.book.actions(owner))
        self._tell(self._window)

    def _tell(self, root: QWidget) -> None:
        for hint in root.findChildren(KeyHint):
            hint.tell(self.book.keys(hint.action))


_PALETTE = f"{EVERYWHERE}.palette"
"""The one action that is of no use in the palette."""
