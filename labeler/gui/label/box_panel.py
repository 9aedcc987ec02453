"""The boxes of the image in words; numbers, attributes and a note of the selected ones."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QIcon, QKeyEvent
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QFrame,
    QGridLayout,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from labeler.dataset.model import MIN_SIDE, BBox, Image
from labeler.gui.decimal_field import DecimalField
from labeler.gui.label import geometry
from labeler.gui.label.attribute_bar import AttributeBar
from labeler.gui.label.box_keys import is_suggestion
from labeler.gui.label.box_row import WORD_ROLE, BoxRow
from labeler.gui.label.class_row import SWATCH, swatch
from labeler.gui.label.geometry import Size
from labeler.gui.label.note_field import NoteField
from labeler.gui.label.painting import ShownBox
from labeler.gui.label.remarks import NoteOwner
from labeler.gui.theme import pad_field
from labeler.gui.worded_list import WordedList

_ID = Qt.ItemDataRole.UserRole
_ROW = 26
_MOST = 99_999.9
"""A field takes every number: one refused digit of 1200 would leave 120. It is moved in then."""
# ButtonSymbols.NoButtons would do, but under a style sheet Qt then gives the text no room at all.
_NO_BUTTONS = "QDoubleSpinBox::up-button, QDoubleSpinBox::down-button { width: 0; border: 0; }"


class BoxPanel(QWidget):
    """selected carries ids; reshaped the BBox that was typed, by its id.

    left: the person is done with a number, and the keys are wanted elsewhere.
    """

    selected = Signal(tuple)
    reshaped = Signal(object)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list = WordedList(self)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.list.setSelectionMode(QListWidget.SelectionMode.ExtendedSelection)
        self.list.setIconSize(QSize(SWATCH, SWATCH))
        self.list.setItemDelegate(BoxRow(self.list))
        self.list.setAccessibleName(self.tr("Boxes in this image"))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.fields = {name: self._field(name) for name in ("x", "y", "w", "h")}
        grid = QGridLayout()
        grid.setSpacing(6)
        for place, field in enumerate(self.fields.values()):
            grid.addWidget(field, place // 2, place % 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.list, 1)
        column.addLayout(grid)
        self.attributes = AttributeBar(self)
        self.note = NoteField(self)
        column.addWidget(self.attributes)
        column.addWidget(self.note)
        self.note.left.connect(self.left)
        self._shows = False
        self._boxes: tuple[ShownBox, ...] = ()
        self._selection: tuple[int, ...] = ()
        self._image: Image | None = None
        self._numbers_of: int | None = None
        self._editable = True
        self.list.itemSelectionChanged.connect(self._tell_selected)
        self.show_boxes((), (), None)

    def show_boxes(
        self, boxes: Sequence[ShownBox], selection: tuple[int, ...], image: Image | None
    ) -> None:
        self._shows = True
        if tuple(boxes) != self._boxes:
            self._fill(tuple(boxes))
        self._selection, self._image = selection, image
        self.list.say_if_empty(self._empty_words(image))
        self._show_selection(frozenset(selection))
        self._show_numbers(image)
        self._show_remarks(image)
        self._shows = False

    def _empty_words(self, image: Image | None) -> str:
        if image is None:
            return ""
        if not self._editable:
            return self.tr("None.")
        return self.tr("None. Drag on the picture to draw one.")

    def set_editable(self, editable: bool) -> None:
        self._editable = editable

    def _fill(self, boxes: tuple[ShownBox, ...]) -> None:
        """Changes only the rows that have to: a thousand new ones take a third of a second."""
        ids = {box.id for box in boxes}
        for row in reversed(range(len(self._boxes))):
            if self._boxes[row].id not in ids:
                self.list.takeItem(row)
        kept = [box for box in self._boxes if box.id in ids]
        swatches = {color: swatch(color) for color in {box.color for box in boxes}}
        for row, box in enumerate(boxes):
            if row < len(kept) and kept[row] == box:
                continue
            item = self.list.item(row) if row < len(kept) else QListWidgetItem(self.list)
            self._dress(item, box, swatches[box.color])
        self._boxes = boxes

    def _dress(self, item: QListWidgetItem, box: ShownBox, icon: QIcon) -> None:
        item.setIcon(icon)
        item.setText(box.name)
        item.setData(_ID, box.id)
        item.setSizeHint(QSize(0, _ROW))
        remarks = [*box.remarks, self.tr("note")] if box.note else [*box.remarks]
        if is_suggestion(box.id):
            remarks.append(self.tr("suggestion"))
        item.setData(WORD_ROLE, ", ".join(remarks))
        size = f"{box.plate}, {box.bbox.width:.0f} × {box.bbox.height:.0f}"
        item.setToolTip(f"{size}\n{box.note}" if box.note else size)
        spoken = ", ".join((box.name_with_score, *remarks))
        item.setData(Qt.ItemDataRole.AccessibleTextRole, spoken)

    def _show_selection(self, selection: frozenset[int]) -> None:
        """All rows in one go: one after the other, each would look through those before it."""
        model, rows = self.list.model(), QItemSelection()
        for row, box in enumerate(self._boxes):
            if box.id in selection:
                rows.append(QItemSelectionRange(model.index(row, 0)))
        how = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self.list.selectionModel().select(rows, how)

    def _show_remarks(self, image: Image | None) -> None:
        wanted = frozenset(self._selection)
        selected = [box for box in self._boxes if box.id in wanted]
        self.attributes.show_boxes(selected, editable=self._editable)
        chosen = [box for box in selected if not is_suggestion(box.id)]
        nobodys = image is None or bool(wanted and not chosen)
        self.note.setEnabled(self._editable and not nobodys)
        if image is None or nobodys:
            self.note.show_notes(None, ())
        elif chosen:
            owner = NoteOwner(image.id, tuple(box.id for box in chosen))
            self.note.show_notes(owner, tuple(box.note for box in chosen))
        else:
            self.note.show_notes(NoteOwner(image.id), (image.note,))

    def _show_numbers(self, image: Image | None) -> None:
        box = self._one()
        values = box.bbox.as_list() if box else [0.0] * 4
        is_same = box is not None and box.id == self._numbers_of
        self._numbers_of = box.id if box else None
        for field, value in zip(self.fields.values(), values, strict=True):
            if is_same and field.is_being_typed:
                continue  # suggestions may arrive while one types
            field.setEnabled(box is not None and self._editable)
            field.setRange(MIN_SIDE if field in self._sides() and box else 0.0, _MOST)
            field.setValue(value)
            field.setSpecialValueText("" if box else f"{field.prefix()}–")

    def _sides(self) -> tuple[QDoubleSpinBox, ...]:
        return self.fields["w"], self.fields["h"]

    def _one(self) -> ShownBox | None:
        if len(self._selection) != 1:
            return None
        return next((box for box in self._boxes if box.id == self._selection[0]), None)

    def _field(self, name: str) -> _NumberField:
        field = _NumberField(self)
        field.left.connect(self.left)
        words = {
            "x": self.tr("Left edge, pixels"),
            "y": self.tr("Upper edge, pixels"),
            "w": self.tr("Width, pixels"),
            "h": self.tr("Height, pixels"),
        }
        field.setPrefix(f"{name} ")
        field.setDecimals(1)
        field.setStyleSheet(_NO_BUTTONS)
        pad_field(field)
        field.setKeyboardTracking(False)
        field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        field.setAccessibleName(words[name])
        field.setToolTip(words[name])
        field.valueChanged.connect(self._tell_reshaped)
        return field

    def _tell_selected(self) -> None:
        if not self._shows:
            self.selected.emit(tuple(item.data(_ID) for item in self.list.selectedItems()))

    def _tell_reshaped(self) -> None:
        box = self._one()
        if self._shows or box is None or self._image is None:
            return
        # A field shows one decimal: what was not typed stays as it was drawn.
        values = [
            old if abs(field.value() - old) <= 0.05 else field.value()
            for field, old in zip(self.fields.values(), box.bbox.as_list(), strict=True)
        ]
        typed = geometry.typed(box.bbox, BBox(*values), Size(self._image.width, self._image.height))
        if typed != box.bbox:
            self.reshaped.emit({box.id: typed})
        self._shows = True
        self._show_numbers(self._image)  # the number that came of it
        self._shows = False


class _NumberField(DecimalField):
    """Enter takes what was typed and waits for another number; Esc takes it back and ends.

    A digit typed after Enter would otherwise be the key of a class.
    """

    left = Signal()

    @property
    def is_being_typed(self) -> bool:
        """Whether it holds a number that was typed and not taken yet."""
        return self.hasFocus() and self.lineEdit().isModified()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.lineEdit().setModified(False)
            self.setValue(self.value())  # the text becomes what it was
            self.left.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.lineEdit().setModified(False)
            super().keyPressEvent(event)
            self.selectAll()
        else:
            super().keyPressEvent(event)
