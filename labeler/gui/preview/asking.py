"""Is it right? From buttons and keys to the verdicts on both detectors, and back to the tallies."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

from labeler.gui.document import Document
from labeler.gui.preview.judge_box import JudgeBox
from labeler.gui.preview.judging import Judging
from labeler.gui.preview.looking import Looking
from labeler.gui.preview.tally import Verdict


class Asking(QObject):
    """taken: a verdict was, and its picture is on the way into the dataset."""

    taken = Signal()

    def __init__(
        self, document: Document, looking: Looking, judging: Judging, box: JudgeBox
    ) -> None:
        super().__init__(box)
        self._document = document
        self._looking = looking
        self._judging = judging
        self._box = box
        box.first.judged.connect(self.judge)
        box.second.judged.connect(self.judge_second)
        box.first.reset_requested.connect(judging.reset)
        box.second.reset_requested.connect(partial(judging.reset, is_beside=True))
        box.take_back_requested.connect(judging.take_back)
        judging.changed.connect(self._show)

    def judge(self, verdict: Verdict) -> None:
        """The person's word on what the first detector shows."""
        if self._judging.judge(verdict, self._looking.pane):
            self.taken.emit()

    def judge_second(self, verdict: Verdict) -> None:
        """The same of the second one, if there is one."""
        if obstacle := self.obstacle_to_second():
            self._document.say(obstacle)
        elif self._judging.judge(verdict, self._looking.pane_beside, is_beside=True):
            self.taken.emit()

    def obstacle_to_second(self) -> str:
        """Why there is no second detector to judge, or nothing."""
        return "" if self._looking.beside else self.tr("No second model is in use.")

    def _show(self) -> None:
        judging = self._judging
        self._box.show_tallies(judging.tally, judging.tally_beside)
        self._box.take_back.setVisible(not judging.obstacle_to_take_back())
        self._box.show_joined(judging.joined, len(judging.waiting()) if judging.joined else 0)
