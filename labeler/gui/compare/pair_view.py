"""One pair on show, under way or long over: where it stands, both curves, and what they tell."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from labeler.gui import times
from labeler.gui.compare.curves import TwoCurves
from labeler.gui.compare.data_curve_part import DataCurvePart
from labeler.gui.compare.legend import Legend
from labeler.gui.compare.shown_pair import ShownPair
from labeler.gui.counts import counted
from labeler.gui.elided_label import TITLE, ElidedLabel
from labeler.gui.key_hint import hint_tooltip, wrapped
from labeler.gui.segmented_bar import SegmentedBar
from labeler.gui.theme import set_role
from labeler.runs.history import RunState
from labeler.runs.pair import SIDES
from labeler.runs.pair_story import Axis, Point, points_of

AP, AP50 = "ap", "ap50"
_WITH_BAR = 840
"""So much room it takes for words, buttons and a bar that tells anything."""
_ROOM = 460
"""Device-independent pixels that the scores and the switch beside them take."""


class PairView(QWidget):
    """Shows a ShownPair. Knows no process and no file."""

    stop_requested = Signal()
    pause_requested = Signal()
    go_on_requested = Signal()
    watch_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: ShownPair | None = None
        self._score = AP50
        self.title = ElidedLabel(self, least=TITLE)
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        self.detail = ElidedLabel(self)
        set_role(self.detail, "faint")
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Progress of both trainings"))
        self.watch_button = QPushButton(self.tr("Watch and vote"), self)
        set_role(self.watch_button, "primary")
        self.watch_button.setEnabled(False)
        self.watch_button.setAccessibleName(self.watch_button.text())
        hint_tooltip(
            self.watch_button,
            "compare.watch",
            self.tr("Both look at the same video, as A and B, and people vote"),
        )
        self.stop_button = QPushButton(self.tr("Stop, keep the best"), self)
        self.stop_button.setAccessibleName(self.stop_button.text())
        hint_tooltip(
            self.stop_button,
            "compare.stop_training",
            self.tr("Ends both trainings now and keeps the best weights of each"),
        )
        self.pause_button = QPushButton(self.tr("Pause"), self)
        self.pause_button.setAccessibleName(self.pause_button.text())
        hint_tooltip(
            self.pause_button,
            "compare.pause_training",
            self.tr("Pauses both until you resume. Nothing is lost"),
        )
        self.go_on_button = QPushButton(self.tr("Resume"), self)
        self.go_on_button.setAccessibleName(self.go_on_button.text())
        hint_tooltip(
            self.go_on_button,
            "compare.go_on",
            self.tr("Continues both from the last state they saved"),
        )
        self.sentence = QLabel(self)
        self.sentence.setWordWrap(True)
        self.sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.notes = QLabel(self)
        self.notes.setWordWrap(True)
        set_role(self.notes, "faint")
        self.legend = Legend(self)
        self.scores = self._score_switch()
        self.by_time = TwoCurves(self.tr("After equal time"), self.tr("seconds of training"), self)
        self.by_epochs = TwoCurves(self.tr("After equal epochs"), self.tr("epochs"), self)
        self.data_curve = DataCurvePart(self)
        self.watch_button.clicked.connect(self.watch_requested)
        self.stop_button.clicked.connect(self.stop_requested)
        self.pause_button.clicked.connect(self.pause_requested)
        self.go_on_button.clicked.connect(self.go_on_requested)
        self._lay_out()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is no room side by side, the switch stands below the scores."""
        super().resizeEvent(event)
        self._share_room()
        narrow = self.width() < _ROOM
        self._key.setDirection(
            QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        )

    def show_pair(self, shown: ShownPair) -> None:
        self._shown = shown
        running = shown.state is RunState.RUNNING
        self.title.setText(self._title(shown))
        self.detail.setText(self._detail(shown))
        self.stop_button.setVisible(running)
        self.stop_button.setEnabled(not shown.is_stopping)
        self._show_pause(shown)
        self.go_on_button.setVisible(shown.can_go_on)
        self.watch_button.setEnabled(shown.has_models and not running)
        self._share_room()
        self._show_share(shown)
        self.sentence.setText(self._told(shown))
        self.notes.setText(" ".join(shown.notes))
        self.notes.setVisible(bool(shown.notes))
        self._show_scores()

    def _share_room(self) -> None:
        """In a narrow window the bar gives way first, then the end of the title: what is left of
        the time is always told in full.
        """
        running = self._shown is not None and self._shown.state is RunState.RUNNING
        self.bar.setVisible(running and self.width() >= _WITH_BAR)
        self.detail.setMinimumWidth(self.detail.sizeHint().width() if running else 0)

    def ending(self, shown: ShownPair) -> str:
        """How the pair ended, for the status line."""
        if shown.state is RunState.FAILED:
            return self.tr("The pair failed. Compare says why.")
        return self._title(shown) + "."

    def choose_score(self, score: str) -> None:
        """AP or AP50 on both plots."""
        self._score = score
        self.scores.show_chosen(score)
        self._show_scores()

    def _show_scores(self) -> None:
        shown = self._shown
        if shown is None:
            return
        curves = [points_of(shown.records.of(side)) for side in SIDES]
        by_time, by_epochs = (
            [[(p.at(axis), self._value(p)) for p in points] for points in curves]
            for axis in (Axis.SECONDS, Axis.EPOCHS)
        )
        span = 0.0 if shown.budget == "best" else shown.seconds_total
        self.by_time.show_points(by_time[0], by_time[1], shown.words, span=span)
        self.by_epochs.show_points(by_epochs[0], by_epochs[1], shown.words)
        self.data_curve.show_pair(shown, self._score)
        best = [max(points, key=lambda p: (p.ap, p.ap50), default=None) for points in curves]
        told = [self._score_words(point) for point in best]
        self.legend.show_scores(told[0], told[1], shown.words)

    def _score_words(self, point: Point | None) -> str:
        """AP50 first, as in the sentence and in the list of pairs; AP beside it."""
        if point is None:
            return ""
        told = self.tr("AP50 {0:.2f}, AP {1:.2f}").format(point.ap50, point.ap)
        if point.ap_low is not None and point.ap_high is not None:
            told += self.tr(" ({0:.2f} to {1:.2f})").format(point.ap_low, point.ap_high)
        return told

    def _value(self, point: Point) -> float:
        return point.ap if self._score == AP else point.ap50

    def _show_pause(self, shown: ShownPair) -> None:
        words_ = self.tr("Resume") if shown.is_paused else self.tr("Pause")
        self.pause_button.setText(words_)
        self.pause_button.setAccessibleName(words_)
        self.pause_button.setVisible(shown.state is RunState.RUNNING and not shown.are_both_over)
        self.pause_button.setEnabled(not (shown.is_stopping or shown.is_pausing))

    def _told(self, shown: ShownPair) -> str:
        if shown.failure:
            return shown.failure
        story = shown.story.sentence
        if shown.state is not RunState.INTERRUPTED:
            return story
        ended = self.tr(
            "It ended without notice, as when the program or the computer is switched off."
        )
        kept = self.tr("The best of both so far is kept.") if shown.has_models else ""
        return " ".join(part for part in (ended, kept, story) if part)

    def _show_share(self, shown: ShownPair) -> None:
        if shown.is_stopping or shown.share is None:
            self.bar.setRange(0, 0)
            return
        self.bar.setRange(0, 1000)
        self.bar.setValue(round(1000 * shown.share))

    def _title(self, shown: ShownPair) -> str:
        after = times.duration(min(shown.records.of(side).seconds for side in SIDES))
        match shown.state:
            case RunState.RUNNING:
                return self._running_title(shown)
            case RunState.FINISHED:
                return self.tr("Both learned for {0}").format(after)
            case RunState.STOPPED if not shown.has_learned:
                return self.tr("Stopped before they had learned anything")
            case RunState.STOPPED:
                return self.tr("Stopped after {0} each, the best of both is kept").format(after)
            case RunState.FAILED:
                return self.tr("Failed after {0}").format(after)
            case _:
                return self.tr("Interrupted after {0} each").format(after)

    def _running_title(self, shown: ShownPair) -> str:
        if shown.is_stopping and shown.has_learned:
            return self.tr("Stopping: keeping the best of both")
        if shown.is_stopping:
            return self.tr("Stopping")
        if shown.are_both_over:
            return self.tr("Scoring both on the same images")
        if not shown.has_learned:
            return self.tr("Getting ready")
        slowest = min(shown.records.of(side).seconds for side in SIDES)
        if shown.is_paused:
            return self.tr("Paused after {0} each").format(times.duration(slowest))
        if shown.budget == "best":
            return self.tr("Training in turn until neither improves, {0} each so far").format(
                times.duration(slowest)
            )
        return self.tr("Training in turn, {0} of {1} each").format(
            times.duration(slowest), times.duration(shown.seconds_total)
        )

    def _detail(self, shown: ShownPair) -> str:
        if shown.state is RunState.RUNNING and not shown.is_stopping:
            left = shown.seconds_left
            if left is None:
                return ""
            is_bound = shown.budget == "best"
            told = self.tr("at most {0} left") if is_bound else self.tr("{0} left")
            return told.format(times.duration(left))
        start = shown.told_start
        if start is None:
            return ""
        return self.tr("scored on {0} that neither has seen").format(
            counted(start.images_val, "image")
        )

    def _score_switch(self) -> SegmentedBar:
        bar = SegmentedBar(self)
        for score, title, told in (
            (
                AP50,
                self.tr("AP50"),
                self.tr(
                    "AP50 tells how good the detector is, from 0 to 1, where a box "
                    "counts as right when it overlaps the true box by half"
                ),
            ),
            (
                AP,
                self.tr("AP"),
                self.tr(
                    "AP (average precision) tells how good the detector is, from 0 to "
                    "1: does it find everything, does it find nothing that is not "
                    "there, and do its boxes fit? 1 would be perfect"
                ),
            ),
        ):
            bar.add(score, title)
            bar.button(score).setToolTip(wrapped(told))
            bar.button(score).setAccessibleName(title)
        bar.show_chosen(AP50)
        bar.chosen.connect(self.choose_score)
        return bar

    def _lay_out(self) -> None:
        header = QHBoxLayout()
        header.setSpacing(14)
        header.addWidget(self.title)
        header.addWidget(self.bar, 1)
        header.addWidget(self.detail)
        header.addStretch(0)
        header.addWidget(self.watch_button)
        header.addWidget(self.pause_button)
        header.addWidget(self.go_on_button)
        header.addWidget(self.stop_button)
        key = self._key = QHBoxLayout()
        key.addWidget(self.legend, 1)
        key.addWidget(self.scores, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        plots = QHBoxLayout()
        plots.setSpacing(24)
        plots.addWidget(self.by_time, 1)
        plots.addWidget(self.by_epochs, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 14, 20, 14)
        layout.setSpacing(10)
        layout.addLayout(header)
        layout.addWidget(self.sentence)
        layout.addWidget(self.notes)
        layout.addLayout(key)
        layout.addLayout(plots, 1)
        layout.addWidget(self.data_curve)
