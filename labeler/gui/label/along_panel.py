"""The switch of learning along with a line about it, and the bar that offers it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QWidget,
)

from labeler.gui import theme
from labeler.gui.input_pause import InputPause
from labeler.gui.key_hint import hint_tooltip
from labeler.gui.label.first_suggestions import FirstSuggestions
from labeler.gui.label.learning_along import LearningAlong
from labeler.gui.label.switch_line import SwitchLine
from labeler.gui.side_panel import keep_keys


class AlongSwitch(SwitchLine):
    """On, off, and what it is doing; before it has learnt anything, where suggestions come from."""

    def __init__(
        self, along: LearningAlong, first: FirstSuggestions, parent: QWidget | None = None
    ) -> None:
        super().__init__(
            _tr("Learn along"),
            "label.learn_along",
            _tr("Learn from the images you label and suggest boxes on the rest"),
            parent,
        )
        self._along = along
        self._first = first
        self.button.clicked.connect(along.set_on)
        along.changed.connect(self._show)
        first.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        by_likeness = (
            self.tr("Suggests what looks like your first boxes") if self._first.is_on else ""
        )
        words = "\n".join(filter(None, (by_likeness, self._along.words)))
        self.show_state(self._along.is_wanted, words)


class AlongOffer(QFrame):
    """Asks once for each dataset, in a pause of the person, and counts on while it stands."""

    def __init__(
        self, along: LearningAlong, is_busy: Callable[[], bool], workspace: QWidget
    ) -> None:
        """is_busy: whether the person is in the middle of a box, or sees none."""
        super().__init__(workspace)
        self._along = along
        self._workspace = workspace
        self.pause = InputPause(self, is_busy)
        theme.set_role(self, "bar")
        self.text = QLabel(self)
        self.yes = QPushButton(self.tr("Learn along"), self)
        self.yes.setAccessibleName(self.tr("Learn along"))
        hint_tooltip(
            self.yes, "label.learn_along", self.tr("Learn now, and after every five images")
        )
        theme.set_role(self.yes, "primary")
        self.no = QPushButton(self.tr("No"), self)
        self.no.setAccessibleName(self.tr("Do not learn along"))
        self.no.setToolTip(self.tr("You can switch it on in the panel on the right at any time"))
        for button in (self.yes, self.no):
            keep_keys(button, Qt.Key.Key_Space)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 12, 4)
        row.setSpacing(10)
        row.addWidget(self.text, 1)
        row.addWidget(self.yes)
        row.addWidget(self.no)
        self.yes.clicked.connect(lambda: along.set_on(True))
        self.no.clicked.connect(along.decline)
        self.pause.reached.connect(self.show)
        along.changed.connect(self.follow)
        self.hide()

    def follow(self) -> None:
        """Counts anew; where it is to be asked, it waits for a pause."""
        if not self._along.is_offered:
            self.stop()
            self.hide()
            return
        self.text.setText(self._along.question)
        if self.isHidden() and self._workspace.isVisible():
            self.pause.begin()

    def stop(self) -> None:
        """Another workspace is shown: nothing is waited for meanwhile."""
        self.pause.stop()


def _tr(text: str) -> str:
    return QCoreApplication.translate("AlongSwitch", text)
