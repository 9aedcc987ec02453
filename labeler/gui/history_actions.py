"""Undo, redo and the sheet that shows the history: what the window does with the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from labeler.dataset.history import Replay
from labeler.gui.document import Document
from labeler.gui.import_question import asks_first
from labeler.gui.large_edit import replay_large
from labeler.gui.workspace import Action

if TYPE_CHECKING:
    from labeler.gui.history_panel import HistoryPanel


class HistoryActions(QObject):
    """The sheet stands over ground, a widget of the window; it is made when it is first shown.

    replayed: edits were taken back or done again. image_requested: the person wants to see one.
    """

    replayed = Signal()
    image_requested = Signal(int)

    def __init__(self, document: Document, ground: QStackedWidget, window: QWidget) -> None:
        super().__init__(window)
        self._document = document
        self._ground = ground
        self._window = window
        self._panel: HistoryPanel | None = None

    def actions_table(self) -> list[Action]:
        """Their keys are those of a field while one types in it."""
        return [
            Action(
                "undo",
                self.tr("Undo"),
                ("Ctrl+Z",),
                self.undo,
                repeats=True,
                obstacle=lambda: "" if self._document.can_undo else self._no_undo(),
            ),
            Action(
                "redo",
                self.tr("Redo"),
                ("Ctrl+Shift+Z", "Ctrl+Y"),
                self.redo,
                repeats=True,
                obstacle=lambda: "" if self._document.can_redo else self._no_redo(),
            ),
            Action(
                "history",
                self.tr("History"),
                ("Ctrl+H",),
                self.toggle_panel,
                obstacle=lambda: "" if self._document.has_dataset else self._no_dataset(),
            ),
        ]

    @property
    def panel(self) -> HistoryPanel:
        if self._panel is None:
            from labeler.gui.history_panel import HistoryPanel

            self._panel = HistoryPanel(self._document, self._ground, self._window)
            self._panel.replayed.connect(self.replayed)
            self._panel.image_requested.connect(self.image_requested)
        return self._panel

    def toggle_panel(self) -> None:
        if self._document.has_dataset:
            self.panel.toggle()
        else:
            self._document.say(self._no_dataset())

    def undo(self) -> None:
        """Takes the last edit back, where the person can see it. An import of many pictures only
        after a question.
        """
        step = self._document.history.undoing()
        if step is None:
            self._document.say(self._no_undo())
        elif not asks_first(self._document, [step.entry], self._window, lambda: self._undo(step)):
            self._undo(step)

    def _undo(self, step: Replay) -> None:
        if self._document.history.undoing() != step:  # something was done while it was asked
            self._document.say(self.tr("Something was done meanwhile, so nothing was taken back."))
        elif not self._replays_large(step) and self._document.undo():
            self.replayed.emit()

    def redo(self) -> None:
        step = self._document.history.redoing()
        if step is None:
            self._document.say(self._no_redo())
        elif not self._replays_large(step) and self._document.redo():
            self.replayed.emit()

    def _replays_large(self, step: Replay) -> bool:
        """Whether a worker does it; True as well where that could not even begin."""
        with self._document.reporting():
            return replay_large(self._document, step.entry, step.make, self.replayed.emit)
        return True

    def _no_dataset(self) -> str:
        return self.tr("No dataset is open, so there is no history.")

    def _no_undo(self) -> str:
        return self.tr("There is nothing to undo.")

    def _no_redo(self) -> str:
        return self.tr("There is nothing to do again.")
