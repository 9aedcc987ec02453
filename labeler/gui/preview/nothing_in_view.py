"""Says over the picture that nothing is found since the detector or the score was changed."""

from __future__ import annotations

from PySide6.QtCore import QObject

from labeler.gui.live import LiveCamera
from labeler.gui.nothing_found import NothingFound, NothingWords
from labeler.gui.preview.controls import Controls
from labeler.gui.preview.looking import Looking
from labeler.gui.preview.showing import Shown


class NothingInView(QObject):
    """bar is to stand over the picture. Made after what draws anew with another score."""

    def __init__(self, live: LiveCamera, looking: Looking, controls: Controls) -> None:
        super().__init__(controls)
        self.bar = NothingFound()
        self._looking, self._controls = looking, controls
        self.bar.lower_requested.connect(controls.set_score)
        looking.shown.connect(self._take)
        looking.redrawn.connect(self._take)
        for changed in (looking.loaded, looking.broken, looking.bare, live.camera_changed):
            changed.connect(self.bar.restart)
        controls.score_changed.connect(self._begin_anew)

    def rest(self) -> None:
        """Nobody watches."""
        self.bar.restart()

    def _begin_anew(self) -> None:
        self.bar.restart()
        if self._looking.last is not None:
            self._take(self._looking.last)

    def _take(self, shown: Shown) -> None:
        """Classes that are switched off are found as well: the corner says so."""
        beside = self._looking.last_beside
        panes = [shown, *([beside] if beside is not None else [])]
        if any(each.switched_off for each in panes):
            self.bar.restart()
            return
        hidden = self._controls.in_view.hidden_names
        found = [each for pane in panes for each in pane.sight.detections]
        best = max((each.score for each in found if each.name not in hidden), default=0.0)
        boxes = sum(len(each.marks) for each in panes)
        self.bar.take(boxes, best, self._words(len(panes)))

    def _words(self, detectors: int) -> NothingWords:
        if detectors > 1:
            return NothingWords(
                self.tr("Both find nothing at this score: lower it, or train longer."),
                self.tr(
                    "Both find nothing here, at any score: train longer, or show them something "
                    "that they have learned."
                ),
            )
        return NothingWords(
            self.tr("The detector finds nothing at this score: lower it, or train longer."),
            self.tr(
                "The detector finds nothing here, at any score: train longer, or show it "
                "something that it has learned."
            ),
        )
