"""The open dataset, what was done to it, and who wants to know."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from labeler.dataset.edits import CategoryChange, Edit
from labeler.dataset.store import Dataset
from labeler.errors import UserError


class EditCommand(QUndoCommand):
    """One edit on the undo stack.

    Only the document moves the stack, and it writes to the dataset first: a write that fails (a
    full disk) leaves the stack where it was. So the command itself has nothing left to do.
    """

    def __init__(self, edit: Edit) -> None:
        super().__init__(edit.description)
        self.edit = edit


class Document(QObject):
    """The open dataset with its undo stack. Every edit of the window goes through perform().

    Signals are facts. annotations_changed and image_state_changed carry an image's id,
    images_added a list of them; edit_replayed comes after an undo or redo, with the edit as it
    was applied; failed carries a sentence and its details.
    """

    dataset_opened = Signal()
    images_added = Signal(list)
    annotations_changed = Signal(int)
    image_state_changed = Signal(int)
    categories_changed = Signal()
    edit_replayed = Signal(object)
    said = Signal(str)
    failed = Signal(str, str)

    def __init__(self, dataset: Dataset, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._dataset = dataset
        self.undo_stack = QUndoStack(self)
        self._busy = ""

    @property
    def dataset(self) -> Dataset:
        return self._dataset

    def open(self, dataset: Dataset) -> None:
        """Shows another dataset and closes the one before."""
        previous, self._dataset = self._dataset, dataset
        self.undo_stack.clear()
        self.dataset_opened.emit()
        if previous is not dataset:
            previous.close()

    def set_busy(self, sentence: str) -> None:
        """Refuses edits with this sentence until it is set to nothing, so that none waits."""
        self._busy = sentence

    def perform(self, edit: Edit, sentence: str = "") -> bool:
        """Applies an edit and remembers it for undo. False where it failed; that is reported.

        sentence is what the status line says then; without one it is made from the description.
        """
        if not edit.changes:
            return True
        if not self._apply(edit):
            return False
        self.undo_stack.push(EditCommand(edit))
        self.say(sentence or self.tr("{what}. Kept.").format(what=edit.description))
        return True

    def attempt(self, build: Callable[[Dataset], Edit], sentence: str = "") -> bool:
        """Builds an edit and performs it. False where either failed; that is reported."""
        with self.reporting():
            self._refuse_if_busy()  # building an edit may have to wait for the writer as well
            return self.perform(build(self._dataset), sentence)
        return False

    @property
    def can_undo(self) -> bool:
        return self.undo_stack.canUndo()

    @property
    def can_redo(self) -> bool:
        return self.undo_stack.canRedo()

    def undo(self) -> bool:
        """Takes the last edit back. False where there is none or it failed."""
        edit = self._edit_at(self.undo_stack.index() - 1)
        if edit is None or not self._apply(edit.inverse()):
            return False
        self.undo_stack.undo()
        self._tell_replayed(edit.inverse())
        return True

    def redo(self) -> bool:
        """Does the edit again that was taken back last. False where there is none or it failed."""
        edit = self._edit_at(self.undo_stack.index())
        if edit is None or not self._apply(edit):
            return False
        self.undo_stack.redo()
        self._tell_replayed(edit)
        return True

    def notify_images_added(self, image_ids: Iterable[int]) -> None:
        """Tells the window about images that a camera or an import put into the dataset."""
        added = list(image_ids)
        if added:
            self.images_added.emit(added)

    def notify_images_changed(self, image_ids: Iterable[int]) -> None:
        """Tells the window about images that got their boxes from an import."""
        for image_id in image_ids:
            self._tell_image_changed(image_id)

    def notify_categories_changed(self) -> None:
        """Tells the window that an import brought categories."""
        self.categories_changed.emit()

    def say(self, sentence: str) -> None:
        """Shows what just happened in the status line."""
        self.said.emit(sentence)

    def report(self, error: UserError) -> None:
        """Shows a failure that the person can mend, with its details one click away."""
        self.failed.emit(str(error), error.details)

    @contextmanager
    def reporting(self) -> Iterator[None]:
        """Reports the UserError of the block instead of letting it travel."""
        try:
            yield
        except UserError as error:
            self.report(error)

    def _apply(self, edit: Edit) -> bool:
        try:
            self._refuse_if_busy()
            self._dataset.apply(edit)
        except UserError as error:
            self.report(error)
            return False
        self._tell_applied(edit)
        return True

    def _refuse_if_busy(self) -> None:
        if self._busy:
            raise UserError(self._busy)

    def _tell_applied(self, edit: Edit) -> None:
        if any(isinstance(change, CategoryChange) for change in edit.changes):
            self.categories_changed.emit()
        for image_id in edit.image_ids():
            self._tell_image_changed(image_id)

    def _tell_image_changed(self, image_id: int) -> None:
        self.annotations_changed.emit(image_id)
        self.image_state_changed.emit(image_id)

    def _tell_replayed(self, edit: Edit) -> None:
        self.edit_replayed.emit(edit)
        self.say(self.tr("{what}. Kept.").format(what=edit.description))

    def _edit_at(self, index: int) -> Edit | None:
        command = self.undo_stack.command(index) if index >= 0 else None
        return command.edit if isinstance(command, EditCommand) else None
