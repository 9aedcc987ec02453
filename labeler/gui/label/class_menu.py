"""What can be done with a class, as a menu."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Protocol

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from labeler.dataset.model import Category
from labeler.gui.label.class_row import swatch

_FEW = 12
"""So many classes fit a menu; for more there is a dialog that one types into."""
_DIGITS = "123456789"


class Acts(Protocol):
    """What the menu's entries do."""

    def begin_rename(self, category_id: int) -> None: ...
    def ask_color(self, category_id: int) -> None: ...
    def set_key(self, category_id: int, key: str) -> None: ...
    def step(self, category_id: int, by: int) -> None: ...
    def ask_merge(self, category_id: int, into_id: int) -> None: ...
    def ask_merge_target(self, category_id: int) -> None: ...
    def select_boxes(self, category_id: int) -> None: ...
    def ask_file(self) -> None: ...
    def ask_delete(self, category_id: int) -> None: ...


def fill(
    menu: QMenu,
    category: Category | None,
    categories: Sequence[Category],
    keys: dict[str, int],
    acts: Acts,
) -> None:
    """category: the one it is about; without one only what needs none. keys: see keys_of."""
    if category is not None:
        number = category.id
        places = [each.id for each in categories]
        _add(menu, _tr("Rename"), partial(acts.begin_rename, number), key="F2")
        _add(menu, _tr("Colour…"), partial(acts.ask_color, number))
        _add_keys(menu, category, categories, keys, acts)
        up = _add(menu, _tr("Move up"), partial(acts.step, number, -1), key="Ctrl+Up")
        up.setEnabled(places[0] != number)
        down = _add(menu, _tr("Move down"), partial(acts.step, number, 1), key="Ctrl+Down")
        down.setEnabled(places[-1] != number)
        _add_merge(menu, category, categories, acts)
        menu.addSeparator()
        _add(menu, _tr("Select its boxes in this image"), partial(acts.select_boxes, number))
        menu.addSeparator()
    _add(menu, _tr("Add classes from a file…"), acts.ask_file)
    if category is not None:
        menu.addSeparator()
        _add(menu, _tr("Delete {0}…").format(in_menu(category)), partial(acts.ask_delete, number))


def _add_keys(
    menu: QMenu,
    category: Category,
    categories: Sequence[Category],
    keys: dict[str, int],
    acts: Acts,
) -> None:
    names = {each.id: in_menu(each) for each in categories}
    own = menu.addMenu(_tr("Key"))
    automatic = _add(own, _tr("By place in the list"), partial(acts.set_key, category.id, ""))
    automatic.setCheckable(True)
    automatic.setChecked(not category.key)
    own.addSeparator()
    for digit in _DIGITS:
        holder = keys.get(digit)
        told = f"{digit}   {names[holder]}" if holder is not None else digit
        entry = _add(own, told, partial(acts.set_key, category.id, digit))
        entry.setCheckable(True)
        entry.setChecked(category.key == digit)


def _add_merge(menu: QMenu, category: Category, categories: Sequence[Category], acts: Acts) -> None:
    others = [each for each in categories if each.id != category.id]
    if len(others) > _FEW:
        _add(menu, _tr("Merge into…"), partial(acts.ask_merge_target, category.id))
        return
    into = menu.addMenu(_tr("Merge into"))
    into.setEnabled(bool(others))
    for other in others:
        entry = _add(into, in_menu(other), partial(acts.ask_merge, category.id, other.id))
        entry.setIcon(swatch(other.color))


def _add(menu: QMenu, text: str, does: Callable[[], Any], *, key: str = "") -> QAction:
    """key is only shown: the list itself listens to it."""
    entry = menu.addAction(text)
    entry.triggered.connect(lambda: does())
    if key:
        native = QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
        entry.setText(f"{text}\t{native}")
    return entry


def in_menu(category: Category) -> str:
    """A name as a menu shows it: & is no mark of a key there, and the menu stays narrow."""
    name = category.name if len(category.name) <= 40 else category.name[:39] + "…"
    return name.replace("&", "&&").replace("\t", " ")


def _tr(text: str) -> str:
    return QCoreApplication.translate("ClassMenu", text)
