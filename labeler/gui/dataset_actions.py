"""What one can do with a dataset as a whole: open, import, export, check. Long work has a bar."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from labeler.dataset import making
from labeler.dataset.files import is_file
from labeler.dataset.no_dataset import NoDataset
from labeler.dataset.places import free_folder
from labeler.dataset.progress import OnProgress, ShouldStop, Stopped
from labeler.dataset.schema import Damaged
from labeler.dataset.store import FILE_NAME, Dataset
from labeler.errors import UserError
from labeler.gui.counts import counted
from labeler.gui.dataset_opening import FIRST_DATASET, Opened, introduction, open_folder
from labeler.gui.document import Document
from labeler.gui.job_bar import JobBar
from labeler.gui.settings import Settings

if TYPE_CHECKING:
    from labeler.cameras.video_import import VideoReport
    from labeler.dataset.check import Finding
    from labeler.dataset.coco import ExportReport
    from labeler.dataset.coco_import import ImportReport
    from labeler.dataset.images import AddReport

SAMPLE = "Sample dataset"
"""The folder of labeler.demo.sample, which brings OpenCV and is imported by the job alone."""
_TOLD = 200
"""So many single findings go into the details of a message."""


class DatasetActions(QObject):
    """Acts on the document's dataset; asks nothing (see DatasetMenu for the dialogs).

    What does the work is imported by the worker that does it: the window opens without it.
    damaged carries the folder of a dataset that could not be opened, for it is damaged.
    """

    damaged = Signal(Path)
    imported = Signal()
    """Much was added to the dataset from outside."""

    def __init__(self, document: Document, jobs: JobBar, settings: Settings) -> None:
        super().__init__(document)
        self._document = document
        self._jobs = jobs
        self._settings = settings
        self.may_leave: Callable[[], bool] = lambda: True
        """Asked before another dataset is shown: whether nothing is lost with this one."""
        self._made_for_import: Path | None = None
        jobs.failed.connect(self._show_failure)
        jobs.ended.connect(lambda: document.set_busy(""))

    def create(self, name: str) -> None:
        """A new dataset in the usual place, opened."""
        self._switch(lambda: self._created(name))

    def open(self, folder: Path) -> None:
        self._switch(lambda: self._opened(folder))

    def close(self) -> None:
        """No dataset is open then, here and at the next start."""
        self._switch(lambda: Opened(NoDataset()))

    def _need_dataset_to_fill(self, name: str) -> bool:
        """As need_dataset, for an import: one that is made for it goes again where nothing came."""
        is_new = not self._document.has_dataset
        is_there = self.need_dataset(name)
        made = self._document.dataset.folder if is_new and is_there else None
        self._made_for_import = made
        return is_there

    def _drop_unfilled(self) -> None:
        """Takes away the dataset that was made for an import from which nothing came."""
        folder, self._made_for_import = self._made_for_import, None
        document = self._document
        if folder is None or document.dataset.folder != folder or document.dataset.journal(1):
            return
        if document.counts.total == 0:
            self.close()
            making.take_away(folder, [folder])
            self._settings.forget_dataset(folder)

    def need_dataset(self, name: str = FIRST_DATASET) -> bool:
        """Makes one of this name where none is open. False where it fails; that is reported."""
        if not self._document.has_dataset:
            self.create(name)
        return self._document.has_dataset

    def open_sample(self) -> None:
        """The sample dataset, which is made first where it is not there yet."""
        place = self._settings.datasets_folder
        made = place / SAMPLE
        if is_file(made / FILE_NAME):
            self.open(made)
            return

        def work(on_progress: OnProgress, should_stop: ShouldStop) -> Path:
            from labeler.demo.sample import make_sample

            return make_sample(place, on_progress, should_stop)

        self._run(self.tr("Making the sample dataset"), work, self._show_sample)

    def _show_sample(self, folder: Path) -> None:
        self.open(folder)
        self._document.say(self.tr("A sample, labelled already. Ctrl+3, then Train: it learns."))

    def add_pictures(self, paths: Sequence[Path]) -> None:
        """Files and folders of pictures, as a session of their own."""
        if not self._need_dataset_to_fill(_name_for(paths, self.tr("My pictures"))):
            return
        dataset = self._document.dataset
        name = paths[0].name if len(paths) == 1 else self.tr("Imported pictures")

        def work(on_progress: OnProgress, should_stop: ShouldStop) -> AddReport:
            from labeler.dataset.images import add_files
            from labeler.dataset.intake import NewSession

            session = NewSession(f"{name} {datetime.now():%Y-%m-%d %H:%M}", "import")
            return add_files(dataset, paths, session, on_progress, should_stop)

        self._run(self.tr("Importing pictures"), work, self._show_added)

    def add_video(self, path: Path, per_second: float) -> None:
        """Pictures of a video file, as a session of their own."""
        if not self._need_dataset_to_fill(path.stem):
            return
        dataset = self._document.dataset

        def work(on_progress: OnProgress, should_stop: ShouldStop) -> VideoReport:
            from labeler.cameras.video_import import import_video

            return import_video(dataset, path, per_second, on_progress, should_stop)

        self._run(self.tr("Importing {0}").format(path.name), work, self._show_video_added)

    def import_coco(self, file: Path, images: Path | None = None) -> None:
        """Boxes and images of a COCO file, or of a zip with one. Nothing is edited meanwhile."""
        if not self._need_dataset_to_fill(file.stem if images is None else file.parent.name):
            return
        dataset = self._document.dataset

        def work(on_progress: OnProgress, should_stop: ShouldStop) -> ImportReport:
            from labeler.dataset.coco_import import import_coco
            from labeler.dataset.coco_zip import opened_zip

            take = partial(import_coco, dataset, on_progress=on_progress, should_stop=should_stop)
            if images is not None:
                return take(file, images)
            with opened_zip(file) as (coco, pictures):
                return take(coco, pictures)

        if self._run(
            self.tr("Importing {0}").format(file.name),
            work,
            self._show_imported,
        ):
            self._document.set_busy(
                self.tr("An import is running. Wait for its end, or cancel it.")
            )

    def export(self, out: Path, *, include_unlabelled: bool = False) -> None:
        """A COCO folder, or a zip where the name ends so."""
        dataset = self._document.dataset
        with_capture = self._settings.exports_capture

        def work(on_progress: OnProgress, should_stop: ShouldStop) -> ExportReport:
            from labeler.dataset.coco import export_coco

            return export_coco(
                dataset,
                out,
                include_unlabelled=include_unlabelled,
                with_capture=with_capture,
                on_progress=on_progress,
                should_stop=should_stop,
            )

        self._run(self.tr("Exporting to {0}").format(out.name), work, self._show_exported)

    def check(self) -> None:
        """Rows against files."""
        dataset = self._document.dataset

        def work(on_progress: OnProgress, should_stop: ShouldStop) -> list[Finding]:
            from labeler.dataset.check import check

            return check(dataset, on_progress, should_stop)

        self._run(self.tr("Checking {0}").format(dataset.name), work, self._show_checked)

    def restore(self, folder: Path, backup_name: str) -> None:
        """Goes back to a backup; what is there now is kept aside. Then rows against files."""
        before = self._document.dataset

        def opening() -> Opened:
            from labeler.dataset.restoring import chosen_backup, restore

            backup = chosen_backup(folder, backup_name)
            if folder == before.folder:
                before.close()
            try:
                restore(folder, backup)
            except UserError as error:
                return Opened(Dataset.open(folder), error)
            return Opened(Dataset.open(folder))

        self._switch(opening)
        if self._document.dataset is not before:
            self.check()

    def _opened(self, folder: Path) -> Opened:
        try:
            return open_folder(folder)
        except Damaged:
            self.damaged.emit(folder)
            raise

    def _switch(self, opening: Callable[[], Opened]) -> None:
        if self._jobs.is_busy:
            self._document.report(UserError(self.tr("Wait for the end of the job, or cancel it.")))
            return
        with self._document.reporting():
            self._document.refuse_if_busy()
            if self._document.has_dataset and not self.may_leave():
                return
            opened = opening()
            self._document.open(opened.dataset)
            if self._document.has_dataset:
                self._settings.remember_dataset(opened.dataset.folder)
            else:
                self._settings.remember_closed()
            if opened.concern:
                raise opened.concern
            if self._document.has_dataset and (
                told := introduction(opened.dataset, self._settings)
            ):
                self._document.say(told)

    def _created(self, name: str) -> Opened:
        return Opened(Dataset.create(free_folder(name, self._settings.datasets_folder)))

    def _run(self, title: str, work: Any, on_done: Callable[[Any], None]) -> bool:
        if self._jobs.is_busy:
            self._document.report(UserError(self.tr("Only one job at a time. Wait for this one.")))
            return False
        self._jobs.run(title, work, on_done)
        return True

    def _show_failure(self, error: Exception) -> None:
        self._drop_unfilled()
        if isinstance(error, Stopped):
            self._document.say(str(error))
        elif isinstance(error, UserError):
            self._document.report(error)
        else:
            raise error

    def _show_added(self, report: AddReport) -> None:
        from labeler.dataset.foreign_labels import told as told_labels

        self._document.notify_imported(image.id for image in report.added)
        self._drop_unfilled()
        self.imported.emit()
        added = counted(len(report.added), "picture") if report.added else self.tr("No picture")
        told = [self.tr("{0} added").format(added)]
        again = len(report.duplicates)
        if again:
            total = again + len(report.added)
            told.append(self._already_there(again, total))
        end = self.tr("{0}. Kept.") if report.added else self.tr("{0}.")
        self._document.say(end.format(", ".join(told)))
        lines = [f"{path}: {why}" for path, why in report.rejected]
        sentences = []
        if len(lines) == 1:
            why = report.rejected[0][1]
            sentences.append(self.tr("1 file was not imported: {0}").format(why))
        elif lines:
            sentences.append(self.tr("{0} were not imported.").format(counted(len(lines), "file")))
        if report.labels:
            sentences.append(told_labels(report.labels))
        if sentences:
            self._tell_list(" ".join(sentences), lines if len(lines) > 1 else [])
        if report.fault:
            self._document.report(report.fault)

    def _already_there(self, count: int, total: int) -> str:
        if count == 1:
            return self.tr("1 of {0} was already there").format(total)
        return self.tr("{0} of {1} were already there").format(count, total)

    def _show_video_added(self, report: VideoReport) -> None:
        self._document.notify_imported(image.id for image in report.added)
        self.imported.emit()
        told = [self.tr("{0} of the video added").format(counted(len(report.added), "picture"))]
        if report.duplicates:
            total = report.duplicates + len(report.added)
            told.append(self._already_there(report.duplicates, total))
        self._document.say(
            self.tr("{0}. In Label, T carries boxes forward.").format(", ".join(told))
        )
        if report.fault:
            self._document.report(report.fault)

    def _show_imported(self, report: ImportReport) -> None:
        self._document.notify_imported(report.new_ids, report.changed_ids, categories=True)
        self.imported.emit()
        told = [counted(report.annotations_added, "box")]
        if report.suggestions_added:
            told.append(counted(report.suggestions_added, "suggestion"))
        self._document.say(
            self.tr("Imported {0} with {1}. Kept.").format(
                counted(report.images_added, "image"), ", ".join(told)
            )
        )
        lines = [f"{what}: {why}" for what, why in (*report.skipped, *report.corrected)]
        if lines:
            self._tell_list(
                self.tr("{0} of the file skipped, {1} corrected.").format(
                    counted(report.skipped_total, "entry"),
                    report.corrected_total,
                ),
                lines,
            )

    def _show_exported(self, report: ExportReport) -> None:
        self._document.tell_written(
            report.path,
            self.tr("Exported {0} with {1}.").format(
                counted(report.images, "image"), counted(report.annotations, "box")
            ),
        )

    def _show_checked(self, findings: list[Finding]) -> None:
        if not findings:
            self._document.say(self.tr("Checked: every row and every file is as it should be."))
            return
        told = self.tr("{0} in this dataset.").format(counted(len(findings), "finding"))
        self._tell_list(told, [f"{each.what}: {each.message}" for each in findings])

    def _tell_list(self, sentence: str, lines: list[str]) -> None:
        more = [self.tr("and {0} more").format(len(lines) - _TOLD)] if len(lines) > _TOLD else []
        self._document.report(UserError(sentence, details="\n".join([*lines[:_TOLD], *more])))


def _name_for(paths: Sequence[Path], otherwise: str) -> str:
    """Of a new dataset for these: the name of a folder or a file that stands alone."""
    if len(paths) != 1:
        return otherwise
    only = paths[0]
    return only.stem if is_file(only) else only.name


def looks_like_video(path: Path) -> bool:
    """Whether a dropped file is a video by its name."""
    from labeler.cameras.video_import import SUFFIXES

    return is_file(path) and path.suffix.lower() in SUFFIXES
