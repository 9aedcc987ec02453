"""The row below the panes: a frame back, play, a frame on, where it stands, how fast."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QSlider, QWidget

from labeler.gui.compare import words
from labeler.gui.key_hint import hint_tooltip
from labeler.gui.side_panel import keep_keys
from labeler.gui.theme import set_role

SPEEDS = (0.1, 0.25, 0.5, 1.0)
_ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Space)


class Transport(QWidget):
    """step_requested carries -1 or 1; sought the number of a frame; speed_changed a factor."""

    play_requested = Signal()
    step_requested = Signal(int)
    sought = Signal(int)
    speed_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._per_second = 1.0
        self.back = self._button(
            self.tr("◀ frame"), "compare.step_back", self.tr("One frame back"), -1
        )
        self.play = QPushButton(self.tr("Play"), self)
        hint_tooltip(self.play, "compare.play", self.tr("Play or pause; live: freeze"))
        self.play.setAccessibleName(self.tr("Play"))
        self.play.clicked.connect(self.play_requested)
        self.on = self._button(
            self.tr("frame ▶"), "compare.step_on", self.tr("One frame forward"), 1
        )
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setAccessibleName(self.tr("Place in the video"))
        self.slider.setToolTip(self.tr("Place in the video, frame by frame"))
        self.slider.valueChanged.connect(self.sought)
        self.place = QLabel(self)
        set_role(self.place, "faint")
        self.speed = self._speed_box()
        keep_keys(self.play, Qt.Key.Key_Space)
        keep_keys(self.slider, *_ARROWS)
        keep_keys(self.speed, *_ARROWS)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        for widget in (self.back, self.play, self.on):
            row.addWidget(widget)
        row.addWidget(self.slider, 1)
        row.addWidget(self.place)
        row.addWidget(self.speed)
        self.show_film(0, 1.0)

    @property
    def factor(self) -> float:
        """1: at the film's own pace."""
        return float(self.speed.currentData())

    def show_film(self, count: int, per_second: float) -> None:
        """count 0: a live camera, or a film whose end nobody knows yet."""
        self._per_second = per_second
        self.slider.blockSignals(True)
        self.slider.setRange(0, max(0, count - 1))
        self.slider.setPageStep(max(1, count // 20))
        self.slider.setValue(0)
        self.slider.blockSignals(False)
        self.slider.setEnabled(count > 1)
        self._show_place(0)

    def show_live(self, trouble: str = "") -> None:
        """trouble: why no picture comes, as the camera says it."""
        self.show_film(0, 1.0)
        self.place.setText(trouble or self.tr("live"))

    def set_live(self, live: bool) -> None:
        """A live camera has no way back and no other pace."""
        self.back.setEnabled(not live)
        self.speed.setEnabled(not live)

    def show_number(self, number: int) -> None:
        """Without a word to anybody."""
        self.slider.blockSignals(True)
        self.slider.setValue(number)
        self.slider.blockSignals(False)
        self._show_place(number)

    def show_searching(self) -> None:
        """Until show_number: a far frame of a drive that has to be drawn takes seconds."""
        self.place.setText(self.tr("searching…"))

    def show_playing(self, playing: bool) -> None:
        words_ = self.tr("Pause") if playing else self.tr("Play")
        self.play.setText(words_)
        self.play.setAccessibleName(words_)

    def change_speed(self, steps: int) -> None:
        """-1: the next slower one, 1: the next faster one."""
        row = min(max(0, self.speed.currentIndex() + steps), self.speed.count() - 1)
        self.speed.setCurrentIndex(row)

    def _show_place(self, number: int) -> None:
        total = self.slider.maximum() + 1
        self.place.setText(
            self.tr("{0} of {1}, frame {2}").format(
                words.clock(number / self._per_second),
                words.clock(total / self._per_second),
                number + 1,
            )
        )

    def _button(self, text: str, action: str, tooltip: str, step: int) -> QPushButton:
        button = QPushButton(text, self)
        button.setAccessibleName(tooltip)
        hint_tooltip(button, action, tooltip)
        button.setAutoRepeat(True)
        button.clicked.connect(lambda: self.step_requested.emit(step))
        keep_keys(button, Qt.Key.Key_Space)
        return button

    def _speed_box(self) -> QComboBox:
        box = QComboBox(self)
        box.setAccessibleName(self.tr("Speed"))
        box.setToolTip(self.tr("How fast the video plays"))
        for speed in SPEEDS:
            box.addItem(self.tr("{0} ×").format(f"{speed:g}"), speed)
        box.setCurrentIndex(SPEEDS.index(1.0))
        box.currentIndexChanged.connect(lambda _row: self.speed_changed.emit(self.factor))
        return box
