"""What is asked about a class: its colour, which one to merge it into, and whether boxes may go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QColorDialog,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QMessageBox,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from labeler.dataset.category_edits import PALETTE
from labeler.dataset.model import Category
from labeler.gui.label.class_row import ROW, SWATCH, swatch
from labeler.gui.label.class_search import matching

_LARGE_SWATCH = 28
_ACROSS = 4
_ID = Qt.ItemDataRole.UserRole


def confirm(
    parent: QWidget, title: str, question: str, answer: str, on_yes: Callable[[], None]
) -> None:
    """Asks without holding up the program. answer: what the button that does it says."""
    box = QMessageBox(QMessageBox.Icon.Question, title, question, parent=parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setTextFormat(Qt.TextFormat.PlainText)  # names of classes are in it
    yes = box.addButton(answer, QMessageBox.ButtonRole.AcceptRole)
    cancel = box.addButton(QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(cancel)
    box.setEscapeButton(cancel)
    yes.clicked.connect(lambda: on_yes())
    box.open()


class ColorDialog(QDialog):
    """The colours that everybody can tell apart, and any other by "More…".

    on_chosen gets it as "#rrggbb".
    """

    def __init__(
        self, parent: QWidget, category: Category, on_chosen: Callable[[str], None]
    ) -> None:
        super().__init__(parent)
        self._on_chosen = on_chosen
        self._color = category.color
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Colour of {0}").format(category.name))
        told = QLabel(self.tr("Also distinct to colour-blind eyes:"), self)
        self.buttons = [self._button(color, name) for color, name in self._names().items()]
        grid = QGridLayout()
        grid.setSpacing(8)
        for place, button in enumerate(self.buttons):
            grid.addWidget(button, place // _ACROSS, place % _ACROSS)
        ends = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self.more = QPushButton(self.tr("More…"), self)
        ends.addButton(self.more, QDialogButtonBox.ButtonRole.ActionRole)
        ends.rejected.connect(self.reject)
        self.more.clicked.connect(self._ask_any)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.addWidget(told)
        column.addLayout(grid)
        column.addWidget(ends)
        column.setSizeConstraint(QVBoxLayout.SizeConstraint.SetFixedSize)

    def _button(self, color: str, name: str) -> QPushButton:
        button = QPushButton(self)
        button.setIcon(swatch(color, _LARGE_SWATCH))
        button.setIconSize(QSize(_LARGE_SWATCH, _LARGE_SWATCH))
        button.setToolTip(name)
        button.setAccessibleName(name)
        button.setCheckable(True)
        button.setChecked(color == self._color)
        button.setAutoDefault(True)
        button.clicked.connect(partial(self._choose, color))
        if color == self._color:
            button.setFocus()
        return button

    def _choose(self, color: str) -> None:
        self.accept()
        self._on_chosen(color)

    def _ask_any(self) -> None:
        dialog = QColorDialog(QColor(self._color), self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setOption(QColorDialog.ColorDialogOption.DontUseNativeDialog)  # as the window looks
        dialog.setWindowTitle(self.windowTitle())
        dialog.colorSelected.connect(lambda color: self._choose(color.name()))
        dialog.open()

    def _names(self) -> dict[str, str]:
        names = (
            self.tr("Orange"),
            self.tr("Sky blue"),
            self.tr("Green"),
            self.tr("Yellow"),
            self.tr("Blue"),
            self.tr("Vermilion"),
            self.tr("Pink"),
            self.tr("Light grey"),
            self.tr("Mint"),
            self.tr("Violet"),
            self.tr("Mauve"),
            self.tr("Khaki"),
            self.tr("Magenta"),
            self.tr("Brown"),
            self.tr("Ice blue"),
            self.tr("Moss green"),
        )
        return dict(zip(PALETTE, names, strict=True))


class ClassChoice(QDialog):
    """One class out of many: type a part of its name, Enter takes the row that is marked."""

    def __init__(
        self,
        parent: QWidget,
        title: str,
        categories: Sequence[Category],
        on_chosen: Callable[[int], None],
    ) -> None:
        super().__init__(parent)
        self._categories = categories
        self._on_chosen = on_chosen
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.field = QLineEdit(self)
        self.field.setPlaceholderText(self.tr("Type part of its name"))
        self.field.setAccessibleName(self.tr("Part of the name"))
        self.list = QListWidget(self)
        self.list.setAccessibleName(self.tr("Classes"))
        self.list.setIconSize(QSize(SWATCH, SWATCH))
        kinds = QDialogButtonBox.StandardButton
        ends = QDialogButtonBox(kinds.Ok | kinds.Cancel, self)
        ends.accepted.connect(self._take)
        ends.rejected.connect(self.reject)
        self.field.textChanged.connect(self._fill)
        self.list.itemDoubleClicked.connect(lambda item: self._take())
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.addWidget(self.field)
        column.addWidget(self.list, 1)
        column.addWidget(ends)
        self.resize(320, 400)
        self._fill()

    def _fill(self) -> None:
        self.list.clear()
        for category in matching(self._categories, self.field.text()):
            item = QListWidgetItem(swatch(category.color), category.name, self.list)
            item.setData(_ID, category.id)
            item.setSizeHint(QSize(0, ROW))
        self.list.setCurrentRow(0)

    def _take(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            self.accept()
            self._on_chosen(int(item.data(_ID)))
