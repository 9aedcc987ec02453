"""The line at the bottom: how much is done at the left, what just happened at the right."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QWidget

from labeler.dataset.store import Counts
from labeler.gui import theme

_BAR_WIDTH = 140


class StatusLine(QWidget):
    """Counts with a thin bar, the newest sentence, and a few numbers of the workspace."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.set_role(self, "bar")
        self.counts = QLabel(self)
        self.to_do = QLabel(self)
        self.bar = QProgressBar(self)
        self.bar.setFixedWidth(_BAR_WIDTH)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Images that are done"))
        self.sentence = _ElidedLabel(self)
        self.sentence.setAccessibleName(self.tr("What just happened"))
        self.detail = QLabel(self)
        for label in (self.counts, self.sentence, self.detail):
            theme.set_role(label, "faint")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 5, 12, 5)
        row.setSpacing(14)
        for widget in (self.counts, self.to_do, self.bar):
            row.addWidget(widget)
        row.addWidget(self.sentence, 1)
        row.addWidget(self.detail)

    def show_counts(self, counts: Counts) -> None:
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
        self.bar.setVisible(counts.total > 0)
        self.bar.setRange(0, max(counts.total, 1))
        self.bar.setValue(done)

    def say(self, sentence: str) -> None:
        self.sentence.setText(sentence)
        self.sentence.setToolTip(sentence)

    def show_detail(self, text: str) -> None:
        self.detail.setText(text)


class _ElidedLabel(QLabel):
    """A line at the right that gives way in its middle; text() stays whole."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def paintEvent(self, event: QPaintEvent) -> None:
        metrics, right = self.fontMetrics(), Qt.AlignmentFlag.AlignRight
        text = metrics.elidedText(self.text(), Qt.TextElideMode.ElideMiddle, self.width())
        painter = QPainter(self)
        self.style().drawItemText(
            painter,
            self.rect(),
            right | Qt.AlignmentFlag.AlignVCenter,
            self.palette(),
            self.isEnabled(),
            text,
            self.foregroundRole(),
        )
