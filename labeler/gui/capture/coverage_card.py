"""What was seen of a class so far and what is missing, for whoever is about to photograph it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from labeler.dataset.coverage import Coverage, coverage
from labeler.dataset.store import Dataset
from labeler.errors import UserError
from labeler.gui.background import run_in_background
from labeler.gui.capture import remembered
from labeler.gui.capture.coverage_view import CoverageView
from labeler.gui.capture.coverage_words import sentence
from labeler.gui.document import Document
from labeler.gui.key_hint import hint_tooltip
from labeler.gui.side_panel import keep_keys
from labeler.gui.theme import set_role

_SETTLE_MS = 250
_AT_ONCE = 100
"""So many images of unknown light are measured before the person sees what that gives."""


@dataclass(frozen=True, slots=True)
class _Look:
    """What a job found. measured_to: the last image whose light was looked at, None for all."""

    seen: Coverage
    measured_to: int | None


class CoverageCard(QWidget):
    """A line that opens. It counts only while it is open and on the screen."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._turn = 0
        self._is_looking = False
        self._measured_to: int | None = 0
        self.toggle = QToolButton(self)
        self.category = QComboBox(self)
        self.view = CoverageView(self)
        self.words = QLabel(self)
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._lay_out()
        self.toggle.setChecked(remembered.flag("coverage", default=False))
        self._connect()
        self._fill()

    def refresh(self) -> None:
        """Counts again soon; what changes meanwhile is counted with it."""
        if self.toggle.isChecked() and self.isVisible():
            self._settle.start()

    def stop(self) -> None:
        """The window closes, and with it the dataset: nothing is counted any more."""
        self._settle.stop()
        self._turn += 1

    def showEvent(self, event: object) -> None:
        self.refresh()

    def _open(self, is_open: bool) -> None:
        self.toggle.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
        has_classes = self.category.count() > 0
        self.category.setVisible(is_open and has_classes)
        self.view.setVisible(is_open and has_classes)
        self.words.setVisible(is_open)
        if not has_classes:
            self._say(self.tr("No classes yet. They come with the first box you draw in Label."))
        self.refresh()

    def _fill(self) -> None:
        """The classes there are; another one is chosen only where the chosen one is gone."""
        chosen = self.category.currentData()
        self.category.blockSignals(True)
        self.category.clear()
        for each in self._document.dataset.categories():
            self.category.addItem(each.name, each.id)
        self.category.setCurrentIndex(max(0, self.category.findData(chosen)))
        self.category.blockSignals(False)
        self._open(self.toggle.isChecked())

    def _change_dataset(self) -> None:
        self._turn += 1
        self._is_looking = False
        self._measured_to = 0
        self.view.show_coverage(None)
        self._say("")
        self._fill()

    def _begin(self) -> None:
        if self._is_looking:
            self._settle.start()
            return
        category_id = self.category.currentData()
        if category_id is None:
            return
        turn, dataset = self._turn, self._document.dataset
        self._is_looking = True
        run_in_background(
            _looker(dataset, category_id, self._measured_to),
            on_done=lambda look: self._take(turn, category_id, look),
            on_error=lambda error: self._fail(turn, error),
            owner=self,
        )

    def _take(self, turn: int, category_id: int, look: _Look) -> None:
        if turn != self._turn:
            return
        self._is_looking = False
        self._measured_to = look.measured_to
        if category_id != self.category.currentData():
            return
        self.view.show_coverage(look.seen)
        self._say(sentence(self.category.currentText(), look.seen))
        if look.measured_to is not None and look.seen.unmeasured:
            self.refresh()

    def _fail(self, turn: int, error: Exception) -> None:
        if turn != self._turn:  # its dataset was closed under it
            return
        self._is_looking = False
        if not isinstance(error, UserError):
            raise error
        self._say(str(error))

    def _say(self, words: str) -> None:
        self.words.setText(words)
        self.view.setAccessibleDescription(words)

    def _grow(self, _ids: object = None) -> None:
        """New images may have no light yet."""
        if self._measured_to is None:
            self._measured_to = 0
        self.refresh()

    def _tell_open(self, is_open: bool) -> None:
        remembered.keep(coverage=is_open)
        self._open(is_open)

    def _connect(self) -> None:
        document = self._document
        self._settle.timeout.connect(self._begin)
        self.toggle.toggled.connect(self._tell_open)
        self.category.currentIndexChanged.connect(self.refresh)
        document.annotations_changed.connect(self.refresh)
        document.many_images_changed.connect(self.refresh)
        document.suggestions_changed.connect(self.refresh)
        document.images_added.connect(self._grow)
        document.images_removed.connect(self.refresh)
        document.categories_changed.connect(self._fill)
        document.dataset_opened.connect(self._change_dataset)

    def _lay_out(self) -> None:
        self.toggle.setText(self.tr("Seen so far"))
        self.toggle.setAccessibleName(self.tr("Seen so far, and what is missing"))
        self.toggle.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.toggle.setCheckable(True)
        set_role(self.toggle, "flat")
        hint_tooltip(
            self.toggle,
            "capture.coverage",
            self.tr("Where in the picture, how large and in which light a class has been seen"),
        )
        keep_keys(self.toggle, Qt.Key.Key_Space)
        self.category.setAccessibleName(self.tr("Class"))
        self.category.setToolTip(self.tr("The class that is counted"))
        self.category.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.view.setAccessibleName(self.tr("Map of where it was seen"))
        self.words.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.setSpacing(6)
        line = QHBoxLayout()
        line.addWidget(self.toggle, 0, Qt.AlignmentFlag.AlignLeft)
        line.addWidget(self.category, 1)
        column.addLayout(line)
        column.addWidget(self.view)
        column.addWidget(self.words)


def _looker(dataset: Dataset, category_id: int, after: int | None) -> Callable[..., _Look]:
    """Measures some images first where the light of any may be unknown."""

    def look(_report: object, _should_stop: object) -> _Look:
        from labeler.dataset.keepers import measure_missing  # numpy: the window opens without it

        try:
            last = None if after is None else measure_missing(dataset, after, _AT_ONCE)
        except UserError:  # the disk takes nothing now: their light stays unknown
            last = None
        return _Look(coverage(*dataset.placed(category_id)), last)

    return look
