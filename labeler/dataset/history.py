"""What can be undone and done again, read from the journal: it outlives the program."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import datetime

from labeler.dataset.changes import (
    CategoryChange,
    Change,
    Edit,
    EntryKind,
    ImportChange,
    JournalEntry,
    SuggestionChange,
)
from labeler.dataset.model import Suggestion
from labeler.dataset.store import Dataset

NEAR = 1_000
"""So many entries of the journal are looked at when a dataset is opened."""
DEPTH = 10_000
"""So many are looked at where those do not do: undo reaches back that far."""


CLOCK_OFF_S = 3600.0
"""From so many seconds on a clock that stands before the newest edit is worth a word."""


def clock_concern(dataset: Dataset) -> str:
    """What to say where the newest edit is of a time that is still to come; else nothing.

    The order of edits is the journal's and never the clock's, so nothing is lost by it.
    """
    newest = next(iter(dataset.journal(1)), None)
    if newest is None or newest.at - time.time() < CLOCK_OFF_S:
        return ""
    return (
        f"The newest edit is of {datetime.fromtimestamp(newest.at):%Y-%m-%d %H:%M}, which is still "
        "to come: look at this computer's clock. Edits keep their order all the same."
    )


@dataclass(frozen=True, slots=True)
class Replay:
    """One step back or forward. kind: UNDO or REDO of the entry."""

    dataset: Dataset
    entry: int
    kind: EntryKind

    def make(self) -> Edit:
        """Makes the step, from any thread, and returns the edit as it was applied.

        What machines offered of a class or on an image goes with it, as a part of the step; the
        step the other way brings it back. Raises StaleEdit or another UserError, with nothing
        changed.
        """
        edit = self.dataset.edit_of(self.entry)
        edit = edit.inverse() if self.kind is EntryKind.UNDO else edit
        with self.dataset.transaction():
            whole = _with_what_goes(self.dataset, edit)
            if any(map(_brings_place, edit.changes)):
                whole = _with_what_went(self.dataset, whole, self.entry)
            self.dataset.apply(whole, self.kind, self.entry)
        return whole


def _brings_place(change: object) -> bool:
    """Whether suggestions of it, or on it, may have gone by the step the other way."""
    return isinstance(change, CategoryChange | ImportChange) and change.before is None


def _with_what_goes(dataset: Dataset, edit: Edit) -> Edit:
    """The edit, and before each class or import that goes, the suggestions that would go unsaid."""
    said = _suggestions_in(edit)
    changes: list[Change] = []
    for change in edit.changes:
        if isinstance(change, CategoryChange | ImportChange) and change.after is None:
            lost = {each.id: each for each in _hanging_on(dataset, change) if each.id not in said}
            changes += [SuggestionChange(each, None) for each in lost.values()]
            said |= lost.keys()
        changes.append(change)
    return replace(edit, changes=tuple(changes))


def _hanging_on(dataset: Dataset, change: CategoryChange | ImportChange) -> list[Suggestion]:
    if isinstance(change, CategoryChange):
        return dataset.suggestions_of(change.before.id) if change.before else []
    gone = change.held
    found = dataset.suggestions_on([image.id for image in gone.images])
    return found + [each for kind in gone.categories for each in dataset.suggestions_of(kind.id)]


def _with_what_went(dataset: Dataset, edit: Edit, entry: int) -> Edit:
    """The edit, and after it the suggestions that the last step the other way took with it."""
    last = dataset.last_replay_of(entry)
    if last is None:
        return edit
    said = _suggestions_in(edit)
    brought = {image.id for each in edit.imports() if each.after for image in each.after.images}
    back = [
        change.inverse()
        for change in dataset.edit_of(last).changes
        if isinstance(change, SuggestionChange)
        and change.before is not None
        and change.after is None
        and change.before.id not in said
        and dataset.suggestion(change.before.id) is None
        and (change.before.image_id in brought or dataset.images_of([change.before.image_id]))
    ]
    return replace(edit, changes=(*edit.changes, *back))


def _suggestions_in(edit: Edit) -> set[int]:
    """The ids of those that the edit itself changes or brings."""
    told = (
        change.before or change.after
        for change in edit.changes
        if isinstance(change, SuggestionChange)
    )
    imported = (each for change in edit.imports() for each in change.held.suggestions)
    return {each.id for each in (*told, *imported) if each is not None}


class History:
    """Undo and redo of one dataset. The journal is the truth; this only remembers its ends.

    Each undo and redo is an entry of the journal itself, which says what it takes back. So the
    state can be told from the journal alone, by whoever opens the dataset next.
    """

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self.started_after = 0
        """The newest entry when the dataset was opened: those up to it are of an earlier day."""
        self._depth = NEAR
        self._seen = self._oldest = 0
        self._undoable: list[int] = []
        self._redoable: list[int] = []
        self._look()
        self.started_after = self._seen

    @property
    def undoable(self) -> tuple[int, ...]:
        """The entries that stand, oldest first; the last is the next to be undone."""
        self._look()
        return tuple(self._undoable)

    @property
    def redoable(self) -> tuple[int, ...]:
        """The entries that were taken back; the last is the next to be done again."""
        self._look()
        return tuple(self._redoable)

    def undo(self) -> Edit | None:
        """Takes the last edit back. None where there is none.

        Returns the edit as it was applied. Raises StaleEdit or another UserError, with nothing
        changed.
        """
        replay = self.undoing()
        return None if replay is None else self._made(replay)

    def redo(self) -> Edit | None:
        """Does the edit again that was taken back last. As undo."""
        replay = self.redoing()
        return None if replay is None else self._made(replay)

    def undoing(self) -> Replay | None:
        """What undo would do."""
        self._look()
        return Replay(self._dataset, self._undoable[-1], EntryKind.UNDO) if self._undoable else None

    def redoing(self) -> Replay | None:
        """What redo would do."""
        self._look()
        return Replay(self._dataset, self._redoable[-1], EntryKind.REDO) if self._redoable else None

    def _made(self, replay: Replay) -> Edit:
        edit = replay.make()
        self._look()
        return edit

    def steps_to(self, entry: int) -> int:
        """How many edits are between now and an entry of the journal.

        < 0: so many are to be taken back; > 0: to be done again; 0: it is the last that stands, or
        cannot be reached.
        """
        forwards, way = self._way_to(entry)
        return len(way) if forwards else -len(way)

    def way_to(self, entry: int) -> list[int]:
        """The entries that go_to would take back or do again."""
        return self._way_to(entry)[1]

    def _way_to(self, entry: int) -> tuple[bool, list[int]]:
        self._look()
        if entry < self._oldest:
            self._look_further()
        if entry in self._undoable:
            return False, self._undoable[self._undoable.index(entry) + 1 :]
        if entry in self._redoable:
            return True, self._redoable[self._redoable.index(entry) :]
        return False, []

    def go_to(self, entry: int) -> list[Edit]:
        """Undoes or redoes until this entry is the last that stands; 0: all is undone.

        All of it or nothing. Returns the edits as they were applied. Raises StaleEdit as undo
        does, and KeyError for an entry that neither stands nor can be done again.
        """
        self._look()
        if entry < self._oldest:
            self._look_further()
        if entry and entry not in self._undoable and entry not in self._redoable:
            raise KeyError(entry)
        applied: list[Edit] = []
        with self._dataset.transaction():
            try:
                while (self._undoable[-1] if self._undoable else 0) != entry:
                    forwards = entry in self._redoable
                    edit = self.redo() if forwards else self.undo()
                    if edit is None:
                        break
                    applied.append(edit)
            except BaseException:
                self._forget()
                raise
        return applied

    def _forget(self) -> None:
        """What was seen inside a transaction that fails did not happen."""
        self._seen = 0
        self._undoable, self._redoable = [], []

    def _look(self) -> None:
        """Takes in what the journal got since the last look."""
        if not self._seen:
            entries = self._dataset.journal(self._depth)
            self._oldest = entries[-1].id if entries else 0
        else:
            entries = self._dataset.journal_since(self._seen)
        for entry in reversed(entries):
            self._take(entry)
        if entries:
            self._seen = entries[0].id
        if not self._undoable and self._oldest > 1:
            self._look_further()

    def _look_further(self) -> None:
        """Where what is near does not do: from the start, and further back."""
        if self._depth < DEPTH:
            self._depth = DEPTH
            self._forget()
            self._look()

    def _take(self, entry: JournalEntry) -> None:
        if entry.kind is EntryKind.DO:
            self._undoable.append(entry.id)
            self._redoable.clear()
        elif entry.kind is EntryKind.UNDO and entry.of is not None:
            if entry.of in self._undoable[-1:]:
                self._undoable.pop()
            self._redoable.append(entry.of)
        elif entry.kind is EntryKind.REDO and entry.of is not None:
            if entry.of in self._redoable[-1:]:
                self._redoable.pop()
            self._undoable.append(entry.of)
