"""How the robot's camera is to take light: by itself, or with exposure and gain by hand."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QSlider, QWidget

from labeler.cameras.exposure import USUAL_LIMITS, Exposure, ExposureLimits
from labeler.gui.key_hint import hint_tooltip
from labeler.gui.side_panel import keep_keys

_SETTLE_MS = 150
_GAIN_STEPS = 100
"""Steps of a slider between the least gain and the most."""


class ExposureRow(QWidget):
    """wished carries an Exposure, a moment after the person's last move of a slider."""

    wished = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._limits = USUAL_LIMITS
        self.automatic = QCheckBox(self.tr("Automatic exposure"), self)
        self.exposure = QSlider(Qt.Orientation.Horizontal, self)
        self.gain = QSlider(Qt.Orientation.Horizontal, self)
        self._labels = (QLabel(self), QLabel(self))
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._lay_out()
        self.show_limits(USUAL_LIMITS)
        self.show_exposure(Exposure())
        self._connect()

    def exposure_wished(self) -> Exposure:
        """As the controls stand."""
        limits = self._limits
        span = limits.most_gain - limits.least_gain
        gain = limits.least_gain + span * self.gain.value() / _GAIN_STEPS
        return Exposure(self.automatic.isChecked(), self.exposure.value(), round(gain, 2))

    def show_limits(self, limits: ExposureLimits) -> None:
        """The ends of the sliders; what was set is held between them."""
        wish = limits.hold(self.exposure_wished())
        self._limits = limits
        self.exposure.setRange(limits.least_ms, limits.most_ms)
        self.show_exposure(wish)

    def show_exposure(self, shown: Exposure) -> None:
        """Without telling that it was wished."""
        limits, shown = self._limits, self._limits.hold(shown)
        share = (shown.gain - limits.least_gain) / (limits.most_gain - limits.least_gain)
        for control in (self.automatic, self.exposure, self.gain):
            control.blockSignals(True)
        self.automatic.setChecked(shown.automatic)
        self.exposure.setValue(shown.exposure_ms)
        self.gain.setValue(round(share * _GAIN_STEPS))
        for control in (self.automatic, self.exposure, self.gain):
            control.blockSignals(False)
        self._show_values()

    def _show_values(self) -> None:
        wish = self.exposure_wished()
        words = (
            self.tr("Exposure {0} ms").format(wish.exposure_ms),
            self.tr("Gain {0:.1f}").format(wish.gain),
        )
        for label, slider, text in zip(
            self._labels, (self.exposure, self.gain), words, strict=True
        ):
            label.setText(text)
            slider.setAccessibleName(text)
            label.setVisible(not wish.automatic)
            slider.setVisible(not wish.automatic)

    def _change(self) -> None:
        self._show_values()
        self._settle.start()

    def _tell(self) -> None:
        self.wished.emit(self.exposure_wished())

    def _connect(self) -> None:
        self.automatic.toggled.connect(self._change)
        self.exposure.valueChanged.connect(self._change)
        self.gain.valueChanged.connect(self._change)
        self._settle.timeout.connect(self._tell)

    def _lay_out(self) -> None:
        self.gain.setRange(0, _GAIN_STEPS)
        self.automatic.setAccessibleName(self.automatic.text())
        hint_tooltip(
            self.automatic,
            "capture.auto_exposure",
            self.tr("Whether the robot chooses exposure and gain by itself{key}"),
        )
        self.exposure.setToolTip(
            self.tr("How long each picture gathers light. Longer is brighter, and blurs what moves")
        )
        self.gain.setToolTip(
            self.tr("How far the picture is amplified. More is brighter and noisy")
        )
        keep_keys(self.automatic, Qt.Key.Key_Space)
        for slider in (self.exposure, self.gain):
            slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        rows = QGridLayout(self)
        rows.setContentsMargins(0, 4, 0, 0)
        rows.setVerticalSpacing(4)
        rows.addWidget(self.automatic, 0, 0, 1, 2)
        for row, (label, slider) in enumerate(
            zip(self._labels, (self.exposure, self.gain), strict=True), start=1
        ):
            rows.addWidget(label, row, 0)
            rows.addWidget(slider, row, 1)
        rows.setColumnStretch(1, 1)
