"""The column beside the preview: model, camera, score, classes, what is recorded."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QPushButton, QSlider, QWidget

from labeler.cameras.catalogue import CameraChoice
from labeler.gui.document import Document
from labeler.gui.key_hint import hint_tooltip
from labeler.gui.live import LiveCamera
from labeler.gui.live_files import ask_for_file, needs_file
from labeler.gui.preview import remembered
from labeler.gui.preview.beside_box import BesideBox
from labeler.gui.preview.class_list import ClassList
from labeler.gui.preview.detecting import LOWEST_SCORE
from labeler.gui.preview.judge_box import JudgeBox
from labeler.gui.preview.model_box import ModelBox
from labeler.gui.preview.react_box import ReactBox
from labeler.gui.preview.reacting import Reacting
from labeler.gui.preview.record_controls import RecordControls
from labeler.gui.side_panel import SidePanel, heading, keep_keys

_ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Space)


class WatchBox(QComboBox):
    """The cameras that Capture has as well, in short. camera_chosen carries a CameraChoice."""

    camera_chosen = Signal(object)

    def __init__(self, live: LiveCamera, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._live = live
        self._choices: list[CameraChoice] = []
        self.setAccessibleName(self.tr("Watch"))
        self.setToolTip(self.tr("The camera, video or folder that the detector looks at"))
        self.setPlaceholderText(self.tr("Choose a camera"))
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(12)
        self.activated.connect(self._choose)
        live.camera_changed.connect(self.refresh)

    def refresh(self) -> None:
        """Reads the list of cameras again."""
        self._choices = self._live.choices()
        self.clear()
        self.addItems([choice.name for choice in self._choices])
        ids = [choice.id for choice in self._choices]
        chosen = self._live.choice
        self.setCurrentIndex(-1 if chosen is None else ids.index(chosen.id))

    def _choose(self, row: int) -> None:
        choice = self._choices[row]
        self.refresh()  # the mark stays where it was until the choice is taken
        self.camera_chosen.emit(choice)


class Controls(SidePanel):
    """keep_requested: the frame in view is to join the dataset.

    looks_changed: the person wants other classes, numbers or smoothing.
    """

    score_changed = Signal(float)
    looks_changed = Signal()
    keep_requested = Signal()

    def __init__(
        self,
        document: Document,
        live: LiveCamera,
        reacting: Reacting,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._live = live
        self.model = ModelBox(self)
        self.beside = BesideBox(document, self)
        self.watch = WatchBox(live, self)
        self.score = self._make_score()
        self._score_words = heading("", self.score)
        self.in_view = ClassList(self)
        self.numbered = self._make_check(
            self.tr("Number them"),
            "preview.numbers",
            self.tr("Each thing keeps its number from picture to picture"),
        )
        self.smooth = self._make_check(
            self.tr("Smooth"),
            "preview.smooth",
            self.tr(
                "Boxes and scores are evened out over a few pictures, so that they tremble less"
            ),
        )
        self.judge = JudgeBox(self)
        self.react = ReactBox(reacting, self)
        self.keep = self._make_keep()
        self.record = RecordControls(self)
        self.watch.camera_chosen.connect(self._watch)
        self.add(self.model, self.tr("Model"))
        self.add(self.beside)
        self.add(self.watch, self.tr("Watch"))
        self.rows.addWidget(self._score_words)
        self.add(self.score)
        self.add(self.in_view, self.tr("In view"))
        self.rows.addLayout(self._side_by_side(self.numbered, self.smooth))
        self.add(self.judge, self.tr("Is it right?"))
        self.add(self.react, self.tr("When it sees something"))
        self.rows.addStretch(1)
        kept = QHBoxLayout()
        kept.setSpacing(6)
        kept.addWidget(self.keep)
        kept.addWidget(self.record.button, 1)
        self.add(self.record.every)
        self.rows.addLayout(kept)
        for box in (self.model, self.beside, self.watch):
            keep_keys(box, *_ARROWS)
        keep_keys(self.score, *_ARROWS)
        keep_keys(self.in_view, *_ARROWS)
        self._recall()
        self._show_words()

    def set_ready(self, ready: bool) -> None:
        """Whether there is a model."""
        self.score.setEnabled(ready)
        self.judge.set_ready(ready)

    @property
    def lowest_score(self) -> float:
        """0 to 1."""
        return self.score.value() / 100

    def set_score(self, score: float) -> None:
        """As if the person had moved it; 0 to 1."""
        self.score.setValue(round(100 * score))

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
        hint_tooltip(slider, "preview.fewer", self.tr("How sure the detector must be"))
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

    def _make_keep(self) -> QPushButton:
        button = QPushButton(self.tr("Keep"), self)
        button.setAccessibleName(self.tr("Keep this frame"))
        words = self.tr("Add this picture to the dataset, to be labelled")
        hint_tooltip(button, "preview.keep_frame", words)
        button.clicked.connect(self.keep_requested)
        keep_keys(button, Qt.Key.Key_Space)
        return button

    def _show_words(self) -> None:
        self._score_words.setText(self.tr("Show from score {0:.2f}").format(self.lowest_score))

    def _tell_score(self) -> None:
        self._show_words()
        self.score_changed.emit(self.lowest_score)

    def _watch(self, choice: CameraChoice) -> None:
        if needs_file(choice):
            ask_for_file(self, choice, self._live.choose)
        else:
            self._live.choose(choice)
