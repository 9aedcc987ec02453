"""The few numbers that say how good a run is, large, each with its interval."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from labeler.gui.key_hint import wrapped
from labeler.gui.theme import set_role
from labeler.runs.analysis import Analysis, Measure


class ScoreTiles(QWidget):
    """AP, AP50, AR with their intervals, and the box that is always the same beside them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ap = _Tile(
            self.tr("AP"),
            self.tr(
                "AP (average precision) tells how good the detector is, from 0 to 1: "
                "does it find everything, does it find nothing that is not there, and "
                "do its boxes fit? 1 would be perfect"
            ),
            self,
        )
        self.ap50 = _Tile(
            self.tr("AP50"),
            self.tr(
                "AP50 is the same score, but less strict about how well a box fits: it "
                "counts as right when it overlaps the true box by half"
            ),
            self,
        )
        self.ar = _Tile(
            self.tr("AR"),
            self.tr(
                "AR (average recall) tells how much of what is there is found, from 0 "
                "to 1, when the detector may draw up to 100 boxes on a picture"
            ),
            self,
        )
        self.constant = _Tile(
            self.tr("Baseline: one fixed box"),
            self.tr(
                "The score you would get without looking: by drawing the same box, in "
                "the same place, on every picture. A useful detector is well above it"
            ),
            self,
        )
        self._places = QGridLayout(self)
        self._places.setContentsMargins(0, 0, 0, 0)
        self._places.setHorizontalSpacing(32)
        self._places.setColumnStretch(4, 1)
        self.set_narrow(False)

    def set_narrow(self, narrow: bool) -> None:
        """Two by two, where there is no room for all in a row."""
        columns = 2 if narrow else 4
        for number, tile in enumerate((self.ap, self.ap50, self.ar, self.constant)):
            self._places.addWidget(tile, *divmod(number, columns))

    def show_analysis(self, analysis: Analysis) -> None:
        self.ap.show_measure(analysis.ap)
        self.ap50.show_measure(analysis.ap50)
        self.ar.show_measure(analysis.ar)
        self.constant.show_measure(Measure(analysis.constant_ap))
        if analysis.constant_ap50 is not None:
            self.constant.below.setText(self.tr("AP50 {0}").format(f"{analysis.constant_ap50:.2f}"))


class _Tile(QWidget):
    def __init__(self, title: str, tooltip: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._title = title
        self.setToolTip(wrapped(tooltip))
        above = QLabel(title, self)
        set_role(above, "heading")
        self.value = QLabel(self)
        set_role(self.value, "title")
        self.below = QLabel(self)
        set_role(self.below, "faint")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        for label in (above, self.value, self.below):
            column.addWidget(label)

    def show_measure(self, measure: Measure) -> None:
        self.value.setText("–" if measure.value is None else f"{measure.value:.2f}")
        interval = measure.interval
        self.below.setText(
            ""
            if interval is None
            else self.tr("{0} to {1}").format(f"{interval[0]:.2f}", f"{interval[1]:.2f}")
        )
        self.setAccessibleName(f"{self._title} {self.value.text()} {self.below.text()}".strip())
