"""What the person wants to see of it: score, classes, numbers, smoothing, for both detectors."""

from __future__ import annotations

from PySide6.QtCore import QObject

from labeler.gui.document import Document
from labeler.gui.preview.controls import Controls
from labeler.gui.preview.detecting import LoadedModel
from labeler.gui.preview.looking import Looking


class Wishes(QObject):
    """Takes them from the controls to what is shown, and shows there what the detector brings."""

    def __init__(
        self,
        document: Document,
        looking: Looking,
        controls: Controls,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._looking = looking
        self._controls = controls
        self._score_was_set = False
        controls.score_changed.connect(self._take_score)
        controls.looks_changed.connect(self._take_looks)
        document.categories_changed.connect(self.refresh)
        self._take_looks()

    def leave_model(self) -> None:
        """Another detector: its own score counts until the person says from which on."""
        self._score_was_set = False
        self.refresh()

    def take_model(self, loaded: LoadedModel) -> None:
        """It is in use from now on."""
        if not loaded.is_beside and not self._score_was_set:
            self._controls.show_score(loaded.threshold)
        self._show_scores()
        self._show_classes()

    def refresh(self) -> None:
        """The dataset's classes may be others, or have other colours."""
        self._looking.take_colors()
        self._show_classes()

    def _take_score(self) -> None:
        self._score_was_set = True
        self._show_scores()
        self._looking.draw_again()

    def _show_scores(self) -> None:
        """Each detector's own until the person says from which score on both are shown."""
        lowest, beside = self._controls.lowest_score, self._looking.beside
        self._looking.showing.lowest = lowest
        is_own = beside is not None and not self._score_was_set
        self._looking.showing_beside.lowest = beside.threshold if is_own and beside else lowest

    def _take_looks(self) -> None:
        for showing in (self._looking.showing, self._looking.showing_beside):
            showing.numbered = self._controls.numbered.isChecked()
            showing.smooth = self._controls.smooth.isChecked()
            showing.hidden = self._controls.in_view.hidden_names
        self._looking.draw_again()

    def _show_classes(self) -> None:
        model = self._looking.model
        names = model.names if model is not None else {}
        self._controls.in_view.show_classes(names, self._looking.showing.colors)
