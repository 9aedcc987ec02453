"""The column beside the preview: the settings, which scroll, and the bar below, which does not."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QSizePolicy,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from labeler.gui.document import Document
from labeler.gui.key_hint import hint_tooltip
from labeler.gui.live import LiveCamera
from labeler.gui.preview import remembered
from labeler.gui.preview.beside_box import BesideBox
from labeler.gui.preview.class_list import ClassList
from labeler.gui.preview.detecting import LOWEST_SCORE
from labeler.gui.preview.model_box import ModelBox
from labeler.gui.preview.picture_bar import PictureBar
from labeler.gui.preview.react_box import ReactBox
from labeler.gui.preview.reacting import Reacting
from labeler.gui.preview.record_controls import RecordControls
from labeler.gui.preview.watch_box import WatchBox
from labeler.gui.side_panel import WIDTH, SidePanel, heading, keep_keys

_ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Space)
_STEP = 0.05


class Controls(QWidget):
    """looks_changed: the person wants other classes, numbers or smoothing."""

    score_changed = Signal(float)
    looks_changed = Signal()

    def __init__(
        self,
        document: Document,
        live: LiveCamera,
        reacting: Reacting,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.model = ModelBox(self)
        self.beside = BesideBox(document, self)
        self.watch = WatchBox(live, self)
        self.score = self._make_score()
        self._score_words = heading("", self.score)
        self.in_view = ClassList(self)
        self.numbered = self._make_check(
            self.tr("Number them"),
            "preview.numbers",
            self.tr("Each thing keeps its number from frame to frame"),
        )
        self.smooth = self._make_check(
            self.tr("Smooth"),
            "preview.smooth",
            self.tr("Boxes and scores are averaged over a few frames, so that they jitter less"),
        )
        self.react = ReactBox(reacting, self)
        self.record = RecordControls(self)
        self.bar = PictureBar(self.record, self)
        self._lay_out()
        for box in (self.model, self.beside, self.watch):
            keep_keys(box, *_ARROWS)
        keep_keys(self.score, *_ARROWS)
        keep_keys(self.in_view, *_ARROWS)
        self._recall()
        self._show_words()

    def set_ready(self, ready: bool) -> None:
        """Whether there is a model."""
        self.score.setEnabled(ready)
        self.bar.judge.set_ready(ready)

    @property
    def lowest_score(self) -> float:
        """0 to 1."""
        return self.score.value() / 100

    def set_score(self, score: float) -> None:
        """As if the person had moved it; 0 to 1."""
        self.score.setValue(round(100 * score))

    def show_fewer(self) -> None:
        """Only what the detector is surer of."""
        self.set_score(self.lowest_score + _STEP)

    def show_more(self) -> None:
        self.set_score(self.lowest_score - _STEP)

    def show_score(self, score: float) -> None:
        """Moves it without a word; 0 to 1."""
        self.score.blockSignals(True)
        self.set_score(score)
        self.score.blockSignals(False)
        self._show_words()

    def _make_score(self) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal, self)
        slider.setRange(round(100 * LOWEST_SCORE), 95)
        slider.setPageStep(5)
        slider.setValue(50)
        slider.setAccessibleName(self.tr("Show from score"))
        hint_tooltip(slider, "preview.fewer", self.tr("Boxes with a lower score are not shown"))
        slider.valueChanged.connect(self._tell_score)
        return slider

    def _make_check(self, text: str, action: str, tooltip: str) -> QCheckBox:
        box = QCheckBox(text, self)
        box.setAccessibleName(text)
        hint_tooltip(box, action, tooltip)
        keep_keys(box, Qt.Key.Key_Space)
        return box

    def _side_by_side(self, *widgets: QWidget) -> QHBoxLayout:
        row = QHBoxLayout()
        for widget in widgets:
            row.addWidget(widget)
        row.addStretch(1)
        return row

    def _recall(self) -> None:
        before = remembered.recall()
        self.numbered.setChecked(before.numbered)
        self.smooth.setChecked(before.smooth)
        self.in_view.hide_names(before.hidden)
        for box in (self.numbered, self.smooth):
            box.toggled.connect(self._take_looks)
        self.in_view.chosen_changed.connect(self._take_looks)

    def _take_looks(self) -> None:
        remembered.keep(
            numbered=self.numbered.isChecked(),
            smooth=self.smooth.isChecked(),
            hidden=sorted(self.in_view.hidden_names),
        )
        self.looks_changed.emit()

    def _lay_out(self) -> None:
        settings = self._settings = SidePanel(self)
        settings.add(self.model, self.tr("Model"))
        settings.add(self.beside)
        settings.add(self.watch, self.tr("Watch"))
        settings.rows.addWidget(self._score_words)
        settings.add(self.score)
        settings.add(self.in_view, self.tr("In view"))
        settings.rows.addLayout(self._side_by_side(self.numbered, self.smooth))
        settings.add(self.react, self.tr("When it sees something"))
        settings.rows.addWidget(heading(self.tr("What is recorded"), self.record.every))
        settings.rows.addWidget(self.record.every)  # its words need the whole width
        settings.rows.addWidget(self.record.opener)
        settings.rows.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Expanding)
        self.setMaximumWidth(WIDTH[1])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(settings, 1)
        column.addWidget(self.bar)

    def event(self, event: QEvent) -> bool:
        """As wide as both parts need, and no wider."""
        if event.type() is QEvent.Type.LayoutRequest:
            needed = (self._settings.minimumWidth(), self.bar.minimumSizeHint().width())
            self.setMaximumWidth(max(WIDTH[1], *needed))
        return super().event(event)

    def _show_words(self) -> None:
        self._score_words.setText(self.tr("Show from score {0:.2f}").format(self.lowest_score))

    def _tell_score(self) -> None:
        self._show_words()
        self.score_changed.emit(self.lowest_score)
