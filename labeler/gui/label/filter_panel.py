"""The small panel behind the funnel: what images have to be, and what they are sorted by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QFrame,
    QLineEdit,
    QPushButton,
    QWidget,
)

from labeler.dataset.filters import Order
from labeler.dataset.model import Category, Session
from labeler.gui import theme
from labeler.gui.field_label import FieldLabel
from labeler.gui.label.last_place import View

_TYPING_MS = 150
_WIDEST = 210


class FilterPanel(QFrame):
    """changed: the person chose something else. The state of images is chosen elsewhere."""

    changed = Signal()
    clear_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        theme.set_role(self, "card")
        self.setAccessibleName(self.tr("Filter and order of the images"))
        self.text = QLineEdit(self)
        self.text.setPlaceholderText(self.tr("Any name"))
        self.text.setClearButtonEnabled(True)
        self.category = QComboBox(self)
        self.session = QComboBox(self)
        any_, yes, no = self.tr("Any"), self.tr("Yes"), self.tr("No")
        self.suggestions, self.verified, self.note, self.flaw = (
            _choice(self, ((any_, None), (yes, True), (no, False))) for _ in range(4)
        )
        self.order = _choice(self, self._orders())
        self.direction = _choice(
            self, ((self.tr("Ascending"), False), (self.tr("Descending"), True))
        )
        self.clear = QPushButton(self.tr("Clear the filter"), self)
        self._typing = QTimer(self, singleShot=True, interval=_TYPING_MS)
        self._is_filling = False
        self.show_choices((), ())
        self._lay_out()
        self._connect()

    def view(self, state_from: View) -> View:
        """What is chosen here, with the state of another view."""
        wanted = replace(
            state_from.wanted,
            text=self.text.text().strip(),
            category_id=self.category.currentData(),
            session_id=self.session.currentData(),
            has_suggestions=self.suggestions.currentData(),
            verified=self.verified.currentData(),
            has_note=self.note.currentData(),
            has_flaw=self.flaw.currentData(),
        )
        return View(wanted, Order(self.order.currentData()), self.direction.currentData())

    def show_view(self, view: View) -> None:
        """Shows what is chosen, without telling that it changed."""
        self._is_filling = True
        wanted = view.wanted
        if wanted.text != self.text.text().strip():
            self.text.setText(wanted.text)
        for combo, value in (
            (self.category, wanted.category_id),
            (self.session, wanted.session_id),
            (self.suggestions, wanted.has_suggestions),
            (self.verified, wanted.verified),
            (self.note, wanted.has_note),
            (self.flaw, wanted.has_flaw),
            (self.order, view.order),
            (self.direction, view.descending),
        ):
            combo.setCurrentIndex(max(0, combo.findData(value)))
        self._is_filling = False

    def show_choices(self, categories: Sequence[Category], sessions: Sequence[Session]) -> None:
        """The classes and sessions that can be chosen now."""
        self._is_filling = True
        for combo, first, rows in (
            (self.category, self.tr("Any"), [(each.name, each.id) for each in categories]),
            (self.session, self.tr("Any"), [(each.name, each.id) for each in sessions]),
        ):
            chosen = combo.currentData()
            combo.clear()
            for text, value in [(first, None), *rows]:
                combo.addItem(text, value)
            combo.setCurrentIndex(max(0, combo.findData(chosen)))
        self._is_filling = False

    def open_below(self, corner: QPoint) -> None:
        """corner: its top left on the screen. The keys go to the field for the name."""
        self.adjustSize()
        screen = self.screen().availableGeometry()
        corner.setX(max(screen.left(), min(corner.x(), screen.right() - self.width())))
        corner.setY(max(screen.top(), min(corner.y(), screen.bottom() - self.height())))
        self.move(corner)
        self.show()
        self.text.setFocus()
        self.text.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._tell_typed()
            self.close()
        else:
            super().keyPressEvent(event)

    def _tell(self) -> None:
        if not self._is_filling:
            self._typing.stop()
            self.changed.emit()

    def _tell_typed(self) -> None:
        if self._typing.isActive():
            self._tell()

    def _await_more(self) -> None:
        if not self._is_filling:
            self._typing.start()

    def _orders(self) -> tuple[tuple[str, Order], ...]:
        return (
            (self.tr("As added"), Order.ADDED),
            (self.tr("Time taken"), Order.TIME),
            (self.tr("Name"), Order.NAME),
            (self.tr("Number of boxes"), Order.BOXES),
            (self.tr("Last edited"), Order.EDITED),
        )

    def _lay_out(self) -> None:
        form = QFormLayout(self)
        form.setContentsMargins(14, 12, 14, 12)
        form.setVerticalSpacing(6)
        rows: tuple[tuple[str, QWidget], ...] = (
            (self.tr("&Name contains"), self.text),
            (self.tr("&Class"), self.category),
            (self.tr("&Session"), self.session),
            (self.tr("S&uggestions"), self.suggestions),
            (self.tr("&Verified"), self.verified),
            (self.tr("N&ote"), self.note),
            (self.tr("&Poor shot"), self.flaw),
            (self.tr("Sort &by"), self.order),
            (self.tr("&Direction"), self.direction),
        )
        for label, field in rows:
            field.setFixedWidth(_WIDEST)
            field.setAccessibleName(label.replace("&", ""))
            form.addRow(FieldLabel(label, field), field)
        form.addRow("", self.clear)
        self.text.setToolTip(self.tr("Part of the picture's name; capitals do not matter"))
        self.note.setToolTip(self.tr("A note on the image or on one of its boxes"))
        self.flaw.setToolTip(self.tr("Blurred, dark, overexposed or a near copy of another"))
        self.verified.setToolTip(self.tr("Someone confirmed that it is right"))

    def _connect(self) -> None:
        for combo in (
            self.category,
            self.session,
            self.suggestions,
            self.verified,
            self.note,
            self.flaw,
            self.order,
            self.direction,
        ):
            combo.currentIndexChanged.connect(self._tell)
        self.text.textChanged.connect(self._await_more)
        self._typing.timeout.connect(self._tell)
        self.clear.clicked.connect(self.clear_requested)


def _choice(parent: QWidget, rows: Sequence[tuple[str, object]]) -> QComboBox:
    combo = QComboBox(parent)
    for text, value in rows:
        combo.addItem(text, value)
    return combo
