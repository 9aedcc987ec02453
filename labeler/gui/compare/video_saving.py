"""Saving what both see in a clip as one video, with its progress and a way to stop it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from labeler.dataset.progress import OnProgress, ShouldStop, Stopped
from labeler.errors import UserError
from labeler.gui.counts import counted
from labeler.gui.document import Document
from labeler.gui.job_bar import JobBar
from labeler.runs.clip import open_clip
from labeler.runs.side_by_side import CODECS, Pane, write_side_by_side


class VideoSaving(QObject):
    """bar shows how far it is; it is hidden while nothing is saved."""

    def __init__(self, document: Document, parent: QWidget) -> None:
        super().__init__(parent)
        self.bar = JobBar(parent)
        self._document = document
        self._window = parent
        self.bar.failed.connect(self._miss)

    def ask(self, clip: str, panes: tuple[Pane, Pane], title: str) -> None:
        """Asks where to, then saves."""
        dialog = QFileDialog(self._window, self.tr("Save as one video"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("mp4")
        dialog.selectFile("side-by-side.mp4")
        patterns = " ".join(f"*{ending}" for ending in CODECS)
        dialog.setNameFilter(self.tr("Videos ({0})").format(patterns))
        dialog.fileSelected.connect(lambda path: self.save(clip, panes, title, Path(path)))
        dialog.open()

    def save(self, clip: str, panes: tuple[Pane, Pane], title: str, out: Path) -> None:
        """panes: the models with the names that stand above them."""
        if self.bar.is_busy:
            self._document.say(self.tr("A video is being saved already."))
            return

        def work(on_progress: OnProgress, should_stop: ShouldStop) -> int:
            return write_side_by_side(
                open_clip(clip),
                panes,
                out,
                title=title,
                on_progress=on_progress,
                should_stop=should_stop,
            )

        self.bar.run(
            self.tr("Saving {0}").format(out.name),
            work,
            lambda frames: self._document.tell_written(
                out, self.tr("Saved a video of {0}.").format(counted(frames, "frame"))
            ),
        )

    def _miss(self, error: Exception) -> None:
        if isinstance(error, Stopped):
            self._document.say(str(error))
        elif isinstance(error, UserError):
            self._document.report(error)
        else:
            raise error
