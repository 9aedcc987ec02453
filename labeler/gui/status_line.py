"""The line at the bottom: how much is done at the left, what just happened at the right."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QWidget

from labeler.dataset.store import Counts
from labeler.gui import theme
from labeler.gui.elided_label import ElidedLabel

_BAR_WIDTH = 140
_SENTENCE_WIDTH = 260
"""So much the sentence is to have before the numbers of the workspace or the bar are shown."""
_LEAST_MS, _MS_A_LETTER = 8_000, 80
"""How long a sentence stands: twice the time that a slow reader takes, once he has looked."""


class StatusLine(QWidget):
    """Counts with a thin bar, the newest sentence, and a few numbers of the workspace."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.set_role(self, "bar")
        self.counts = ElidedLabel(self)
        self.to_do = QLabel(self)
        self.bar = QProgressBar(self)
        self.bar.setFixedWidth(_BAR_WIDTH)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Images that are done"))
        self.sentence = ElidedLabel(self)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.sentence.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.sentence.setAccessibleName(self.tr("What just happened"))
        self.fading = QTimer(self, singleShot=True)
        self.fading.timeout.connect(self.fall_silent)
        self.detail = QLabel(self)
        self._total = 0
        for label in (self.counts, self.sentence, self.detail):
            theme.set_role(label, "faint")
        self._job: QWidget | None = None
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(12, 3, 12, 3)
        row.setSpacing(14)
        for widget in (self.counts, self.to_do, self.bar):
            row.addWidget(widget)
        row.addWidget(self.sentence, 1)
        row.addWidget(self.detail)

    def take_job_bar(self, bar: QWidget) -> None:
        """It stands in the place of the counts while it is shown: nothing in the window moves."""
        self._job = bar
        layout = bar.layout()
        if layout is not None:
            layout.setContentsMargins(0, 0, 0, 0)
        self._row.insertWidget(0, bar, 2)
        bar.installEventFilter(self)
        self.updateGeometry()

    def show_counts(self, counts: Counts | None) -> None:
        """None while no dataset is open."""
        if counts is None:
            self._total = 0
            self.counts.setText("")
            self.to_do.setText("")
            self._share_room()
            return
        done = counts.labelled + counts.empty
        words = [
            self.tr("1 image")
            if counts.total == 1
            else self.tr("{0:,} images").format(counts.total),
            self.tr("{0:,} labelled").format(counts.labelled),
            self.tr("{0:,} empty").format(counts.empty),
        ]
        if counts.suggested:
            words.append(self.tr("{0:,} with suggestions").format(counts.suggested))
        self.counts.setText("   ".join(words))
        self.to_do.setText(self.tr("{0:,} to do").format(counts.unlabelled))
        self.bar.setRange(0, max(counts.total, 1))
        self.bar.setValue(done)
        self._total = counts.total
        self._share_room()

    def say(self, sentence: str) -> None:
        """It is news, and goes when it has been long enough to be read."""
        self.sentence.setText(sentence)
        self.fading.start(_LEAST_MS + _MS_A_LETTER * len(sentence))

    def fall_silent(self) -> None:
        """What was said is no news any more."""
        self.fading.stop()
        self.sentence.setText("")

    def show_detail(self, text: str) -> None:
        self.detail.setText(text)
        self._share_room()

    def minimumSizeHint(self) -> QSize:
        """Words never make the window wider than its screen."""
        return QSize(0, self._height())

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self._height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent):
            self._share_room()
        return super().eventFilter(watched, event)

    def _height(self) -> int:
        """Room for a job, whether one runs or not."""
        margins = self._row.contentsMargins()
        tallest = self.fontMetrics().height() + 4
        if self._job is not None:
            tallest = max(tallest, self._job.sizeHint().height())
        return max(super().minimumSizeHint().height(), tallest + margins.top() + margins.bottom())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_room()

    def _share_room(self) -> None:
        """In a narrow window the bar goes first, then the numbers: the sentence is news."""
        row, is_busy = self._row, self._job is not None and not self._job.isHidden()
        for label in (self.counts, self.to_do):
            label.setHidden(is_busy)
        margins = row.contentsMargins()
        room = self.width() - margins.left() - margins.right() - _SENTENCE_WIDTH
        for label in (self.counts, self.to_do):
            room -= label.sizeHint().width() + row.spacing()
        room -= self.detail.sizeHint().width() + row.spacing()
        self.detail.setVisible(room >= 0 and bool(self.detail.text()))
        room -= _BAR_WIDTH + row.spacing()
        self.bar.setVisible(self._total > 0 and room >= 0 and not is_busy)
