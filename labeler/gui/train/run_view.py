"""One run on show, under way or long over: its curves, and its pictures as it learns."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from labeler.gui.counts import counted
from labeler.gui.side_panel import heading
from labeler.gui.train import run_words, words
from labeler.gui.train.curves import Curve, Line
from labeler.gui.train.notice import Notice, Offer
from labeler.gui.train.shown_run import ShownRun
from labeler.gui.train.strip import Strip
from trainer.events import Evaluated

_AP50_COLOR = "#9467bd"
_LOSS_COLOR = "#d55e00"
_RATE_COLOR = "#4c78a8"
_FOR_TWO, _FOR_THREE = 560, 760
"""Device-independent pixels."""
_LEAST_HEIGHT = 170


class RunView(QWidget):
    """Shows a ShownRun. Knows no process and no file."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.notice = Notice(self)
        seconds = self.tr("seconds")
        self.ap = Curve(self.tr("AP"), seconds, top=1.0, parent=self)
        self.loss = Curve(self.tr("Loss"), seconds, top=None, parent=self)
        self.rate = Curve(self.tr("Learning rate"), seconds, top=None, parent=self)
        self.strip = Strip(self)
        self._lay_out()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is no room for three curves, the score goes first."""
        super().resizeEvent(event)
        self.loss.setVisible(self.width() >= _FOR_TWO)
        self.rate.setVisible(self.width() >= _FOR_THREE)

    def show_run(
        self, shown: ShownRun, warnings: Sequence[str] = (), offers: Sequence[Offer] = ()
    ) -> None:
        """warnings: what was said of its data before it began; offers: the buttons that help."""
        self.notice.say(run_words.notes(shown, warnings), offers)
        self._show_scores(shown)
        record = shown.record
        losses = record.losses or [(each.seconds, each.loss) for each in record.evaluations]
        rates = record.rates or [(each.seconds, each.learning_rate) for each in record.evaluations]
        self.loss.show_lines(
            [Line(losses, color=_LOSS_COLOR)],
            title=self.tr("Loss") + (f": {losses[-1][1]:.2f}" if losses else ""),
            seconds_total=shown.seconds_total,
        )
        self.rate.show_lines(
            [Line(rates, color=_RATE_COLOR)],
            title=self.tr("Learning rate") + (f": {rates[-1][1]:.2g}" if rates else ""),
            seconds_total=shown.seconds_total,
        )

    def _show_scores(self, shown: ShownRun) -> None:
        record = shown.record
        known = [each for each in record.evaluations if each.ap >= 0]
        best = record.best if known else None
        images = record.started.images_val if record.started else None
        title = self.tr("On images it never saw")
        if images is not None and best is not None and best.images:
            title = self.tr("On {0} of {1} it never saw").format(
                best.images, counted(images, "image")
            )
        elif images is not None:
            title = self.tr("On {0} it never saw").format(counted(images, "image"))
        best_ap = f" {words.score(best.ap, record.ap_interval)}" if best else ""
        best_ap50 = f" {words.score(best.ap50, record.ap50_interval)}" if best else ""
        self.ap.show_lines(
            [
                Line(
                    [(each.seconds, each.ap) for each in known],
                    name=self.tr("AP") + best_ap,
                    band=[_interval(each) for each in known if each.ap_low >= 0],
                ),
                Line(
                    [(each.seconds, each.ap50) for each in known],
                    name=self.tr("AP50") + best_ap50,
                    color=_AP50_COLOR,
                ),
            ],
            title=title,
            seconds_total=shown.seconds_total,
            mark=(best.seconds, best.ap) if best else None,
        )

    def _lay_out(self) -> None:
        curves = QHBoxLayout()
        curves.setSpacing(24)
        curves.addWidget(self.ap, 4)
        curves.addWidget(self.loss, 3)
        curves.addWidget(self.rate, 3)
        inside = QWidget(self)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.notice)
        column.addLayout(curves, 5)
        column.addWidget(heading(self.tr("The same pictures, as it learns"), self.strip))
        column.addWidget(self.strip, 5)
        for curve in (self.ap, self.loss, self.rate):
            curve.setMinimumSize(120, _LEAST_HEIGHT)
        scroll = QScrollArea(self)
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll)


def _interval(scores: Evaluated) -> tuple[float, float, float]:
    return scores.seconds, scores.ap_low, scores.ap_high
