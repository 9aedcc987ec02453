"""The drawer for those who want to decide what the recipe would: every field on Auto at first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from labeler.gui.decimal_field import DecimalField
from labeler.gui.key_hint import wrapped
from labeler.gui.theme import pad_field, set_role
from labeler.runs.budgets import Length
from labeler.runs.choice_lines import line_about
from labeler.runs.prepare import Wish

_MOST_MINUTES = 7 * 24 * 60
_AS_CHOSEN = Wish()
_OWN = ("device", "threads", "longest_side", "batch", "learning_rate", "augmentation", "seed")
"""The fields of a wish that this drawer alone decides."""


class AdjustDrawer(QWidget):
    """changed: one of the fields was."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)
        self._labels: list[tuple[QLabel, QWidget]] = []
        self._fields: list[tuple[QWidget, str, str]] = []
        self._add_lengths()
        self._add_machine()
        self._add_learning()
        self.reset = QPushButton(self.tr("All back to Auto"), self)
        self.reset.setAccessibleName(self.tr("All back to Auto"))
        self.reset.setToolTip(self.tr("Lets the recipe choose everything again"))
        self.reset.clicked.connect(self._reset)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(self._grid)
        layout.addWidget(self.reset, 0, Qt.AlignmentFlag.AlignLeft)
        self.show_wish(_AS_CHOSEN, Length())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The wheel scrolls the panel, unless one is in a field."""
        is_wheel = event.type() is QEvent.Type.Wheel
        if is_wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return super().eventFilter(watched, event)

    @property
    def length(self) -> Length:
        """How long, where that is not left to the budgets."""
        return Length(float(self.minutes.value()), float(self.epochs.value()))

    def adjusted(self, wish: Wish) -> Wish:
        """The wish with what is decided here."""
        return replace(
            wish,
            device=str(self.device.currentData()),
            threads=self.threads.value(),
            longest_side=self.longest_side.value(),
            batch=self.batch.value(),
            learning_rate=self.learning_rate.value(),
            augmentation=str(self.augmentation.currentData()),
            seed=self.seed.value(),
        )

    def show_wish(self, wish: Wish, length: Length) -> None:
        """Shows what is decided, without telling that it changed."""
        with QSignalBlocker(self):
            self.minutes.setValue(round(length.minutes))
            self.epochs.setValue(round(length.epochs))
            self.device.setCurrentIndex(self.device.findData(wish.device))
            self.threads.setValue(wish.threads)
            self.longest_side.setValue(wish.longest_side)
            self.batch.setValue(wish.batch)
            self.learning_rate.setValue(wish.learning_rate)
            self.augmentation.setCurrentIndex(self.augmentation.findData(wish.augmentation))
            self.seed.setValue(wish.seed)
            self._show_changed()

    def show_choices(self, lines: Sequence[str]) -> None:
        """What was chosen for the run on show, as its trainer told it: on each field its line."""
        for field, tooltip, name in self._fields:
            line = line_about(name, lines)
            told = self.tr("The run on show: {0}").format(line) if line else ""
            field.setToolTip("\n".join(filter(None, [tooltip, told])))
            field.setAccessibleDescription(field.toolTip())

    @property
    def changes(self) -> int:
        """How many fields are not on Auto."""
        wish = self.adjusted(_AS_CHOSEN)
        own = sum(1 for name in _OWN if getattr(wish, name) != getattr(_AS_CHOSEN, name))
        return own + int(self.minutes.value() > 0) + int(self.epochs.value() > 0)

    def _add_lengths(self) -> None:
        self.minutes = self._number(
            self.tr("Minutes"),
            _MOST_MINUTES,
            self.tr(
                "Train for this many minutes instead of the time above. With Best: at "
                "most this many"
            ),
        )
        self.epochs = self._number(
            self.tr("Epochs"),
            100_000,
            self.tr(
                "Train for this many passes over all images, however long they take. "
                "The same seed then gives the same weights again"
            ),
        )

    def _add_machine(self) -> None:
        self.device = self._choice(
            self.tr("Device"),
            [
                (self.tr("Auto"), "auto"),
                (self.tr("Processor"), "cpu"),
                (self.tr("NVIDIA GPU"), "cuda"),
                (self.tr("Apple GPU"), "mps"),
            ],
            self.tr("What the training runs on. Auto uses a GPU if there is one that works"),
            "device",
        )
        self.threads = self._number(
            self.tr("Threads"),
            256,
            self.tr(
                "How many processor threads the training uses. Fewer leave more for other programs"
            ),
        )

    def _add_learning(self) -> None:
        self.longest_side = self._number(
            self.tr("Resolution"),
            2048,
            self.tr("The longest side of the pictures that the network sees, in pixels"),
            name="longest_side",
            step=32,
        )
        self.longest_side.setSuffix(self.tr(" px"))
        self.batch = self._number(
            self.tr("Batch"),
            512,
            self.tr("How many pictures are learned from in one step"),
            name="batch",
        )
        self.learning_rate = DecimalField(self)
        self.learning_rate.setDecimals(5)
        self.learning_rate.setSingleStep(0.0005)
        self.learning_rate.setRange(0.0, 1.0)
        self.learning_rate.valueChanged.connect(self._tell)
        self._field(
            self.tr("Learning rate"),
            self.learning_rate,
            self.tr(
                "The peak learning rate of AdamW. If it is too high the loss jumps, if "
                "it is too low learning is slow"
            ),
            "learning_rate",
        )
        self.augmentation = self._choice(
            self.tr("Augmentation"),
            [
                (self.tr("Auto: normal"), "normal"),
                (self.tr("Off"), "off"),
                (self.tr("Light"), "light"),
                (self.tr("Strong"), "strong"),
            ],
            self.tr("How much the pictures are shifted, scaled and recoloured during training"),
            "augmentation",
        )
        self.seed = QSpinBox(self)
        self.seed.setRange(0, 2**31 - 1)
        self.seed.valueChanged.connect(self._tell)
        self._field(
            self.tr("Seed"),
            self.seed,
            self.tr(
                "The random seed. Another number gives another split and other "
                "augmentations of the pictures"
            ),
        )

    def _number(
        self, title: str, most: int, tooltip: str, *, name: str = "", step: int = 1
    ) -> QSpinBox:
        box = QSpinBox(self)
        box.setRange(0, most)
        box.setSingleStep(step)
        box.valueChanged.connect(self._tell)
        self._field(title, box, tooltip, name)
        return box

    def _choice(
        self, title: str, choices: list[tuple[str, str]], tooltip: str, name: str
    ) -> QComboBox:
        box = QComboBox(self)
        for text, value in choices:
            box.addItem(text, value)
        box.setMinimumContentsLength(6)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.currentIndexChanged.connect(self._tell)
        self._field(title, box, tooltip, name)
        return box

    def _field(self, title: str, field: QWidget, tooltip: str, name: str = "") -> None:
        """name: in RunConfig, where the trainer tells what it chose."""
        if isinstance(field, QAbstractSpinBox):
            if field is not getattr(self, "seed", None):
                field.setSpecialValueText(self.tr("Auto"))
            field.setAlignment(Qt.AlignmentFlag.AlignRight)
            pad_field(field)
        label = QLabel(title, self)
        label.setBuddy(field)
        label.setToolTip(wrapped(tooltip))
        field.setToolTip(wrapped(tooltip))
        field.setAccessibleName(title)
        field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        field.installEventFilter(self)
        row = self._grid.rowCount()
        self._grid.addWidget(label, row, 0)
        self._grid.addWidget(field, row, 1)
        self._labels.append((label, field))
        self._fields.append((field, tooltip, name))

    def _tell(self) -> None:
        self._show_changed()
        self.changed.emit()

    def _show_changed(self) -> None:
        """What is on Auto is second-rank."""
        for label, field in self._labels:
            set_role(label, "faint" if _is_auto(field) else "")
        self.reset.setEnabled(self.changes > 0)

    def _reset(self) -> None:
        self.show_wish(_AS_CHOSEN, Length())
        self.changed.emit()


def _is_auto(field: QWidget) -> bool:
    if isinstance(field, QComboBox):
        return field.currentIndex() == 0
    assert isinstance(field, QSpinBox | QDoubleSpinBox)
    return field.value() == 0
