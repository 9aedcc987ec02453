"""How people voted, as one bar: pretrained, no difference, random weights."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QWidget

from labeler.gui.compare import words
from labeler.gui.compare.curves import color_of
from labeler.gui.picture_view import text_color
from labeler.runs.pair import PRETRAINED, SCRATCH
from labeler.votes.verdict import Verdict

_TALL = 26


class ShareBar(QWidget):
    """Colours as on the curves."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._verdict: Verdict | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("How people voted"))

    def show_share(self, verdict: Verdict) -> None:
        self._verdict = verdict
        self.setAccessibleDescription(verdict.sentences[0])
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, _TALL)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._verdict is None or not self._verdict.tally.total:
            return
        tally, palette, called = self._verdict.tally, self.palette(), self._verdict.words
        painter = QPainter(self)
        left = 0.0
        for number, color, name in (
            (tally.pretrained, color_of(PRETRAINED, palette), words.name_of(PRETRAINED, called)),
            (tally.same, palette.color(QPalette.ColorRole.Midlight), self.tr("No difference")),
            (tally.scratch, color_of(SCRATCH, palette), words.name_of(SCRATCH, called)),
        ):
            if not number:
                continue
            width = self.width() * number / tally.total
            self._paint_part(painter, QRectF(left, 0, width, _TALL), QColor(color), name, number)
            left += width

    def _paint_part(
        self, painter: QPainter, where: QRectF, color: QColor, name: str, number: int
    ) -> None:
        painter.fillRect(where.adjusted(0, 0, -1, 0), color)
        painter.setPen(text_color(color))
        inside = where.adjusted(6, 0, -6, 0)
        room = int(inside.width())
        told = f"{name} {number}"
        if painter.fontMetrics().horizontalAdvance(told) > room:
            told = str(number)
        painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, told)
