"""One run on show, under way or long over: where it stands, its curves, its pictures."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from labeler.gui.key_hint import hint_tooltip
from labeler.gui.side_panel import heading
from labeler.gui.theme import set_role
from labeler.gui.train import words
from labeler.gui.train.curves import Curve
from labeler.gui.train.notice import Notice, Offer
from labeler.gui.train.shown_run import ShownRun
from labeler.gui.train.strip import Strip
from labeler.runs.history import RunState
from trainer.events import Failed

_LOSS_COLOR = "#d55e00"


class RunView(QWidget):
    """Shows a ShownRun. Knows no process and no file."""

    stop_requested = Signal()
    preview_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = QLabel(self)
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        self.detail = QLabel(self)
        set_role(self.detail, "faint")
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Progress of the training"))
        self.stop_button = self._button(
            self.tr("Stop, keep the best"),
            self.tr("Ends the training now and keeps the best weights so far"),
            "train.stop_training",
        )
        self.stop_button.clicked.connect(self.stop_requested)
        self.preview_button = self._button(
            self.tr("Use in Preview"),
            self.tr("Watch this run's detector at work"),
            "train.use_model",
        )
        self.preview_button.clicked.connect(self.preview_requested)
        self.notice = Notice(self)
        self.ap = Curve(self.tr("AP"), self.tr("seconds"), color=None, top=1.0, parent=self)
        self.loss = Curve(
            self.tr("Loss"), self.tr("seconds"), color=_LOSS_COLOR, top=None, parent=self
        )
        self.strip = Strip(self)
        self._lay_out()

    def show_run(
        self, shown: ShownRun, warnings: Sequence[str] = (), offers: Sequence[Offer] = ()
    ) -> None:
        """warnings: what was said of its data before it began; offers: the buttons that help."""
        self._show_state(shown)
        self._show_curves(shown)
        self.notice.say(self._notes(shown, warnings), offers)

    def _notes(self, shown: ShownRun, warnings: Sequence[str]) -> str:
        """What stands above the curves: why it ended badly, else what to know of the data."""
        if isinstance(shown.record.end, Failed):
            return shown.record.end.message
        if shown.state is RunState.INTERRUPTED:
            kept = self.tr("The best so far is kept.") if shown.has_model else ""
            ended = self.tr("It ended without a word, as when the program or the computer stops.")
            return f"{ended} {kept}".strip()
        return " ".join([*warnings, *shown.record.warnings])

    def sentence(self, shown: ShownRun) -> str:
        """How the run ended, for the status line."""
        if shown.state is RunState.FAILED:
            return self.tr("The training failed. Train tells why.")
        detail = self._detail(shown)
        return f"{self._title(shown)}: {detail}." if detail else f"{self._title(shown)}."

    def _show_state(self, shown: ShownRun) -> None:
        running = shown.state is RunState.RUNNING
        self.title.setText(self._title(shown))
        self.detail.setText(self._detail(shown))
        self.stop_button.setVisible(running)
        self.stop_button.setEnabled(not shown.is_stopping)
        self.preview_button.setVisible(shown.has_model)
        self.bar.setVisible(running)
        progress = shown.record.progress
        download = shown.record.download
        if download is not None and download.total_bytes:
            self._show_share(download.received_bytes / download.total_bytes)
        elif progress is None or shown.is_stopping:
            self.bar.setRange(0, 0)
        else:
            self._show_share(progress.seconds / max(1.0, progress.seconds_total))

    def _show_share(self, share: float) -> None:
        self.bar.setRange(0, 1000)
        self.bar.setValue(min(1000, round(1000 * share)))

    def _show_curves(self, shown: ShownRun) -> None:
        record = shown.record
        known = [each for each in record.evaluations if each.ap >= 0]
        best = record.best if known else None
        started = record.started
        unseen = (
            self.tr("AP on the {0} images it never saw").format(started.images_val)
            if started
            else self.tr("AP")
        )
        self.ap.set_title(f"{unseen}: {best.ap:.2f}" if best else unseen)
        self.ap.show_points(
            [(each.seconds, each.ap) for each in known],
            seconds_total=shown.seconds_total,
            mark=(best.seconds, best.ap) if best else None,
        )
        losses = record.losses or [(each.seconds, each.loss) for each in record.evaluations]
        latest = f": {losses[-1][1]:.2f}" if losses else ""
        self.loss.set_title(self.tr("Loss") + latest)
        self.loss.show_points(losses, seconds_total=shown.seconds_total)

    def _title(self, shown: ShownRun) -> str:
        record = shown.record
        if shown.state is RunState.RUNNING:
            return self._running_title(shown)
        after = words.duration(record.seconds)
        if shown.state is RunState.FINISHED:
            return self.tr("Finished after {0}").format(after)
        if shown.state is RunState.STOPPED:
            return self.tr("Stopped after {0}, the best is kept").format(after)
        if shown.state is RunState.FAILED:
            return (
                self.tr("Failed after {0}").format(after) if record.seconds else self.tr("Failed")
            )
        return self.tr("Interrupted after {0}").format(after)

    def _running_title(self, shown: ShownRun) -> str:
        record = shown.record
        if shown.is_stopping:
            return self.tr("Stopping: keeping the best")
        if record.download is not None:
            return self.tr("Fetching {0}").format(record.download.name)
        if record.progress is None:
            return self.tr("Getting ready")
        told = record.progress
        return f"{told.phase}, {words.of_total(told.seconds, told.seconds_total)}"

    def _detail(self, shown: ShownRun) -> str:
        record = shown.record
        if shown.state is RunState.RUNNING:
            return self._running_detail(shown)
        if record.ap is None or record.ap50 is None:
            return ""
        return self.tr("AP {0}, AP50 {1}").format(f"{record.ap:.2f}", f"{record.ap50:.2f}")

    def _running_detail(self, shown: ShownRun) -> str:
        record = shown.record
        if record.download is not None:
            return words.megabytes(record.download.received_bytes, record.download.total_bytes)
        if record.progress is None or shown.is_stopping:
            return ""
        told = record.progress
        left = self.tr("{0} left").format(words.duration(told.seconds_total - told.seconds))
        if told.images_per_second <= 0:
            return left
        return self.tr("{0}, {1} images a second").format(left, round(told.images_per_second))

    def _button(self, text: str, tooltip: str, action: str) -> QPushButton:
        button = QPushButton(text, self)
        hint_tooltip(button, action, tooltip)
        button.setAccessibleName(text)
        return button

    def _lay_out(self) -> None:
        header = QHBoxLayout()
        header.setSpacing(14)
        header.addWidget(self.title)
        header.addWidget(self.bar, 1)
        header.addWidget(self.detail)
        header.addStretch(0)
        header.addWidget(self.preview_button)
        header.addWidget(self.stop_button)
        curves = QHBoxLayout()
        curves.setSpacing(24)
        curves.addWidget(self.ap, 1)
        curves.addWidget(self.loss, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 14, 20, 14)
        layout.setSpacing(8)
        layout.addLayout(header)
        layout.addWidget(self.notice)
        layout.addLayout(curves, 5)
        layout.addWidget(heading(self.tr("The same pictures, as it learns"), self.strip))
        layout.addWidget(self.strip, 5)
        layout.setAlignment(header, Qt.AlignmentFlag.AlignTop)
