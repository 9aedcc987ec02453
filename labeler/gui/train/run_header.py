"""The line above a run: where it stands, how far it is, and the buttons for it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QWidget

from labeler.gui.elided_label import TITLE, ElidedLabel
from labeler.gui.key_hint import hint_tooltip
from labeler.gui.theme import set_role
from labeler.gui.train import run_words
from labeler.gui.train.shown_run import ShownRun
from labeler.runs.history import RunState

_WITH_BAR = 800
"""So much room it takes for words, buttons and a bar that tells anything."""
_WITH_TITLE = 600
"""And for the whole title beside the buttons."""


class RunHeader(QWidget):
    """pause_requested comes also to go on after a pause, go_on_requested to take up again what
    ended early.
    """

    stop_requested = Signal()
    pause_requested = Signal()
    go_on_requested = Signal()
    preview_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_running = False
        self.title = ElidedLabel(self, least=TITLE)
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        self.detail = ElidedLabel(self)
        set_role(self.detail, "faint")
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Progress of the training"))
        self.pause_button = self._button(
            self.tr("Pause"),
            self.tr("Pauses the training and frees the computer for other things. Nothing is lost"),
            "train.pause_training",
        )
        self.pause_button.clicked.connect(self.pause_requested)
        self.stop_button = self._button(
            self.tr("Stop, keep the best"),
            self.tr("Ends the training now and keeps the best weights so far"),
            "train.stop_training",
        )
        self.stop_button.clicked.connect(self.stop_requested)
        self.go_on_button = self._button(
            self.tr("Resume"),
            self.tr("Continues this run from the last state it saved"),
            "train.go_on",
        )
        self.go_on_button.clicked.connect(self.go_on_requested)
        self.preview_button = self._button(
            self.tr("Use in Preview"),
            self.tr("Watch this run's detector at work"),
            "train.use_model",
        )
        self.preview_button.clicked.connect(self.preview_requested)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(14)
        row.addWidget(self.title)
        row.addWidget(self.bar, 1)
        row.addWidget(self.detail)
        row.addStretch(0)
        row.addWidget(self.go_on_button)
        row.addWidget(self.preview_button)
        row.addWidget(self.pause_button)
        row.addWidget(self.stop_button)

    def show_run(self, shown: ShownRun) -> None:
        record = shown.record
        running = shown.state is RunState.RUNNING
        self.title.setText(run_words.title(shown))
        self.detail.setText(run_words.detail(shown))
        can_pause = record.progress is not None and not shown.is_stopping
        self.pause_button.setVisible(running)
        self.pause_button.setEnabled(can_pause and not shown.is_pausing)
        self._name_pause(self._pause_words(shown))
        self.stop_button.setVisible(running)
        self.stop_button.setEnabled(not shown.is_stopping)
        self.go_on_button.setVisible(shown.can_go_on)
        self.preview_button.setVisible(shown.has_model)
        self._is_running = running
        self._share_room()
        download = record.download
        if download is not None and download.total_bytes:
            self._show_share(download.received_bytes / download.total_bytes)
        elif shown.share is None or shown.is_stopping:
            still = record.is_paused
            self.bar.setRange(0, 1 if still else 0)
        else:
            self._show_share(shown.share)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_room()

    def _share_room(self) -> None:
        """In a narrow window the bar gives way first, then the end of the detail, then the title:
        the words tell the same as the bar, and the detail begins with the time left.
        """
        self.bar.setVisible(self._is_running and self.width() >= _WITH_BAR)
        is_wide = self.width() >= _WITH_TITLE
        self.title.setMinimumWidth(self.title.sizeHint().width() if is_wide else 0)

    def _pause_words(self, shown: ShownRun) -> str:
        if shown.is_pausing:
            return self.tr("Pausing…")
        return self.tr("Resume") if shown.record.is_paused else self.tr("Pause")

    def _name_pause(self, text: str) -> None:
        self.pause_button.setText(text)
        self.pause_button.setAccessibleName(text)

    def _show_share(self, share: float) -> None:
        self.bar.setRange(0, 1000)
        self.bar.setValue(min(1000, round(1000 * share)))

    def _button(self, text: str, tooltip: str, action: str) -> QPushButton:
        button = QPushButton(text, self)
        hint_tooltip(button, action, tooltip)
        button.setAccessibleName(text)
        return button
