"""The open dataset: one writer, a transaction an edit, a journal that only grows."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType

import platformdirs

from labeler.dataset import lost, making, rows, schema
from labeler.dataset.authors import current_author
from labeler.dataset.changes import Edit, EntryKind, ImportChange, StaleEdit
from labeler.dataset.connections import Connections
from labeler.dataset.files import PART, file_of_ours, reason, replace_durably
from labeler.dataset.lock import WriterLock
from labeler.dataset.model import (
    Annotation,
    Category,
    Flaw,
    Image,
    Session,
    Suggestion,
    is_moment,
)
from labeler.dataset.own_folder import LOCK_NAME, leads_elsewhere, require_own
from labeler.dataset.picture_files import PictureFiles
from labeler.dataset.queries import Counts, Queries, Snapshot
from labeler.dataset.words import counted
from labeler.errors import UserError
from trainer.names import is_plain_file, plain_name

__all__ = ["FILE_NAME", "LOCK_NAME", "Counts", "Dataset", "Queries", "Snapshot"]

FILE_NAME = schema.FILE_NAME
_ALIKE = 0.7
"""From this overlap (IoU) on two boxes of one category mean the same thing."""


class Dataset(Connections):
    """A folder with dataset.sqlite, images/, runs/ and thumbnails/. Usable from any thread."""

    def __init__(self, folder: Path, lock: WriterLock | None) -> None:
        """Use create() or open()."""
        self.folder = folder
        self.name = folder.name
        self.files = PictureFiles(folder)
        self.images_folder = self.files.images
        self.incoming_folder = self.files.incoming
        self.runs_folder = folder / "runs"
        self._lock = lock
        self._coming: list[str] = []
        self._going: list[str] = []
        super().__init__(folder / FILE_NAME, read_only=lock is None)

    @classmethod
    def create(cls, folder: Path) -> Dataset:
        """A new, empty dataset. Raises UserError where the folder holds anything already.

        Where it cannot be made, as on a full disk, nothing of it stays.
        """
        folder = folder.absolute()
        made = making.missing(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            taken = any(path.name != LOCK_NAME for path in folder.iterdir())
        except OSError as error:
            raise UserError(f"Cannot make a dataset in {folder}: {reason(error)}.") from error
        if taken:
            lost.require_none_lost(folder)
            raise UserError(f"{folder} is not empty. Choose another folder for the new dataset.")
        lock = WriterLock(folder / LOCK_NAME, name=folder.name)
        try:
            return cls._opened(folder, lock)
        except BaseException:
            making.take_away(folder, made)
            raise

    @classmethod
    def open(cls, folder: Path, *, read_only: bool = False) -> Dataset:
        """Raises UserError: not a dataset, of a newer program, damaged, or with another writer.

        A writer also finishes what a killed one left half done, and brings old files up to date.
        """
        folder = folder.absolute()
        require_own(folder)
        try:
            lost.require_database(folder)
        except OSError as error:  # no access, or a drive that fails
            raise UserError(f"Cannot open {folder}: {reason(error)}.") from error
        lock = None if read_only else WriterLock(folder / LOCK_NAME, name=folder.name)
        return cls._opened(folder, lock)

    @classmethod
    def _opened(cls, folder: Path, lock: WriterLock | None) -> Dataset:
        dataset = None
        try:
            if lock:
                (folder / FILE_NAME).touch()
            dataset = cls(folder, lock)
            dataset._make_ready()
        except BaseException as error:
            if dataset:
                dataset.close()
            elif lock:
                lock.release()
            if isinstance(error, OSError):
                raise UserError(f"Cannot open {folder}: {reason(error)}.") from error
            raise
        return dataset

    def _make_ready(self) -> None:
        latest = len(schema.MIGRATIONS)
        if not self.read_only:
            with self._faults():
                schema.migrate(self._writer, self._path, schema.MIGRATIONS)
            self._require_sound_rows()
            for folder in (self.images_folder, self.incoming_folder, self.runs_folder):
                folder.mkdir(exist_ok=True)
            self._finish_incoming()
            self._finish_removed()
            return
        version = schema.require_ours(self._writer, self._path, latest)
        if version == 0:
            raise schema.OlderFormat(
                f"The dataset {self.name} holds nothing yet: its making was broken off. Open it "
                "once for labelling, which makes it anew."
            )
        if version < latest:
            raise schema.OlderFormat(
                f"The dataset {self.name} has an older format. Open it once for labelling, "
                "which brings it up to date; then it can be opened read-only. Where its folder "
                "cannot be written, open a copy of it."
            )
        self._leave_out_what_is_unsound()

    def _finish_incoming(self, *, parts: bool = True) -> None:
        """What a killed program left: pictures with a row move to their place, the rest goes.

        parts: also files that are still being written, of which there are none at the opening.
        """
        if parts:
            (self.folder / f"{FILE_NAME}{PART}").unlink(missing_ok=True)
        for path in list(self.incoming_folder.iterdir()):
            if path.name.endswith(PART) and not parts:
                continue
            if is_plain_file(path) and self.awaits(path.name):
                self.settle(path.name)
            elif is_plain_file(path) or leads_elsewhere(path):
                path.unlink(missing_ok=True)  # a thumbnail that was just finished

    def _finish_removed(self) -> None:
        """What a program left that was killed while an import was taken back, or done again."""
        going, aside = self.files.announced(), self.files.aside()
        if going:
            self.files.put_aside(set(going) - self.named(going))
        if aside:
            self.files.place(self.named(aside))

    def _before_commit(self) -> None:
        if self._going:
            self.files.announce(self._going)

    def _after_commit(self) -> None:
        """Moves the files after their rows. Where that fails, the next opening does it."""
        coming, going = self._coming, self._going
        self._coming, self._going = [], []
        if coming:
            self.files.place(sorted(self.named(coming)))
        if going:
            self.files.put_aside(sorted(set(going) - self.named(going)))

    def _after_rollback(self) -> None:
        self._coming, self._going = [], []

    def close(self) -> None:
        """Ends the connections and lets another writer in. Closing twice does no harm."""
        super().close()
        if self._lock:
            self._lock.release()

    def __enter__(self) -> Dataset:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """What an addition left that was broken off, as by Ctrl+C, is finished or cleared."""
        if error is not None and not self.read_only and not self.is_closed:
            with suppress(UserError, OSError):  # a vanished drive: the next opening does it
                self._finish_incoming(parts=False)
        self.close()

    def has_writer(self) -> bool:
        """Whether the dataset is open for labelling, here or anywhere else."""
        return not self.read_only or WriterLock.is_taken(self.folder / LOCK_NAME)

    @property
    def thumbnails_folder(self) -> Path:
        """Beside the images, or in the person's cache where the dataset may not be written."""
        if self.read_only:
            return platformdirs.user_cache_path("vector-labeler") / "thumbnails"
        return self.folder / "thumbnails"

    def path_of(self, image: Image) -> Path:
        """The stored picture file. Raises UserError where its row or a link leads elsewhere."""
        return file_of_ours(self.images_folder, image.file_name, f"Image {image.id}")

    def incoming_path(self, file_name: str) -> Path:
        """Where the bytes of a new picture wait until its row is committed."""
        return file_of_ours(self.incoming_folder, file_name, "A new picture")

    def awaits(self, file_name: str) -> bool:
        """Whether a row is committed whose picture still waits in incoming/."""
        if file_name.endswith(PART) or os.path.lexists(self.images_folder / file_name):
            return False
        return self.knows(file_name)

    def knows(self, file_name: str) -> bool:
        """Whether an image has that file."""
        with self._reading() as connection:
            row = connection.execute("SELECT 1 FROM image WHERE file_name = ?", (file_name,))
            return row.fetchone() is not None

    def settle(self, file_name: str) -> None:
        """Moves a picture whose row is committed to its place."""
        target = file_of_ours(self.images_folder, file_name, "A new picture")
        replace_durably(self.incoming_path(file_name), target)

    def discard(self, file_name: str) -> None:
        """Deletes a picture that waits in vain, never one whose row is committed."""
        if not self.awaits(file_name):
            (self.incoming_folder / plain_name(file_name)).unlink(missing_ok=True)

    # Additions: not undoable, one transaction each unless inside transaction().

    def add_session(
        self, name: str, camera: str, started_at: float | None = None, note: str = ""
    ) -> Session:
        """Begins a session. started_at: seconds since 1970 (UTC); now where that is no time."""
        begun = time.time()
        if started_at is not None and is_moment(started_at):
            begun = float(started_at)
        with self.transaction():
            cursor = self._writer.execute(
                "INSERT INTO session (name, camera, started_at, note) VALUES (?, ?, ?, ?)",
                (name, camera, begun, note),
            )
        return Session(int(cursor.lastrowid or 0), name, camera, begun, note)

    def drop_empty_session(self, session_id: int) -> None:
        """Takes back a session to which no image came; leaves one that has images."""
        with self.transaction():
            self._writer.execute(
                "DELETE FROM session WHERE id = ? "
                "AND NOT EXISTS (SELECT 1 FROM image WHERE session_id = session.id)",
                (session_id,),
            )

    def add_image(self, image: Image) -> Image:
        """Adds the row alone; the bytes stand in incoming_path by now (images.add_picture)."""
        with self.transaction():
            rows.write_image(self._writer, image, self._saw)
        return image

    def set_measures(
        self, image_id: int, sharpness: float, brightness: float, flaw: Flaw | None
    ) -> None:
        """What was measured on a picture (see keepers.py). No edit: no person decides it."""
        with self.transaction():
            self._writer.execute(
                "UPDATE image SET sharpness = ?, brightness = ?, flaw = ? WHERE id = ?",
                (sharpness, brightness, flaw or "", image_id),
            )

    def add_category(self, category: Category) -> None:
        """A category that arrives with others from outside. Labelling uses category_edits."""
        with self.transaction():
            rows.write_category(self._writer, None, category, self._saw)

    def add_annotations(self, annotations: Iterable[Annotation]) -> int:
        """Boxes that arrive from outside; labelling uses edits.draw. Returns how many."""
        count = 0
        with self.transaction():
            for annotation in annotations:
                rows.write_annotation(self._writer, None, annotation, self._saw)
                count += 1
        return count

    def offer(
        self, source: str, image_ids: Collection[int], offered: Iterable[Suggestion]
    ) -> list[Suggestion]:
        """Puts these suggestions in place of what the source offered on these images before.

        Left out, so that nothing is asked twice: what is like a box that stands there, or like
        something of this source that a person rejected. Boxes are clipped to their image; what is
        outside is left out too, and what is of a class that is gone. Returns those that were kept.
        """
        kept: list[Suggestion] = []
        known = {each.id for each in self.categories()}
        with self.transaction():
            for image_id in image_ids:
                self._writer.execute(
                    "DELETE FROM suggestion WHERE image_id = ? AND source = ? AND rejected = 0",
                    (image_id, source),
                )
            of_known = (each for each in offered if each.category_id in known)
            for each in filter(None, map(self._inside, of_known)):
                if not self._is_answered(each):
                    rows.write_suggestion(self._writer, None, each, self._saw)
                    kept.append(each)
        return kept

    def _inside(self, offered: Suggestion) -> Suggestion | None:
        image = self.image(offered.image_id)
        bbox = offered.bbox.clipped(image.width, image.height)
        return None if bbox is None else replace(offered, bbox=bbox)

    def _is_answered(self, offered: Suggestion) -> bool:
        drawn = self.annotations(offered.image_id)
        no = [s for s in self.rejected_suggestions(offered.image_id) if s.source == offered.source]
        standing = [(each.category_id, each.bbox) for each in drawn]
        return any(
            category_id == offered.category_id and bbox.iou(offered.bbox) >= _ALIKE
            for category_id, bbox in standing + [(each.category_id, each.bbox) for each in no]
        )

    def note(self, description: str) -> None:
        """Writes a line without changes into the journal: something arrived from outside."""
        with self.transaction():
            self._journal(Edit(description, ()), EntryKind.NOTE, None)

    # Edits.

    def apply(self, edit: Edit, kind: EntryKind = EntryKind.DO, of: int | None = None) -> int:
        """All changes and their journal row, durable on return; on any failure nothing.

        Returns the id of the journal's entry. Raises StaleEdit where a row is not what the edit
        says it was. An edit without changes leaves no trace and returns 0.
        """
        if not edit.changes:
            return 0
        with self.transaction():
            self._make(edit)
            return self._journal(edit, kind, of)

    def take_in(self, edit: Edit, offer: Callable[[], Sequence[Suggestion]]) -> Edit:
        """Applies the edit of an import, which begins with its ImportChange, as apply does.

        offer puts suggestions on its images then, and returns them: they become a part of it.
        Returns the edit as the journal has it.
        """
        with self.transaction():
            self._make(edit)
            first, *others = edit.changes
            assert isinstance(first, ImportChange)
            whole = ImportChange(None, replace(first.held, suggestions=tuple(offer())))
            edit = replace(edit, changes=(whole, *others))
            self._journal(edit, EntryKind.DO, None)
        return edit

    def _make(self, edit: Edit) -> None:
        """Inside a transaction. The files of pictures that come or go follow after it."""
        for arrival in edit.imports():
            names = [image.file_name for image in arrival.held.images]
            if arrival.after and (lacking := self.files.lacking(names)):
                raise StaleEdit(
                    f"{edit.description}: not made, for {counted(len(lacking), 'picture')} of it "
                    f"cannot be found in {self.files.removed}. Import them again."
                )
        try:
            for change in edit.changes:
                rows.make(self._writer, self, change, self._saw)
        except sqlite3.IntegrityError as error:
            in_use = "FOREIGN KEY" in str(error)
            why = "something that came later needs it" if in_use else str(error)
            raise StaleEdit(f"{edit.description}: not made, for {why}.") from error
        for arrival in edit.imports():
            names = [image.file_name for image in arrival.held.images]
            (self._coming if arrival.after else self._going).extend(names)

    def _journal(self, edit: Edit, kind: EntryKind, of: int | None) -> int:
        touched = edit.image_ids()
        first = touched[0] if touched else None
        cursor = self._writer.execute(
            "INSERT INTO edit (at, description, changes, kind, of, author, image_id) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (time.time(), edit.description, edit.to_json(), kind, of, current_author(), first),
        )
        entry = int(cursor.lastrowid or 0)
        self._writer.executemany(
            "UPDATE image SET last_edit = ? WHERE id = ?", ((entry, each) for each in touched)
        )
        return entry
