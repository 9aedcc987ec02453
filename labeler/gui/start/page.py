"""The start page: one sentence, four ways to begin, and the datasets that were open before."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from labeler.errors import UserError
from labeler.gui import theme
from labeler.gui.document import Document
from labeler.gui.key_hint import hint_tooltip
from labeler.gui.settings import Settings
from labeler.gui.start.choice_button import ChoiceButton
from labeler.gui.start.recent_list import RecentList
from labeler.gui.workspace import Workspace

_WIDTH = 860
_TWO_COLUMNS = 560
"""So wide the column has to be for two buttons side by side."""


class StartPage(Workspace):
    """Asks for what was chosen; the window does it.

    dataset_requested carries a folder; left: the person wants to go back to the open dataset.
    """

    robot_requested = Signal()
    simulated_requested = Signal()
    pictures_requested = Signal()
    picture_folder_requested = Signal()
    sample_requested = Signal()
    dataset_requested = Signal(Path)
    new_requested = Signal()
    open_requested = Signal()
    left = Signal()

    def __init__(self, document: Document, settings: Settings, parent: QWidget | None = None):
        super().__init__(parent)
        self.title = self.tr("Start page")
        self._document = document
        self._settings = settings
        self.robot = ChoiceButton(
            "robot",
            self.tr("A Vector robot"),
            self.tr("Choose yours, or set one up, and photograph through its camera."),
            self,
        )
        self.simulated = ChoiceButton(
            "simulated",
            self.tr("The simulated robot"),
            self.tr("No robot at hand? This one drives about a drawn table."),
            self,
        )
        self.pictures = ChoiceButton(
            "pictures",
            self.tr("My pictures"),
            self.tr("A folder or files from this computer. They are copied and stay as they are."),
            self,
        )
        self.sample = ChoiceButton(
            "sample",
            self.tr("A sample dataset"),
            self.tr("60 pictures that are labelled already: train on them at once."),
            self,
        )
        self.choices = (self.robot, self.simulated, self.pictures, self.sample)
        self.new = self._flat(self.tr("New dataset…"), "new_dataset", self.tr("An empty one"))
        self.open = self._flat(self.tr("Open dataset…"), "open_dataset", self.tr("By its folder"))
        self.recent = RecentList(self)
        self._focused: QWidget | None = None
        self._grid = QGridLayout()
        self._columns = 0
        self._lay_out()
        self._connect()

    def activated(self) -> None:
        self.refresh()
        self.robot.setFocus()

    def deactivated(self) -> None:
        self.recent.stop()

    def shut_down(self) -> None:
        self.recent.stop()

    def refresh(self) -> None:
        """The list of datasets anew."""
        folders = self._settings.all_recent_datasets()
        self.recent.show_folders(folders)
        self._recent_part.setVisible(bool(folders))

    def show_job(self, title: str = "") -> None:
        """While a job runs nothing can be chosen; the line below says why. "": none runs."""
        focused = self._column.focusWidget()
        self._hint.setText(self.tr("{0}…").format(title) if title else self._hint_text)
        for each in (*self.choices, self.new, self.open, self.recent):
            each.setEnabled(not title)
        if title and focused is not None:
            self._focused = focused
        elif not title and self._focused is not None:
            self._focused.setFocus()  # Qt took the keys away from what was greyed out
            self._focused = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._document.has_dataset:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def sizeHint(self) -> QSize:
        return QSize(_WIDTH, 600)

    def _fit(self) -> None:
        """In a narrow window the choices stand below each other."""
        room = min(_WIDTH, self.width() - 2 * _EDGE)
        columns = 2 if room >= _TWO_COLUMNS else 1
        self._column.setFixedWidth(max(1, room))
        if columns != self._columns:
            self._columns = columns
            for place, button in enumerate(self.choices):
                self._grid.addWidget(button, place // columns, place % columns)

    def _remove(self, folder: Path) -> None:
        self._settings.forget_dataset(folder)
        self._recent_part.setVisible(self.recent.count() > 0)

    def _ask_which_pictures(self) -> None:
        """Qt's dialogs choose either files or a folder, so this has to be said first."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("A folder of pictures…"), self.picture_folder_requested.emit)
        menu.addAction(self.tr("Pictures…"), self.pictures_requested.emit)
        menu.setActiveAction(menu.actions()[0])
        menu.popup(self.pictures.mapToGlobal(self.pictures.rect().bottomLeft()))

    def _connect(self) -> None:
        self.robot.clicked.connect(self.robot_requested)
        self.simulated.clicked.connect(self.simulated_requested)
        self.pictures.clicked.connect(self._ask_which_pictures)
        self.sample.clicked.connect(self.sample_requested)
        self.new.clicked.connect(self.new_requested)
        self.open.clicked.connect(self.open_requested)
        self.recent.opened.connect(self.dataset_requested)
        self.recent.removed.connect(self._remove)
        self.recent.failed.connect(lambda words: self._document.report(UserError(words)))

    def _flat(self, text: str, action: str, tooltip: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setAutoDefault(True)
        hint_tooltip(button, f"everywhere.{action}", tooltip)
        return button

    def _lay_out(self) -> None:
        name = QLabel(self.tr("Teach a Vector robot to see"), self)
        theme.set_role(name, "title")
        words = QLabel(
            self.tr(
                "Photograph things through its camera, draw boxes around them, press Train, and "
                "watch it find them."
            ),
            self,
        )
        words.setWordWrap(True)
        theme.set_role(words, "faint")
        self._hint_text = self.tr("Or drop pictures, a folder, a zip or a dataset onto this page.")
        self._hint = QLabel(self._hint_text, self)
        self._hint.setWordWrap(True)
        theme.set_role(self._hint, "faint")
        others = QHBoxLayout()
        others.addWidget(self._hint, 1)
        others.addWidget(self.new)
        others.addWidget(self.open)
        self._grid.setSpacing(12)
        self._recent_part = self._made_recent_part()
        self._column = QWidget(self)
        column = QVBoxLayout(self._column)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addStretch(2)
        column.addWidget(name)
        column.addWidget(words)
        column.addSpacing(16)
        column.addLayout(self._grid)
        column.addSpacing(8)
        column.addLayout(others)
        column.addSpacing(18)
        column.addWidget(self._recent_part)
        column.addStretch(3)
        ground = QWidget(self)
        theme.set_role(ground, "panel")
        row = QHBoxLayout(ground)
        row.setContentsMargins(_EDGE, 24, _EDGE, 24)
        row.addStretch(1)
        row.addWidget(self._column)
        row.addStretch(1)
        area = QScrollArea(self)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(ground)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)
        self._fit()

    def _made_recent_part(self) -> QWidget:
        part = QWidget(self)
        heading = QLabel(self.tr("Recent datasets"), part)
        theme.set_role(heading, "heading")
        rows = QVBoxLayout(part)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(4)
        rows.addWidget(heading)
        rows.addWidget(self.recent)
        return part


_EDGE = 24
