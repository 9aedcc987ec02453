"""How much images buy: the pair's scores over the number of images, and the way to get them."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from labeler.gui import times
from labeler.gui.compare.curve_training import CurveTraining
from labeler.gui.compare.curves import TwoCurves
from labeler.gui.compare.shown_pair import ShownPair
from labeler.gui.counts import counted
from labeler.gui.key_hint import hint_tooltip
from labeler.gui.theme import set_role
from labeler.runs.data_curve import curve_sentence
from labeler.runs.pair import SIDES


class DataCurvePart(QWidget):
    """train_requested: what is missing of the curve is wanted; cancel_requested: not any more."""

    train_requested = Signal()
    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plot = TwoCurves(
            self.tr("What more images bring"), self.tr("images to learn from"), self
        )
        self.sentence = QLabel(self)
        self.sentence.setWordWrap(True)
        self.sentence.setTextFormat(Qt.TextFormat.PlainText)
        self.sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.offer = QLabel(self)
        self.offer.setWordWrap(True)
        set_role(self.offer, "faint")
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 1000)
        self.bar.setAccessibleName(self.tr("Progress of the data curve"))
        self.train_button = self._button(
            self.tr("Data curve"),
            "compare.data_curve",
            self.tr("Trains the same pair on 10, 20 and 50 % of the images as well"),
        )
        self.cancel_button = self._button(
            self.tr("Cancel"),
            "compare.stop_training",
            self.tr("Ends it now. The parts that are trained are kept"),
        )
        self.train_button.clicked.connect(self.train_requested)
        self.cancel_button.clicked.connect(self.cancel_requested)
        self._lay_out()

    def show_pair(self, shown: ShownPair, score: str) -> None:
        """score: "ap50" or "ap", which the curves show."""
        points = shown.curve
        values = [
            [
                (float(point.images), measure["value"])
                for point in points
                if (measure := point.scores[side][score])["value"] is not None
            ]
            for side in SIDES
        ]
        self.plot.show_points(values[0], values[1], shown.words)
        self.plot.setVisible(len(points) > 1)
        left_out = [self.tr("Left out: {0}").format(why) for why in shown.left_out]
        told = "\n".join(filter(None, [curve_sentence(points), *left_out]))
        self.sentence.setText(told)
        self.sentence.setVisible(bool(told))

    def show_training(self, shown: ShownPair, training: CurveTraining, *, can_train: bool) -> None:
        """How far it is, or what it would take. can_train: nothing else is under way."""
        is_running = training.is_running
        is_told = bool(shown.curve or shown.left_out)
        self.setVisible(is_running or is_told or shown.can_have_curve)
        self.bar.setVisible(is_running)
        self.cancel_button.setVisible(is_running)
        self.train_button.setVisible(not is_running and shown.can_have_curve)
        self.train_button.setEnabled(can_train)
        self.bar.setValue(round(1000 * training.share))
        self.offer.setText(self._under_way(shown, training) if is_running else self._offer(shown))
        self.offer.setVisible(bool(self.offer.text()))

    def _offer(self, shown: ShownPair) -> str:
        if not shown.can_have_curve:
            return ""
        missing = [f"{100 * share:.0f}" for share in shown.missing_shares]
        told = (
            self.tr("{0} and {1}").format(", ".join(missing[:-1]), missing[-1])
            if len(missing) > 1
            else missing[0]
        )
        if shown.budget == "best":
            most = len(missing) * len(SIDES) * shown.seconds_total
            return self.tr(
                "How good would it be with fewer images? Trains the same pair on {0} % "
                "of them, each until it stops improving: {1} at most."
            ).format(told, times.duration(most))
        takes = len(missing) * sum(shown.records.of(side).seconds for side in SIDES)
        return self.tr(
            "How good would it be with fewer images? Trains the same pair on {0} % of "
            "them, each for the same time: about {1}."
        ).format(told, times.duration(takes))

    def _under_way(self, shown: ShownPair, training: CurveTraining) -> str:
        number, parts = training.place
        whose = "" if training.pair == shown.path else self.tr("Another pair: ")
        if not training.images:
            return whose + self.tr("Part {0} of {1}, getting ready").format(number, parts)
        told = self.tr("Part {0} of {1}, both learn from {2}")
        return whose + told.format(number, parts, counted(training.images, "image"))

    def _button(self, text: str, action: str, tooltip: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setAccessibleName(text)
        hint_tooltip(button, action, tooltip)
        return button

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(14)
        row.addWidget(self.offer, 1)
        row.addWidget(self.bar, 1)
        row.addWidget(self.train_button)
        row.addWidget(self.cancel_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(6)
        column.addLayout(row)
        column.addWidget(self.sentence)
        column.addWidget(self.plot)
