"""What suggests boxes by looking: the first boxes, learning along, and models of finished runs."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from labeler.dataset.detected import Trust
from labeler.gui.document import Document
from labeler.gui.job_bar import JobBar
from labeler.gui.key_hint import hint_tooltip
from labeler.gui.label.along_keys import along_actions
from labeler.gui.label.along_panel import AlongOffer, AlongSwitch
from labeler.gui.label.canvas import Canvas
from labeler.gui.label.first_suggestions import FirstSuggestions
from labeler.gui.label.learning_along import LearningAlong
from labeler.gui.label.model_suggesting import ModelSuggesting
from labeler.gui.label.travel import Travel
from labeler.gui.workspace import Action


class Detectors(QObject):
    """All three, with the widgets that they are seen by: switch, offer, and the bar of a model.

    trust: in what they suggest.
    """

    def __init__(self, document: Document, canvas: Canvas, travel: Travel, parent: QWidget) -> None:
        super().__init__(parent)
        self.along = LearningAlong(document, canvas, travel, self)
        self.trust: Trust = self.along.trust
        self.first = FirstSuggestions(document, canvas, travel, self)
        self.along.changed.connect(self._choose)
        self.first.changed.connect(self._expect)
        self.switch = AlongSwitch(self.along, self.first, parent)
        self.offer = AlongOffer(
            self.along, lambda: canvas.is_held or not canvas.isVisible(), parent
        )
        self.bar = JobBar(parent)
        hint_tooltip(self.bar.cancel, "label.cancel", self.tr("Stop and keep what was found"))
        self.by_model = ModelSuggesting(document, canvas, travel, self.bar, parent)

    def actions(self) -> list[Action]:
        return along_actions(self.along, self.by_model)

    def begin(self, *, editable: bool) -> None:
        """Another dataset was opened."""
        self.switch.set_editable(editable)
        self.first.restart()
        self.along.begin()
        self._choose()

    def shut_down(self) -> None:
        """The window closes."""
        self.along.shut_down()
        self.first.stop()
        self.by_model.stop()

    def _expect(self) -> None:
        if self.first.is_on:
            self.along.expect()

    def _choose(self) -> None:
        """The first boxes suggest until something has been learnt."""
        self.first.allow(not (self.along.is_declined or self.along.has_learnt))
