"""The column beside the preview: model, camera, score, what is in view."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QPushButton, QSlider, QWidget

from labeler.cameras.catalogue import CameraChoice
from labeler.gui.key_hint import hint_tooltip
from labeler.gui.live import LiveCamera
from labeler.gui.live_files import ask_for_file, needs_file
from labeler.gui.preview.detecting import LOWEST_SCORE
from labeler.gui.preview.in_view import InView
from labeler.gui.preview.model_box import ModelBox
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
    """keep_requested: the frame in view is to join the dataset."""

    score_changed = Signal(float)
    keep_requested = Signal()

    def __init__(self, live: LiveCamera, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._live = live
        self.model = ModelBox(self)
        self.watch = WatchBox(live, self)
        self.score = self._make_score()
        self._score_words = heading("", self.score)
        self.in_view = InView(self)
        self.keep = self._make_keep()
        self.watch.camera_chosen.connect(self._watch)
        self.add(self.model, self.tr("Model"))
        self.add(self.watch, self.tr("Watch"))
        self.rows.addWidget(self._score_words)
        self.add(self.score)
        self.add(self.in_view, self.tr("In view"))
        self.rows.addStretch(1)
        self.add(self.keep)
        for box in (self.model, self.watch):
            keep_keys(box, *_ARROWS)
        keep_keys(self.score, *_ARROWS)
        self._show_words()

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

    def _make_keep(self) -> QPushButton:
        button = QPushButton(self.tr("Keep this frame"), self)
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
