"""What the person decides before a run: how long, which detector, and from which weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QVBoxLayout, QWidget

from labeler.gui.key_hint import hint_tooltip
from labeler.gui.side_panel import heading
from labeler.gui.theme import set_role
from labeler.gui.train.adjust_drawer import AdjustDrawer
from labeler.gui.train.choices import ChoiceRow
from labeler.gui.train.chosen_lines import ChosenLines
from labeler.gui.train.start_choice import StartChoice
from labeler.runs.budgets import Budget, budget_of, with_budget
from labeler.runs.history import LeftOut, RunSummary
from labeler.runs.prepare import Wish
from trainer.config import DEFAULT_DETECTOR, DETECTOR_FACTS, DETECTORS, OFFERED, missing_for


class SettingsPanel(QWidget):
    """The Train button, what there is to learn from, the time, the detector, the start, what was
    chosen, and the drawer.

    changed: the wish is another one now.
    """

    train_requested = Signal()
    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_busy = False
        self._own_detector = DEFAULT_DETECTOR
        self.train_button = self._train_button()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(2)
        self._layout.addWidget(self.train_button)
        self.data = ChosenLines(
            self.tr("What there is to learn from"),
            self.tr("Everything worth knowing about the images before training"),
            self,
        )
        self._layout.addSpacing(4)
        self._layout.addWidget(self.data)
        self._add_times()
        self._add_detectors()
        self._add_starts()
        self.chosen = ChosenLines(
            self.tr("What was chosen for you"),
            self.tr("Everything that was chosen, and why"),
            self,
        )
        self._layout.addWidget(heading(self.tr("Chosen for you"), self.chosen))
        self._layout.addWidget(self.chosen)
        self._add_drawer()
        self.show_wish(Wish())

    @property
    def pretrained(self) -> ChoiceRow:
        """The row of the pretrained weights that belong to the chosen detector."""
        return self.starts.pretrained

    def wish(self) -> Wish:
        """What is chosen at the moment."""
        wish = Wish(
            start=self.starts.start,
            detector=str(self.detector.currentData()),
            parent=self.starts.run,
        )
        return self.drawer.adjusted(with_budget(wish, self._budget(), self.drawer.length))

    def lasting_wish(self) -> Wish:
        """The same without what is meant for once: ready-made Vector, random weights, and a run to
        start from.

        Else the next dataset would begin from them, and nobody would know why it learns so little.
        """
        return replace(self.wish(), start="pretrained", parent="", detector=self._own_detector)

    def show_wish(self, wish: Wish) -> None:
        """Shows what is chosen, without telling that it changed."""
        budget, length = budget_of(wish)
        self._times_of[budget].setChecked(True)
        self.starts.show_start(wish.start)
        self._own_detector = wish.detector
        self.drawer.show_wish(wish, length)
        self._show_details()

    def show_runs(self, runs: Sequence[RunSummary], left_out: Sequence[LeftOut] = ()) -> None:
        """The runs so far, which may be started from, and those that cannot be read."""
        self.starts.show_runs(runs, left_out)
        self._show_details()

    def choose_built_in(self) -> None:
        if self.starts.detector not in ("", DEFAULT_DETECTOR):
            self.starts.show_start("pretrained")
        self._own_detector = DEFAULT_DETECTOR
        self._change()

    def set_busy(self, busy: bool) -> None:
        """While a run is under way its settings stand."""
        for part in self._set_before_a_run():
            part.setEnabled(not busy)
        self._is_busy = busy
        self._show_detector()

    def loses_keys(self, focused: QWidget) -> bool:
        """Whether set_busy() greys out what has the keys."""
        return any(
            part is focused or part.isAncestorOf(focused)
            for part in (*self._set_before_a_run(), self.detector)
        )

    def _set_before_a_run(self) -> tuple[QWidget, ...]:
        return (self.train_button, self._times, self.starts, self.drawer)

    def _budget(self) -> Budget:
        return next(budget for budget, row in self._times_of.items() if row.isChecked())

    def _change(self) -> None:
        self._show_details()
        self.changed.emit()

    def _choose_detector(self) -> None:
        self._own_detector = str(self.detector.currentData())
        self._change()

    def _show_detector(self) -> None:
        """The one of the run that is started from, where there is one; else the person's own."""
        given = self.starts.detector
        name = given or self._own_detector
        for older in (each for each in DETECTORS if each not in OFFERED):
            if (place := self.detector.findData(older)) >= 0 and older != name:
                self.detector.removeItem(place)
        if self.detector.findData(name) < 0:
            self.detector.addItem(_title(name), name)
        self.detector.setCurrentIndex(self.detector.findData(name))
        self.detector.setEnabled(not self._is_busy and not given)

    def _show_details(self) -> None:
        self._show_detector()
        detector = str(self.detector.currentData())
        facts = DETECTOR_FACTS[detector]
        missing = missing_for(detector)
        self.missing.setText(missing)
        self.missing.setVisible(bool(missing))
        size = self.tr("{0} MB, once").format(facts.megabytes)
        cost = size if facts.megabytes else self.tr("no download")
        self.starts.show_cost(cost)
        is_given = bool(self.starts.detector)
        self.detector.setToolTip(
            self.tr("The detector that it starts from") if is_given else facts.note
        )
        is_replaced = self.drawer.length.minutes > 0 or self.drawer.length.epochs > 0
        for budget, row in self._times_of.items():
            said = self._said_of[budget]
            row.set_detail(self.tr("see Adjust") if is_replaced and row.isChecked() else said)
        changes = self.drawer.changes
        self.adjust.setText(
            self.tr("Adjust ({0} changed)").format(changes) if changes else self.tr("Adjust")
        )
        self.adjust.setAccessibleName(self.adjust.text())

    def _train_button(self) -> QPushButton:
        button = QPushButton(self.tr("Train"), self)
        button.setMinimumHeight(44)
        font = button.font()
        font.setPointSizeF(font.pointSizeF() * 1.2)
        button.setFont(font)
        set_role(button, "primary")
        button.setAccessibleName(self.tr("Train"))
        hint_tooltip(button, "train.train", self.tr("Learn from everything labelled so far"))
        button.clicked.connect(self.train_requested)
        return button

    def _add_times(self) -> None:
        self._times, rows = self._group(self.tr("Time"))
        self._said_of = {
            Budget.INSTANT: self.tr("10 s"),
            Budget.QUICK: self.tr("1 min"),
            Budget.GOOD: self.tr("5 min"),
            Budget.BEST: self.tr("until it stops improving"),
        }
        told = {
            Budget.INSTANT: (
                self.tr("Instant"),
                self.tr("A detector to try at once: shows whether it finds your things"),
            ),
            Budget.QUICK: (self.tr("Quick"), self.tr("A first detector in a minute")),
            Budget.GOOD: (self.tr("Good"), self.tr("Finer boxes, fewer misses")),
            Budget.BEST: (
                self.tr("Best"),
                self.tr("Trains until the score stops rising, for an hour at most"),
            ),
        }
        self._times_of = {
            budget: ChoiceRow(title, self._said_of[budget], tooltip, self._times)
            for budget, (title, tooltip) in told.items()
        }
        self.instant, self.quick, self.good, self.best = self._times_of.values()
        for row in self._times_of.values():
            row.clicked.connect(self._change)
            rows.addWidget(row)

    def _add_detectors(self) -> None:
        self.detector = QComboBox(self)
        self.detector.setAccessibleName(self.tr("Detector"))
        self.detector.setMinimumContentsLength(12)
        self.detector.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        for name in OFFERED:
            self.detector.addItem(_title(name), name)
        self.detector.activated.connect(self._choose_detector)
        self._layout.addWidget(heading(self.tr("Detector"), self.detector))
        self._layout.addWidget(self.detector)
        self.missing = QLabel(self)
        self.missing.setTextFormat(Qt.TextFormat.PlainText)
        self.missing.setWordWrap(True)
        self.missing.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.missing.setAccessibleName(self.tr("What has to be installed for this detector"))
        set_role(self.missing, "faint")
        self._layout.addWidget(self.missing)

    def _add_starts(self) -> None:
        self.starts = StartChoice(self)
        self.scratch = self.starts.scratch
        self.starts.changed.connect(self._change)
        self._layout.addWidget(heading(self.tr("Start from"), self.starts))
        self._layout.addWidget(self.starts)

    def _add_drawer(self) -> None:
        self.adjust = QPushButton(self)
        self.adjust.setCheckable(True)
        hint_tooltip(
            self.adjust, "train.adjust", self.tr("Set by hand what is otherwise chosen for you")
        )
        self.drawer = AdjustDrawer(self)
        self.drawer.hide()
        self.adjust.toggled.connect(self.drawer.setVisible)
        self.drawer.changed.connect(self._change)
        self._layout.addSpacing(6)
        self._layout.addWidget(self.adjust)
        self._layout.addWidget(self.drawer)

    def _group(self, title: str) -> tuple[QWidget, QVBoxLayout]:
        group = QWidget(self)
        self._layout.addWidget(heading(title, group))
        group.setAccessibleName(title)
        rows = QVBoxLayout(group)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(1)
        self._layout.addWidget(group)
        return group, rows


def _title(detector: str) -> str:
    facts = DETECTOR_FACTS[detector]
    if missing_for(detector):
        return QCoreApplication.translate("SettingsPanel", "{0} (to install)").format(facts.title)
    if not facts.is_for_gpu:
        return facts.title
    return QCoreApplication.translate("SettingsPanel", "{0} (GPU)").format(facts.title)
