"""The open dataset, what was done to it, and who wants to know."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from labeler.dataset.changes import CategoryChange, Edit, ImportChange, SessionNoteChange
from labeler.dataset.history import History
from labeler.dataset.no_dataset import NoDataset
from labeler.dataset.queries import Counts
from labeler.dataset.store import Dataset
from labeler.errors import UserError

MANY = 50
"""Of more changed images than this each part of the window reads all again, not one by one."""
ELSEWHERE_MS = 1000
"""So often a dataset that is open read-only is looked at for what another program did to it."""


class Document(QObject):
    """The open dataset with its history. Every edit of the window goes through perform().

    Signals are facts. annotations_changed and image_state_changed carry an image's id,
    images_added, images_removed and suggestions_changed a list of them; history_changed comes after
    every edit; images_removed comes before all else of the undo of an import;
    edit_replayed after an undo or redo, with the edit as it was applied; failed carries a sentence
    and its details; recovered such a sentence that refused an edit, once one is kept again.
    written carries the path of what was just written for the person, and a sentence on what it is.
    many_images_changed stands for the first two where an edit touched more than MANY images: what
    shows images reads them again. counts_changed carries the Counts that all parts show.
    """

    dataset_opened = Signal()
    images_added = Signal(list)
    images_removed = Signal(list)
    annotations_changed = Signal(int)
    image_state_changed = Signal(int)
    many_images_changed = Signal()
    suggestions_changed = Signal(list)
    categories_changed = Signal()
    classes_merged = Signal()
    sessions_changed = Signal()
    history_changed = Signal()
    edit_replayed = Signal(object)
    said = Signal(str)
    written = Signal(object, str)
    failed = Signal(str, str)
    recovered = Signal(str)
    counts_changed = Signal(object)

    def __init__(self, dataset: Dataset, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._dataset = dataset
        self.history = History(dataset)
        self._busy: dict[str, str] = {}
        self._refusal = ""
        self._counts, self._is_to_count = Counts(0, 0, 0), True
        self._seen_elsewhere = 0
        self._elsewhere = QTimer(self, interval=ELSEWHERE_MS)
        self._elsewhere.timeout.connect(self.look_elsewhere)
        self._count_first()
        self._watch_elsewhere()

    @property
    def dataset(self) -> Dataset:
        return self._dataset

    @property
    def has_dataset(self) -> bool:
        """False while none is open; an empty one that refuses everything stands in its place."""
        return not isinstance(self._dataset, NoDataset)

    @property
    def is_locked(self) -> bool:
        """Whether the open dataset may only be read."""
        return self._dataset.read_only and self.has_dataset

    @property
    def counts(self) -> Counts:
        """How many images are in which state now: whoever shows a number takes it from here.

        Counted once after every change. Where the dataset cannot be read that is reported, and
        they are as they were.
        """
        if self._is_to_count:
            self._is_to_count = False
            with self.reporting():
                self._counts = self._dataset.counts()
        return self._counts

    def open(self, dataset: Dataset) -> None:
        """Shows another dataset and closes the one before."""
        previous, self._dataset = self._dataset, dataset
        self.history = History(dataset)
        self._watch_elsewhere()
        self.dataset_opened.emit()
        if previous is not dataset:
            previous.close()

    def set_busy(self, sentence: str, by: str = "job") -> None:
        """Refuses edits with this sentence until it is set to nothing, so that none waits.

        by: who keeps the dataset busy; each takes back only its own sentence.
        """
        if sentence:
            self._busy[by] = sentence
        else:
            self._busy.pop(by, None)

    def refuse_if_busy(self) -> None:
        """Raises UserError with a sentence of set_busy while there is one."""
        for sentence in self._busy.values():
            raise UserError(sentence)

    def begin_busy(self, sentence: str, by: str) -> bool:
        """As set_busy. False where something else is under way; that is reported."""
        with self.reporting():
            self.refuse_if_busy()
            self.set_busy(sentence, by)
            return True
        return False

    def perform(self, edit: Edit, sentence: str = "") -> bool:
        """Applies an edit and remembers it for undo. False where it failed; that is reported.

        sentence is what the status line says then; without one it is made from the description.
        """
        if not edit.changes:
            return True
        if not self._apply(edit):
            return False
        self.say(sentence or self.tr("{what}. Kept.").format(what=edit.description))
        return True

    def attempt(self, build: Callable[[Dataset], Edit], sentence: str = "") -> bool:
        """Builds an edit and performs it. False where either failed; that is reported."""
        try:
            self.refuse_if_busy()  # building an edit may have to wait for the writer as well
            edit = build(self._dataset)
        except UserError as error:
            self._refuse(error)
            return False
        return self.perform(edit, sentence)

    def tell_applied(self, edit: Edit, sentence: str) -> None:
        """Tells the window of an edit that a job has applied to the dataset."""
        self._tell_applied(edit)
        self.say(sentence)

    @property
    def can_undo(self) -> bool:
        return bool(self.history.undoable)

    @property
    def can_redo(self) -> bool:
        return bool(self.history.redoable)

    def undo(self) -> bool:
        """Takes the last edit back, also one of an earlier day. False where none is or it failed.

        The journal tells what that is, so it outlives the window.
        """
        return self._replay(lambda: _listed(self.history.undo()))

    def redo(self) -> bool:
        """Does the edit again that was taken back last. False where there is none or it failed."""
        return self._replay(lambda: _listed(self.history.redo()))

    def go_back_to(self, entry: int) -> bool:
        """Undoes or redoes until this entry of the journal is the last that stands, or nothing."""
        return self._replay(lambda: self.history.go_to(entry))

    def _replay(self, move: Callable[[], list[Edit]]) -> bool:
        try:
            self.refuse_if_busy()
            edits = move()
        except UserError as error:
            self._refuse(error)
            return False
        self.tell_replayed(edits)
        return bool(edits)

    def tell_replayed(self, edits: list[Edit]) -> None:
        """Tells the window of edits that were taken back or done again."""
        if edits:
            all_changes = tuple(change for edit in edits for change in edit.changes)
            self._tell_applied(Edit(edits[-1].description, all_changes))
            self.edit_replayed.emit(edits[-1])
            self.say(self.tr("{what}. Kept.").format(what=self._in_words(edits)))

    def _in_words(self, edits: list[Edit]) -> str:
        """What was taken back or done again, and where."""
        words = edits[-1].description
        if len(edits) > 1:
            return f"{words} (+{len(edits) - 1})"
        touched = edits[0].image_ids()
        if edits[0].imports() or len(touched) != 1:
            return words
        with suppress(UserError):
            name = self._dataset.image(touched[0]).original_name
            return self.tr("{what}, on {image}").format(what=words, image=name)
        return words

    def offer(self, put: Callable[[Dataset], list[int]]) -> bool:
        """Stores suggestions, which is no edit of a person. put returns the images they are on.

        False where that failed; that is reported.
        """
        with self.reporting():
            self.refuse_if_busy()
            touched = put(self._dataset)
            if touched:
                self.suggestions_changed.emit(touched)
            return True
        return False

    def notify_images_added(self, image_ids: Iterable[int]) -> None:
        """Tells the window about images that a camera or an import put into the dataset."""
        added = list(image_ids)
        if added:
            self.images_added.emit(added)

    def notify_images_changed(self, image_ids: Iterable[int]) -> None:
        """Tells the window about images that got other boxes, from an import or an edit."""
        changed = list(image_ids)
        if len(changed) > MANY:
            self.many_images_changed.emit()
            return
        for image_id in changed:
            self._tell_image_changed(image_id)
        if changed:
            self._tell_counts()

    def notify_imported(
        self, new: Iterable[int], changed: Iterable[int] = (), *, categories: bool = False
    ) -> None:
        """Tells the window of an import: the images that are new, those from before that got boxes,
        and whether categories came. It is the newest edit of the history.
        """
        if categories:
            self.categories_changed.emit()
        self.notify_images_added(new)
        self.notify_images_changed(changed)
        self.history_changed.emit()

    def say(self, sentence: str) -> None:
        """Shows what just happened in the status line."""
        self.said.emit(sentence)

    def tell_written(self, path: Path, sentence: str) -> None:
        """Says where a file or folder is that the person asked for, and offers the way to it.

        sentence: what it is, without its place.
        """
        self.written.emit(path, sentence)

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
            self.refuse_if_busy()
            self._dataset.apply(edit)
        except UserError as error:
            self._refuse(error)
            return False
        self._tell_applied(edit)
        return True

    def _refuse(self, error: UserError) -> None:
        self._refusal = str(error)
        self.report(error)

    def _tell_applied(self, edit: Edit) -> None:
        if self._refusal:
            self.recovered.emit(self._refusal)
            self._refusal = ""
        come, gone = _come(edit), _gone(edit)
        if gone:
            self.images_removed.emit(gone)
        if edit.category_ids():
            self.categories_changed.emit()
        if any(isinstance(each, SessionNoteChange | ImportChange) for each in edit.changes):
            self.sessions_changed.emit()
        self.notify_images_added(come)
        if _drops_categories(edit):
            self.many_images_changed.emit()  # its suggestions went with it, wherever they were
        else:
            elsewhere = {*come, *gone}
            self.notify_images_changed(each for each in edit.image_ids() if each not in elsewhere)
        self.history_changed.emit()

    def _tell_image_changed(self, image_id: int) -> None:
        self._is_to_count = True
        self.annotations_changed.emit(image_id)
        self.image_state_changed.emit(image_id)

    def _count_first(self) -> None:
        """Connected before anybody else is: what is read in answer to these signals is true."""
        for signal in (
            self.dataset_opened,
            self.images_added,
            self.images_removed,
            self.many_images_changed,
            self.suggestions_changed,
        ):
            signal.connect(self._tell_counts)
        self.image_state_changed.connect(self._forget_counts)

    def _forget_counts(self) -> None:
        self._is_to_count = True

    def _tell_counts(self) -> None:
        self._is_to_count = True
        self.counts_changed.emit(self.counts)

    # What another program does to a dataset that is open read-only here

    def _watch_elsewhere(self) -> None:
        self._elsewhere.stop()
        self._seen_elsewhere = self._dataset.version_elsewhere()
        if self._dataset.read_only:  # else only this window writes to it
            self._elsewhere.start()

    def look_elsewhere(self) -> None:
        """Shows what another program wrote since the last look, all at once."""
        try:
            version = self._dataset.version_elsewhere()
        except UserError as error:
            self._elsewhere.stop()  # said once is enough
            self.report(error)
            return
        if not version:
            self._elsewhere.stop()  # it is closed
        elif version != self._seen_elsewhere:
            self._seen_elsewhere = version
            self.categories_changed.emit()
            self.sessions_changed.emit()
            self.many_images_changed.emit()
            self.history_changed.emit()


def _listed(edit: Edit | None) -> list[Edit]:
    return [] if edit is None else [edit]


def _come(edit: Edit) -> list[int]:
    """The images that it brings."""
    return [image.id for each in edit.imports() if each.after for image in each.held.images]


def _gone(edit: Edit) -> list[int]:
    """The images that it takes away."""
    return [image.id for each in edit.imports() if each.before for image in each.held.images]


def _drops_categories(edit: Edit) -> bool:
    return any(
        change.held.categories if isinstance(change, ImportChange) else True
        for change in edit.changes
        if isinstance(change, CategoryChange | ImportChange) and change.after is None
    )
