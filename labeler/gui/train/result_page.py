"""What a run has learned: scores with intervals, curve, classes, sizes, and mistakes to look at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from labeler.gui import times
from labeler.gui.counts import counted
from labeler.gui.key_hint import hint_tooltip
from labeler.gui.theme import set_role
from labeler.gui.train import words
from labeler.gui.train.busy_line import BusyLine
from labeler.gui.train.int8_row import Int8Row
from labeler.gui.train.mistakes_part import MistakesPart
from labeler.gui.train.notice import EmptyPage, Offer
from labeler.gui.train.precision_plot import PrecisionPlot
from labeler.gui.train.score_table import ScoreTable
from labeler.gui.train.score_tiles import ScoreTiles
from labeler.runs.analysis import Analysis
from trainer.run_files import RunPictures

_ROOM = 620
"""Device-independent pixels that things side by side take."""
_CURVE = 280
"""And what the curve beside the table takes, with the space between them."""


class ResultPage(QWidget):
    """final_requested: the test part shall be looked at. report_requested: the whole as a page.

    cancel_requested: what is under way shall end.
    """

    final_requested = Signal()
    report_requested = Signal()
    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tiles = ScoreTiles(self)
        self.basis = self._faint()
        self.final = self._faint()
        self.final_button = self._button(
            self.tr("Final score…"),
            self.tr("Scores the run on the images kept for the final score. This is done once"),
            "train.final_score",
        )
        self.final_button.clicked.connect(self.final_requested)
        self.report_button = self._button(
            self.tr("Report"),
            self.tr("All of this on one page for the browser, to print or to pass on"),
            "train.report",
        )
        self.report_button.clicked.connect(self.report_requested)
        self.int8 = Int8Row(self)
        self.curve = PrecisionPlot(self)
        self.classes = ScoreTable(self.tr("Class"), with_shares=True, parent=self)
        self.sizes = ScoreTable(self.tr("Size of box"), with_shares=False, parent=self)
        self.mistakes = MistakesPart(self)
        self.empty = EmptyPage(self)
        self.busy = BusyLine(self)
        self.busy.cancel.clicked.connect(self.cancel_requested)
        self._content = QScrollArea(self)
        self._pages = QStackedWidget(self)
        self._lay_out()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_room()

    def _share_room(self) -> None:
        """Where there is no room side by side, one thing stands below the other."""
        tables = self.classes.whole_width
        narrow = self.width() < max(_ROOM, tables + _CURVE)
        self.classes.setMinimumWidth(0 if narrow else tables)
        self.tiles.set_narrow(narrow)
        self.int8.set_narrow(narrow)
        self.mistakes.bar.set_stacked(narrow)
        for beside in (self._top, self._middle):
            beside.setDirection(
                QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
            )

    def show_analysis(self, analysis: Analysis, pictures: RunPictures) -> None:
        """pictures: of the part that was measured."""
        self.tiles.show_analysis(analysis)
        where = self.tr("Measured on {0} with {1} that it never saw.").format(
            counted(analysis.images, "image"), counted(analysis.boxes, "box")
        )
        self.basis.setText(" ".join([where, *analysis.warnings]))
        self.curve.show_analysis(analysis)
        self.classes.show_scores(analysis.classes)
        self.sizes.show_scores(analysis.sizes)
        self.mistakes.show_analysis(analysis, pictures)
        self._pages.setCurrentWidget(self._content)
        self._share_room()

    def show_final(
        self, final: Analysis | None, *, has_test: bool, hints: Sequence[str] = ()
    ) -> None:
        """The score on the test part, if it was taken, and what is to be known of it.

        has_test: whether there is such a part.
        """
        self.final_button.setVisible(has_test and final is None)
        if final is not None:
            self.final.setText(" ".join([_final_words(final), *hints]))
        elif hints:
            self.final.setText(" ".join(hints))
        elif has_test:
            self.final.setText(self.tr("Final score: not measured yet."))
        else:
            self.final.setText(
                self.tr(
                    "No final score: no images are kept for it. That begins at 200 labelled images."
                )
            )

    def say(self, title: str, text: str, offers: Sequence[Offer]) -> None:
        """Instead of scores: why there are none, and the way on."""
        self.empty.say(title, text, offers)
        self._pages.setCurrentWidget(self.empty)

    def show_busy(self, sentence: str) -> None:
        """Something is measured; an empty sentence: it is over."""
        self.busy.say(sentence)
        self.final_button.setEnabled(not sentence)
        self.report_button.setEnabled(not sentence)
        self.int8.make_button.setEnabled(not sentence)

    def _faint(self) -> QLabel:
        label = QLabel(self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        set_role(label, "faint")
        return label

    def _button(self, text: str, tooltip: str, action: str) -> QPushButton:
        button = QPushButton(text, self)
        hint_tooltip(button, action, tooltip)
        button.setAccessibleName(text)
        return button

    def _lay_out(self) -> None:
        corner = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft
        top = self._top = QHBoxLayout()
        top.addWidget(self.tiles, 1)
        top.addWidget(self.final_button, 0, corner)
        top.addWidget(self.report_button, 0, corner)
        tables = QVBoxLayout()
        tables.setSpacing(12)
        tables.addWidget(self.classes)
        tables.addWidget(self.sizes)
        tables.addStretch(1)
        middle = self._middle = QHBoxLayout()
        middle.setSpacing(24)
        middle.addWidget(self.curve, 4)
        middle.addLayout(tables, 5)
        inside = QWidget(self)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(8)
        column.addLayout(top)
        column.addWidget(self.basis)
        column.addWidget(self.final)
        column.addWidget(self.int8)
        column.addLayout(middle)
        column.addWidget(self.mistakes, 1)
        self.curve.setMinimumHeight(230)
        self._content.setWidget(inside)
        self._content.setWidgetResizable(True)
        self._content.setFrameShape(QScrollArea.Shape.NoFrame)
        self._content.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._content.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._pages.addWidget(self.empty)
        self._pages.addWidget(self._content)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.busy)
        layout.addWidget(self._pages, 1)


def _final_words(final: Analysis) -> str:
    try:
        made = times.day_and_time(datetime.fromisoformat(final.made).timestamp())
    except ValueError:
        made = final.made
    ap = "–" if final.ap.value is None else words.score(final.ap.value, final.ap.interval)
    ap50 = "–" if final.ap50.value is None else words.score(final.ap50.value, final.ap50.interval)
    return QCoreApplication.translate(
        "ResultPage", "Final score, measured {0} on {1}: AP {2}, AP50 {3}."
    ).format(made, counted(final.images, "image"), ap, ap50)
